package io.nuncio.proxyprotocol;

import io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol;
import io.nuncio.spi.AcceptedSocket;
import io.nuncio.spi.Category;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.ListenerFilter;
import io.nuncio.spi.ListenerFilterFactory;
import io.nuncio.spi.ListenerFilterTemplate;
import io.nuncio.spi.StatsScope;

/// Envoy's PROXY protocol listener filter.
@Extension(
        name = "envoy.filters.listener.proxy_protocol",
        category = Category.LISTENER_FILTER,
        type = "envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol",
        securityPosture = "robust_to_untrusted_downstream")
public final class ProxyProtocolExtension implements ListenerFilterFactory<ProxyProtocol> {
    @Override
    public ListenerFilterTemplate configure(ProxyProtocol message, FactoryContext context) {
        String prefix = message.getStatPrefix();
        StatsScope scope =
                context.serverStats()
                        .scope(prefix.isEmpty() ? "proxy_proto" : "proxy_proto." + prefix);
        return new Template(ProxyProtocolConfig.from(message), ProxyProtocolStats.in(scope), scope);
    }

    private record Template(ProxyProtocolConfig config, ProxyProtocolStats stats, StatsScope scope)
            implements ListenerFilterTemplate {
        @Override
        public ListenerFilter create(AcceptedSocket socket) {
            return new ProxyProtocolFilter(config, stats, socket);
        }

        @Override
        public void close() {
            scope.close();
        }
    }
}
