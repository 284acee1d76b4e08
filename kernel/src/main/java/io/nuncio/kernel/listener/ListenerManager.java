package io.nuncio.kernel.listener;

import io.envoyproxy.envoy.admin.v3.ListenersConfigDump;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.nuncio.kernel.discovery.ExtensionDiscovery;
import io.nuncio.kernel.init.InitManagers;
import io.nuncio.kernel.lease.Leases;
import io.nuncio.kernel.lease.Renewal;
import io.nuncio.kernel.network.BindFailure;
import io.nuncio.kernel.network.ConnectionLimit;
import io.nuncio.kernel.network.WorkerLoop;
import io.nuncio.spi.Address;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.InitTargets;
import io.nuncio.spi.Problems;
import io.nuncio.spi.RuntimeValues;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.Worker;
import io.nuncio.spi.host.AccessLogs;
import io.nuncio.spi.host.Extensions;
import io.nuncio.spi.host.ServerState;
import io.nuncio.spi.host.Subscriptions;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/// All listeners: compiles them, binds their sockets, begins to accept, replaces, drains and
/// closes.
///
/// In this order: [#load], [#discover], [#start], any number of changes by [DynamicListeners], and
/// at the end [#drain], [#stopListening], [#whenNoConnections], [#close]. Thread: main, for every
/// method.
public final class ListenerManager {
    private static final Logger LOG = LoggerFactory.getLogger("config");

    private final Services services;
    private final ListenerCompiler compiler;
    private final ListenerManagerStats stats;
    private final ServingListeners serving;
    private final DrainingListeners draining;
    private final DynamicListeners dynamic;
    private @Nullable ListenerDiscoveryService discovery;
    private boolean started;

    /// What listeners are made with.
    ///
    /// @param workers in the order of their index
    /// @param globalLimit of the connections of all listeners
    /// @param stats the root scope
    public record Services(
            Worker mainThread,
            List<WorkerLoop> workers,
            Extensions extensions,
            AccessLogs accessLogs,
            Contexts contexts,
            ServerState serverState,
            RuntimeValues runtime,
            InitManagers init,
            Subscriptions subscriptions,
            ExtensionDiscovery discovery,
            DrainSettings drain,
            ConnectionLimit globalLimit,
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
        /// @param initTargets what the listener waits for before it serves
        /// @param leases hold what is compiled
        FactoryContext create(
                String name,
                StatsScope stats,
                StatsScope listenerStats,
                InitTargets initTargets,
                Leases leases,
                Problems problems);
    }

    /// A listener as the admin pages show it.
    ///
    /// @param addresses with the ports that the system chose, once bound; the main one first
    public record Status(String name, List<Address> addresses, Listener message, boolean draining) {
        public Status {
            addresses = List.copyOf(addresses);
        }
    }

    public ListenerManager(Services services) {
        this.services = services;
        stats = ListenerManagerStats.in(services.stats());
        serving =
                new ServingListeners(
                        services.workers().getFirst().internalListeners(), stats.active());
        compiler = new ListenerCompiler(services);
        draining = new DrainingListeners(services, stats);
        dynamic = new DynamicListeners(services, compiler, stats, serving, draining);
    }

    /// Takes listeners from a subscription too. The server waits for the first.
    ///
    /// @param source the bootstrap's `dynamic_resources.lds_config`
    /// @param problems at the source
    public void discover(ConfigSource source, Problems problems) {
        discovery =
                ListenerDiscoveryService.open(
                        dynamic,
                        source,
                        services.subscriptions(),
                        services.init().server(),
                        services.stats(),
                        problems);
    }

    /// Compiles the listeners of the bootstrap; they do not listen before [#start].
    ///
    /// @param problems at the list; each listener's own are below its position
    public void load(List<Listener> messages, Problems problems) {
        Map<String, Integer> names = new HashMap<>();
        for (int index = 0; index < messages.size(); index++) {
            Listener message = messages.get(index);
            Problems here = problems.in("[" + index + "]");
            if (!message.getName().isEmpty()
                    && names.putIfAbsent(message.getName(), index) != null) {
                here.warn("name", "a listener of this name comes before; this one is ignored");
                continue;
            }
            CompiledListener compiled =
                    compiler.compile(message, this::conflict, services.init().server(), here);
            if (compiled == null) {
                stats.createFailure().increment();
            } else {
                serving.add(
                        ActiveListener.of(
                                compiled, services, services.workers(), serving.byAddress(), null));
                stats.added().increment();
            }
        }
    }

    private @Nullable String conflict(ListenerConfig config) {
        String taken = serving.takenBy(config);
        return taken == null ? null : config.duplicateOf(taken);
    }

    /// Those that come, change and go.
    DynamicListeners dynamic() {
        return dynamic;
    }

    /// The listeners' part of `/config_dump`.
    public ListenersConfigDump configDump() {
        ListenerDiscoveryService lds = discovery;
        return ListenersDump.of(
                lds == null ? "" : lds.version(),
                serving.all(),
                dynamic.warming(),
                draining.all(),
                dynamic.failures());
    }

    /// Compiles what is of a bundle anew, in every listener.
    ///
    /// @param initTargets what must be waited for before the renewal serves
    /// @param problems everything wrong; the renewal must be cancelled if there is anything
    public Renewal renew(String bundle, InitTargets initTargets, Problems problems) {
        ListenersRenewal renewal = new ListenersRenewal(draining, () -> dynamic.warmAgain(bundle));
        for (ActiveListener listener : serving) {
            if (listener.compiled().uses(bundle)) {
                CompiledListener renewed =
                        compiler.renew(
                                listener.compiled(),
                                bundle,
                                initTargets,
                                problems.in("listener '" + listener.config().name() + "'"));
                if (renewed != null) {
                    renewal.add(listener, renewed);
                }
            }
        }
        return renewal;
    }

    /// Binds all sockets, then begins to accept on all of them. If one cannot be bound, none
    /// accepts, and those that were bound are closed. Waits for the workers.
    public void start() throws ListenerStartFailure {
        for (ActiveListener listener : serving) {
            try {
                listener.bind();
            } catch (BindFailure failure) {
                stats.createFailure().increment();
                serving.forEach(ActiveListener::stopListening);
                throw new ListenerStartFailure(listener.config().name(), failure);
            }
        }
        serving.publish();
        for (ActiveListener listener : serving) {
            listener.accept(() -> {});
            stats.createSuccess().add(services.workers().size());
            LOG.debug("listener {} accepts on {}", listener.config().name(), listener.addresses());
        }
        started = true;
        dynamic.begin();
        stats.workersStarted().set(1);
    }

    /// True once the listeners accept.
    public boolean started() {
        return started;
    }

    /// The listeners that serve, in the order of the configuration.
    public List<Status> listeners() {
        return serving.all().stream()
                .filter(listener -> !listener.stopped())
                .map(listener ->
                        new Status(
                                listener.config().name(),
                                listener.addresses(),
                                listener.compiled().message(),
                                listener.draining()))
                .toList();
    }

    /// The address of a listener, with the port that the system chose; null if there is none of
    /// that name.
    public @Nullable Address address(String name) {
        ActiveListener listener = serving.find(name);
        return listener == null ? null : listener.addresses().getFirst();
    }

    /// How many connections the listeners have; may miss what happens at this moment.
    public long connections() {
        return all().stream()
                .mapToLong(listener -> listener.compiled().stats().active().value())
                .sum();
    }

    /// Those that serve and those that are on their way out.
    private List<ActiveListener> all() {
        List<ActiveListener> all = new ArrayList<>(serving.all());
        all.addAll(draining.all());
        return all;
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
        for (ActiveListener listener : serving) {
            if (concerns(listener.config().direction(), inboundOnly)) {
                listener.drain(now, over);
            }
        }
    }

    /// Closes the listening sockets; connections stay. Listeners of that kind do not come or change
    /// any more.
    ///
    /// @param inboundOnly only listeners whose `traffic_direction` is INBOUND
    public void stopListening(boolean inboundOnly) {
        dynamic.stop(direction -> concerns(direction, inboundOnly));
        for (ActiveListener listener : serving) {
            if (concerns(listener.config().direction(), inboundOnly) && !listener.stopped()) {
                listener.stopListening(stats.stopped()::increment);
            }
        }
        serving.publish();
    }

    private static boolean concerns(TrafficDirection direction, boolean inboundOnly) {
        return !inboundOnly || direction == TrafficDirection.INBOUND;
    }

    /// Runs the task once, on a worker, as soon as no listener has a connection; at once if there
    /// is none.
    public void whenNoConnections(Runnable task) {
        whenNoConnections(all(), task);
    }

    private static void whenNoConnections(List<ActiveListener> of, Runnable task) {
        List<WorkerListener> parts =
                of.stream().flatMap(listener -> listener.parts().stream()).toList();
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
    ///
    /// @param ended run once, on a worker, when the last connection has ended
    public void close(Runnable ended) {
        ListenerDiscoveryService lds = discovery;
        if (lds != null) {
            lds.close();
        }
        dynamic.forgetAll();
        List<ActiveListener> all = all();
        all.forEach(ActiveListener::stopListening);
        serving.clear();
        all.forEach(listener -> listener.closeConnections("server_shutdown"));
        List<CompiledListener> compiled = all.stream().map(ActiveListener::compiled).toList();
        Worker main = services.mainThread();
        whenNoConnections(
                all,
                () -> {
                    main.post(() -> compiled.forEach(CompiledListener::close));
                    ended.run();
                });
        draining.forgetAll();
        stats.workersStarted().set(0);
        started = false;
    }

    /// The same, and nobody asks when the last connection has ended.
    public void close() {
        close(() -> {});
    }
}
