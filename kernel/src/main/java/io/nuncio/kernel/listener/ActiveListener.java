package io.nuncio.kernel.listener;

import io.nuncio.kernel.network.BindFailure;
import io.nuncio.kernel.network.ListenOptions;
import io.nuncio.kernel.network.ListenSocket;
import io.nuncio.kernel.network.WorkerLoop;
import io.nuncio.spi.Address;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// A listener with its sockets and its parts on the workers. Thread: main.
final class ActiveListener {
    private CompiledListener compiled;
    private final DrainDecision drain;
    private final List<WorkerListener> parts = new ArrayList<>();
    private final List<ListenSocket> sockets = new ArrayList<>();
    private final boolean addedViaApi;
    private final String version;
    private final long lastUpdatedMillis;
    private Address address;
    private boolean stopped;

    /// @param version as its source calls it; null for the bootstrap's
    ActiveListener(
            CompiledListener compiled,
            DrainDecision drain,
            List<WorkerLoop> workers,
            @Nullable String version) {
        this.compiled = compiled;
        this.addedViaApi = version != null;
        this.version = version == null ? "" : version;
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

    /// Serves new sockets, and the next streams of chains that hand over, by a renewal of itself;
    /// the connections of all other chains that are replaced begin to end.
    ///
    /// @param drained told of each chain that keeps its connections until they end
    void renew(CompiledListener renewed, Consumer<FilterChain> drained) {
        CompiledListener old = compiled;
        List<Renewals.Pair> pairs = Renewals.chains(old, renewed);
        List<FilterChain> kept = new ArrayList<>();
        for (Renewals.Pair pair : pairs) {
            if (pair.old().accepts(pair.successor())) {
                pair.old().handOver(pair.successor());
            } else {
                kept.add(pair.old());
            }
        }
        compiled = renewed;
        parts.forEach(part -> part.renew(renewed));
        if (renewed.socketFilters() != old.socketFilters()) {
            old.socketFilters().sockets().retire(old.socketFilters()::close);
        }
        kept.forEach(drained);
    }

    ListenerConfig config() {
        return compiled.config();
    }

    /// Where it listens; with the port that the system chose once it is bound.
    Address address() {
        return address;
    }

    boolean addedViaApi() {
        return addedViaApi;
    }

    String version() {
        return version;
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

    /// Whether this one may listen on the very sockets of the other.
    boolean listensAs(ActiveListener other) {
        return config().address().equals(other.config().address())
                && config().socket().equals(other.config().socket())
                && config().bindToPort() == other.config().bindToPort()
                && !other.stopped;
    }

    /// Takes the sockets of another, which does not listen any more but keeps its connections. No
    /// connection that the system has accepted is lost.
    void takeSockets(ActiveListener other) {
        address = other.address;
        sockets.addAll(other.sockets);
        other.sockets.clear();
        other.stopped = true;
    }

    /// Begins to accept.
    ///
    /// @param done run once on a loop, when whoever accepted before does so no more
    void accept(Runnable done) {
        if (sockets.isEmpty()) {
            done.run();
        } else if (sockets.size() == parts.size()) {
            AtomicInteger waiting = new AtomicInteger(parts.size());
            for (int index = 0; index < parts.size(); index++) {
                sockets.get(index)
                        .accept(
                                parts.get(index),
                                () -> {
                                    if (waiting.decrementAndGet() == 0) {
                                        done.run();
                                    }
                                });
            }
        } else {
            sockets.getFirst().accept(new SharedSocket(parts), done);
        }
    }

    /// Closes the sockets; connections stay.
    void stopListening() {
        stopped = true;
        sockets.forEach(ListenSocket::close);
        sockets.clear();
    }

    /// Connections shall end as they answer; those that do nothing stay.
    void endWithNextResponse(long nowNanos) {
        drain.begin(nowNanos);
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

    void closeConnections(ChainConnections chain, String reason) {
        for (WorkerListener part : parts) {
            part.worker().post(() -> part.close(chain, reason));
        }
    }

    List<WorkerListener> parts() {
        return List.copyOf(parts);
    }
}
