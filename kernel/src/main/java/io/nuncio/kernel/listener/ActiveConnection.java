package io.nuncio.kernel.listener;

import io.nuncio.kernel.lease.UseCount;
import io.nuncio.kernel.network.ConnectionOwner;
import io.nuncio.kernel.network.SocketConnection;
import io.nuncio.spi.Worker;

import org.jspecify.annotations.Nullable;

/// A connection in its worker's list of those that the listener serves. Thread: the worker.
final class ActiveConnection implements ConnectionOwner {
    private final WorkerListener listener;
    private final ChainConnections connections;
    private final @Nullable UseCount filters;
    private final long beganNanos;
    private @Nullable SocketConnection connection;
    @Nullable ActiveConnection previous;
    @Nullable ActiveConnection next;
    boolean toldOfDrain;

    /// @param connections those of the same filter chain
    /// @param filters counts the connections with the same filters, null if they never change
    ActiveConnection(
            WorkerListener listener,
            ChainConnections connections,
            @Nullable UseCount filters,
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

    /// Counts as one of those that use the chain and the filters.
    void enter(Worker worker) {
        connections.count().enter(worker);
        if (filters != null) {
            filters.enter(worker);
        }
    }

    /// Counts no more.
    void exit(Worker worker) {
        if (filters != null) {
            filters.exit(worker);
        }
        connections.count().exit(worker);
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
