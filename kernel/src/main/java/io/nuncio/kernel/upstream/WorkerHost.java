package io.nuncio.kernel.upstream;

import io.nuncio.spi.Connection;
import io.nuncio.spi.LoadBalancerContext;
import io.nuncio.spi.TransportOptions;
import io.nuncio.spi.TransportSocketTemplate;
import io.nuncio.spi.UpstreamSource;
import io.nuncio.spi.Worker;
import io.nuncio.spi.host.ResourcePriority;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
    private Map<Apart, ConnectionPool> apart = Map.of(); // most hosts have none
    private @Nullable TcpConnections tcp;

    /// Which streams may share connections, where not all may.
    private record Apart(
            UpstreamProtocol protocol,
            ResourcePriority priority,
            @Nullable Object key,
            @Nullable UpstreamSource source,
            TransportOptions wishes) {
        /// True if the connections tell the upstream about the downstream connection, all that
        /// share them being the same in that: then the first of these is kept.
        boolean ofDownstream() {
            return key != null;
        }
    }

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

    /// The same for the streams of a downstream connection, which may not share upstream
    /// connections with every other. Mostly they may: nothing is made to find that out.
    ConnectionPool pool(
            UpstreamProtocol protocol, ResourcePriority priority, LoadBalancerContext context) {
        Connection downstream = context.downstreamConnection();
        UpstreamSource source = DownstreamSource.of(downstream);
        TransportSocketTemplate socket = host.transport(protocol);
        TransportOptions wishes =
                socket == null ? TransportOptions.NONE : context.transportOptions();
        Object key = socket == null || downstream == null ? null : socket.sharingKey(downstream);
        return key == null && source == null && wishes.asConfigured()
                ? pool(protocol, priority)
                : poolApart(
                        new Apart(protocol, priority, key, source, wishes.sharable()), downstream);
    }

    private ConnectionPool poolApart(Apart place, @Nullable Connection downstream) {
        ConnectionPool known = apart.get(place);
        if (known != null) {
            return known;
        }
        var made =
                new ConnectionPool(
                        this,
                        place.protocol(),
                        place.priority(),
                        place.ofDownstream()
                                ? place.wishes().withDownstream(downstream)
                                : place.wishes(),
                        place.source(),
                        () -> apart.remove(place));
        if (apart.isEmpty()) {
            apart = new HashMap<>();
        }
        apart.put(place, made);
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
        List.copyOf(apart.values()).forEach(ConnectionPool::drain);
    }

    /// The same for a host that stays.
    void drainExisting() {
        for (ConnectionPool pool : pools) {
            pool.drainExisting();
        }
        List.copyOf(apart.values()).forEach(ConnectionPool::drainExisting);
    }
}
