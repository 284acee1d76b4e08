package io.nuncio.network.tcpproxy;

import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.nuncio.spi.AccessLogger;
import io.nuncio.spi.Category;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.NetworkFilterFactory;
import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.spi.NetworkStream;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.host.Clusters;

/// Envoy's TCP proxy.
@Extension(
        name = "envoy.filters.network.tcp_proxy",
        category = Category.NETWORK_FILTER,
        type = "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
        securityPosture = "robust_to_untrusted_downstream_and_upstream")
public final class TcpProxyExtension implements NetworkFilterFactory<TcpProxy> {
    @Override
    public NetworkFilterTemplate configure(TcpProxy message, FactoryContext context) {
        StatsScope scope = context.serverStats().scope("tcp." + message.getStatPrefix());
        AccessLogger log =
                context.platform()
                        .accessLogs()
                        .compile(message.getAccessLogList(), context, "access_log");
        return new Template(
                new TcpProxyShared(
                        TcpProxyConfig.from(message, context),
                        TcpProxyStats.in(scope),
                        log,
                        context.platform().clusters()),
                scope);
    }

    private record Template(TcpProxyShared shared, StatsScope scope)
            implements NetworkFilterTemplate {
        @Override
        public NetworkFilter create(NetworkStream stream) {
            return new TcpProxyFilter(shared, stream);
        }

        @Override
        public boolean terminal() {
            return true;
        }

        @Override
        public void close() {
            shared.log().close();
            scope.close();
        }
    }

    /// What all connections of a configuration share.
    record TcpProxyShared(
            TcpProxyConfig config, TcpProxyStats stats, AccessLogger log, Clusters clusters) {}
}
