package io.nuncio.listener.localratelimit;

import com.google.protobuf.Duration;

import io.nuncio.spi.Problems;

import java.util.concurrent.atomic.AtomicLong;

/// A bucket that fills steadily and without a timer: all it remembers is the moment from which on
/// its tokens have come in.
///
/// Thread: any. Moments are nanoseconds of [io.nuncio.spi.Worker#nanoTime].
final class TokenBucket {
    private static final long MIN_INTERVAL_MILLIS = 50;
    private static final double SLOWEST_PER_NANO = 1 / (365 * 24 * 60 * 60 * 1e9);

    /// Nothing was taken yet: full.
    private static final long UNTOUCHED = Long.MIN_VALUE;

    private final long max;
    private final double perNano;
    private final AtomicLong since = new AtomicLong(UNTOUCHED);

    TokenBucket(long max, double perNano) {
        this.max = max;
        this.perNano = perNano;
    }

    /// @param problems of the message
    static TokenBucket from(io.envoyproxy.envoy.type.v3.TokenBucket message, Problems problems) {
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
        return new TokenBucket(
                Integer.toUnsignedLong(message.getMaxTokens()),
                Math.max(perFill / (millis * 1e6), SLOWEST_PER_NANO));
    }

    /// Takes a token if there is one.
    boolean take(long now) {
        long before = since.get();
        while (true) {
            double tokens = before == UNTOUCHED ? max : Math.min(max, (now - before) * perNano);
            if (tokens < 1) {
                return false;
            }
            long after = now - (long) Math.ceil((tokens - 1) / perNano);
            long witness = since.compareAndExchange(before, after);
            if (witness == before) {
                return true;
            }
            before = witness;
        }
    }
}
