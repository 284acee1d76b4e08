package io.nuncio.kernel.http2;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.BoolValue;
import com.google.protobuf.UInt32Value;

import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.nuncio.kernel.http1.FuzzTime;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.host.ResetReason;

import org.junit.jupiter.api.Test;

import java.util.Arrays;
import java.util.List;

/// Conversations that go wrong, in random pieces: never an exception, bounded memory, everything
/// freed at the end, and the same result whatever the pieces.
class Http2FuzzTest {
    private int accepted;
    private int refused;

    @Test
    void aServersResultDoesNotDependOnThePieces() {
        var time = new FuzzTime(2);
        for (long seed = FuzzTime.firstSeed(); !time.over(); seed++) {
            var generator = new FrameGenerator(seed, true);
            byte[] input = generator.next();
            var whole = server(seed);
            String expected = run(whole, seed, List.of(input));
            accepted += whole.exchanges.size();
            refused += whole.error() == null ? 0 : 1;
            String pieces = run(server(seed), seed, cut(input, generator.cuts(input.length)));
            assertThat(pieces).as("seed " + seed).isEqualTo(expected);
        }
        assertThat(accepted).as("requests accepted").isGreaterThan(100);
        assertThat(refused).as("connections refused").isGreaterThan(20);
    }

    @Test
    void aClientsResultDoesNotDependOnThePieces() {
        var time = new FuzzTime(2);
        for (long seed = FuzzTime.firstSeed(); !time.over(); seed++) {
            var generator = new FrameGenerator(seed, false);
            byte[] input = generator.next();
            var whole = new Client(seed);
            String expected = whole.run(List.of(input));
            accepted += whole.answered();
            refused += whole.harness.error() == null ? 0 : 1;
            String pieces = new Client(seed).run(cut(input, generator.cuts(input.length)));
            assertThat(pieces).as("seed " + seed).isEqualTo(expected);
        }
        assertThat(accepted).as("responses accepted").isGreaterThan(100);
        assertThat(refused).as("connections refused").isGreaterThan(20);
    }

    private static Http2ProtocolOptions options(long seed) {
        return Http2ProtocolOptions.newBuilder()
                .setMaxConcurrentStreams(UInt32Value.of(1 + (int) (seed % 20)))
                .setInitialStreamWindowSize(UInt32Value.of(65_535))
                .setInitialConnectionWindowSize(UInt32Value.of(seed % 3 == 0 ? 65_535 : 1 << 20))
                .setOverrideStreamErrorOnInvalidHttpMessage(BoolValue.of(seed % 2 == 0))
                .build();
    }

    private static List<byte[]> cut(byte[] input, int[] cuts) {
        var pieces = new java.util.ArrayList<byte[]>();
        int from = 0;
        for (int cut : cuts) {
            pieces.add(Arrays.copyOfRange(input, from, cut));
            from = cut;
        }
        pieces.add(Arrays.copyOfRange(input, from, input.length));
        return pieces;
    }

    // A server.

    private static ServerHarness server(long seed) {
        var server = new ServerHarness(options(seed));
        return switch ((int) (seed % 4)) {
            case 0 -> server.answeringLater();
            case 1 -> server.echoing();
            default -> server;
        };
    }

    private static String run(ServerHarness server, long seed, List<byte[]> pieces) {
        try {
            for (byte[] piece : pieces) {
                if (piece.length > 0) {
                    server.receive(piece);
                }
            }
            var text = new StringBuilder();
            finish(server, seed);
            for (ServerHarness.Exchange exchange : server.exchanges) {
                text.append(exchange.headers)
                        .append(exchange.body.length())
                        .append(exchange.trailers)
                        .append(exchange.complete)
                        .append(exchange.reset)
                        .append(exchange.response.control().details())
                        .append('\n');
            }
            assertThat(server.gauge("streams_active")).isBetween(0L, 20L);
            text.append(server.error()).append('\n').append(essential(server.frames()));
            server.connection.peerCloses();
            assertThat(server.gauge("streams_active")).isZero();
            assertThat(server.gauge("pending_send_bytes")).isZero();
            assertThat(server.gauge("deferred_stream_close")).isZero();
            server.inputs.assertFreed();
            return text.toString();
        } catch (RuntimeException | AssertionError failure) {
            throw new AssertionError("seed " + seed, failure);
        }
    }

    /// What users do with streams after all has come.
    private static void finish(ServerHarness server, long seed) {
        int index = 0;
        for (ServerHarness.Exchange exchange : server.exchanges) {
            switch ((int) (seed + index++) % 5) {
                case 0 -> exchange.response.control().reset(ResetReason.LOCAL_RESET);
                case 1 -> exchange.response.headers(ResponseHeaders.of(204), true);
                case 2 -> exchange.response.control().readDisable(true);
                default -> {}
            }
        }
        server.connection.worker.run();
    }

    /// Without what depends on the pieces: when windows open, and how content is divided.
    private static List<String> essential(List<String> frames) {
        return frames.stream()
                .filter(frame -> !frame.startsWith("WINDOW_UPDATE"))
                .filter(frame -> !frame.startsWith("DATA") || frame.endsWith("END_STREAM"))
                .map(frame ->
                        frame.startsWith("DATA") ? frame.replaceAll("(DATA \\d+).*", "$1") : frame)
                .toList();
    }

    // A client, with some requests under way.

    private static final class Client {
        private final ClientHarness harness;
        private final List<ClientHarness.Exchange> exchanges = new java.util.ArrayList<>();
        private final long seed;

        Client(long seed) {
            this.seed = seed;
            harness =
                    new ClientHarness(
                            io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions
                                    .getDefaultInstance(),
                            options(seed));
            harness.preface();
            for (int index = 0; index < 5; index++) {
                exchanges.add(index % 2 == 0 ? harness.get() : harness.post());
            }
            exchanges.get(1).request.data(io.nuncio.spi.Buffer.copyOf("x".repeat(70_000)), true);
            if (seed % 3 == 0) {
                exchanges.get(2).request.control().readDisable(true);
            }
        }

        int answered() {
            return (int) exchanges.stream().filter(exchange -> exchange.complete).count();
        }

        String run(List<byte[]> pieces) {
            try {
                for (byte[] piece : pieces) {
                    if (piece.length > 0) {
                        harness.receive(piece);
                    }
                }
                if (seed % 3 == 0) {
                    exchanges.get(2).request.control().readDisable(false);
                }
                harness.connection.worker.run();
                var text = new StringBuilder();
                for (ClientHarness.Exchange exchange : exchanges) {
                    text.append(exchange.headers)
                            .append(exchange.informational)
                            .append(exchange.body.length())
                            .append(exchange.trailers)
                            .append(exchange.complete)
                            .append(exchange.reset)
                            .append(exchange.request.control().details())
                            .append('\n');
                }
                text.append(harness.goneAway()).append(harness.allowedStreams);
                text.append(harness.error()).append(essential(harness.frames()));
                harness.connection.peerCloses();
                assertThat(harness.gauge("streams_active")).isZero();
                assertThat(harness.gauge("pending_send_bytes")).isZero();
                assertThat(harness.gauge("deferred_stream_close")).isZero();
                harness.inputs.assertFreed();
                return text.toString();
            } catch (RuntimeException | AssertionError failure) {
                throw new AssertionError("seed " + seed, failure);
            }
        }
    }
}
