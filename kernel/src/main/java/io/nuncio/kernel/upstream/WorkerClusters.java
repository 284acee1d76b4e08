package io.nuncio.kernel.upstream;

import io.nuncio.spi.Gauge;
import io.nuncio.spi.Worker;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The clusters that one worker has used so far. Thread: that worker.
final class WorkerClusters {
    private final Map<String, UpstreamCluster> active;
    private final Worker worker;
    private final int slot;
    private final UpstreamConnector connector;
    private final Gauge inflated;
    private final Map<String, WorkerCluster> used = new HashMap<>();

    /// @param active all clusters that may be used; changed by the main thread
    /// @param inflated how many of them this worker has used
    WorkerClusters(
            Map<String, UpstreamCluster> active,
            Worker worker,
            int slot,
            UpstreamConnector connector,
            Gauge inflated) {
        this.active = active;
        this.worker = worker;
        this.slot = slot;
        this.connector = connector;
        this.inflated = inflated;
    }

    @Nullable WorkerCluster get(String name) {
        WorkerCluster known = used.get(name);
        if (known != null && !known.cluster().closed()) {
            return known;
        }
        UpstreamCluster cluster = active.get(name);
        if (cluster == null) {
            remove(name);
            return null;
        }
        var made = new WorkerCluster(cluster, worker, slot, connector);
        if (used.put(name, made) == null) {
            inflated.increment();
        }
        return made;
    }

    /// Forgets a cluster that was removed or replaced.
    void forget(UpstreamCluster cluster) {
        WorkerCluster known = used.get(cluster.info().name());
        if (known != null && known.cluster() == cluster) {
            remove(cluster.info().name());
        }
    }

    /// Hosts that are gone: their idle connections close, the others after their stream.
    void drain(List<UpstreamHost> hosts) {
        for (UpstreamHost host : hosts) {
            WorkerHost known = host.slot(slot);
            if (known != null) {
                known.drain();
            }
        }
    }

    /// The same for hosts that stay.
    void drainExisting(List<UpstreamHost> hosts) {
        for (UpstreamHost host : hosts) {
            WorkerHost known = host.slot(slot);
            if (known != null) {
                known.drainExisting();
            }
        }
    }

    private void remove(String name) {
        if (used.remove(name) != null) {
            inflated.decrement();
        }
    }
}
