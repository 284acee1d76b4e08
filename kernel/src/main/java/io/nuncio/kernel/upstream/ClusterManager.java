package io.nuncio.kernel.upstream;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.BindConfig;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.nuncio.kernel.init.InitManagers;
import io.nuncio.kernel.lease.Leases;
import io.nuncio.kernel.lease.Renewal;
import io.nuncio.spi.Counter;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.Gauge;
import io.nuncio.spi.InitTargets;
import io.nuncio.spi.Problems;
import io.nuncio.spi.Resolver;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.Worker;
import io.nuncio.spi.host.Clusters;
import io.nuncio.spi.host.Codecs;
import io.nuncio.spi.host.Extensions;
import io.nuncio.spi.host.Subscriptions;
import io.nuncio.spi.internal.LoopThread;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// All clusters: compiles them, warms them, publishes them to the workers, and takes them away.
///
/// A cluster is visible to workers once its discovery has published its first hosts; until then a
/// cluster of the same name, if there is one, goes on serving. Removed and replaced clusters, and
/// hosts that are gone, drain their connections. Thread: main, except [#get], which is for the
/// workers.
public final class ClusterManager implements Clusters {
    private static final Logger LOG = LoggerFactory.getLogger("upstream");

    private static final long UNUSED_CHECK_NANOS = 1_000_000_000L;

    private final Services services;
    private final ClusterCompiler compiler;
    private final Map<String, UpstreamCluster> active = new ConcurrentHashMap<>();
    private final Map<String, UpstreamCluster> warming = new LinkedHashMap<>();

    /// The names of the bootstrap's clusters, also of those that are wrong: who names one of those
    /// makes no mistake.
    private final Set<String> statics = new HashSet<>();

    private final ClusterInitialization initialization = new ClusterInitialization();
    private final List<Worker> loops; // the main thread, then the workers: as LoopThread's cells
    private final List<WorkerClusters> views = new ArrayList<>();
    private final Stats stats;
    private @Nullable ClusterDiscoveryService discovery;

    /// What clusters are made with.
    ///
    /// @param workers in the order of their index
    /// @param stats the root scope
    public record Services(
            Worker mainThread,
            List<Worker> workers,
            Resolver resolver,
            UpstreamConnector connector,
            Subscriptions subscriptions,
            Extensions extensions,
            Codecs codecs,
            Contexts contexts,
            InitManagers init,
            StatsScope stats) {
        public Services {
            workers = List.copyOf(workers);
        }
    }

    /// Makes the contexts that factories compile in.
    @FunctionalInterface
    public interface Contexts {
        /// @param name what the configuration calls the thing being compiled
        /// @param initTargets what the cluster waits for before it serves
        /// @param leases hold what is compiled
        FactoryContext create(
                String name,
                StatsScope stats,
                InitTargets initTargets,
                Leases leases,
                Problems problems);
    }

    private record Stats(
            Counter added,
            Counter modified,
            Counter removed,
            Counter updated,
            Gauge active,
            Gauge warming) {
        static Stats in(StatsScope root) {
            StatsScope scope = root.scope("cluster_manager");
            scope.counter("cluster_updated_via_merge");
            scope.counter("update_merge_cancelled");
            scope.counter("update_out_of_merge_window");
            return new Stats(
                    scope.counter("cluster_added"),
                    scope.counter("cluster_modified"),
                    scope.counter("cluster_removed"),
                    scope.counter("cluster_updated"),
                    scope.gauge("active_clusters"),
                    scope.gauge("warming_clusters"));
        }
    }

    /// @param bindDefault the bootstrap's `cluster_manager.upstream_bind_config`
    public ClusterManager(Services services, BindConfig bindDefault) {
        this.services = services;
        compiler = new ClusterCompiler(services, bindDefault);
        stats = Stats.in(services.stats());
        loops = new ArrayList<>();
        loops.add(services.mainThread());
        loops.addAll(services.workers());
        for (int slot = 0; slot < loops.size(); slot++) {
            String loop = slot == 0 ? "main_thread" : "worker_" + (slot - 1);
            views.add(
                    new WorkerClusters(
                            active,
                            loops.get(slot),
                            slot,
                            services.connector(),
                            services.stats()
                                    .scope("thread_local_cluster_manager." + loop)
                                    .gauge("clusters_inflated")));
        }
    }

    @Override
    public io.nuncio.spi.host.@Nullable Cluster get(String name) {
        return views.get(LoopThread.currentCell() - 1).get(name);
    }

    @Override
    public boolean exists(String name) {
        return active.containsKey(name) || warming.containsKey(name) || statics.contains(name);
    }

    /// Compiles the clusters of the bootstrap. They start with [#initialize].
    ///
    /// @param problems at the list; each cluster's own are below its position
    public void load(List<Cluster> clusters, Problems problems) {
        for (int i = 0; i < clusters.size(); i++) {
            Cluster cluster = clusters.get(i);
            Problems here = problems.in("[" + i + "]");
            if (!statics.add(cluster.getName())) {
                here.at("name")
                        .expected("each name once")
                        .because("duplicate cluster `" + cluster.getName() + "`");
                continue;
            }
            add(cluster, "", here, false);
        }
    }

    /// Takes clusters from a subscription too, from [#initialize] on.
    ///
    /// @param source the bootstrap's `dynamic_resources.cds_config`
    /// @param problems at the source
    public void discover(ConfigSource source, Problems problems) {
        discovery =
                new ClusterDiscoveryService(
                        this, source, services.subscriptions(), services.stats(), problems);
    }

    /// Starts discovery, in Envoy's order: the primary clusters of the bootstrap, the secondary
    /// ones, then CDS and what it brings.
    ///
    /// @param whenDone run once, when every cluster has its first hosts
    public void initialize(Runnable whenDone) {
        ClusterDiscoveryService cds = discovery;
        initialization.begin(cds == null ? Runnable::run : cds::start, whenDone);
    }

    /// Of the newest clusters from the subscription; empty if there are none.
    String cdsVersion() {
        ClusterDiscoveryService cds = discovery;
        return cds == null ? "" : cds.version();
    }

    /// Clusters that have no hosts yet, by name, with what they wait for; for `/init_dump`.
    public List<String> waiting() {
        return warmingClusters().stream().map(cluster -> cluster.info().name()).toList();
    }

    /// The names of all clusters that came after the bootstrap.
    Set<String> addedViaApi() {
        Set<String> names = new HashSet<>();
        active.forEach((name, cluster) -> addIfViaApi(name, cluster, names));
        warming.forEach((name, cluster) -> addIfViaApi(name, cluster, names));
        return names;
    }

    private static void addIfViaApi(String name, UpstreamCluster cluster, Set<String> names) {
        if (cluster.addedViaApi()) {
            names.add(name);
        }
    }

    /// @return false if there is no such cluster, or it is the bootstrap's
    boolean removeAddedViaApi(String name) {
        UpstreamCluster known = current(name);
        return known != null && known.addedViaApi() && remove(name);
    }

    /// Adds a cluster, or replaces the one of the same name when the new one is warm. Nothing
    /// changes if there is a problem, or if the one of the same name is the bootstrap's.
    ///
    /// @param version as its source calls it
    /// @return false if nothing was to be done, or there is a problem
    public boolean addOrUpdate(Cluster message, String version, Problems problems) {
        UpstreamCluster before = current(message.getName());
        if (before != null && (!before.addedViaApi() || before.message().equals(message))) {
            return false;
        }
        return add(message, version, problems, true);
    }

    /// Adds a cluster that is the kernel's own, such as that of a service's target; what comes from
    /// outside does not touch it.
    ///
    /// @return false if there is a problem, or a cluster of that name
    public boolean addOwn(Cluster message, Problems problems) {
        if (exists(message.getName())) {
            problems.at("name").expected("a name that no cluster has").found(message.getName());
            return false;
        }
        return add(message, "", problems, false);
    }

    /// @return false if there is no such cluster
    public boolean remove(String name) {
        statics.remove(name);
        UpstreamCluster waiting = warming.remove(name);
        UpstreamCluster serving = active.remove(name);
        if (waiting != null) {
            closeUnused(waiting);
            initialization.finished(waiting);
        }
        if (serving != null) {
            retire(serving);
        }
        if (waiting == null && serving == null) {
            return false;
        }
        LOG.debug("remove cluster {}", name);
        stats.removed().increment();
        showCounts();
        return true;
    }

    /// The clusters that serve, in the order of their names.
    List<UpstreamCluster> activeClusters() {
        var all = new ArrayList<>(active.values());
        all.sort((one, other) -> one.info().name().compareTo(other.info().name()));
        return all;
    }

    /// The clusters that have no hosts yet.
    List<UpstreamCluster> warmingClusters() {
        return List.copyOf(warming.values());
    }

    private boolean add(Cluster message, String version, Problems problems, boolean viaApi) {
        String name = message.getName();
        String statName = message.getAltStatName().isEmpty() ? name : message.getAltStatName();
        long errors = errors(problems);
        StatsScope scope = services.stats().scope("cluster." + statName);
        UpstreamCluster.Parts parts = compiler.compile(message, scope, problems);
        if (parts == null || errors(problems) > errors) {
            scope.close();
            if (parts != null) {
                parts.close();
            }
            return false;
        }
        begin(parts, version, viaApi);
        return true;
    }

    /// Warms a cluster beside the one of its name, if there is one.
    private void begin(UpstreamCluster.Parts parts, String version, boolean viaApi) {
        String name = parts.message().getName();
        (current(name) == null ? stats.added() : stats.modified()).increment();
        var cluster = new UpstreamCluster(parts, viaApi, version, loops.size(), new Changes());
        UpstreamCluster overtaken = warming.put(name, cluster);
        showCounts();
        initialization.add(cluster);
        if (overtaken != null) {
            closeUnused(overtaken);
            initialization.finished(overtaken);
        }
        LOG.debug("add/update cluster {}", name);
    }

    /// Compiles anew the clusters that have something of a bundle. They warm when they are
    /// published, beside those that serve.
    ///
    /// @param problems everything wrong; the renewal must be cancelled if there is anything
    public Renewal renew(String bundle, Problems problems) {
        List<UpstreamCluster> concerned = new ArrayList<>(active.values());
        concerned.removeIf(cluster -> warming.containsKey(cluster.info().name()));
        concerned.addAll(warming.values());
        concerned.removeIf(cluster -> !cluster.leases().of(bundle));
        Map<UpstreamCluster, UpstreamCluster.Parts> renewed = new LinkedHashMap<>();
        for (UpstreamCluster cluster : concerned) {
            Cluster message = cluster.message();
            String statName =
                    message.getAltStatName().isEmpty()
                            ? message.getName()
                            : message.getAltStatName();
            UpstreamCluster.Parts parts =
                    compiler.compile(
                            message,
                            services.stats().scope("cluster." + statName),
                            problems.in("cluster '" + message.getName() + "'"));
            if (parts != null) {
                renewed.put(cluster, parts);
            }
        }
        return new ClustersRenewal(renewed);
    }

    private final class ClustersRenewal implements Renewal {
        private final Map<UpstreamCluster, UpstreamCluster.Parts> renewed;

        ClustersRenewal(Map<UpstreamCluster, UpstreamCluster.Parts> renewed) {
            this.renewed = renewed;
        }

        @Override
        public void publish() {
            renewed.forEach((old, parts) -> {
                if (current(old.info().name()) == old) {
                    begin(parts, old.version(), old.addedViaApi());
                } else {
                    drop(parts);
                }
            });
        }

        @Override
        public void cancel() {
            renewed.values().forEach(ClustersRenewal::drop);
        }

        private static void drop(UpstreamCluster.Parts parts) {
            parts.discovery().close();
            parts.policy().close();
            parts.scope().close();
            parts.close();
        }
    }

    private @Nullable UpstreamCluster current(String name) {
        UpstreamCluster waiting = warming.get(name);
        return waiting != null ? waiting : active.get(name);
    }

    /// A cluster that never served.
    private static void closeUnused(UpstreamCluster cluster) {
        cluster.close();
        cluster.info().close();
        cluster.leases().giveBack();
    }

    private void retire(UpstreamCluster cluster) {
        List<UpstreamHost> hosts = cluster.hosts();
        cluster.close();
        onEachLoop(view -> {
            view.forget(cluster);
            view.drain(hosts);
        });
        giveBackWhenUnused(cluster, hosts);
    }

    /// Looks now and then whether the connections of a cluster that was removed or replaced have
    /// ended; nobody waits for that.
    private void giveBackWhenUnused(UpstreamCluster cluster, List<UpstreamHost> hosts) {
        services.mainThread()
                .timer(() -> {
                    boolean busy =
                            hosts.stream()
                                    .anyMatch(host ->
                                            host.count(HostCounts.CX_ACTIVE) > 0
                                                    || host.activeRequests() > 0);
                    if (busy) {
                        giveBackWhenUnused(cluster, hosts);
                    } else {
                        cluster.info().close();
                        cluster.leases().giveBack();
                    }
                })
                .arm(UNUSED_CHECK_NANOS);
    }

    private void onEachLoop(java.util.function.Consumer<WorkerClusters> task) {
        for (int slot = 0; slot < loops.size(); slot++) {
            WorkerClusters view = views.get(slot);
            loops.get(slot).post(() -> task.accept(view));
        }
    }

    private void showCounts() {
        stats.active().set(active.size());
        stats.warming().set(warming.size());
    }

    private static long errors(Problems problems) {
        return problems.all().stream().filter(problem -> !problem.warning()).count();
    }

    private final class Changes implements UpstreamCluster.Watcher {
        @Override
        public void onInitialized(UpstreamCluster cluster) {
            String name = cluster.info().name();
            warming.remove(name, cluster);
            services.init().forget(cluster.init());
            UpstreamCluster before = active.put(name, cluster);
            if (before != null) {
                cluster.info().declareStats();
                retire(before);
            }
            showCounts();
            initialization.finished(cluster);
        }

        @Override
        public void onHostsChanged(UpstreamCluster cluster, List<UpstreamHost> removed) {
            stats.updated().increment();
            if (!removed.isEmpty()) {
                onEachLoop(view -> view.drain(removed));
            }
            if (cluster.info().config().closeOnHostSetChange()) {
                List<UpstreamHost> hosts = cluster.hosts();
                onEachLoop(view -> view.drainExisting(hosts));
            }
        }
    }
}
