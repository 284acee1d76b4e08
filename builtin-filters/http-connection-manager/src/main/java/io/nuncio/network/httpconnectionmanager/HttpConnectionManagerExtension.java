package io.nuncio.network.httpconnectionmanager;

import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.nuncio.spi.Category;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.NetworkFilterFactory;
import io.nuncio.spi.NetworkFilterTemplate;

/// Envoy's HTTP connection manager.
@Extension(
        name = "envoy.filters.network.http_connection_manager",
        type = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        category = Category.NETWORK_FILTER,
        securityPosture = "robust_to_untrusted_downstream_and_upstream")
public final class HttpConnectionManagerExtension
        implements NetworkFilterFactory<HttpConnectionManager> {
    @Override
    public NetworkFilterTemplate configure(HttpConnectionManager message, FactoryContext context) {
        return new ConnectionManagerTemplate(ConnectionManagerConfig.from(message, context));
    }
}
