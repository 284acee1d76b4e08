package io.nuncio.network.tcpproxy;

import io.nuncio.spi.Connection;
import io.nuncio.spi.LoadBalancerContext;

import org.jspecify.annotations.Nullable;

/// What the choice of a host may depend on.
///
/// @param hashed null if there is no hash
record HostChoice(Connection downstreamConnection, @Nullable Long hashed)
        implements LoadBalancerContext {
    static HostChoice of(Connection downstream, @Nullable HashPolicy policy) {
        return new HostChoice(downstream, policy == null ? null : policy.hash(downstream));
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
