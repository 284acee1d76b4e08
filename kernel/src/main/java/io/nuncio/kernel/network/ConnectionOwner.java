package io.nuncio.kernel.network;

/// Who made a connection: a listener or an upstream pool. Thread: the connection's worker.
public interface ConnectionOwner {
    /// For connections that nobody keeps count of.
    ConnectionOwner NOBODY = new ConnectionOwner() {};

    /// Whether the connection should end now because its listener or the server drains; see
    /// [io.nuncio.spi.NetworkStream#drainClose].
    default boolean drainClose(SocketConnection connection) {
        return false;
    }

    /// A filter or callback of the connection threw. The connection has logged it and closes
    /// itself.
    default void onFilterFailure(SocketConnection connection, Throwable failure) {}

    /// The connection has ended and its filters are destroyed; called exactly once, last.
    default void onDestroy(SocketConnection connection) {}
}
