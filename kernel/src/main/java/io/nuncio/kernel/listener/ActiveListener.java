package io.nuncio.kernel.listener;

import io.nuncio.kernel.network.BindFailure;
import io.nuncio.kernel.network.ListenOptions;
import io.nuncio.kernel.network.ListenSocket;
import io.nuncio.kernel.network.WorkerLoop;
import io.nuncio.spi.Address;

import java.util.ArrayList;
import java.util.List;

/// A listener with its sockets and its parts on the workers. Thread: main.
final class ActiveListener {
    private final CompiledListener compiled;
    private final DrainDecision drain;
    private final List<WorkerListener> parts = new ArrayList<>();
    private final List<ListenSocket> sockets = new ArrayList<>();
    private final long lastUpdatedMillis;
    private Address address;
    private boolean stopped;

    ActiveListener(CompiledListener compiled, DrainDecision drain, List<WorkerLoop> workers) {
        this.compiled = compiled;
        this.drain = drain;
        this.address = compiled.config().address();
        this.lastUpdatedMillis = System.currentTimeMillis();
        for (WorkerLoop worker : workers) {
            parts.add(new WorkerListener(worker, compiled, drain));
        }
    }

    CompiledListener compiled() {
        return compiled;
    }

    ListenerConfig config() {
        return compiled.config();
    }

    /// Where it listens; with the port that the system chose once it is bound.
    Address address() {
        return address;
    }

    long lastUpdatedMillis() {
        return lastUpdatedMillis;
    }

    boolean stopped() {
        return stopped;
    }

    boolean draining() {
        return drain.draining();
    }

    List<ListenSocket> sockets() {
        return List.copyOf(sockets);
    }

    /// One socket per worker if they can share the address, else one for all.
    void bind() throws BindFailure {
        if (!config().bindToPort()) {
            return;
        }
        for (WorkerListener part : parts) {
            WorkerLoop worker = part.worker();
            ListenOptions options = config().socket();
            sockets.add(ListenSocket.bind(worker, address, options));
            address = sockets.getFirst().address();
            if (!options.reusePort() || !worker.engine().supportsReusePort()) {
                return;
            }
        }
    }

    /// Begins to accept.
    void accept() {
        if (sockets.size() == parts.size()) {
            for (int index = 0; index < parts.size(); index++) {
                sockets.get(index).accept(parts.get(index));
            }
        } else if (!sockets.isEmpty()) {
            sockets.getFirst().accept(new SharedSocket(parts));
        }
    }

    /// Closes the sockets; connections stay.
    void stopListening() {
        stopped = true;
        sockets.forEach(ListenSocket::close);
        sockets.clear();
    }

    /// Begins to drain.
    ///
    /// @param overNanos how long it may take until each connection is told
    void drain(long nowNanos, long overNanos) {
        drain.begin(nowNanos);
        for (WorkerListener part : parts) {
            part.worker().post(() -> part.tellOfDrain(overNanos));
        }
    }

    void closeConnections(String reason) {
        for (WorkerListener part : parts) {
            part.worker().post(() -> part.close(reason));
        }
    }

    List<WorkerListener> parts() {
        return List.copyOf(parts);
    }
}
