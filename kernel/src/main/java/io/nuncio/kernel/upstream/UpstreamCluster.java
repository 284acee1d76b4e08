package io.nuncio.kernel.upstream;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.nuncio.kernel.init.InitManager;
import io.nuncio.kernel.lease.Leases;
import io.nuncio.spi.ClusterDiscovery;
import io.nuncio.spi.Host;
import io.nuncio.spi.HostPublisher;
import io.nuncio.spi.HostSet;
import io.nuncio.spi.LoadBalancerPolicy;
import io.nuncio.spi.StatsScope;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One cluster as the main thread has it: its discovery publishes hosts here, and each change
/// becomes a new snapshot. Thread: main, except [#snapshot], [#info] and [#closed], which are for
/// any.
final class UpstreamCluster implements HostPublisher {
    private final Cluster message;
    private final UpstreamClusterInfo info;
    private final MembershipStats stats;
    private final ClusterDiscovery discovery;
    private final LoadBalancerPolicy policy;
    private final InitManager init;
    private final Leases leases;
    private final boolean addedViaApi;
    private final String version;
    private final long addedMillis = System.currentTimeMillis();
    private final int slotCount;
    private final Watcher watcher;
    private final List<List<UpstreamHost>> priorities = new ArrayList<>();
    private boolean found;
    private boolean initialized;
    private volatile ClusterSnapshot snapshot;
    private volatile boolean closed;

    /// Who is told of a cluster's changes. Thread: main.
    interface Watcher {
        /// The first hosts are published, and nothing else is waited for.
        void onInitialized(UpstreamCluster cluster);

        /// The hosts changed; those removed are in no snapshot any more.
        void onHostsChanged(UpstreamCluster cluster, List<UpstreamHost> removed);
    }

    /// What a cluster is made of.
    record Parts(
            Cluster message,
            UpstreamClusterInfo info,
            StatsScope scope,
            ClusterDiscovery discovery,
            LoadBalancerPolicy policy,
            InitManager init,
            Leases leases) {
        /// Lets go of what no connection uses.
        void close() {
            info.close();
            leases.giveBack();
        }
    }

    /// @param version as its source calls it; empty for the bootstrap's
    /// @param slotCount slots of each host: one more than there are workers
    UpstreamCluster(
            Parts parts, boolean addedViaApi, String version, int slotCount, Watcher watcher) {
        this.message = parts.message();
        this.info = parts.info();
        this.stats = new MembershipStats(parts.scope());
        this.discovery = parts.discovery();
        this.policy = parts.policy();
        this.init = parts.init();
        this.leases = parts.leases();
        this.addedViaApi = addedViaApi;
        this.version = version;
        this.slotCount = slotCount;
        this.watcher = watcher;
        priorities.add(List.of());
        snapshot = build();
        stats.warming(true);
    }

    UpstreamClusterInfo info() {
        return info;
    }

    ClusterSnapshot snapshot() {
        return snapshot;
    }

    /// True once the cluster was removed or replaced.
    boolean closed() {
        return closed;
    }

    Cluster message() {
        return message;
    }

    boolean addedViaApi() {
        return addedViaApi;
    }

    String version() {
        return version;
    }

    /// Milliseconds since the epoch.
    long addedMillis() {
        return addedMillis;
    }

    boolean secondary() {
        return discovery.secondary();
    }

    boolean initialized() {
        return initialized;
    }

    /// All hosts, those of the first priority first.
    List<UpstreamHost> hosts() {
        var all = new ArrayList<UpstreamHost>();
        priorities.forEach(all::addAll);
        return all;
    }

    /// What is waited for before it serves, besides its hosts.
    InitManager init() {
        return init;
    }

    /// What the cluster holds, until its last connection has ended.
    Leases leases() {
        return leases;
    }

    void start() {
        discovery.start(this);
    }

    void close() {
        closed = true;
        init.cancel();
        discovery.close();
        policy.close();
        stats.scope().close();
    }

    /// A host's health changed.
    void onHealthChanged() {
        snapshot = build();
    }

    @Override
    public void publish(int priority, List<HostSpec> found) {
        if (!closed) {
            var removed = new ArrayList<UpstreamHost>();
            boolean changed = replace(priority, found, removed);
            finish(changed, removed);
        }
    }

    @Override
    public void publishAll(List<List<HostSpec>> found) {
        if (!closed) {
            var removed = new ArrayList<UpstreamHost>();
            boolean changed = false;
            int count = Math.max(found.size(), priorities.size());
            for (int priority = 0; priority < count; priority++) {
                changed |=
                        replace(
                                priority,
                                priority < found.size() ? found.get(priority) : List.of(),
                                removed);
            }
            finish(changed, removed);
        }
    }

    /// @param removed gets the hosts that are gone
    /// @return true if anything changed
    private boolean replace(int priority, List<HostSpec> found, List<UpstreamHost> removed) {
        while (priorities.size() <= priority) {
            priorities.add(List.of());
        }
        List<UpstreamHost> before = priorities.get(priority);
        Map<HostKey, List<UpstreamHost>> known = byKey(before);
        var hosts = new ArrayList<UpstreamHost>(found.size());
        boolean changed = false;
        boolean added = false;
        for (HostSpec spec : found) {
            List<UpstreamHost> same = known.get(HostKey.of(spec));
            if (same != null && !same.isEmpty()) {
                UpstreamHost host = same.removeFirst();
                changed |= host.update(spec);
                hosts.add(host);
            } else {
                hosts.add(new UpstreamHost(info, spec, priority, slotCount));
                added = true;
            }
        }
        int removedBefore = removed.size();
        known.values().forEach(removed::addAll);
        if (added || removed.size() > removedBefore) {
            stats.change().increment();
        }
        priorities.set(priority, List.copyOf(hosts));
        return changed || !hosts.equals(before);
    }

    private void finish(boolean changed, List<UpstreamHost> removed) {
        if (changed) {
            snapshot = build();
            if (initialized) {
                watcher.onHostsChanged(this, removed);
            }
        } else if (initialized) {
            stats.updateNoRebuild().increment();
        }
        if (!found) {
            found = true;
            init.initialize(this::onReady);
        }
    }

    /// The first hosts are there, and what the cluster's extensions waited for.
    private void onReady() {
        initialized = true;
        stats.warming(false);
        watcher.onInitialized(this);
    }

    @Override
    public void attempted() {
        stats.updateAttempt().increment();
    }

    @Override
    public void succeeded() {
        stats.updateSuccess().increment();
    }

    @Override
    public void failed() {
        stats.updateFailure().increment();
    }

    private ClusterSnapshot build() {
        ClusterConfig config = info.config();
        int count = priorities.size();
        var healthy = new ArrayList<List<Host>>(count);
        var degraded = new ArrayList<List<Host>>(count);
        var counts = new PriorityLoads.Counts[count];
        for (int i = 0; i < count; i++) {
            var healthyHosts = new ArrayList<Host>();
            var degradedHosts = new ArrayList<Host>();
            for (UpstreamHost host : priorities.get(i)) {
                switch (host.health()) {
                    case HEALTHY -> healthyHosts.add(host);
                    case DEGRADED -> degradedHosts.add(host);
                    case UNHEALTHY -> {}
                }
            }
            healthy.add(healthyHosts);
            degraded.add(degradedHosts);
            counts[i] =
                    counts(
                            priorities.get(i),
                            healthyHosts,
                            degradedHosts,
                            config.weightedPriorityHealth());
        }
        PriorityLoads loads =
                PriorityLoads.of(counts, config.panicThreshold(), config.overprovisioningFactor());
        var sets = new ArrayList<HostSet>(count);
        for (int i = 0; i < count; i++) {
            sets.add(
                    new HostSetSnapshot(
                            i,
                            List.copyOf(priorities.get(i)),
                            healthy.get(i),
                            degraded.get(i),
                            config.overprovisioningFactor(),
                            loads.healthy()[i],
                            loads.degraded()[i],
                            loads.panic()[i]));
        }
        showMembership(sets);
        return new ClusterSnapshot(sets, policy.update(sets));
    }

    private void showMembership(List<HostSet> sets) {
        long total = 0;
        long healthy = 0;
        long degraded = 0;
        long maxWeight = 0;
        for (HostSet set : sets) {
            total += set.hosts().size();
            healthy += set.healthyHosts().size();
            degraded += set.degradedHosts().size();
            for (Host host : set.hosts()) {
                maxWeight = Math.max(maxWeight, host.weight());
            }
        }
        stats.members(total, healthy, degraded, maxWeight);
    }

    private static PriorityLoads.Counts counts(
            List<UpstreamHost> hosts, List<Host> healthy, List<Host> degraded, boolean weighted) {
        return new PriorityLoads.Counts(
                hosts.size(),
                healthy.size(),
                degraded.size(),
                weighted ? weight(hosts) : hosts.size(),
                weighted ? weight(healthy) : healthy.size(),
                weighted ? weight(degraded) : degraded.size());
    }

    private static long weight(List<? extends Host> hosts) {
        long sum = 0;
        for (Host host : hosts) {
            sum += host.weight();
        }
        return sum;
    }

    private static Map<HostKey, List<UpstreamHost>> byKey(List<UpstreamHost> hosts) {
        var known = new LinkedHashMap<HostKey, List<UpstreamHost>>();
        for (UpstreamHost host : hosts) {
            known.computeIfAbsent(HostKey.of(host), key -> new ArrayList<>(1)).add(host);
        }
        return known;
    }
}
