package io.nuncio.spi;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.nuncio.spi.host.Subscriptions;

import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/// A compiled discovery type of one cluster. Thread: main.
@FunctionalInterface
@ConsumerType
public interface ClusterTemplate {
    /// Makes the discovery of the cluster; called once.
    ClusterDiscovery create(Context context);

    /// What a cluster's discovery may use.
    @ProviderType
    interface Context {
        /// The cluster's whole configuration, checked.
        Cluster cluster();

        /// Where everything wrong with the cluster's own fields is reported, relative to the
        /// cluster; while [ClusterTemplate#create] runs. The discovery is not used if there was a
        /// problem.
        Problems problems();

        Resolver resolver();

        /// Where endpoints from outside come from.
        Subscriptions subscriptions();

        /// The cluster's statistics.
        StatsScope stats();

        /// The main thread's loop.
        Worker worker();
    }
}
