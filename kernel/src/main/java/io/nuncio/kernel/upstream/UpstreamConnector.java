package io.nuncio.kernel.upstream;

import io.nuncio.kernel.network.ConnectOptions;
import io.nuncio.kernel.network.ConnectionOwner;
import io.nuncio.kernel.network.Connector;
import io.nuncio.kernel.network.WorkerLoop;
import io.nuncio.spi.Address;
import io.nuncio.spi.Connection;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.Worker;

import java.util.List;

/// Opens connections to upstream hosts. Thread: the worker.
@FunctionalInterface
public interface UpstreamConnector {
    /// Over the network.
    UpstreamConnector SOCKETS =
            (worker, address, options, filter) ->
                    Connector.connect(
                            (WorkerLoop) worker,
                            address,
                            options.withFilters(List.of(stream -> filter)),
                            ConnectionOwner.NOBODY);

    /// Begins to connect. What becomes of it is told to `filter`, never before this returns:
    /// [io.nuncio.spi.ConnectionEvent#CONNECTED] and later a close event, or the close event alone.
    ///
    /// @param filter reads and writes the connection's bytes
    Connection connect(
            Worker worker, Address address, ConnectOptions options, NetworkFilter filter);
}
