package io.nuncio.http.localratelimit;

import io.nuncio.spi.Connection;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.HeadersOutcome;
import io.nuncio.spi.HttpFilter;
import io.nuncio.spi.LocalReply;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseFlag;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Stream;
import io.nuncio.tokenbucket.TokenBucket;

import org.jspecify.annotations.Nullable;

/// Counts one request, and answers it if it is one too many.
final class LocalRateLimitFilter implements HttpFilter {
    private static final HeaderName LIMIT = HeaderName.of("x-ratelimit-limit");
    private static final HeaderName REMAINING = HeaderName.of("x-ratelimit-remaining");
    private static final HeaderName RESET = HeaderName.of("x-ratelimit-reset");
    private static final String PER_CONNECTION = "per_connection_local_rate_limiter";
    private static final String LIMITED = "local_rate_limited";
    private static final int RESOURCE_EXHAUSTED = 8;

    private final Stream stream;

    /// The route's from the request on, if it has one: a response has that of its request.
    private LocalRateLimitConfig config;

    /// The one that counted, null if none did.
    private @Nullable TokenBucket bucket;

    LocalRateLimitFilter(LocalRateLimitConfig config, Stream stream) {
        this.config = config;
        this.stream = stream;
    }

    @Override
    public HeadersOutcome onRequestHeaders(RequestHeaders headers, boolean endStream) {
        LocalRateLimitConfig ofRoute = stream.perRoute(LocalRateLimitConfig.class);
        if (ofRoute != null) {
            config = ofRoute;
        }
        if (!config.enabled().includes(stream.worker().random())) {
            return HeadersOutcome.CONTINUE;
        }
        config.stats().enabled().increment();
        RateLimiter.Verdict verdict =
                limiter()
                        .count(
                                RequestDescriptors.of(headers, stream, config),
                                stream.worker().nanoTime());
        bucket = verdict.bucket();
        if (verdict.allowed()) {
            config.stats().ok().increment();
            return HeadersOutcome.CONTINUE;
        }
        config.stats().rateLimited().increment();
        if (!config.enforced().includes(stream.worker().random())) {
            config.requestChanges().apply(headers, stream.formatContext());
            return HeadersOutcome.CONTINUE;
        }
        config.stats().enforced().increment();
        LocalReply reply =
                LocalReply.reply(config.status())
                        .body(LIMITED)
                        .details(LIMITED)
                        .flag(ResponseFlag.RATE_LIMITED)
                        .headers(config.responseChanges());
        return config.resourceExhausted() ? reply.grpcStatus(RESOURCE_EXHAUSTED) : reply;
    }

    @Override
    public HeadersOutcome onResponseHeaders(ResponseHeaders headers, boolean endStream) {
        if (bucket != null && config.showHeaders()) {
            long now = stream.worker().nanoTime();
            headers.add(LIMIT, Long.toString(bucket.size().maxTokens()));
            headers.add(REMAINING, Long.toString(bucket.remaining(now)));
            headers.add(RESET, Long.toString(bucket.secondsToNextToken(now)));
        }
        return HeadersOutcome.CONTINUE;
    }

    /// As in Envoy, a connection has one set of buckets, that of the place which asked first.
    private RateLimiter limiter() {
        Connection connection = config.perConnection() ? stream.connection() : null;
        if (connection == null) {
            return config.limiter();
        }
        if (connection.streamInfo().filterState(PER_CONNECTION) instanceof RateLimiter limiter) {
            return limiter;
        }
        var limiter = new RateLimiter(config.limits());
        connection.streamInfo().filterState(PER_CONNECTION, limiter);
        return limiter;
    }
}
