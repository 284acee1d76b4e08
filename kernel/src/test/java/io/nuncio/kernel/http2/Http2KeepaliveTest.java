package io.nuncio.kernel.http2;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Durations;

import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.KeepaliveSettings;
import io.envoyproxy.envoy.type.v3.Percent;
import io.nuncio.spi.Connection;

import org.junit.jupiter.api.Test;

class Http2KeepaliveTest {
    private static Http2ProtocolOptions.Builder every(long interval, long timeout) {
        return Http2ProtocolOptions.newBuilder()
                .setConnectionKeepalive(
                        KeepaliveSettings.newBuilder()
                                .setInterval(Durations.fromMillis(interval))
                                .setTimeout(Durations.fromMillis(timeout))
                                .setIntervalJitter(Percent.newBuilder().setValue(0)));
    }

    private static byte[] answer() {
        return Frames.frame(Frames.PING, Frames.ACK, 0, new byte[8]);
    }

    @Test
    void aPingIsSentAfterTheInterval() {
        var server = ServerHarness.open(every(1000, 100));

        server.connection.worker.advanceMillis(999);
        String before = server.answer();
        server.connection.worker.advanceMillis(1);

        assertThat(before).isEmpty();
        assertThat(server.answer()).isEqualTo("PING");
    }

    @Test
    void anAnswerKeepsTheConnection() {
        var server = ServerHarness.open(every(1000, 100));
        server.connection.worker.advanceMillis(1000);
        server.frames();

        server.receive(answer());
        server.connection.worker.advanceMillis(1000);

        assertThat(server.answer()).isEqualTo("PING");
        assertThat(server.connection.state()).isEqualTo(Connection.State.OPEN);
    }

    @Test
    void withoutAnAnswerTheConnectionCloses() {
        var server = ServerHarness.open(every(1000, 100));
        server.connection.worker.advanceMillis(1000);

        server.connection.worker.advanceMillis(100);

        assertThat(server.connection.state()).isEqualTo(Connection.State.CLOSED);
        assertThat(server.connection.closeReason()).isEqualTo("http2_ping_timeout");
        assertThat(server.counter("keepalive_timeout")).isEqualTo(1);
    }

    @Test
    void anyFrameIsASignOfLife() {
        var server = ServerHarness.open(every(1000, 100));
        server.connection.worker.advanceMillis(1000);

        server.connection.worker.advanceMillis(60);
        server.receive(Frames.get(1));
        server.connection.worker.advanceMillis(60);

        assertThat(server.connection.state()).isEqualTo(Connection.State.OPEN);
        server.connection.worker.advanceMillis(40);
        assertThat(server.connection.state()).isEqualTo(Connection.State.CLOSED);
    }

    @Test
    void jitterMakesTheIntervalLonger() {
        Http2ProtocolOptions.Builder options = every(1000, 100);
        options.getConnectionKeepaliveBuilder()
                .setIntervalJitter(Percent.newBuilder().setValue(50));
        var harness = new ServerHarness(options.build(), 250_000_000L).opened();

        harness.connection.worker.advanceMillis(1249);
        String before = harness.answer();
        harness.connection.worker.advanceMillis(1);

        assertThat(before).isEmpty();
        assertThat(harness.answer()).isEqualTo("PING");
    }

    @Test
    void aStreamOnASilentConnectionBringsAPing() {
        var client =
                ClientHarness.open(
                        Http2ProtocolOptions.newBuilder()
                                .setConnectionKeepalive(
                                        KeepaliveSettings.newBuilder()
                                                .setTimeout(Durations.fromMillis(100))
                                                .setConnectionIdleInterval(
                                                        Durations.fromMillis(500))));

        client.connection.worker.advanceMillis(500);
        client.get();
        String before = client.answer();
        client.connection.worker.advanceMillis(1);
        client.get();

        assertThat(before).isEqualTo("HEADERS 1 END_STREAM");
        assertThat(client.answer()).isEqualTo("PING, HEADERS 3 END_STREAM");
    }
}
