package io.nuncio.kernel.http2;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.UInt32Value;

import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.ByteCounts;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.host.StreamControl;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/// A client and a server codec talk to each other: many streams at once, readers that stop and go
/// on, small windows, the bytes between them in random pieces. Everything arrives, once and in
/// order, and nothing stays behind.
class Http2BackToBackTest {
    private static final Http2ProtocolOptions SMALL =
            Http2ProtocolOptions.newBuilder()
                    .setInitialStreamWindowSize(UInt32Value.of(65_535))
                    .setInitialConnectionWindowSize(UInt32Value.of(200_000))
                    .build();

    private final Set<StreamControl> stopped = new HashSet<>();
    private Random random = new Random();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whatIsSentArrives(long seed) {
        random = new Random(seed);
        var server = new ServerHarness(seed % 2 == 0 ? SMALL : options()).echoing();
        var client =
                new ClientHarness(
                        HttpProtocolOptions.getDefaultInstance(),
                        seed % 3 == 0 ? SMALL : options());
        List<ClientHarness.Exchange> exchanges = new ArrayList<>();
        List<String> contents = new ArrayList<>();
        for (int index = 0; index < 60; index++) {
            String content = content(index);
            contents.add(content);
            exchanges.add(send(client, content));
            shuttle(client, server);
            stopAndGo(client, server, exchanges);
        }
        stopped.forEach(control -> control.readDisable(false));
        for (int quiet = 0; quiet < 3; quiet++) {
            while (shuttle(client, server)) {
                quiet = 0;
            }
        }

        assertThat(client.error()).isNull();
        assertThat(server.error()).isNull();
        for (int index = 0; index < exchanges.size(); index++) {
            ClientHarness.Exchange exchange = exchanges.get(index);
            assertThat(exchange.complete).as("response " + index).isTrue();
            assertThat(exchange.body.toString().equals(contents.get(index))).isTrue();
            assertThat(exchange.slow).isFalse();
            bothSidesCountTheSame(
                    exchange.request.control().byteCounts(),
                    server.exchanges.get(index).response.control().byteCounts(),
                    contents.get(index).length());
        }
        assertThat(client.gauge("streams_active")).isZero();
        assertThat(server.gauge("streams_active")).isZero();
        assertThat(client.gauge("pending_send_bytes")).isZero();
        assertThat(server.gauge("pending_send_bytes")).isZero();
        assertThat(client.gauge("deferred_stream_close")).isZero();
        client.inputs.assertFreed();
        server.inputs.assertFreed();
    }

    private static void bothSidesCountTheSame(ByteCounts client, ByteCounts server, int content) {
        assertThat(client.wireBytesSent()).isEqualTo(server.wireBytesReceived());
        assertThat(client.wireBytesReceived()).isEqualTo(server.wireBytesSent());
        assertThat(client.headerBytesSent()).isEqualTo(server.headerBytesReceived());
        assertThat(client.headerBytesReceived()).isEqualTo(server.headerBytesSent());
        assertThat(client.decompressedHeaderBytesSent())
                .isEqualTo(server.decompressedHeaderBytesReceived());
        assertThat(client.decompressedHeaderBytesReceived())
                .isEqualTo(server.decompressedHeaderBytesSent());
        assertThat(client.wireBytesSent() - client.headerBytesSent())
                .as("content and the headers of its frames")
                .isBetween((long) content, content + 9L * (content / 100 + 20));
    }

    private static Http2ProtocolOptions options() {
        return Http2ProtocolOptions.getDefaultInstance();
    }

    private String content(int index) {
        int length = random.nextInt(4) == 0 ? random.nextInt(150_000) : random.nextInt(2_000);
        return (index + ",").repeat(length / 2);
    }

    private ClientHarness.Exchange send(ClientHarness client, String content) {
        var request = RequestHeaders.of("POST", "http", "host", "/path");
        request.set(HeaderName.of("x-content"), String.valueOf(content.length()));
        var exchange = client.send(request, false);
        int cut = random.nextInt(content.length() + 1);
        exchange.request.data(Buffer.copyOf(content.substring(0, cut)), false);
        boolean withTrailers = random.nextInt(3) == 0;
        exchange.request.data(Buffer.copyOf(content.substring(cut)), !withTrailers);
        if (withTrailers) {
            var trailers = new Trailers();
            trailers.set(HeaderName.of("checksum"), "1");
            exchange.request.trailers(trailers);
        }
        return exchange;
    }

    private void stopAndGo(
            ClientHarness client, ServerHarness server, List<ClientHarness.Exchange> exchanges) {
        for (int index = 0; index < 3; index++) {
            toggle(exchanges.get(random.nextInt(exchanges.size())).request.control());
            if (!server.exchanges.isEmpty()) {
                int which = random.nextInt(server.exchanges.size());
                toggle(server.exchanges.get(which).response.control());
            }
        }
        client.connection.worker.run();
        server.connection.worker.run();
    }

    private void toggle(StreamControl control) {
        if (stopped.remove(control)) {
            control.readDisable(false);
        } else {
            stopped.add(control);
            control.readDisable(true);
        }
    }

    /// Carries what each side has written to the other, in pieces.
    ///
    /// @return true if there was anything
    private boolean shuttle(ClientHarness client, ServerHarness server) {
        client.connection.worker.run();
        server.connection.worker.run();
        byte[] up = client.connection.takeWritten();
        for (int at = 0; at < up.length; ) {
            int end = Math.min(up.length, at + 1 + random.nextInt(20_000));
            server.receive(Arrays.copyOfRange(up, at, end));
            at = end;
        }
        byte[] down = server.connection.takeWritten();
        for (int at = 0; at < down.length; ) {
            int end = Math.min(down.length, at + 1 + random.nextInt(20_000));
            client.receive(Arrays.copyOfRange(down, at, end));
            at = end;
        }
        return up.length + down.length > 0;
    }
}
