package io.nuncio.spi;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;

/// The half of a load balancer that picks: a snapshot plus this worker's own counters. Thread: its
/// worker.
@ConsumerType
public interface HostPicker {
    /// @return null if no host may be used
    @Nullable Host pick(LoadBalancerContext context);
}
