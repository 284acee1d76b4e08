package io.nuncio.filterstate;

import io.nuncio.spi.Connection;
import io.nuncio.spi.FormatContext;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.NetworkOutcome;
import io.nuncio.spi.StreamInfo;

/// Sets the filter state of one connection when it begins.
final class SetFilterStateFilter implements NetworkFilter {
    private final FilterStateValues values;
    private final Connection connection;

    SetFilterStateFilter(FilterStateValues values, Connection connection) {
        this.values = values;
        this.connection = connection;
    }

    @Override
    public NetworkOutcome onNewConnection() {
        values.apply(new ConnectionContext(connection.streamInfo()));
        return NetworkOutcome.CONTINUE;
    }

    /// What formats may print of a connection: there are no headers.
    private record ConnectionContext(StreamInfo info) implements FormatContext {}
}
