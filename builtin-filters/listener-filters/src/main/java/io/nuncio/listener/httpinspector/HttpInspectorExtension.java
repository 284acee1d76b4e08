package io.nuncio.listener.httpinspector;

import io.envoyproxy.envoy.extensions.filters.listener.http_inspector.v3.HttpInspector;
import io.nuncio.spi.AcceptedSocket;
import io.nuncio.spi.Category;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.ListenerFilter;
import io.nuncio.spi.ListenerFilterFactory;
import io.nuncio.spi.ListenerFilterTemplate;
import io.nuncio.spi.StatsScope;

/// Envoy's HTTP inspector.
@Extension(
        name = "envoy.filters.listener.http_inspector",
        category = Category.LISTENER_FILTER,
        type = "envoy.extensions.filters.listener.http_inspector.v3.HttpInspector",
        securityPosture = "requires_trusted_downstream_and_upstream")
public final class HttpInspectorExtension implements ListenerFilterFactory<HttpInspector> {
    @Override
    public ListenerFilterTemplate configure(HttpInspector message, FactoryContext context) {
        StatsScope scope = context.serverStats().scope("http_inspector");
        return new Template(HttpInspectorStats.in(scope), scope);
    }

    private record Template(HttpInspectorStats stats, StatsScope scope)
            implements ListenerFilterTemplate {
        @Override
        public ListenerFilter create(AcceptedSocket socket) {
            return new HttpInspectorFilter(stats, socket);
        }

        @Override
        public void close() {
            scope.close();
        }
    }
}
