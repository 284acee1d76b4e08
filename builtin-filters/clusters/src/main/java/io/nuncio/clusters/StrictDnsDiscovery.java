package io.nuncio.clusters;

import io.nuncio.spi.ClusterDiscovery;
import io.nuncio.spi.ClusterTemplate;
import io.nuncio.spi.HostPublisher;
import io.nuncio.spi.HostPublisher.HostSpec;
import io.nuncio.spi.Resolver;
import io.nuncio.spi.Worker;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Looks the names of a cluster's endpoints up, again and again, and publishes what they have. A
/// look-up that fails keeps the hosts that were found before; a name that does not exist has none.
/// Thread: main.
final class StrictDnsDiscovery implements ClusterDiscovery {
    private final List<NameTarget> targets = new ArrayList<>();
    private final StrictDnsConfig config;
    private @Nullable HostPublisher publisher;
    private boolean published;

    private StrictDnsDiscovery(StrictDnsConfig config) {
        this.config = config;
    }

    static StrictDnsDiscovery of(ClusterTemplate.Context cluster, StrictDnsConfig config) {
        var discovery = new StrictDnsDiscovery(config);
        Resolver resolver = cluster.resolver();
        Worker worker = cluster.worker();
        for (Endpoint endpoint :
                Endpoint.all(cluster.cluster().getLoadAssignment(), cluster.problems())) {
            if (endpoint.address().hasSocketAddress()) {
                discovery.targets.add(
                        new NameTarget(endpoint, config, resolver, worker, discovery));
            } else {
                cluster.problems()
                        .at(endpoint.field())
                        .expected("a socket_address")
                        .because("only a name or an IP address can be looked up");
            }
        }
        return discovery;
    }

    @Override
    public void start(HostPublisher hosts) {
        publisher = hosts;
        if (targets.isEmpty() || !config.waitForWarm()) {
            publish(0);
        }
        targets.forEach(NameTarget::lookUp);
    }

    @Override
    public void close() {
        publisher = null;
        targets.forEach(NameTarget::close);
    }

    void onAttempt() {
        if (publisher != null) {
            publisher.attempted();
        }
    }

    void onFound(NameTarget target) {
        if (publisher != null) {
            publisher.succeeded();
            publish(target.endpoint().priority());
        }
    }

    void onFailure(NameTarget target) {
        if (publisher != null) {
            publisher.failed();
            if (!published) {
                publish(target.endpoint().priority());
            }
        }
    }

    private void publish(int priority) {
        List<HostSpec> hosts = new ArrayList<>();
        for (NameTarget target : targets) {
            if (target.endpoint().priority() == priority) {
                hosts.addAll(target.hosts());
            }
        }
        published = true;
        if (publisher != null) {
            publisher.publish(priority, hosts);
        }
    }
}
