package io.nuncio.kernel.listener;

import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.nuncio.kernel.network.BindFailure;
import io.nuncio.kernel.network.WorkerLoop;
import io.nuncio.spi.Address;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.Problems;
import io.nuncio.spi.RuntimeValues;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.Worker;
import io.nuncio.spi.host.AccessLogs;
import io.nuncio.spi.host.Extensions;
import io.nuncio.spi.host.ServerState;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/// All listeners: compiles them, binds their sockets, begins to accept, drains and closes.
///
/// In this order: [#load], [#start], and at the end [#drain], [#stopListening],
/// [#whenNoConnections], [#close]. Thread: main, for every method.
public final class ListenerManager {
    private static final Logger LOG = LoggerFactory.getLogger("config");

    private final Services services;
    private final ListenerCompiler compiler;
    private final ListenerManagerStats stats;
    private final List<ActiveListener> listeners = new ArrayList<>();
    private boolean started;

    /// What listeners are made with.
    ///
    /// @param workers in the order of their index
    /// @param stats the root scope
    public record Services(
            Worker mainThread,
            List<WorkerLoop> workers,
            Extensions extensions,
            AccessLogs accessLogs,
            Contexts contexts,
            ServerState serverState,
            RuntimeValues runtime,
            DrainSettings drain,
            StatsScope stats) {
        public Services {
            workers = List.copyOf(workers);
        }
    }

    /// Makes the contexts that factories compile in.
    @FunctionalInterface
    public interface Contexts {
        /// @param name the listener's
        /// @param stats the scope without a prefix, closed with the listener
        /// @param listenerStats `listener.<address>.`
        FactoryContext create(
                String name, StatsScope stats, StatsScope listenerStats, Problems problems);
    }

    /// A listener as the admin pages show it.
    ///
    /// @param address with the port that the system chose, once bound
    /// @param lastUpdatedMillis milliseconds since the epoch
    public record Status(
            String name,
            Address address,
            Listener message,
            long lastUpdatedMillis,
            boolean draining) {}

    public ListenerManager(Services services) {
        this.services = services;
        compiler = new ListenerCompiler(services);
        stats = ListenerManagerStats.in(services.stats());
    }

    /// Compiles the listeners of the bootstrap; they do not listen before [#start].
    ///
    /// @param problems at the list; each listener's own are below its position
    public void load(List<Listener> messages, Problems problems) {
        Map<String, Integer> names = new HashMap<>();
        Map<Address, String> addresses = new HashMap<>();
        for (int index = 0; index < messages.size(); index++) {
            Listener message = messages.get(index);
            Problems here = problems.in("[" + index + "]");
            if (!message.getName().isEmpty()
                    && names.putIfAbsent(message.getName(), index) != null) {
                here.warn("name", "a listener of this name comes before; this one is ignored");
                continue;
            }
            CompiledListener compiled = compiler.compile(message, here);
            if (compiled == null) {
                stats.createFailure().increment();
                continue;
            }
            String other = takenBy(compiled.config(), addresses);
            if (other != null) {
                here.at("address")
                        .because(
                                "has duplicate address '"
                                        + compiled.config().address()
                                        + "' as existing listener '"
                                        + other
                                        + "'");
                compiled.close();
                stats.createFailure().increment();
                continue;
            }
            add(compiled);
        }
    }

    /// Who listens on the address already, null if nobody does. Port 0 is a new one each time.
    private static @Nullable String takenBy(ListenerConfig config, Map<Address, String> addresses) {
        if (!config.bindToPort() || (config.address() instanceof Address.Ip ip && ip.port() == 0)) {
            return null;
        }
        return addresses.putIfAbsent(config.address(), config.name());
    }

    private void add(CompiledListener compiled) {
        DrainDecision drain =
                new DrainDecision(
                        services.drain(),
                        services.serverState(),
                        compiled.config().modifyOnlyDrain());
        listeners.add(new ActiveListener(compiled, drain, services.workers()));
        stats.added().increment();
        stats.active().set(listeners.size());
    }

    /// Binds all sockets, then begins to accept on all of them. If one cannot be bound, none
    /// accepts, and those that were bound are closed. Waits for the workers.
    public void start() throws ListenerStartFailure {
        for (ActiveListener listener : listeners) {
            try {
                listener.bind();
            } catch (BindFailure failure) {
                stats.createFailure().increment();
                listeners.forEach(ActiveListener::stopListening);
                throw new ListenerStartFailure(listener.config().name(), failure);
            }
        }
        for (ActiveListener listener : listeners) {
            listener.accept();
            stats.createSuccess().add(services.workers().size());
            LOG.debug("listener {} accepts on {}", listener.config().name(), listener.address());
        }
        started = true;
        stats.workersStarted().set(1);
    }

    /// True once the listeners accept.
    public boolean started() {
        return started;
    }

    /// The listeners that serve, in the order of the configuration.
    public List<Status> listeners() {
        return listeners.stream()
                .filter(listener -> !listener.stopped())
                .map(listener ->
                        new Status(
                                listener.config().name(),
                                listener.address(),
                                listener.compiled().message(),
                                listener.lastUpdatedMillis(),
                                listener.draining()))
                .toList();
    }

    /// The address of a listener, with the port that the system chose; null if there is none of
    /// that name.
    public @Nullable Address address(String name) {
        for (ActiveListener listener : listeners) {
            if (listener.config().name().equals(name)) {
                return listener.address();
            }
        }
        return null;
    }

    /// How many connections the listeners have; may miss what happens at this moment.
    public long connections() {
        return listeners.stream()
                .mapToLong(listener -> listener.compiled().stats().active().value())
                .sum();
    }

    /// Begins to drain: from now on connections are ended when it suits them, and their filters are
    /// told, all in the first quarter of the drain time, or at once. Sockets go on to listen.
    ///
    /// @param inboundOnly only listeners whose `traffic_direction` is INBOUND
    /// @param atOnce tell all filters now, even if the strategy is gradual
    public void drain(boolean inboundOnly, boolean atOnce) {
        long now = System.nanoTime();
        DrainSettings settings = services.drain();
        long over = atOnce || settings.immediate() ? 0 : settings.timeNanos() / 4;
        for (ActiveListener listener : listeners) {
            if (concerns(listener, inboundOnly)) {
                listener.drain(now, over);
            }
        }
    }

    /// Closes the listening sockets; connections stay.
    ///
    /// @param inboundOnly only listeners whose `traffic_direction` is INBOUND
    public void stopListening(boolean inboundOnly) {
        for (ActiveListener listener : listeners) {
            if (concerns(listener, inboundOnly) && !listener.stopped()) {
                listener.stopListening();
                stats.stopped().increment();
            }
        }
    }

    private static boolean concerns(ActiveListener listener, boolean inboundOnly) {
        return !inboundOnly || listener.config().direction() == TrafficDirection.INBOUND;
    }

    /// Runs the task once, on a worker, as soon as no listener has a connection; at once if there
    /// is none.
    public void whenNoConnections(Runnable task) {
        List<WorkerListener> parts =
                listeners.stream().flatMap(listener -> listener.parts().stream()).toList();
        if (parts.isEmpty()) {
            task.run();
            return;
        }
        AtomicInteger waiting = new AtomicInteger(parts.size());
        for (WorkerListener part : parts) {
            part.worker()
                    .post(() ->
                            part.whenEmpty(() -> {
                                if (waiting.decrementAndGet() == 0) {
                                    task.run();
                                }
                            }));
        }
    }

    /// Closes sockets and connections, and lets go of the extensions when the last connection has
    /// ended.
    public void close() {
        listeners.forEach(ActiveListener::stopListening);
        listeners.forEach(listener -> listener.closeConnections("server_shutdown"));
        List<CompiledListener> compiled = listeners.stream().map(ActiveListener::compiled).toList();
        Worker main = services.mainThread();
        whenNoConnections(() -> main.post(() -> compiled.forEach(CompiledListener::close)));
        listeners.clear();
        stats.active().set(0);
        stats.workersStarted().set(0);
        started = false;
    }
}
