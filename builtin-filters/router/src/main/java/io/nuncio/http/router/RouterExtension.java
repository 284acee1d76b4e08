package io.nuncio.http.router;

import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.HttpFilter;
import io.nuncio.spi.HttpFilterFactory;
import io.nuncio.spi.HttpFilterTemplate;
import io.nuncio.spi.Stream;

/// Envoy's router.
@Extension(
        name = "envoy.filters.http.router",
        type = "envoy.extensions.filters.http.router.v3.Router",
        securityPosture = "robust_to_untrusted_downstream_and_upstream")
public final class RouterExtension implements HttpFilterFactory<Router> {
    @Override
    public HttpFilterTemplate configure(Router message, FactoryContext context) {
        RouterConfig config = RouterConfig.from(message, context.runtime());
        RouterStats stats = RouterStats.in(context.stats());
        return new Template(new RouterShared(config, stats, context.platform().clusters()));
    }

    private record Template(RouterShared shared) implements HttpFilterTemplate {
        @Override
        public HttpFilter create(Stream stream) {
            return new RouterFilter(shared, stream);
        }

        @Override
        public boolean terminal() {
            return true;
        }
    }
}
