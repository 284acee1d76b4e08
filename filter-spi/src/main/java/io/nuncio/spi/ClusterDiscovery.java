package io.nuncio.spi;

import org.osgi.annotation.versioning.ConsumerType;

/// Finds the hosts of one cluster, for as long as the cluster lives. Thread: main.
@ConsumerType
public interface ClusterDiscovery {
    /// Begins. Publish the first host set to `hosts` when it is known, even if it is empty or the
    /// look-up failed: the cluster counts as initialised from then on.
    void start(HostPublisher hosts);

    /// True if hosts come from outside (EDS): such clusters are initialised after all others.
    default boolean secondary() {
        return false;
    }

    /// The cluster is removed or replaced.
    default void close() {}
}
