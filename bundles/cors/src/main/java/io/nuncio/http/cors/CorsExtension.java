package io.nuncio.http.cors;

import io.envoyproxy.envoy.extensions.filters.http.cors.v3.Cors;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.HttpFilterFactory;
import io.nuncio.spi.HttpFilterTemplate;
import io.nuncio.spi.PerRouteFactory;

/// Envoy's CORS filter. The filter itself has nothing to configure: what is allowed is said by
/// routes, virtual hosts and route configurations.
@Extension(
        name = "envoy.filters.http.cors",
        type = {
            "envoy.extensions.filters.http.cors.v3.Cors",
            "envoy.extensions.filters.http.cors.v3.CorsPolicy"
        },
        securityPosture = "robust_to_untrusted_downstream")
public final class CorsExtension
        implements HttpFilterFactory<Cors>,
                PerRouteFactory<io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy> {
    @Override
    public HttpFilterTemplate configure(Cors message, FactoryContext context) {
        CorsStats stats = CorsStats.in(context.stats().scope("cors"));
        return stream -> new CorsFilter(stats, stream);
    }

    @Override
    public Object configureRoute(
            io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy message,
            FactoryContext context) {
        return CorsPolicy.from(message, context);
    }
}
