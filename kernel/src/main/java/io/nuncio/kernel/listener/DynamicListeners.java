package io.nuncio.kernel.listener;

import com.google.protobuf.Any;
import com.google.protobuf.util.Timestamps;

import io.envoyproxy.envoy.admin.v3.UpdateFailureState;
import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.nuncio.kernel.init.InitManager;
import io.nuncio.kernel.network.BindFailure;
import io.nuncio.spi.InitTargets;
import io.nuncio.spi.Problems;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// Listeners that come, change and go: before the start as those of the bootstrap do, afterwards
/// each warms until it has what it needs. One that replaces another of its name warms beside it,
/// takes its sockets in one step, and the old one drains; one that differs in filter chains only
/// changes it in place. Thread: main.
final class DynamicListeners {
    private static final Logger LOG = LoggerFactory.getLogger("config");

    private final ListenerManager.Services services;
    private final ListenerCompiler compiler;
    private final ListenerManagerStats stats;
    private final ServingListeners serving;
    private final DrainingListeners draining;
    private final Map<String, WarmingListener> warming = new LinkedHashMap<>();
    private final Map<String, UpdateFailureState> failures = new LinkedHashMap<>();
    private Predicate<TrafficDirection> stopped = direction -> false;
    private boolean started;

    DynamicListeners(
            ListenerManager.Services services,
            ListenerCompiler compiler,
            ListenerManagerStats stats,
            ServingListeners serving,
            DrainingListeners draining) {
        this.services = services;
        this.compiler = compiler;
        this.stats = stats;
        this.serving = serving;
        this.draining = draining;
    }

    /// The listeners accept: those that come from now on warm, and take over.
    void begin() {
        started = true;
    }

    /// Listeners of such a direction do not come or change any more; those that warm go.
    void stop(Predicate<TrafficDirection> directions) {
        stopped = stopped.or(directions);
        for (WarmingListener waiting : List.copyOf(warming.values())) {
            if (directions.test(waiting.listener().config().direction())) {
                forget(waiting);
            }
        }
    }

    /// An update begins: what was wrong with those before is of no interest any more.
    void beginUpdate() {
        failures.clear();
    }

    /// What was wrong with the newest update, by the listeners' names.
    Map<String, UpdateFailureState> failures() {
        return Map.copyOf(failures);
    }

    /// Those that wait for something.
    List<ActiveListener> warming() {
        return warming.values().stream().map(WarmingListener::listener).toList();
    }

    /// Adds a listener, or replaces the one of the same name when the new one is warm. Nothing
    /// changes if there is a problem, or if the one of the same name is the bootstrap's.
    ///
    /// @param version as its source calls it
    /// @return false if nothing was to be done, or there is a problem
    boolean addOrUpdate(Listener message, String version, Problems problems) {
        if (stopped.test(message.getTrafficDirection())) {
            LOG.debug(
                    "listener {} can not be added because listeners in the traffic direction {} are"
                            + " stopped",
                    message.getName(),
                    message.getTrafficDirection());
            return false;
        }
        ActiveListener before = serving.find(message.getName());
        WarmingListener waiting = warming.get(message.getName());
        Listener serves = before == null ? null : before.compiled().message();
        Listener known = waiting == null ? serves : waiting.listener().compiled().message();
        if (before != null && !before.addedViaApi()) {
            return false;
        }
        if (waiting != null && message.equals(serves)) { // back to what it still is
            forget(waiting);
            stats.modified().increment();
            return true;
        }
        if (message.equals(known)) {
            return false;
        }
        int problemsBefore = problems.all().size();
        InitManager init = started ? services.init().create("Listener " + message.getName()) : null;
        Compiled compiled = compile(message, version, before, init, problems);
        if (compiled == null) {
            stats.createFailure().increment();
            failed(message, errors(problems, problemsBefore));
            return false;
        }
        (known == null ? stats.added() : stats.modified()).increment();
        if (compiled.base() != null) {
            stats.inPlaceUpdated().increment();
        }
        ActiveListener listener = compiled.listener();
        LOG.info("lds: add/update listener '{}'", listener.config().name());
        if (init != null) {
            warm(new WarmingListener(listener, init, compiled.base()), waiting, problems);
            return true;
        }
        if (before != null) {
            serving.remove(before);
            before.compiled().close();
        }
        serving.add(listener);
        return true;
    }

    /// A listener that neither warms nor serves yet.
    ///
    /// @param base as that of [WarmingListener]
    private record Compiled(ActiveListener listener, @Nullable CompiledListener base) {}

    /// @param init what it will wait for; forgotten if there is a problem
    /// @return null if there is a problem
    private @Nullable Compiled compile(
            Listener message,
            String version,
            @Nullable ActiveListener before,
            @Nullable InitManager init,
            Problems problems) {
        CompiledListener base =
                init != null
                                && before != null
                                && Renewals.inPlace(before.compiled().message(), message)
                        ? before.compiled()
                        : null;
        InitTargets initTargets = init == null ? services.init().server() : init;
        CompiledListener compiled =
                base == null
                        ? compiler.compile(
                                message, config -> conflict(config, before), initTargets, problems)
                        : compiler.update(base, message, initTargets, problems);
        if (compiled == null) {
            if (init != null) {
                services.init().forget(init);
            }
            return null;
        }
        // One that will change another in place needs no parts of its own.
        return new Compiled(
                ActiveListener.of(
                        compiled,
                        services,
                        base == null ? services.workers() : List.of(),
                        serving.byAddress(),
                        version),
                base);
    }

    /// @param instead takes its place among those that warm; null for none
    private void warm(WarmingListener fresh, @Nullable WarmingListener instead, Problems problems) {
        if (instead != null) {
            forget(instead);
        }
        warming.put(fresh.listener().config().name(), fresh);
        stats.warming().set(warming.size());
        boolean[] later = {false};
        fresh.init().initialize(() -> activate(fresh, later[0] ? new Problems() : problems));
        later[0] = true;
    }

    /// Why the addresses cannot be had, null if they can.
    private @Nullable String conflict(ListenerConfig config, @Nullable ActiveListener before) {
        if (before != null && before.config().changesReusePort(config)) {
            return "reuse port cannot be changed during an update";
        }
        String taken = takenBy(config);
        return taken == null ? null : config.duplicateOf(taken);
    }

    /// Which other listener has one of the addresses, or will have, null if none does.
    private @Nullable String takenBy(ListenerConfig config) {
        String taken = serving.takenBy(config);
        if (taken == null) {
            for (WarmingListener waiting : warming.values()) {
                ListenerConfig other = waiting.listener().config();
                if (!other.name().equals(config.name()) && config.conflictsWith(other)) {
                    return other.name();
                }
            }
        }
        return taken;
    }

    private static String errors(Problems problems, int from) {
        List<Problems.Problem> all = problems.all();
        return all.subList(from, all.size()).stream()
                .filter(problem -> !problem.warning())
                .map(Problems.Problem::toString)
                .collect(Collectors.joining("; "));
    }

    private void failed(Listener message, String details) {
        failures.put(
                message.getName(),
                UpdateFailureState.newBuilder()
                        .setFailedConfiguration(Any.pack(message))
                        .setLastUpdateAttempt(Timestamps.fromMillis(System.currentTimeMillis()))
                        .setDetails(details)
                        .build());
    }

    /// Listeners that warm were compiled with what has been replaced meanwhile. One that cannot be
    /// compiled anew goes on as it is.
    void warmAgain(String bundle) {
        for (WarmingListener waiting : List.copyOf(warming.values())) {
            if (waiting.listener().compiled().uses(bundle)) {
                warmAgain(waiting);
            }
        }
    }

    private void warmAgain(WarmingListener waiting) {
        ActiveListener listener = waiting.listener();
        String name = listener.config().name();
        ActiveListener before = serving.find(name);
        InitManager init = services.init().create("Listener " + name);
        Problems problems = new Problems();
        Compiled compiled =
                compile(listener.compiled().message(), listener.version(), before, init, problems);
        if (compiled != null) {
            warm(
                    new WarmingListener(compiled.listener(), init, compiled.base()),
                    waiting,
                    problems);
        } else if (waiting.base() != null
                && (before == null || waiting.base() != before.compiled())) {
            forget(waiting); // it shares filter chains with one that is gone
        }
        problems.all().forEach(problem -> LOG.warn("listener {}: {}", name, problem.message()));
    }

    private void forget(WarmingListener waiting) {
        warming.remove(waiting.listener().config().name(), waiting);
        stats.warming().set(warming.size());
        services.init().forget(waiting.init());
        waiting.close();
    }

    /// The listener has all it waited for: takes the place of the one before it.
    ///
    /// @param problems of the update that it came with; what is reported later is of no use
    private void activate(WarmingListener warm, Problems problems) {
        ActiveListener listener = warm.listener();
        String name = listener.config().name();
        warming.remove(name, warm);
        stats.warming().set(warming.size());
        services.init().forget(warm.init());
        ActiveListener before = serving.find(name);
        if (warm.base() != null) {
            if (before == null) {
                warm.close(); // cannot be: whoever removes a listener forgets what warms for it
                return;
            }
            before.update(listener, chain -> draining.begin(before, chain));
            stats.createSuccess().add(services.workers().size());
            return;
        }
        boolean inTheWay =
                before != null
                        && !listener.listensAs(before)
                        && listener.config().exclusiveWith(before.config(), canShare());
        try {
            if (before != null && listener.listensAs(before)) {
                listener.takeSockets(before);
            } else {
                if (before != null && inTheWay) {
                    before.awaitStopListening();
                }
                listener.bind();
            }
        } catch (BindFailure failure) {
            stats.createFailure().increment();
            LOG.error(
                    "{}; {}",
                    new ListenerStartFailure(name, failure).getMessage(),
                    before == null || inTheWay ? "it does not serve" : "the one before it goes on");
            String reason = String.valueOf(failure.getMessage());
            problems.at("address").because(reason);
            failed(listener.compiled().message(), reason);
            listener.stopListening();
            listener.compiled().close();
            if (before != null && inTheWay) {
                serving.remove(before);
                serving.publish();
                draining.begin(before);
            }
            return;
        }
        if (before != null) {
            serving.remove(before);
            draining.replaced(before);
            before.stopListening(); // where it listened elsewhere; the sockets it gave are not
            // its own
        }
        serving.add(listener);
        serving.publish();
        listener.accept(() -> {
            stats.createSuccess().add(services.workers().size()); // from now on it is this one
            if (before != null) {
                services.mainThread().post(() -> draining.beginReplaced(before));
            }
        });
    }

    private boolean canShare() {
        return services.workers().getFirst().engine().supportsReusePort();
    }

    /// @return false if there is no such listener, or it is the bootstrap's
    boolean removeAddedViaApi(String name) {
        failures.remove(name);
        WarmingListener waiting = warming.get(name);
        ActiveListener known = serving.find(name);
        if (known != null && !known.addedViaApi() || known == null && waiting == null) {
            return false;
        }
        if (waiting != null) {
            forget(waiting);
        }
        if (known != null) {
            serving.remove(known);
            known.stopListening();
            serving.publish();
            if (started) {
                draining.begin(known);
            } else {
                known.compiled().close();
            }
        }
        LOG.info("lds: remove listener '{}'", name);
        stats.removed().increment();
        return true;
    }

    /// The names of all listeners that came after the bootstrap.
    Set<String> addedViaApi() {
        Set<String> names = new HashSet<>(warming.keySet());
        for (ActiveListener listener : serving) {
            if (listener.addedViaApi()) {
                names.add(listener.config().name());
            }
        }
        return names;
    }

    /// Nothing warms any more.
    void forgetAll() {
        List.copyOf(warming.values()).forEach(this::forget);
        started = false;
    }
}
