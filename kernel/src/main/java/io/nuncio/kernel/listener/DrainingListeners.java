package io.nuncio.kernel.listener;

import io.nuncio.spi.Timer;
import io.nuncio.spi.Worker;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/// Listeners that were replaced or removed: a connection ends with one of its next responses, those
/// that are left when the drain time is over are closed, and then the extensions are let go. An
/// idle connection is not closed before that, as its client may be about to use it. Thread: main.
final class DrainingListeners {
    private final ListenerManager.Services services;
    private final ListenerManagerStats stats;
    private final Set<ActiveListener> listeners = new LinkedHashSet<>();

    DrainingListeners(ListenerManager.Services services, ListenerManagerStats stats) {
        this.services = services;
        this.stats = stats;
    }

    List<ActiveListener> all() {
        return List.copyOf(listeners);
    }

    /// Another listener takes the place of this one, which drains as soon as it accepts no more.
    void replaced(ActiveListener listener) {
        listeners.add(listener);
    }

    /// The listener that was replaced accepts no more. Does nothing if it was closed meanwhile.
    void beginReplaced(ActiveListener listener) {
        if (listeners.contains(listener)) {
            begin(listener);
        }
    }

    /// The listener accepts no more.
    void begin(ActiveListener listener) {
        listeners.add(listener);
        listener.endWithNextResponse(System.nanoTime());
        stats.draining().set(listeners.size()); // whoever sees it sees responses that end
        Worker main = services.mainThread();
        Timer limit = main.timer(() -> listener.closeConnections("drain_time_over"));
        limit.arm(services.drain().timeNanos());
        AtomicInteger waiting = new AtomicInteger(listener.parts().size());
        for (WorkerListener part : listener.parts()) {
            part.worker()
                    .post(() ->
                            part.whenEmpty(() -> {
                                part.takeNoMore();
                                if (waiting.decrementAndGet() == 0) {
                                    main.post(() -> end(listener, limit));
                                }
                            }));
        }
    }

    /// Another chain has taken the place of this one and not its connections: they end as those of
    /// a listener do.
    void begin(ActiveListener listener, FilterChain chain) {
        ChainConnections connections = chain.connections();
        connections.drain().begin(System.nanoTime());
        Timer limit =
                services.mainThread()
                        .timer(() -> listener.closeConnections(connections, "drain_time_over"));
        limit.arm(services.drain().timeNanos());
        stats.filterChainsDraining().increment();
        chain.whenUnused(() -> {
            limit.disarm();
            chain.close();
            stats.filterChainsDraining().decrement();
        });
    }

    private void end(ActiveListener listener, Timer limit) {
        limit.disarm();
        if (listeners.remove(listener)) {
            stats.draining().set(listeners.size());
            listener.compiled().close();
        }
    }

    /// Somebody else closes them.
    void forgetAll() {
        listeners.clear();
        stats.draining().set(0);
    }
}
