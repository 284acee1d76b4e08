package io.nuncio.network.snicluster;

import io.envoyproxy.envoy.extensions.filters.network.sni_cluster.v3.SniCluster;
import io.nuncio.testkit.conformance.NetworkFilterConformance;

import org.junit.jupiter.api.Test;

class SniClusterConformanceTest {
    @Test
    void keepsTheRulesOfTheSpi() {
        SniCluster config = SniCluster.getDefaultInstance();
        NetworkFilterConformance.of(new SniClusterExtension(), config).check();
        NetworkFilterConformance.of(new SniClusterExtension(), config)
                .connection(connection -> connection.info().serverName("a.example"))
                .check();
    }
}
