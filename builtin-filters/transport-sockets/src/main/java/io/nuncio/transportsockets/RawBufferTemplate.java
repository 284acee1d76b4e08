package io.nuncio.transportsockets;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.TransportSocket;
import io.nuncio.spi.TransportSocketContext;
import io.nuncio.spi.TransportSocketTemplate;

/// Sockets that change no byte. There is nothing to configure.
final class RawBufferTemplate implements TransportSocketTemplate {
    @Override
    public TransportSocket create(TransportSocketContext context) {
        return new RawBufferSocket(context);
    }

    @Override
    public boolean passThrough() {
        return true;
    }

    /// One connection's socket.
    private static final class RawBufferSocket implements TransportSocket {
        private final TransportSocketContext context;

        RawBufferSocket(TransportSocketContext context) {
            this.context = context;
        }

        @Override
        public void onTransportConnected() {
            context.connected();
        }

        @Override
        public Progress read(Buffer wire, Buffer plain, boolean endStream) {
            wire.moveTo(plain);
            return endStream ? Progress.END_OF_STREAM : Progress.OPEN;
        }

        @Override
        public Progress write(Buffer plain, Buffer wire, boolean endStream) {
            plain.moveTo(wire);
            return Progress.OPEN;
        }
    }
}
