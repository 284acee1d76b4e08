package io.nuncio.spi;

import org.osgi.annotation.versioning.ConsumerType;

import java.util.List;

/// The half of a load balancer that remembers. Thread: main.
@ConsumerType
public interface LoadBalancerPolicy {
    /// Builds the immutable snapshot that workers pick from, after the cluster's hosts or their
    /// health changed. `O(hosts)`.
    ///
    /// @param priorities index is the priority; never empty
    HostPickerTemplate update(List<HostSet> priorities);

    default void close() {}
}
