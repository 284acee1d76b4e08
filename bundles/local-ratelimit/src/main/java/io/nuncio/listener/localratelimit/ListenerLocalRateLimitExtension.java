package io.nuncio.listener.localratelimit;

import io.envoyproxy.envoy.config.core.v3.RuntimeFeatureFlag;
import io.envoyproxy.envoy.extensions.filters.listener.local_ratelimit.v3.LocalRateLimit;
import io.nuncio.spi.AcceptedSocket;
import io.nuncio.spi.Category;
import io.nuncio.spi.Counter;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.ListenerFilter;
import io.nuncio.spi.ListenerFilterFactory;
import io.nuncio.spi.ListenerFilterTemplate;
import io.nuncio.spi.StatsScope;
import io.nuncio.tokenbucket.BucketSize;
import io.nuncio.tokenbucket.TokenBucket;

import java.util.function.BooleanSupplier;

/// Envoy's local rate limit of listeners.
@Extension(
        name = "envoy.filters.listener.local_ratelimit",
        category = Category.LISTENER_FILTER,
        type = "envoy.extensions.filters.listener.local_ratelimit.v3.LocalRateLimit",
        securityPosture = "robust_to_untrusted_downstream")
public final class ListenerLocalRateLimitExtension
        implements ListenerFilterFactory<LocalRateLimit> {
    @Override
    public ListenerFilterTemplate configure(LocalRateLimit message, FactoryContext context) {
        StatsScope scope =
                context.serverStats().scope("listener_local_ratelimit." + message.getStatPrefix());
        return new Template(
                enabled(message, context),
                new TokenBucket(
                        BucketSize.from(
                                message.getTokenBucket(), context.problems().in("token_bucket"))),
                scope.counter("rate_limited"),
                scope);
    }

    private static BooleanSupplier enabled(LocalRateLimit message, FactoryContext context) {
        if (!message.hasRuntimeEnabled()) {
            return () -> true;
        }
        RuntimeFeatureFlag flag = message.getRuntimeEnabled();
        return context.runtime().flag(flag.getRuntimeKey(), flag.getDefaultValue().getValue());
    }

    private record Template(
            BooleanSupplier enabled, TokenBucket bucket, Counter rateLimited, StatsScope scope)
            implements ListenerFilterTemplate {
        @Override
        public ListenerFilter create(AcceptedSocket socket) {
            return new ListenerLocalRateLimitFilter(enabled, bucket, rateLimited, socket);
        }

        @Override
        public void close() {
            scope.close();
        }
    }
}
