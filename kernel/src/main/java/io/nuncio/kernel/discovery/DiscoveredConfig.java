package io.nuncio.kernel.discovery;

import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.nuncio.kernel.lease.Renewal;
import io.nuncio.spi.Counter;
import io.nuncio.spi.Problems;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.host.ResourceType;
import io.nuncio.spi.host.ResourceUpdate;
import io.nuncio.spi.host.ResourceWatcher;
import io.nuncio.spi.host.Subscription;
import io.nuncio.spi.host.Subscriptions;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The subscription to one configuration, for all places that name it. An update is taken by all of
/// them or by none. Thread: main.
final class DiscoveredConfig implements ResourceWatcher<TypedExtensionConfig> {
    private static final Logger LOG = LoggerFactory.getLogger("filter");

    private final String name;
    private final StatsScope scope;
    private final Counter configReload;
    private final Counter configFail;
    private final Counter configConflict;
    private final Runnable whenClosed;
    private final Set<DiscoveredExtension> places = new LinkedHashSet<>();
    private @Nullable Subscription subscription;
    private @Nullable Current current;
    private @Nullable String failure;
    private boolean started;

    /// What came last and was right.
    ///
    /// @param version as its source names it, may be empty
    record Current(String version, TypedExtensionConfig message, long lastUpdatedMillis) {}

    private DiscoveredConfig(String name, StatsScope scope, Runnable whenClosed) {
        this.name = name;
        this.scope = scope;
        this.whenClosed = whenClosed;
        configReload = scope.counter("config_reload");
        configFail = scope.counter("config_fail");
        configConflict = scope.counter("config_conflict");
    }

    /// @param whenClosed run when the last place has left
    /// @param problems at the source
    /// @return null if the source is of no use; that is reported
    static @Nullable DiscoveredConfig open(
            String name,
            ConfigSource source,
            Subscriptions subscriptions,
            StatsScope scope,
            Runnable whenClosed,
            Problems problems) {
        var config = new DiscoveredConfig(name, scope, whenClosed);
        Subscription opened =
                subscriptions.open(source, ResourceType.EXTENSION_CONFIG, config, scope, problems);
        if (opened == null) {
            scope.close();
            return null;
        }
        config.subscription = opened;
        return config;
    }

    @Nullable Current current() {
        return current;
    }

    void join(DiscoveredExtension place) {
        places.add(place);
    }

    /// A place cannot use what came already.
    void conflicts() {
        configConflict.increment();
    }

    /// The last to leave ends the subscription.
    void leave(DiscoveredExtension place) {
        Subscription from = subscription;
        if (places.remove(place) && places.isEmpty() && from != null) {
            subscription = null;
            from.close();
            scope.close();
            whenClosed.run();
        }
    }

    /// A place waits: asks for the configuration, if no other place has, or says what became of it.
    void start(DiscoveredExtension place) {
        Subscription from = subscription;
        if (from == null) {
            return;
        }
        place.waitsFor(from.source());
        if (!started) {
            started = true;
            from.start(Set.of(name));
        } else if (failure != null) {
            place.failed(failure);
        } else if (current != null) {
            place.ready();
        }
    }

    @Override
    public void onUpdate(ResourceUpdate<TypedExtensionConfig> update) {
        if (update.resources().size() != 1) {
            String what =
                    "Unexpected number of resources in ExtensionConfigDS response: "
                            + update.resources().size();
            update.problems().add("", name + ": " + what);
            fail(what);
            return;
        }
        ResourceUpdate.Entry<TypedExtensionConfig> found = update.resources().getFirst();
        Current before = current;
        if (before != null
                && found.message().getTypedConfig().equals(before.message().getTypedConfig())) {
            return;
        }
        List<Renewal> changes = compile(found);
        if (changes == null) {
            fail(
                    found.problems().all().stream()
                            .filter(problem -> !problem.warning())
                            .map(Problems.Problem::message)
                            .findFirst()
                            .orElse("its configuration is rejected"));
            return;
        }
        current = new Current(found.version(), found.message(), System.currentTimeMillis());
        failure = null;
        changes.forEach(Renewal::publish);
        configReload.increment(); // whoever sees it sees that the new one serves
        LOG.debug("Updated filter config {} accepted", name);
        List.copyOf(places).forEach(DiscoveredExtension::ready);
    }

    /// @return null if a place cannot use it; that is reported
    private @Nullable List<Renewal> compile(ResourceUpdate.Entry<TypedExtensionConfig> found) {
        List<Renewal> changes = new ArrayList<>();
        for (DiscoveredExtension place : List.copyOf(places)) {
            Renewal change =
                    place.compile(
                            found.message().getTypedConfig(), found.problems(), "typed_config");
            if (change == null) {
                changes.forEach(Renewal::cancel);
                return null;
            }
            changes.add(change);
        }
        return changes;
    }

    @Override
    public void onFetchFailed() {
        fail("no configuration came");
    }

    private void fail(String what) {
        configFail.increment();
        if (current == null) {
            failure = what;
        }
        List.copyOf(places).forEach(place -> place.failed(what));
    }
}
