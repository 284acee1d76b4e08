package io.nuncio.kernel.network;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/// The listeners that are reached within the process, by name; one for all loops of a server. Set
/// on the main thread, read on the workers.
public final class InternalListeners {
    private volatile int bufferLimit;
    private volatile Map<String, List<? extends ListenSocket.Acceptor>> listeners = Map.of();

    InternalListeners() {}

    /// Allows them (Envoy: the bootstrap extension `envoy.bootstrap.internal_listener`).
    ///
    /// @param bytes how many may wait at an end that does not read
    public void enable(int bytes) {
        bufferLimit = bytes;
    }

    public boolean enabled() {
        return bufferLimit > 0;
    }

    int bufferLimit() {
        return bufferLimit;
    }

    /// @param all the acceptors of each, by worker
    public void publish(Map<String, ? extends List<? extends ListenSocket.Acceptor>> all) {
        listeners = Map.copyOf(all);
    }

    /// Who accepts on that loop, null if nobody does.
    ListenSocket.@Nullable Acceptor find(String name, WorkerLoop loop) {
        List<? extends ListenSocket.Acceptor> byWorker = listeners.get(name);
        boolean worker = loop.index() >= 0; // the main thread has no listeners
        return byWorker == null || !worker ? null : byWorker.get(loop.index());
    }
}
