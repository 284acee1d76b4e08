package io.nuncio.http.localratelimit;

import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.HttpFilterFactory;
import io.nuncio.spi.HttpFilterTemplate;
import io.nuncio.spi.PerRouteFactory;

/// Envoy's local rate limit filter.
@Extension(
        name = "envoy.filters.http.local_ratelimit",
        type = "envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
        securityPosture = "unknown")
public final class LocalRateLimitExtension
        implements HttpFilterFactory<LocalRateLimit>, PerRouteFactory<LocalRateLimit> {
    @Override
    public HttpFilterTemplate configure(LocalRateLimit message, FactoryContext context) {
        var config = LocalRateLimitConfig.from(message, context);
        return stream -> new LocalRateLimitFilter(config, stream);
    }

    @Override
    public Object configureRoute(LocalRateLimit message, FactoryContext context) {
        if (!message.hasTokenBucket()) {
            context.problems().add("token_bucket", "must be set for per filter configs");
        }
        return LocalRateLimitConfig.from(message, context);
    }
}
