package io.nuncio.listener.tlsinspector;

import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.nuncio.spi.AcceptedSocket;
import io.nuncio.spi.Category;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.ListenerFilter;
import io.nuncio.spi.ListenerFilterFactory;
import io.nuncio.spi.ListenerFilterTemplate;
import io.nuncio.spi.StatsScope;

/// Envoy's TLS inspector.
@Extension(
        name = "envoy.filters.listener.tls_inspector",
        category = Category.LISTENER_FILTER,
        type = "envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector",
        securityPosture = "robust_to_untrusted_downstream")
public final class TlsInspectorExtension implements ListenerFilterFactory<TlsInspector> {
    @Override
    public ListenerFilterTemplate configure(TlsInspector message, FactoryContext context) {
        StatsScope scope = context.serverStats().scope("tls_inspector");
        return new Template(TlsInspectorConfig.from(message), TlsInspectorStats.in(scope), scope);
    }

    private record Template(TlsInspectorConfig config, TlsInspectorStats stats, StatsScope scope)
            implements ListenerFilterTemplate {
        @Override
        public ListenerFilter create(AcceptedSocket socket) {
            return new TlsInspectorFilter(config, stats, socket);
        }

        @Override
        public void close() {
            scope.close();
        }
    }
}
