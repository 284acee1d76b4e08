package io.nuncio.kernel.upstream;

import io.nuncio.spi.Host;
import io.nuncio.spi.HostPicker;
import io.nuncio.spi.LoadBalancerContext;
import io.nuncio.spi.Protocol;
import io.nuncio.spi.Worker;
import io.nuncio.spi.host.Cluster;
import io.nuncio.spi.host.ClusterInfo;
import io.nuncio.spi.host.HttpPool;
import io.nuncio.spi.host.ResourcePriority;
import io.nuncio.spi.host.TcpPool;

import org.jspecify.annotations.Nullable;

/// One worker's view of a cluster: its picker over the newest snapshot, and the way to its pools.
/// Thread: that worker.
final class WorkerCluster implements Cluster {
    private final UpstreamCluster cluster;
    private final Worker worker;
    private final int slot;
    private final UpstreamConnector connector;
    private ClusterSnapshot snapshot;
    private HostPicker picker;

    /// @param slot the worker's slot in each host
    WorkerCluster(UpstreamCluster cluster, Worker worker, int slot, UpstreamConnector connector) {
        this.cluster = cluster;
        this.worker = worker;
        this.slot = slot;
        this.connector = connector;
        snapshot = cluster.snapshot();
        picker = snapshot.picker().create(worker);
    }

    @Override
    public ClusterInfo info() {
        return cluster.info();
    }

    @Override
    public @Nullable HttpPool httpPool(
            ResourcePriority priority, @Nullable Protocol downstream, LoadBalancerContext context) {
        WorkerHost host = pick(context);
        if (host == null) {
            return null;
        }
        ConnectionPool pool = host.pool(cluster.info().protocol(downstream), priority, context);
        if (!pool.mayOpen()) {
            pool.forgetIfUnused();
            cluster.info().stats().cxPoolOverflow.increment();
            return null;
        }
        return pool;
    }

    @Override
    public @Nullable TcpPool tcpPool(LoadBalancerContext context) {
        WorkerHost host = pick(context);
        if (host == null) {
            return null;
        }
        TcpConnections pool = host.tcp();
        if (!pool.mayOpen()) {
            cluster.info().stats().cxPoolOverflow.increment();
            return null;
        }
        return pool.asking(context.transportOptions());
    }

    UpstreamCluster cluster() {
        return cluster;
    }

    private @Nullable WorkerHost pick(LoadBalancerContext context) {
        ClusterSnapshot newest = cluster.snapshot();
        if (newest != snapshot) {
            snapshot = newest;
            picker = newest.picker().create(worker);
        }
        Host picked = picker.pick(context);
        if (picked == null) {
            cluster.info().stats().cxNoneHealthy.increment();
            return null;
        }
        UpstreamHost host = (UpstreamHost) picked;
        WorkerHost known = host.slot(slot);
        if (known == null) {
            known = new WorkerHost(cluster.info(), host, worker, connector);
            host.slot(slot, known);
        }
        return known;
    }
}
