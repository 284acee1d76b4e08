package io.nuncio.kernel.http1;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;

import org.junit.jupiter.api.Test;

import java.util.Arrays;

/// Broken requests in random pieces: never an exception, bounded memory, and the same result
/// whatever the pieces.
class Http1FuzzTest {
    @Test
    void theResultDoesNotDependOnThePieces() {
        var time = new FuzzTime();
        int accepted = 0;
        int refused = 0;
        for (long seed = FuzzTime.firstSeed(); !time.over(); seed++) {
            var generator = new RequestGenerator(seed);
            byte[] input = generator.next();
            var whole = harness();
            run(whole, input, seed);
            String expected = describe(whole);
            accepted += whole.exchanges.stream().filter(exchange -> exchange.complete).count();
            refused += whole.error() == null ? 0 : 1;
            check(input, seed, expected, generator.cuts(input.length));
            if (seed % 8 == 0) {
                int[] everywhere = new int[input.length];
                Arrays.setAll(everywhere, index -> index);
                check(input, seed, expected, everywhere);
            }
        }
        assertThat(accepted).as("requests accepted").isGreaterThan(1000);
        assertThat(refused).as("streams refused").isGreaterThan(1000);
    }

    private static ServerHarness harness() {
        return new ServerHarness(
                Http1ProtocolOptions.newBuilder()
                        .setEnableTrailers(true)
                        .setAcceptHttp10(true)
                        .build());
    }

    private static void check(byte[] input, long seed, String expected, int[] cuts) {
        var harness = harness();
        int from = 0;
        for (int cut : cuts) {
            run(harness, Arrays.copyOfRange(input, from, cut), seed);
            from = cut;
        }
        run(harness, Arrays.copyOfRange(input, from, input.length), seed);
        assertThat(describe(harness)).as("seed " + seed).isEqualTo(expected);
    }

    private static void run(ServerHarness harness, byte[] input, long seed) {
        if (input.length == 0) {
            return;
        }
        try {
            harness.receive(input);
        } catch (RuntimeException | AssertionError failure) {
            throw new AssertionError(
                    "seed " + seed + ": " + new String(input, ISO_8859_1), failure);
        }
        for (ServerHarness.Exchange exchange : harness.exchanges) {
            if (exchange.headers != null) {
                assertThat(exchange.headers.array().length).isLessThan(20_000);
            }
        }
    }

    private static String describe(ServerHarness harness) {
        var text = new StringBuilder();
        for (ServerHarness.Exchange exchange : harness.exchanges) {
            text.append(exchange.describe())
                    .append(exchange.complete ? "complete" : "incomplete")
                    .append(exchange.refusal == null ? "" : " " + exchange.refusal.details())
                    .append('\n');
        }
        String written = harness.written();
        return text.append(harness.error()).append('\n').append(written).toString();
    }
}
