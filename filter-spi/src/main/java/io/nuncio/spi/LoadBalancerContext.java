package io.nuncio.spi;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;

import java.util.List;

/// What a pick may depend on. Thread: the worker. All defaults mean 'nothing special'.
@ConsumerType
public interface LoadBalancerContext {
    /// A context that asks for nothing.
    LoadBalancerContext NONE = new LoadBalancerContext() {};

    /// True if [#hash] may be used.
    default boolean hasHash() {
        return false;
    }

    /// The hash that the route's policy computed from the request.
    default long hash() {
        return 0;
    }

    default @Nullable RequestHeaders requestHeaders() {
        return null;
    }

    default @Nullable Connection downstreamConnection() {
        return null;
    }

    /// What the connection is to ask of its transport socket. Streams share connections that ask
    /// for the same.
    default TransportOptions transportOptions() {
        return TransportOptions.NONE;
    }

    /// How often the balancer may pick again when [#refuses] said no.
    default int retryCount() {
        return 0;
    }

    /// True if the picked host should not be used (a host that was tried already).
    default boolean refuses(Host host) {
        return false;
    }

    /// The host that must or should be used, as `address:port`; null for free choice.
    default @Nullable String overrideHost() {
        return null;
    }

    /// How this pick is shared between the priorities.
    ///
    /// @param priorities the cluster's hosts; index is the priority
    /// @param original how picks are shared by the health of the hosts
    default PriorityLoad priorityLoad(List<HostSet> priorities, PriorityLoad original) {
        return original;
    }
}
