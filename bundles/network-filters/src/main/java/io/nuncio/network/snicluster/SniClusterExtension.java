package io.nuncio.network.snicluster;

import io.envoyproxy.envoy.extensions.filters.network.sni_cluster.v3.SniCluster;
import io.nuncio.spi.Category;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.NetworkFilterFactory;
import io.nuncio.spi.NetworkFilterTemplate;

/// Envoy's SNI cluster filter, which has no configuration.
@Extension(
        name = "envoy.filters.network.sni_cluster",
        category = Category.NETWORK_FILTER,
        type = "envoy.extensions.filters.network.sni_cluster.v3.SniCluster",
        securityPosture = "unknown")
public final class SniClusterExtension implements NetworkFilterFactory<SniCluster> {
    @Override
    public NetworkFilterTemplate configure(SniCluster message, FactoryContext context) {
        return stream -> new SniClusterFilter(stream.connection());
    }
}
