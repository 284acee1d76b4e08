package io.nuncio.spi.host;

import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.Route;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.Worker;

import org.osgi.annotation.versioning.ProviderType;

import java.util.List;

/// A compiled route configuration: immutable, shared by all workers.
@ProviderType
public interface RouteTable {
    String name();

    /// Headers that only internal requests may have (`internal_only_headers`): a connection manager
    /// removes them from all others.
    List<HeaderName> internalOnlyHeaders();

    /// A stream will ask this table until it [leaves][#exit]; called in the same round of the loop
    /// in which the table was found. Thread: the worker.
    default void enter(Worker worker) {}

    /// A stream that has entered has ended, and with it all that it has of the table. Thread: the
    /// worker.
    default void exit(Worker worker) {}

    /// Nobody finds this table any more: what it holds is closed when the last stream has left.
    /// Thread: main.
    default void close() {}

    /// The route of a request, [Route#NONE] if nothing matches. Anything else is a [RouteEntry].
    ///
    /// @param random drawn once per stream, for fractions and weights
    Route route(RequestHeaders headers, StreamInfo info, long random);
}
