package io.nuncio.network.directresponse;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.NetworkOutcome;

/// Sends the response to one connection and closes it. What the peer sends is not looked at.
final class DirectResponseFilter implements NetworkFilter {
    private static final String DETAILS = "direct_response";

    private final byte[] response;
    private final Connection connection;

    DirectResponseFilter(byte[] response, Connection connection) {
        this.response = response;
        this.connection = connection;
    }

    @Override
    public NetworkOutcome onNewConnection() {
        if (response.length > 0) {
            Buffer data = new Buffer();
            data.append(response);
            connection.write(data, true);
        }
        connection.streamInfo().responseCodeDetails(DETAILS);
        connection.close(Connection.Close.FLUSH_WRITE, "");
        return NetworkOutcome.STOP;
    }

    @Override
    public NetworkOutcome onData(Buffer data, boolean endStream) {
        return NetworkOutcome.STOP;
    }
}
