package io.nuncio.kernel.upstream;

import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.Host;
import io.nuncio.spi.Protocol;
import io.nuncio.spi.TransportOptions;
import io.nuncio.spi.UpstreamInfo;
import io.nuncio.spi.host.HttpPool;
import io.nuncio.spi.host.ResourcePriority;
import io.nuncio.spi.host.TcpPool;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One worker's raw connections to one host. None is used twice, so nobody waits for one that
/// another holds: a breaker that is open refuses.
///
/// | limit | default | when exceeded |
/// | --- | --- | --- |
/// | `max_connections` of the cluster | 1024 | [io.nuncio.spi.host.HttpPool.Failure#OVERFLOW], `upstream_cx_overflow` |
/// | `max_pending_requests`, connections being made | 1024 | [io.nuncio.spi.host.HttpPool.Failure#OVERFLOW], `upstream_rq_pending_overflow` |
final class TcpConnections {
    private static final Logger LOG = LoggerFactory.getLogger("pool");

    private final WorkerHost place;
    private final PoolCounts counts;
    private int connections;

    TcpConnections(WorkerHost place) {
        this.place = place;
        UpstreamClusterInfo cluster = place.cluster();
        counts =
                new PoolCounts(
                        cluster.stats(),
                        cluster.breakers(ResourcePriority.DEFAULT),
                        place.host(),
                        place.counts());
    }

    Host host() {
        return place.host();
    }

    /// The pool as one who picked the host has it.
    ///
    /// @param options what connections ask of their transport socket
    TcpPool asking(TransportOptions options) {
        return new Picked(this, options);
    }

    private record Picked(TcpConnections connections, TransportOptions options) implements TcpPool {
        @Override
        public Host host() {
            return connections.host();
        }

        @Override
        public @Nullable Wait newConnection(Receiver receiver, Callbacks callbacks) {
            return connections.open(receiver, callbacks, options);
        }
    }

    private TcpPool.@Nullable Wait open(
            TcpPool.Receiver receiver, TcpPool.Callbacks callbacks, TransportOptions options) {
        if (!counts.mayConnect() || !counts.mayWait()) {
            callbacks.onFailure(HttpPool.Failure.OVERFLOW, new Unconnected(host(), null));
            return null;
        }
        TcpConnection made;
        try {
            made = new TcpConnection(this, receiver, callbacks, options);
        } catch (RuntimeException noSocket) {
            LOG.warn("no connection to {}: {}", host(), noSocket.toString());
            counts.connectFailed();
            callbacks.onFailure(
                    HttpPool.Failure.LOCAL_CONNECTION_FAILURE,
                    new Unconnected(host(), String.valueOf(noSocket.getMessage())));
            return null;
        }
        connections++;
        counts.connectionMade();
        counts.waitBegan();
        return made;
    }

    /// False if the breaker of connection pools is open and there is no connection yet.
    boolean mayOpen() {
        return counts.mayOpenPool();
    }

    WorkerHost place() {
        return place;
    }

    PoolCounts counts() {
        return counts;
    }

    void onClosed() {
        counts.connectionClosed();
        connections--;
        if (connections == 0) {
            counts.poolEmpty();
        }
    }

    /// A host to which there is no connection.
    private record Unconnected(Host host, @Nullable String transportFailureReason)
            implements UpstreamInfo {
        @Override
        public @Nullable ConnectionInfo connection() {
            return null;
        }

        @Override
        public @Nullable Protocol protocol() {
            return null;
        }

        @Override
        public long connectionRequests() {
            return 0;
        }
    }
}
