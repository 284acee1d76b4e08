package io.nuncio.spi;

import org.osgi.annotation.versioning.ConsumerType;

/// The behaviour of a network filter for one connection. Thread: the connection's worker; nothing
/// is called after [#onDestroy].
@ConsumerType
public interface NetworkFilter {
    /// The connection was accepted; with TLS, before the handshake is done.
    default NetworkOutcome onNewConnection() {
        return NetworkOutcome.CONTINUE;
    }

    /// Bytes from the peer.
    ///
    /// Ownership: `data` is the connection's read buffer: take or drain what you handle, the rest
    /// comes again with the next bytes.
    ///
    /// @param endStream true if the peer sends no more (only with half-close on)
    default NetworkOutcome onData(Buffer data, boolean endStream) {
        return NetworkOutcome.CONTINUE;
    }

    /// Bytes towards the peer, before the transport socket; the filters are asked in reverse order.
    default NetworkOutcome onWrite(Buffer data, boolean endStream) {
        return NetworkOutcome.CONTINUE;
    }

    /// The connection stands, or has ended.
    default void onEvent(ConnectionEvent event) {}

    /// More than the limit waits to be written to the peer.
    default void onAboveWriteBufferHighWatermark() {}

    default void onBelowWriteBufferLowWatermark() {}

    /// The listener drains: say goodbye to the peer in the protocol's own way and close when idle.
    default void onDrain() {}

    /// Called exactly once, last.
    default void onDestroy() {}
}
