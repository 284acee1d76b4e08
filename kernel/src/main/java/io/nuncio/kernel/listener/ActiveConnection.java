package io.nuncio.kernel.listener;

import io.nuncio.kernel.network.ConnectionOwner;
import io.nuncio.kernel.network.SocketConnection;
import io.nuncio.spi.NetworkFilterTemplate;

import org.jspecify.annotations.Nullable;

/// A connection in its worker's list of those that the listener serves. Thread: the worker.
final class ActiveConnection implements ConnectionOwner {
    private final WorkerListener listener;
    private final ChainConnections connections;
    private final FilterTemplates.Version<NetworkFilterTemplate> filters;
    private final long beganNanos;
    private @Nullable SocketConnection connection;
    @Nullable ActiveConnection previous;
    @Nullable ActiveConnection next;
    boolean toldOfDrain;

    ActiveConnection(
            WorkerListener listener,
            ChainConnections connections,
            FilterTemplates.Version<NetworkFilterTemplate> filters,
            long nowNanos) {
        this.listener = listener;
        this.connections = connections;
        this.filters = filters;
        this.beganNanos = nowNanos;
    }

    void serves(SocketConnection made) {
        connection = made;
    }

    SocketConnection connection() {
        SocketConnection made = connection;
        if (made == null) {
            throw new IllegalStateException("the connection is still being made");
        }
        return made;
    }

    /// Those of the same filter chain.
    ChainConnections connections() {
        return connections;
    }

    /// Those that serve it.
    FilterTemplates.Version<NetworkFilterTemplate> filters() {
        return filters;
    }

    long beganNanos() {
        return beganNanos;
    }

    @Override
    public boolean drainClose(SocketConnection asking) {
        return listener.drainClose() || connections.drain().close(listener.worker());
    }

    @Override
    public void onDestroy(SocketConnection ended) {
        listener.onEnded(this);
    }
}
