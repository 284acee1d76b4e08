package io.nuncio.tokenbucket;

import com.google.protobuf.Duration;

import io.nuncio.spi.Problems;

/// How many tokens a bucket holds, and how fast it fills.
public record BucketSize(long maxTokens, double tokensPerNano) {
    private static final long MIN_INTERVAL_MILLIS = 50;
    private static final double SLOWEST_PER_NANO = 1 / (365 * 24 * 60 * 60 * 1e9);

    /// @param problems of the message
    public static BucketSize from(
            io.envoyproxy.envoy.type.v3.TokenBucket message, Problems problems) {
        Duration interval = message.getFillInterval();
        long millis = interval.getSeconds() * 1000 + interval.getNanos() / 1_000_000;
        if (millis < MIN_INTERVAL_MILLIS) {
            problems.at("fill_interval")
                    .expected("at least " + MIN_INTERVAL_MILLIS + "ms")
                    .found(millis + "ms");
            millis = MIN_INTERVAL_MILLIS;
        }
        long perFill =
                message.hasTokensPerFill()
                        ? Integer.toUnsignedLong(message.getTokensPerFill().getValue())
                        : 1;
        return new BucketSize(
                Integer.toUnsignedLong(message.getMaxTokens()),
                Math.max(perFill / (millis * 1e6), SLOWEST_PER_NANO));
    }

    double nanosFor(double tokens) {
        return tokens / tokensPerNano;
    }
}
