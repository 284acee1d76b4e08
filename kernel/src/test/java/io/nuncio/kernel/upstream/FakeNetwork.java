package io.nuncio.kernel.upstream;

import io.nuncio.kernel.network.ConnectOptions;
import io.nuncio.spi.Address;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.Worker;

import java.util.ArrayList;
import java.util.List;

/// Records every connection that was asked for; nothing connects until the test says so.
final class FakeNetwork implements UpstreamConnector {
    final List<FakeConnection> connections = new ArrayList<>();
    boolean exhausted;

    @Override
    public FakeConnection connect(
            Worker worker, Address address, ConnectOptions options, NetworkFilter filter) {
        if (exhausted) {
            throw new IllegalStateException("too many open files");
        }
        var connection = new FakeConnection(worker, address, options, filter);
        connections.add(connection);
        return connection;
    }

    FakeConnection last() {
        return connections.getLast();
    }
}
