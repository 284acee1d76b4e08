package io.nuncio.kernel.upstream;

import io.nuncio.spi.Address;
import io.nuncio.spi.TransportSocketTemplate;
import io.nuncio.spi.Worker;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Records every connection that was asked for; nothing connects until the test says so.
final class FakeNetwork implements UpstreamConnector {
    final List<FakeConnection> connections = new ArrayList<>();

    @Override
    public FakeConnection connect(
            Worker worker,
            Address address,
            ConnectOptions options,
            @Nullable TransportSocketTemplate socket,
            Handler handler) {
        var connection = new FakeConnection(worker, address, options, handler);
        connections.add(connection);
        return connection;
    }

    FakeConnection last() {
        return connections.getLast();
    }
}
