package io.nuncio.kernel.listener;

import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.nuncio.spi.InitTarget;
import io.nuncio.spi.InitTargets;
import io.nuncio.spi.Problems;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.host.ResourceType;
import io.nuncio.spi.host.ResourceUpdate;
import io.nuncio.spi.host.ResourceWatcher;
import io.nuncio.spi.host.Subscription;
import io.nuncio.spi.host.Subscriptions;

import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.Set;

/// LDS: listeners from a subscription. Those of the bootstrap stay as they are. Thread: main.
final class ListenerDiscoveryService implements ResourceWatcher<Listener>, AutoCloseable {
    private final DynamicListeners listeners;
    private @Nullable Subscription subscription;
    private InitTarget target = InitTarget.NONE;
    private String version = "";

    private ListenerDiscoveryService(DynamicListeners listeners) {
        this.listeners = listeners;
    }

    /// @param problems at the source's field
    static ListenerDiscoveryService open(
            DynamicListeners listeners,
            ConfigSource source,
            Subscriptions subscriptions,
            InitTargets server,
            StatsScope root,
            Problems problems) {
        var service = new ListenerDiscoveryService(listeners);
        Subscription subscription =
                subscriptions.open(
                        source,
                        ResourceType.LISTENER,
                        service,
                        root.scope("listener_manager.lds"),
                        problems);
        if (subscription != null) {
            service.subscription = subscription;
            server.add("LDS", service::start);
        }
        return service;
    }

    private void start(InitTarget waits) {
        Subscription source = subscription;
        if (source != null) {
            target = waits;
            waits.waitingFor(source.source(), 0);
            source.start(Set.of());
        }
    }

    /// Of the newest update; empty if there was none.
    String version() {
        return version;
    }

    @Override
    public void onUpdate(ResourceUpdate<Listener> update) {
        Set<String> names = new HashSet<>();
        for (ResourceUpdate.Entry<Listener> entry : update.resources()) {
            if (entry.name().isEmpty()) {
                entry.problems().add("name", "is required of a listener that comes by LDS");
            } else if (!names.add(entry.name())) {
                entry.problems().add("name", "duplicate listener " + entry.name() + " found");
            }
        }
        Set<String> gone = new HashSet<>(update.removed());
        if (update.complete()) {
            gone.addAll(listeners.addedViaApi());
            gone.removeAll(names);
        }
        listeners.beginUpdate();
        gone.forEach(listeners::removeAddedViaApi); // before others take their addresses
        Set<String> taken = new HashSet<>();
        for (ResourceUpdate.Entry<Listener> entry : update.resources()) {
            if (!entry.name().isEmpty() && taken.add(entry.name())) {
                listeners.addOrUpdate(entry.message(), entry.version(), entry.problems());
            }
        }
        version = update.version();
        target.ready();
    }

    @Override
    public void onFetchFailed() {
        target.ready();
    }

    @Override
    public void close() {
        Subscription source = subscription;
        if (source != null) {
            source.close();
        }
    }
}
