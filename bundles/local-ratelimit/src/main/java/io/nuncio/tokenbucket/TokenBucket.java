package io.nuncio.tokenbucket;

import java.util.concurrent.atomic.AtomicLong;

/// A bucket that fills steadily and without a timer: all it remembers is the moment from which on
/// its tokens have come in. Taking tokens moves that moment forward, waiting adds to what came
/// since.
///
/// Thread: any. Moments are nanoseconds of [io.nuncio.spi.Worker#nanoTime].
public final class TokenBucket {
    /// Nothing was taken yet: full.
    private static final long UNTOUCHED = Long.MIN_VALUE;

    private final BucketSize size;
    private final AtomicLong since = new AtomicLong(UNTOUCHED);

    public TokenBucket(BucketSize size) {
        this.size = size;
    }

    public BucketSize size() {
        return size;
    }

    /// Takes tokens if there are as many.
    ///
    /// @param wanted as in Envoy, 0 are never there
    public boolean take(long wanted, long now) {
        long before = since.get();
        while (true) {
            double tokens = tokens(before, now);
            if (tokens < wanted || wanted == 0) {
                return false;
            }
            long after = now - (long) Math.ceil(size.nanosFor(tokens - wanted));
            long witness = since.compareAndExchange(before, after);
            if (witness == before) {
                return true;
            }
            before = witness;
        }
    }

    /// The whole tokens that are there.
    public long remaining(long now) {
        return Math.max(0, (long) tokens(since.get(), now));
    }

    /// In how many whole seconds there is a token, 0 if there is one.
    public long secondsToNextToken(long now) {
        double tokens = tokens(since.get(), now);
        return tokens >= 1 ? 0 : (long) Math.ceil(size.nanosFor(1 - tokens) / 1e6) / 1000;
    }

    private double tokens(long from, long now) {
        return from == UNTOUCHED
                ? size.maxTokens()
                : Math.min(size.maxTokens(), (now - from) * size.tokensPerNano());
    }
}
