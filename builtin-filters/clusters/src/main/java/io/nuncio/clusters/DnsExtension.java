package io.nuncio.clusters;

import io.envoyproxy.envoy.extensions.clusters.dns.v3.DnsCluster;
import io.nuncio.spi.Category;
import io.nuncio.spi.ClusterFactory;
import io.nuncio.spi.ClusterTemplate;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.Problems;

/// The same as [StrictDnsExtension] with a configuration of its own, as `cluster_type` names it.
@Extension(
        name = "envoy.clusters.dns",
        type = "envoy.extensions.clusters.dns.v3.DnsCluster",
        category = Category.CLUSTER,
        securityPosture = "robust_to_untrusted_downstream_and_upstream")
public final class DnsExtension implements ClusterFactory<DnsCluster> {
    @Override
    public ClusterTemplate configure(DnsCluster config, FactoryContext context) {
        return cluster -> {
            Problems problems = cluster.problems().in("cluster_type.typed_config");
            return StrictDnsDiscovery.of(
                    cluster, StrictDnsConfig.from(config, cluster.cluster(), problems));
        };
    }
}
