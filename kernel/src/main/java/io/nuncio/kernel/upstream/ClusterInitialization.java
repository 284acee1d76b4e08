package io.nuncio.kernel.upstream;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Starts the clusters in Envoy's order: all primary ones first, and when each has its first hosts,
/// the secondary ones, whose discovery may go through a primary; then clusters from outside, in the
/// same order. Thread: main.
final class ClusterInitialization {
    private final Set<UpstreamCluster> primary = new LinkedHashSet<>();
    private final Set<UpstreamCluster> secondary = new LinkedHashSet<>();
    private Phase phase = Phase.LOADING;
    private Runnable done = () -> {};
    private Discovery discovery = Runnable::run;
    private boolean discovered;

    private enum Phase {
        LOADING,
        PRIMARY,
        SECONDARY,
        /// The clusters of the bootstrap are done, those from outside are not known yet.
        DISCOVERY,
        DONE
    }

    /// Clusters from outside.
    @FunctionalInterface
    interface Discovery {
        /// @param whenAnswered run once, when the first clusters are added or there are none
        void start(Runnable whenAnswered);
    }

    /// A cluster of the bootstrap, or one that came later.
    void add(UpstreamCluster cluster) {
        if (phase == Phase.DONE) {
            cluster.start();
            return;
        }
        (cluster.secondary() ? secondary : primary).add(cluster);
        if (phase == Phase.SECONDARY || (phase == Phase.PRIMARY && !cluster.secondary())) {
            cluster.start();
        }
    }

    /// The cluster has its hosts, or is not wanted any more.
    void finished(UpstreamCluster cluster) {
        primary.remove(cluster);
        secondary.remove(cluster);
        advance();
    }

    /// The bootstrap's clusters are all added: begin.
    ///
    /// @param clustersFromOutside begins when those of the bootstrap have their hosts
    /// @param whenDone run once, when all have their first hosts
    void begin(Discovery clustersFromOutside, Runnable whenDone) {
        discovery = clustersFromOutside;
        done = whenDone;
        phase = Phase.PRIMARY;
        startAll(primary);
        advance();
    }

    /// The clusters that nobody may use yet.
    List<UpstreamCluster> waiting() {
        var all = new ArrayList<>(primary);
        all.addAll(secondary);
        return all;
    }

    private void advance() {
        if (phase == Phase.PRIMARY && primary.isEmpty()) {
            phase = Phase.SECONDARY;
            startAll(secondary);
        }
        if (phase != Phase.SECONDARY || !primary.isEmpty() || !secondary.isEmpty()) {
            return;
        }
        if (discovered) {
            phase = Phase.DONE;
            done.run();
        } else {
            discovered = true;
            phase = Phase.DISCOVERY;
            discovery.start(this::onDiscovered);
        }
    }

    private void onDiscovered() {
        phase = Phase.PRIMARY;
        startAll(primary);
        advance();
    }

    private static void startAll(Set<UpstreamCluster> clusters) {
        for (UpstreamCluster cluster : List.copyOf(clusters)) {
            cluster.start();
        }
    }
}
