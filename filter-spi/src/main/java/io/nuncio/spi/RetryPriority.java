package io.nuncio.spi;

import org.osgi.annotation.versioning.ConsumerType;

import java.util.List;

/// Shares the retries of one request between the priorities of its cluster. Thread: the request's
/// worker.
@ConsumerType
public interface RetryPriority {
    /// How the next pick is shared (Envoy: determinePriorityLoad).
    ///
    /// @param priorities the cluster's hosts; index is the priority
    /// @param original how picks are shared by the health of the hosts
    /// @return `original`, or another one whose shares add up to 100
    PriorityLoad load(List<HostSet> priorities, PriorityLoad original);

    /// An attempt went to this host, or failed to connect to it.
    default void onHostAttempted(Host host) {}
}
