package io.nuncio.network.tcpproxy;

import io.nuncio.spi.Connection;
import io.nuncio.spi.LoadBalancerContext;
import io.nuncio.spi.TransportOptions;

import org.jspecify.annotations.Nullable;

/// What the choice of a host, and of a connection to it, may depend on.
///
/// @param hashed null if there is no hash
record HostChoice(
        Connection downstreamConnection, @Nullable Long hashed, TransportOptions transportOptions)
        implements LoadBalancerContext {
    static HostChoice of(Connection downstream, @Nullable HashPolicy policy) {
        return new HostChoice(
                downstream,
                policy == null ? null : policy.hash(downstream),
                TransportOptions.wished(downstream.streamInfo()).withDownstream(downstream));
    }

    @Override
    public boolean hasHash() {
        return hashed != null;
    }

    @Override
    public long hash() {
        return hashed == null ? 0 : hashed;
    }
}
