package io.nuncio.kernel.listener;

import io.envoyproxy.envoy.admin.v3.ListenersConfigDump;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.nuncio.kernel.discovery.ExtensionDiscovery;
import io.nuncio.kernel.init.InitManager;
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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/// All listeners: compiles them, binds their sockets, begins to accept, replaces, drains and
/// closes.
///
/// In this order: [#load], [#discover], [#start], any number of [#addOrUpdate] and [#remove], and
/// at the end [#drain], [#stopListening], [#whenNoConnections], [#close]. A listener that replaces
/// one of its name warms beside it, takes its sockets in one step, and the old one drains. Thread:
/// main, for every method.
public final class ListenerManager {
    private static final Logger LOG = LoggerFactory.getLogger("config");

    private final Services services;
    private final ListenerCompiler compiler;
    private final ListenerManagerStats stats;
    private final List<ActiveListener> listeners = new ArrayList<>();
    private final Map<String, WarmingListener> warming = new LinkedHashMap<>();
    private final DrainingListeners draining;
    private final ListenersByAddress byAddress = new ListenersByAddress();
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
        compiler = new ListenerCompiler(services);
        stats = ListenerManagerStats.in(services.stats());
        draining = new DrainingListeners(services, stats);
    }

    /// Takes listeners from a subscription too. The server waits for the first.
    ///
    /// @param source the bootstrap's `dynamic_resources.lds_config`
    /// @param problems at the source
    public void discover(ConfigSource source, Problems problems) {
        discovery =
                ListenerDiscoveryService.open(
                        this,
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
            CompiledListener compiled = compile(message, services.init().server(), here);
            if (compiled != null) {
                add(active(compiled, services.workers(), null));
                stats.added().increment();
            }
        }
    }

    /// @return null if anything is wrong; it is reported and counted
    private @Nullable CompiledListener compile(
            Listener message, InitTargets initTargets, Problems problems) {
        CompiledListener compiled = compiler.compile(message, initTargets, problems);
        String other = compiled == null ? null : takenBy(compiled.config());
        if (compiled != null && other != null) {
            problems.at("address")
                    .because(
                            "has duplicate address '"
                                    + addresses(compiled.config())
                                    + "' as existing listener '"
                                    + other
                                    + "'");
            compiled.close();
            compiled = null;
        }
        if (compiled == null) {
            stats.createFailure().increment();
        }
        return compiled;
    }

    /// Has the workers find those that serve, by their addresses and names.
    private void publish(List<ActiveListener> all) {
        byAddress.publish(all);
        Map<String, List<WorkerListener>> internal = new HashMap<>();
        for (ActiveListener listener : all) {
            if (listener.config().internal() && !listener.stopped()) {
                internal.put(listener.config().name(), listener.parts());
            }
        }
        services.workers().getFirst().internalListeners().publish(internal);
    }

    private static String addresses(ListenerConfig config) {
        return config.addresses().stream()
                .map(each -> each.address().toString())
                .collect(Collectors.joining(","));
    }

    /// Which other listener has one of the addresses already, null if none does.
    private @Nullable String takenBy(ListenerConfig config) {
        for (ActiveListener listener : listeners) {
            ListenerConfig other = listener.config();
            if (!listener.stopped()
                    && !other.name().equals(config.name())
                    && config.conflictsWith(other)) {
                return other.name();
            }
        }
        return null;
    }

    private ActiveListener active(
            CompiledListener compiled, List<WorkerLoop> workers, @Nullable String version) {
        DrainDecision drain =
                new DrainDecision(
                        services.drain(),
                        services.serverState(),
                        compiled.config().modifyOnlyDrain());
        return new ActiveListener(compiled, drain, workers, byAddress, version);
    }

    private void add(ActiveListener listener) {
        listeners.add(listener);
        stats.active().set(listeners.size());
    }

    // Listeners that come, change and go while the server runs.

    /// Adds a listener, or replaces the one of the same name when the new one is warm. Nothing
    /// changes if there is a problem, or if the one of the same name is the bootstrap's.
    ///
    /// @param version as its source calls it
    /// @return false if nothing was to be done, or there is a problem
    boolean addOrUpdate(Listener message, String version, Problems problems) {
        ActiveListener before = find(message.getName());
        WarmingListener waiting = warming.get(message.getName());
        Listener known =
                waiting != null
                        ? waiting.listener().compiled().message()
                        : before == null ? null : before.compiled().message();
        if (message.equals(known) || before != null && !before.addedViaApi()) {
            return false;
        }
        InitManager init = started ? services.init().create("Listener " + message.getName()) : null;
        CompiledListener base =
                started && before != null && Renewals.inPlace(before.compiled().message(), message)
                        ? before.compiled()
                        : null;
        InitTargets initTargets = init == null ? services.init().server() : init;
        CompiledListener compiled =
                base == null
                        ? compile(message, initTargets, problems)
                        : update(base, message, initTargets, problems);
        if (compiled == null) {
            if (init != null) {
                services.init().forget(init);
            }
            return false;
        }
        (known == null ? stats.added() : stats.modified()).increment();
        if (base != null) {
            stats.inPlaceUpdated().increment();
        }
        LOG.info("lds: add/update listener '{}'", compiled.config().name());
        // One that will change another in place needs no parts of its own.
        ActiveListener listener =
                active(compiled, base == null ? services.workers() : List.of(), version);
        if (init == null) {
            if (before != null) {
                listeners.remove(before);
                before.compiled().close();
            }
            add(listener);
            return true;
        }
        if (waiting != null) {
            forget(waiting);
        }
        WarmingListener fresh = new WarmingListener(listener, init, base);
        warming.put(compiled.config().name(), fresh);
        stats.warming().set(warming.size());
        init.initialize(() -> activate(fresh));
        return true;
    }

    private @Nullable CompiledListener update(
            CompiledListener base, Listener message, InitTargets initTargets, Problems problems) {
        CompiledListener updated = compiler.update(base, message, initTargets, problems);
        if (updated == null) {
            stats.createFailure().increment();
        }
        return updated;
    }

    /// Listeners that warm were compiled with what has been replaced meanwhile.
    private void warmAgain(String bundle) {
        for (WarmingListener waiting : List.copyOf(warming.values())) {
            ActiveListener listener = waiting.listener();
            if (listener.compiled().uses(bundle)) {
                forget(waiting);
                Problems problems = new Problems();
                addOrUpdate(listener.compiled().message(), listener.version(), problems);
                problems.all().forEach(problem -> LOG.warn("{}", problem.message()));
            }
        }
    }

    private @Nullable ActiveListener find(String name) {
        for (ActiveListener listener : listeners) {
            if (listener.config().name().equals(name)) {
                return listener;
            }
        }
        return null;
    }

    private void forget(WarmingListener waiting) {
        warming.remove(waiting.listener().config().name(), waiting);
        stats.warming().set(warming.size());
        services.init().forget(waiting.init());
        waiting.close();
    }

    /// The listener has all it waited for: takes the place of the one before it.
    private void activate(WarmingListener warm) {
        ActiveListener listener = warm.listener();
        String name = listener.config().name();
        warming.remove(name, warm);
        stats.warming().set(warming.size());
        services.init().forget(warm.init());
        ActiveListener before = find(name);
        if (warm.base() != null) {
            if (before == null) {
                warm.close(); // cannot be: whoever removes a listener forgets what warms for it
                return;
            }
            before.update(listener, chain -> draining.begin(before, chain));
            stats.createSuccess().add(services.workers().size());
            return;
        }
        try {
            if (before != null && listener.listensAs(before)) {
                listener.takeSockets(before);
            } else {
                listener.bind();
            }
        } catch (BindFailure failure) {
            stats.createFailure().increment();
            LOG.error(
                    "{}; {}",
                    new ListenerStartFailure(name, failure).getMessage(),
                    before == null ? "it does not serve" : "the one before it goes on");
            listener.stopListening();
            listener.compiled().close();
            return;
        }
        if (before != null) {
            listeners.remove(before);
            before.stopListening(); // where it listened elsewhere; the sockets it gave are not
            // its own
        }
        add(listener);
        publish(listeners);
        listener.accept(() -> {
            if (before != null) {
                services.mainThread().post(() -> draining.begin(before));
            }
        });
        stats.createSuccess().add(services.workers().size());
    }

    /// @return false if there is no such listener, or it is the bootstrap's
    boolean removeAddedViaApi(String name) {
        WarmingListener waiting = warming.get(name);
        ActiveListener serving = find(name);
        if (serving != null && !serving.addedViaApi() || serving == null && waiting == null) {
            return false;
        }
        if (waiting != null) {
            forget(waiting);
        }
        if (serving != null) {
            listeners.remove(serving);
            stats.active().set(listeners.size());
            serving.stopListening();
            publish(listeners);
            if (started) {
                draining.begin(serving);
            } else {
                serving.compiled().close();
            }
        }
        LOG.info("lds: remove listener '{}'", name);
        stats.removed().increment();
        return true;
    }

    /// The names of all listeners that came after the bootstrap.
    Set<String> addedViaApi() {
        Set<String> names = new HashSet<>(warming.keySet());
        for (ActiveListener listener : listeners) {
            if (listener.addedViaApi()) {
                names.add(listener.config().name());
            }
        }
        return names;
    }

    /// The listeners' part of `/config_dump`.
    public ListenersConfigDump configDump() {
        ListenerDiscoveryService lds = discovery;
        return ListenersDump.of(
                lds == null ? "" : lds.version(),
                listeners,
                warming.values().stream().map(WarmingListener::listener).toList(),
                draining.all());
    }

    /// Compiles what is of a bundle anew, in every listener.
    ///
    /// @param initTargets what must be waited for before the renewal serves
    /// @param problems everything wrong; the renewal must be cancelled if there is anything
    public Renewal renew(String bundle, InitTargets initTargets, Problems problems) {
        ListenersRenewal renewal = new ListenersRenewal(draining, () -> warmAgain(bundle));
        for (ActiveListener listener : listeners) {
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
        for (ActiveListener listener : listeners) {
            try {
                listener.bind();
            } catch (BindFailure failure) {
                stats.createFailure().increment();
                listeners.forEach(ActiveListener::stopListening);
                throw new ListenerStartFailure(listener.config().name(), failure);
            }
        }
        publish(listeners);
        for (ActiveListener listener : listeners) {
            listener.accept(() -> {});
            stats.createSuccess().add(services.workers().size());
            LOG.debug("listener {} accepts on {}", listener.config().name(), listener.addresses());
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
                                listener.addresses(),
                                listener.compiled().message(),
                                listener.draining()))
                .toList();
    }

    /// The address of a listener, with the port that the system chose; null if there is none of
    /// that name.
    public @Nullable Address address(String name) {
        for (ActiveListener listener : listeners) {
            if (listener.config().name().equals(name)) {
                return listener.addresses().getFirst();
            }
        }
        return null;
    }

    /// How many connections the listeners have; may miss what happens at this moment.
    public long connections() {
        return all().stream()
                .mapToLong(listener -> listener.compiled().stats().active().value())
                .sum();
    }

    /// Those that serve and those that are on their way out.
    private List<ActiveListener> all() {
        List<ActiveListener> all = new ArrayList<>(listeners);
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
        publish(listeners);
    }

    private static boolean concerns(ActiveListener listener, boolean inboundOnly) {
        return !inboundOnly || listener.config().direction() == TrafficDirection.INBOUND;
    }

    /// Runs the task once, on a worker, as soon as no listener has a connection; at once if there
    /// is none.
    public void whenNoConnections(Runnable task) {
        List<WorkerListener> parts =
                all().stream().flatMap(listener -> listener.parts().stream()).toList();
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
        ListenerDiscoveryService lds = discovery;
        if (lds != null) {
            lds.close();
        }
        List.copyOf(warming.values()).forEach(this::forget);
        List<ActiveListener> all = all();
        all.forEach(ActiveListener::stopListening);
        publish(List.of());
        all.forEach(listener -> listener.closeConnections("server_shutdown"));
        List<CompiledListener> compiled = all.stream().map(ActiveListener::compiled).toList();
        Worker main = services.mainThread();
        whenNoConnections(() -> main.post(() -> compiled.forEach(CompiledListener::close)));
        draining.forgetAll();
        listeners.clear();
        stats.active().set(0);
        stats.workersStarted().set(0);
        started = false;
    }
}
