package io.nuncio.network.connectionlimit;

import io.nuncio.network.connectionlimit.ConnectionLimitExtension.Shared;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.ConnectionEvent;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.NetworkOutcome;
import io.nuncio.spi.NetworkStream;

/// Counts one connection, and closes it, at once or after a delay, if there are too many.
///
/// | limit | default | when exceeded |
/// | --- | --- | --- |
/// | `max_connections` | none, must be set | closed after `delay`, `limited_connections` |
final class ConnectionLimitFilter implements NetworkFilter {
    private static final String OVER = "over_connection_limit";

    private final Shared shared;
    private final NetworkStream stream;
    private boolean counted;
    private boolean rejected;

    ConnectionLimitFilter(Shared shared, NetworkStream stream) {
        this.shared = shared;
        this.stream = stream;
    }

    @Override
    public NetworkOutcome onNewConnection() {
        if (!shared.config().enabled().getAsBoolean()) {
            return NetworkOutcome.CONTINUE;
        }
        counted = true;
        shared.stats().active().increment();
        // One that is rejected counts, too, until it is closed.
        long before = shared.connections().getAndIncrement();
        long max = shared.config().maxConnections();
        if (Long.compareUnsigned(before, max) < 0) {
            return NetworkOutcome.CONTINUE;
        }
        rejected = true;
        shared.stats().limited().increment();
        shared.log()
                .debug(
                        "{}: closed, there are {} connections already; the limit is max_connections"
                                + " of the connection_limit filter",
                        stream.connection(),
                        before);
        long delay = shared.config().delayNanos();
        if (delay > 0) {
            stream.timer(this::close).arm(delay);
        } else {
            close();
        }
        return NetworkOutcome.STOP;
    }

    private void close() {
        stream.connection().close(Connection.Close.NO_FLUSH, OVER);
    }

    @Override
    public NetworkOutcome onData(Buffer data, boolean endStream) {
        return rejected ? NetworkOutcome.STOP : NetworkOutcome.CONTINUE;
    }

    @Override
    public void onEvent(ConnectionEvent event) {
        if (counted && event != ConnectionEvent.CONNECTED) {
            counted = false;
            shared.connections().getAndDecrement();
            shared.stats().active().decrement();
        }
    }
}
