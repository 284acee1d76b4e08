package io.nuncio.listener.localratelimit;

import io.nuncio.spi.AcceptedSocket;
import io.nuncio.spi.Counter;
import io.nuncio.spi.ListenerFilter;
import io.nuncio.tokenbucket.TokenBucket;

import java.util.function.BooleanSupplier;

/// Takes a token for one accepted socket, or closes it.
final class ListenerLocalRateLimitFilter implements ListenerFilter {
    private final BooleanSupplier enabled;
    private final TokenBucket bucket;
    private final Counter rateLimited;
    private final AcceptedSocket socket;

    ListenerLocalRateLimitFilter(
            BooleanSupplier enabled,
            TokenBucket bucket,
            Counter rateLimited,
            AcceptedSocket socket) {
        this.enabled = enabled;
        this.bucket = bucket;
        this.rateLimited = rateLimited;
        this.socket = socket;
    }

    @Override
    public Outcome onAccept() {
        if (!enabled.getAsBoolean() || bucket.take(1, socket.worker().nanoTime())) {
            return Outcome.CONTINUE;
        }
        rateLimited.increment();
        return Outcome.CLOSE;
    }
}
