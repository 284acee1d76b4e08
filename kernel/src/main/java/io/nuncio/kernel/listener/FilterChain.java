package io.nuncio.kernel.listener;

import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.spi.TransportSocketTemplate;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// A compiled filter chain: what serves a connection that matched it.
///
/// @param transport null for plain bytes
/// @param connectTimeoutNanos how long the transport's handshake may take, 0 for without limit
record FilterChain(
        String name,
        List<NetworkFilterTemplate> filters,
        @Nullable TransportSocketTemplate transport,
        long connectTimeoutNanos) {
    FilterChain {
        filters = List.copyOf(filters);
    }

    void close() {
        filters.forEach(NetworkFilterTemplate::close);
        if (transport != null) {
            transport.close();
        }
    }
}
