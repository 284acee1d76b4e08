package io.nuncio.kernel.upstream;

import io.nuncio.spi.Worker;
import io.nuncio.spi.host.ResourcePriority;

import org.jspecify.annotations.Nullable;

/// What one worker has for one host: its counts and its connections. Thread: that worker; the
/// counts may be read by any.
final class WorkerHost {
    private final UpstreamClusterInfo cluster;
    private final UpstreamHost host;
    private final Worker worker;
    private final UpstreamConnector connector;
    private final HostCounts counts = new HostCounts();
    private @Nullable Http1Pool defaultPriority;
    private @Nullable Http1Pool highPriority;

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

    HostCounts counts() {
        return counts;
    }

    Http1Pool pool(ResourcePriority priority) {
        boolean high = priority == ResourcePriority.HIGH;
        Http1Pool pool = high ? highPriority : defaultPriority;
        if (pool == null) {
            pool =
                    new Http1Pool(
                            cluster, host, counts, cluster.breakers(priority), worker, connector);
            if (high) {
                highPriority = pool;
            } else {
                defaultPriority = pool;
            }
        }
        return pool;
    }

    /// The host is gone: idle connections close, the others after their streams.
    void drain() {
        if (defaultPriority != null) {
            defaultPriority.drain();
        }
        if (highPriority != null) {
            highPriority.drain();
        }
    }

    /// The same for a host that stays.
    void drainExisting() {
        if (defaultPriority != null) {
            defaultPriority.drainExisting();
        }
        if (highPriority != null) {
            highPriority.drainExisting();
        }
    }
}
