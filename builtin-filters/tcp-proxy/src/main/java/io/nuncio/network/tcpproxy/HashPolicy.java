package io.nuncio.network.tcpproxy;

import io.nuncio.spi.Address;
import io.nuncio.spi.Connection;
import io.nuncio.spi.host.XxHash64;

import org.jspecify.annotations.Nullable;

/// From what a balancer that hashes gets its hash.
///
/// @param filterStateKey null for the downstream's address
record HashPolicy(@Nullable String filterStateKey) {
    static HashPolicy from(io.envoyproxy.envoy.type.v3.HashPolicy message) {
        return new HashPolicy(message.hasFilterState() ? message.getFilterState().getKey() : null);
    }

    /// Null if the connection has nothing to hash; any host will do then.
    @Nullable Long hash(Connection downstream) {
        String text =
                filterStateKey == null
                        ? ip(downstream)
                        : FilterStateText.of(downstream.streamInfo(), filterStateKey);
        return text == null ? null : XxHash64.of(text);
    }

    private static @Nullable String ip(Connection downstream) {
        return downstream.info().remoteAddress() instanceof Address.Ip ip ? ip.host() : null;
    }
}
