package io.nuncio.spi.host;

import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.Route;
import io.nuncio.spi.StreamInfo;

import org.osgi.annotation.versioning.ProviderType;

import java.util.List;

/// A compiled route configuration: immutable, shared by all workers.
@ProviderType
public interface RouteTable {
    String name();

    /// Headers that only internal requests may have (`internal_only_headers`): a connection manager
    /// removes them from all others.
    List<HeaderName> internalOnlyHeaders();

    /// Nobody will ask this table any more. Thread: main.
    default void close() {}

    /// The route of a request, [Route#NONE] if nothing matches. Anything else is a [RouteEntry].
    ///
    /// @param random drawn once per stream, for fractions and weights
    Route route(RequestHeaders headers, StreamInfo info, long random);
}
