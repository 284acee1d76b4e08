package io.nuncio.clusters;

import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.nuncio.spi.ClusterDiscovery;
import io.nuncio.spi.ClusterTemplate;
import io.nuncio.spi.Counter;
import io.nuncio.spi.HostPublisher;
import io.nuncio.spi.HostPublisher.HostSpec;
import io.nuncio.spi.Problems;
import io.nuncio.spi.host.ResourceType;
import io.nuncio.spi.host.ResourceUpdate;
import io.nuncio.spi.host.ResourceWatcher;
import io.nuncio.spi.host.Subscription;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Set;

/// Publishes the endpoints that a subscription delivers. An assignment that is wrong changes
/// nothing; one that is missing from an update neither (Envoy: `update_empty`). Thread: main.
final class EdsDiscovery implements ClusterDiscovery, ResourceWatcher<ClusterLoadAssignment> {
    private final String service;
    private final @Nullable Subscription subscription;
    private final Counter updateEmpty;
    private boolean published;
    private @Nullable HostPublisher publisher;

    /// @param service the name by which the assignment is asked for
    EdsDiscovery(String service, ConfigSource source, ClusterTemplate.Context cluster) {
        this.service = service;
        updateEmpty = cluster.stats().counter("update_empty");
        subscription =
                cluster.subscriptions()
                        .open(
                                source,
                                ResourceType.CLUSTER_LOAD_ASSIGNMENT,
                                this,
                                cluster.stats(),
                                cluster.problems().in("eds_cluster_config.eds_config"));
    }

    @Override
    public void start(HostPublisher hosts) {
        publisher = hosts;
        Subscription source = subscription;
        if (source != null) {
            source.start(Set.of(service));
        }
    }

    @Override
    public boolean secondary() {
        return true;
    }

    @Override
    public void onUpdate(ResourceUpdate<ClusterLoadAssignment> update) {
        HostPublisher hosts = publisher;
        if (hosts == null) {
            return;
        }
        if (update.resources().isEmpty()) {
            updateEmpty.increment();
            publishNone();
            return;
        }
        ResourceUpdate.Entry<ClusterLoadAssignment> entry = update.resources().getLast();
        Problems found = new Problems();
        if (entry.message().hasPolicy()) {
            found.add("policy", "is not supported yet in an assignment that comes by EDS");
        }
        List<List<HostSpec>> endpoints = StaticDiscovery.hosts(entry.message(), found);
        String field = "load_assignment.";
        for (Problems.Problem problem : found.all()) {
            String path =
                    problem.path().startsWith(field)
                            ? problem.path().substring(field.length())
                            : problem.path();
            entry.problems().add(path, problem.message());
        }
        if (found.none()) {
            published = true;
            hosts.publishAll(endpoints);
        } else {
            publishNone();
        }
    }

    @Override
    public void onFetchFailed() {
        publishNone();
    }

    /// The cluster is not to wait any longer; hosts that were found before stay.
    private void publishNone() {
        HostPublisher hosts = publisher;
        if (hosts != null && !published) {
            published = true;
            hosts.publishAll(List.of());
        }
    }

    @Override
    public void close() {
        Subscription source = subscription;
        if (source != null) {
            source.close();
        }
    }
}
