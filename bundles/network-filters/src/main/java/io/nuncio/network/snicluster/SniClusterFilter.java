package io.nuncio.network.snicluster;

import io.nuncio.spi.Connection;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.NetworkOutcome;

/// Notes the server name where the TCP proxy looks for its cluster.
final class SniClusterFilter implements NetworkFilter {
    private static final String CLUSTER = "envoy.tcp_proxy.cluster";

    private final Connection connection;

    SniClusterFilter(Connection connection) {
        this.connection = connection;
    }

    @Override
    public NetworkOutcome onNewConnection() {
        String name = connection.info().requestedServerName();
        if (name != null && !name.isEmpty()) {
            connection.streamInfo().filterState(CLUSTER, name);
        }
        return NetworkOutcome.CONTINUE;
    }
}
