package io.nuncio.kernel.network;

import io.nuncio.spi.Timer;

/// The last time of a connection that closes when all is sent: it ends early if nothing moves for
/// too long. Made when closing begins. Thread: the connection's worker.
final class DelayedClose {
    private final SocketConnection connection;
    private final long patienceNanos;
    private final boolean waitsForPeer;
    private final Timer timer;
    private long unsentAtLastLook;

    /// @param patienceNanos how long it may go on without progress
    /// @param waitsForPeer true to wait, after all is sent, for the peer to close (RFC 9112 9.6)
    DelayedClose(SocketConnection connection, long patienceNanos, boolean waitsForPeer) {
        this.connection = connection;
        this.patienceNanos = patienceNanos;
        this.waitsForPeer = waitsForPeer;
        unsentAtLastLook = connection.unsentBytes();
        timer = connection.worker().timer(this::look);
        timer.arm(patienceNanos);
    }

    boolean waitsForPeer() {
        return waitsForPeer;
    }

    private void look() {
        long unsent = connection.unsentBytes();
        if (unsent < unsentAtLastLook) {
            unsentAtLastLook = unsent;
            timer.arm(patienceNanos);
        } else {
            connection.delayedCloseOver();
        }
    }

    /// The connection has ended.
    void end() {
        timer.disarm();
    }
}
