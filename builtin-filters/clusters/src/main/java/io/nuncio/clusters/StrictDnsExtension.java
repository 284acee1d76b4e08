package io.nuncio.clusters;

import com.google.protobuf.Empty;

import io.nuncio.spi.Category;
import io.nuncio.spi.ClusterFactory;
import io.nuncio.spi.ClusterTemplate;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;

/// Clusters of type `STRICT_DNS`: every address that the endpoints' names have is a host.
@Extension(
        name = "envoy.cluster.strict_dns",
        category = Category.CLUSTER,
        securityPosture = "robust_to_untrusted_downstream_and_upstream")
public final class StrictDnsExtension implements ClusterFactory<Empty> {
    @Override
    public ClusterTemplate configure(Empty config, FactoryContext context) {
        return cluster ->
                StrictDnsDiscovery.of(
                        cluster, StrictDnsConfig.from(cluster.cluster(), cluster.problems()));
    }
}
