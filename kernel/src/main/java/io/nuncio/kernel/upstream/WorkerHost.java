package io.nuncio.kernel.upstream;

import io.nuncio.spi.Worker;
import io.nuncio.spi.host.ResourcePriority;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/// What one worker has for one host: its counts and its connections. Thread: that worker; the
/// counts may be read by any.
final class WorkerHost {
    private static final ConnectionPool[] NONE = {};

    private final UpstreamClusterInfo cluster;
    private final UpstreamHost host;
    private final Worker worker;
    private final UpstreamConnector connector;
    private final HostCounts counts = new HostCounts();
    private ConnectionPool[] pools = NONE; // by protocol and priority, the first used first
    private @Nullable TcpConnections tcp;

    WorkerHost(
            UpstreamClusterInfo cluster,
            UpstreamHost host,
            Worker worker,
            UpstreamConnector connector) {
        this.cluster = cluster;
        this.host = host;
        this.worker = worker;
        this.connector = connector;
    }

    UpstreamClusterInfo cluster() {
        return cluster;
    }

    UpstreamHost host() {
        return host;
    }

    Worker worker() {
        return worker;
    }

    UpstreamConnector connector() {
        return connector;
    }

    HostCounts counts() {
        return counts;
    }

    ConnectionPool pool(UpstreamProtocol protocol, ResourcePriority priority) {
        for (ConnectionPool pool : pools) {
            if (pool.serves(protocol, priority)) {
                return pool;
            }
        }
        var made = new ConnectionPool(this, protocol, priority);
        pools = Arrays.copyOf(pools, pools.length + 1);
        pools[pools.length - 1] = made;
        return made;
    }

    /// Those of raw connections, which end with their users alone.
    TcpConnections tcp() {
        TcpConnections made = tcp;
        if (made == null) {
            made = new TcpConnections(this);
            tcp = made;
        }
        return made;
    }

    /// The host is gone: idle connections close, the others after their streams.
    void drain() {
        for (ConnectionPool pool : pools) {
            pool.drain();
        }
    }

    /// The same for a host that stays.
    void drainExisting() {
        for (ConnectionPool pool : pools) {
            pool.drainExisting();
        }
    }
}
