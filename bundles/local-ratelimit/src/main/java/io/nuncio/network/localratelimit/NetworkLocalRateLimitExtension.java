package io.nuncio.network.localratelimit;

import io.envoyproxy.envoy.config.core.v3.RuntimeFeatureFlag;
import io.envoyproxy.envoy.extensions.filters.network.local_ratelimit.v3.LocalRateLimit;
import io.nuncio.spi.Category;
import io.nuncio.spi.Counter;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.NetworkFilterFactory;
import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.spi.NetworkStream;
import io.nuncio.spi.StatsScope;
import io.nuncio.tokenbucket.BucketSize;
import io.nuncio.tokenbucket.TokenBucket;

import org.slf4j.Logger;

import java.util.function.BooleanSupplier;

/// Envoy's local rate limit filter for connections.
@Extension(
        name = "envoy.filters.network.local_ratelimit",
        category = Category.NETWORK_FILTER,
        type = "envoy.extensions.filters.network.local_ratelimit.v3.LocalRateLimit",
        securityPosture = "robust_to_untrusted_downstream")
public final class NetworkLocalRateLimitExtension implements NetworkFilterFactory<LocalRateLimit> {
    @Override
    public NetworkFilterTemplate configure(LocalRateLimit message, FactoryContext context) {
        RuntimeFeatureFlag flag = message.getRuntimeEnabled();
        boolean byDefault = !flag.hasDefaultValue() || flag.getDefaultValue().getValue();
        StatsScope scope =
                context.serverStats().scope("local_rate_limit." + message.getStatPrefix());
        return new Template(
                new Shared(
                        bucket(message, context),
                        context.runtime().flag(flag.getRuntimeKey(), byDefault),
                        scope.counter("rate_limited"),
                        context.logger()),
                scope);
    }

    /// Buckets of the same key are one, if they are alike.
    private static TokenBucket bucket(LocalRateLimit message, FactoryContext context) {
        BucketSize size =
                BucketSize.from(message.getTokenBucket(), context.problems().in("token_bucket"));
        if (message.getShareKey().isEmpty()) {
            return new TokenBucket(size);
        }
        return context.shared(
                "network.local_ratelimit " + size + " " + message.getShareKey(),
                () -> new TokenBucket(size));
    }

    private record Template(Shared shared, StatsScope scope) implements NetworkFilterTemplate {
        @Override
        public NetworkFilter create(NetworkStream stream) {
            return new NetworkLocalRateLimitFilter(shared, stream.connection());
        }

        @Override
        public void close() {
            scope.close();
        }
    }

    /// What all connections of a configuration share, on all workers.
    record Shared(TokenBucket bucket, BooleanSupplier enabled, Counter limited, Logger log) {}
}
