package io.nuncio.kernel.upstream;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
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

import java.util.HashSet;
import java.util.Set;

/// CDS: clusters from a subscription. Those of the bootstrap stay as they are. Thread: main.
final class ClusterDiscoveryService implements ResourceWatcher<Cluster> {
    private static final Logger LOG = LoggerFactory.getLogger("upstream");

    private final ClusterManager manager;
    private final @Nullable Subscription subscription;
    private Runnable whenAnswered = () -> {};
    private String version = "";

    /// @param problems at the source's field
    ClusterDiscoveryService(
            ClusterManager manager,
            ConfigSource source,
            Subscriptions subscriptions,
            StatsScope root,
            Problems problems) {
        this.manager = manager;
        this.subscription =
                subscriptions.open(
                        source,
                        ResourceType.CLUSTER,
                        this,
                        root.scope("cluster_manager.cds"),
                        problems);
    }

    /// @param whenAnswered run once, when the first answer was taken or there is none
    void start(Runnable whenAnswered) {
        this.whenAnswered = whenAnswered;
        Subscription source = subscription;
        if (source == null) {
            answered();
        } else {
            source.start(Set.of());
        }
    }

    /// Of the newest update; empty if there was none.
    String version() {
        return version;
    }

    @Override
    public void onUpdate(ResourceUpdate<Cluster> update) {
        Set<String> names = new HashSet<>();
        int changed = 0;
        for (ResourceUpdate.Entry<Cluster> entry : update.resources()) {
            if (!names.add(entry.name())) {
                entry.problems().add("name", "duplicate cluster `" + entry.name() + "`");
            } else if (manager.addOrUpdate(entry.message(), entry.version(), entry.problems())) {
                changed++;
            }
        }
        Set<String> gone = new HashSet<>(update.removed());
        if (update.complete()) {
            gone.addAll(manager.addedViaApi());
            gone.removeAll(names);
        }
        int removed = 0;
        for (String name : gone) {
            removed += manager.removeAddedViaApi(name) ? 1 : 0;
        }
        version = update.version();
        LOG.info("cds: add {} cluster(s), remove {} cluster(s)", changed, removed);
        answered();
    }

    @Override
    public void onFetchFailed() {
        answered();
    }

    private void answered() {
        Runnable task = whenAnswered;
        whenAnswered = () -> {};
        task.run();
    }

    void close() {
        Subscription source = subscription;
        if (source != null) {
            source.close();
        }
    }
}
