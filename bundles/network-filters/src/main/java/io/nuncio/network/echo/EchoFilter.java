package io.nuncio.network.echo;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.NetworkOutcome;

/// Sends back what one connection brings, its end included. A peer that does not read what comes
/// back is not read from either, beyond the connection's buffer limit.
final class EchoFilter implements NetworkFilter {
    private final Connection connection;

    EchoFilter(Connection connection) {
        this.connection = connection;
    }

    @Override
    public NetworkOutcome onNewConnection() {
        connection.halfClose(true);
        return NetworkOutcome.CONTINUE;
    }

    @Override
    public NetworkOutcome onData(Buffer data, boolean endStream) {
        connection.write(data, endStream);
        return NetworkOutcome.STOP;
    }

    @Override
    public void onAboveWriteBufferHighWatermark() {
        connection.readDisable(true);
    }

    @Override
    public void onBelowWriteBufferLowWatermark() {
        connection.readDisable(false);
    }
}
