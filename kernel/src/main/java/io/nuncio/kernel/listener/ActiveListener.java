package io.nuncio.kernel.listener;

import io.nuncio.kernel.network.BindFailure;
import io.nuncio.kernel.network.WorkerLoop;
import io.nuncio.spi.Address;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// A listener with its sockets and its parts on the workers. Thread: main.
final class ActiveListener {
    private CompiledListener compiled;
    private final DrainDecision drain;
    private final List<WorkerListener> parts = new ArrayList<>();
    private final @Nullable ExactBalance balance;
    private List<BoundAddress> bound = List.of();
    private final boolean addedViaApi;
    private String version;
    private long lastUpdatedMillis;
    private boolean stopped;

    /// @param workers on which it has parts
    /// @param byAddress those that sockets may be handed over to
    /// @param version as its source calls it; null for the bootstrap's
    static ActiveListener of(
            CompiledListener compiled,
            ListenerManager.Services services,
            List<WorkerLoop> workers,
            ListenersByAddress byAddress,
            @Nullable String version) {
        DrainDecision drain =
                new DrainDecision(
                        services.drain(),
                        services.serverState(),
                        compiled.config().modifyOnlyDrain());
        return new ActiveListener(compiled, drain, workers, byAddress, version);
    }

    private ActiveListener(
            CompiledListener compiled,
            DrainDecision drain,
            List<WorkerLoop> workers,
            ListenersByAddress byAddress,
            @Nullable String version) {
        this.compiled = compiled;
        this.addedViaApi = version != null;
        this.version = version == null ? "" : version;
        this.drain = drain;
        this.balance = compiled.config().exactBalance() ? new ExactBalance(workers.size()) : null;
        this.lastUpdatedMillis = System.currentTimeMillis();
        for (WorkerLoop worker : workers) {
            parts.add(new WorkerListener(worker, compiled, drain, balance, byAddress));
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
            FilterChain successor = pair.successor();
            if (successor != null && pair.old().accepts(successor)) {
                pair.old().handOver(successor);
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

    /// Becomes what a newer version of its message says, which differs in filter chains only.
    ///
    /// @param drained as for [#renew]
    void update(ActiveListener newer, Consumer<FilterChain> drained) {
        version = newer.version;
        lastUpdatedMillis = newer.lastUpdatedMillis;
        renew(newer.compiled, drained);
    }

    ListenerConfig config() {
        return compiled.config();
    }

    /// Where it listens, the main address first; with the ports that the system chose once it is
    /// bound.
    List<Address> addresses() {
        return bound.isEmpty()
                ? config().addresses().stream().map(ListenAddress::address).toList()
                : bound.stream().map(BoundAddress::address).toList();
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

    /// Binds all addresses, or none.
    void bind() throws BindFailure {
        if (!config().bindToPort()) {
            return;
        }
        List<WorkerLoop> workers = parts.stream().map(WorkerListener::worker).toList();
        List<BoundAddress> made = new ArrayList<>();
        try {
            for (ListenAddress address : config().addresses()) {
                made.add(BoundAddress.bind(address, workers));
            }
        } catch (BindFailure failure) {
            made.forEach(BoundAddress::close);
            throw failure;
        }
        bound = List.copyOf(made);
    }

    /// Whether this one may listen on the very sockets of the other.
    boolean listensAs(ActiveListener other) {
        return config().addresses().equals(other.config().addresses())
                && config().bindToPort() == other.config().bindToPort()
                && !other.stopped;
    }

    /// Takes the sockets of another, which does not listen any more but keeps its connections. No
    /// connection that the system has accepted is lost.
    void takeSockets(ActiveListener other) {
        bound = other.bound;
        other.bound = List.of();
        other.stopped = true;
    }

    /// Begins to accept.
    ///
    /// @param done run once on a loop, when whoever accepted before does so no more
    void accept(Runnable done) {
        if (bound.isEmpty()) {
            done.run();
            return;
        }
        AtomicInteger waiting = new AtomicInteger(bound.size());
        for (BoundAddress address : bound) {
            address.accept(
                    parts,
                    balance,
                    () -> {
                        if (waiting.decrementAndGet() == 0) {
                            done.run();
                        }
                    });
        }
    }

    /// Closes the sockets; connections stay.
    void stopListening() {
        stopped = true;
        bound.forEach(BoundAddress::close);
        bound = List.of();
    }

    /// The same.
    ///
    /// @param done run once, when connections are refused
    void stopListening(Runnable done) {
        List<BoundAddress> listened = bound;
        stopped = true;
        bound = List.of();
        if (listened.isEmpty()) {
            done.run();
            return;
        }
        AtomicInteger waiting = new AtomicInteger(listened.size());
        for (BoundAddress address : listened) {
            address.close(() -> {
                if (waiting.decrementAndGet() == 0) {
                    done.run();
                }
            });
        }
    }

    /// The same, and waits until the sockets are closed: only then another can have the addresses.
    /// Not to be called on a worker.
    void awaitStopListening() {
        CompletableFuture<Boolean> closed = new CompletableFuture<>();
        stopListening(() -> closed.complete(true));
        closed.join();
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

    /// The part of one worker. Thread: any.
    WorkerListener part(int worker) {
        return parts.get(worker);
    }

    /// The worker that shall own a socket that was handed over: the one that has it, unless the
    /// connections are balanced. Thread: any.
    int balanced(int worker) {
        ExactBalance exact = balance;
        return exact == null ? worker : exact.pick();
    }
}
