package io.nuncio.transportsockets;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.TransportSocket;
import io.nuncio.spi.TransportSocket.Progress;
import io.nuncio.spi.TransportSocketContext;
import io.nuncio.spi.Worker;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;

class RawBufferTest {
    private final RecordingContext context = new RecordingContext();
    private final TransportSocket socket = new RawBufferTemplate().create(context);

    @Test
    void theKernelMayLeaveItOutOfTheDataPath() {
        assertThat(new RawBufferTemplate().passThrough()).isTrue();
        assertThat(new RawBufferTemplate().secure()).isFalse();
    }

    @Test
    void aConnectionIsConnectedAsSoonAsItsTransportIs() {
        socket.onTransportConnected();

        assertThat(context.connected).isTrue();
    }

    @Test
    void bytesPassUnchangedBothWays() {
        Buffer wire = Buffer.copyOf("ping");
        Buffer plain = new Buffer();

        assertThat(socket.read(wire, plain, false)).isEqualTo(Progress.OPEN);
        assertThat(plain.toString(StandardCharsets.US_ASCII)).isEqualTo("ping");
        assertThat(wire.isEmpty()).isTrue();

        assertThat(socket.write(plain, wire, true)).isEqualTo(Progress.OPEN);
        assertThat(wire.toString(StandardCharsets.US_ASCII)).isEqualTo("ping");
        assertThat(plain.isEmpty()).isTrue();
    }

    @Test
    void theEndOfTheWireIsTheEndOfTheStream() {
        assertThat(socket.read(new Buffer(), new Buffer(), true)).isEqualTo(Progress.END_OF_STREAM);
    }

    /// Remembers that it was told of the connection.
    private static final class RecordingContext implements TransportSocketContext {
        private boolean connected;

        @Override
        public void connected() {
            connected = true;
        }

        @Override
        public ConnectionInfo info() {
            throw new AssertionError("a plaintext socket asks for nothing");
        }

        @Override
        public Worker worker() {
            throw new AssertionError("a plaintext socket asks for nothing");
        }

        @Override
        public void flush() {}

        @Override
        public void readMore() {}

        @Override
        public void failed(String reason) {}

        @Override
        public void post(Runnable task) {}

        @Override
        public @Nullable String serverName() {
            return null;
        }
    }
}
