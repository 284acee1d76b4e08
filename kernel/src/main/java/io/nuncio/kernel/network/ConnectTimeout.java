package io.nuncio.kernel.network;

import io.nuncio.spi.Connection;
import io.nuncio.spi.Timer;

/// How long a connection may take to stand, handshake included; made only where there is a limit.
/// Thread: the connection's worker.
final class ConnectTimeout {
    private final SocketConnection connection;
    private final String reason;
    private final Timer timer;
    private boolean passed;

    /// @param reason the local close reason
    ConnectTimeout(SocketConnection connection, long nanos, String reason) {
        this.connection = connection;
        this.reason = reason;
        timer = connection.worker().timer(this::over);
        timer.arm(nanos);
    }

    private void over() {
        passed = true;
        connection.close(Connection.Close.NO_FLUSH, reason);
    }

    /// True if the connection was ended because it did not stand in time.
    boolean passed() {
        return passed;
    }

    /// The connection stands, or has ended.
    void end() {
        timer.disarm();
    }
}
