package io.nuncio.clusters;

import com.google.protobuf.Empty;

import io.nuncio.spi.Category;
import io.nuncio.spi.ClusterFactory;
import io.nuncio.spi.ClusterTemplate;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;

/// Clusters of type `STATIC`: the endpoints are addresses, and all that there will ever be.
@Extension(
        name = "envoy.cluster.static",
        category = Category.CLUSTER,
        securityPosture = "robust_to_untrusted_downstream_and_upstream")
public final class StaticExtension implements ClusterFactory<Empty> {
    @Override
    public ClusterTemplate configure(Empty config, FactoryContext context) {
        return cluster ->
                StaticDiscovery.of(cluster.cluster().getLoadAssignment(), cluster.problems());
    }
}
