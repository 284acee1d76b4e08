package io.nuncio.testkit;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.nuncio.spi.Problems;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.host.Clusters;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;

/// The clusters that a test adds.
public final class FakeClusters implements Clusters {
    private final StatsScope root;
    private final Map<String, FakeCluster> clusters = new HashMap<>();
    private final Map<String, Cluster> owned = new HashMap<>();

    FakeClusters(StatsScope root) {
        this.root = root;
    }

    /// Adds a cluster with one host.
    public FakeCluster add(String name) {
        FakeCluster cluster = new FakeCluster(name, root);
        clusters.put(name, cluster);
        return cluster;
    }

    /// Removes a cluster.
    public void remove(String name) {
        clusters.remove(name);
        owned.remove(name);
    }

    /// Adds the cluster of a service's own target.
    boolean own(Cluster cluster, Problems problems) {
        owned.put(cluster.getName(), cluster);
        add(cluster.getName());
        return true;
    }

    /// The clusters that were made for the targets of services, by name.
    public Map<String, Cluster> owned() {
        return Map.copyOf(owned);
    }

    @Override
    public @Nullable FakeCluster get(String name) {
        return clusters.get(name);
    }

    @Override
    public boolean exists(String name) {
        return clusters.containsKey(name);
    }
}
