package io.nuncio.clusters;

import com.google.protobuf.Empty;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.nuncio.spi.Category;
import io.nuncio.spi.ClusterFactory;
import io.nuncio.spi.ClusterTemplate;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;

/// Clusters of type `EDS`: the endpoints come from a subscription.
@Extension(
        name = "envoy.cluster.eds",
        category = Category.CLUSTER,
        securityPosture = "robust_to_untrusted_downstream_and_upstream")
public final class EdsExtension implements ClusterFactory<Empty> {
    @Override
    public ClusterTemplate configure(Empty config, FactoryContext context) {
        return cluster -> {
            Cluster message = cluster.cluster();
            if (!message.hasEdsClusterConfig()) {
                cluster.problems()
                        .add("eds_cluster_config", "is required by a cluster of type EDS");
            }
            String service = message.getEdsClusterConfig().getServiceName();
            return new EdsDiscovery(
                    service.isEmpty() ? message.getName() : service,
                    message.getEdsClusterConfig().getEdsConfig(),
                    cluster);
        };
    }
}
