package io.nuncio.http.router;

import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.HttpFilter;
import io.nuncio.spi.HttpFilterFactory;
import io.nuncio.spi.HttpFilterTemplate;
import io.nuncio.spi.Stream;
import io.nuncio.spi.host.Clusters;

/// Envoy's router.
@Extension(
        name = "envoy.filters.http.router",
        type = "envoy.extensions.filters.http.router.v3.Router",
        securityPosture = "robust_to_untrusted_downstream_and_upstream")
public final class RouterExtension implements HttpFilterFactory<Router> {
    @Override
    public HttpFilterTemplate configure(Router message, FactoryContext context) {
        RouterConfig config = RouterConfig.from(message);
        RouterStats stats = RouterStats.in(context.stats());
        return new Template(config, stats, context.platform().clusters());
    }

    private record Template(RouterConfig config, RouterStats stats, Clusters clusters)
            implements HttpFilterTemplate {
        @Override
        public HttpFilter create(Stream stream) {
            return new RouterFilter(config, stats, clusters, stream);
        }

        @Override
        public boolean terminal() {
            return true;
        }
    }
}
