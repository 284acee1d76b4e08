package io.nuncio.kernel.upstream;

import io.nuncio.kernel.network.ConnectOptions;
import io.nuncio.spi.TransportOptions;
import io.nuncio.spi.UpstreamSource;
import io.nuncio.spi.Worker;
import io.nuncio.spi.host.HttpPool;
import io.nuncio.spi.host.ResourcePriority;
import io.nuncio.spi.host.ResponseReceiver;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One worker's connections to one host for one protocol and priority, with the requests that wait
/// for one.
///
/// As in Envoy: a connection that has room for a stream is used, the one that got room last first;
/// otherwise the request waits, and as many connections are being made as the waiting requests
/// need, within the circuit breakers. A connection that cannot be made fails all that wait. After a
/// response, the next waiting request gets the connection at the end of the loop's round, in case
/// the upstream closes it right away.
///
/// | limit | default | when exceeded |
/// | --- | --- | --- |
/// | `max_concurrent_streams`, and what the host allows, if less; 1 for HTTP/1 | 1024 | another connection |
/// | `max_requests_per_connection` | none | the connection drains, another is made |
/// | `max_connections` of the cluster | 1024 | requests wait; one connection is always made |
/// | `max_pending_requests` | 1024 | [io.nuncio.spi.host.HttpPool.Failure#OVERFLOW] |
/// | `max_requests` | 1024 | [io.nuncio.spi.host.HttpPool.Failure#OVERFLOW] |
final class ConnectionPool implements HttpPool {
    private static final Logger LOG = LoggerFactory.getLogger("pool");
    private static final int NEW_CONNECTIONS_AT_ONCE = 3;

    private final WorkerHost place;
    private final UpstreamProtocol protocol;
    private final ResourcePriority priority;
    private final PoolCounts counts;
    private final TransportOptions options;
    private final @Nullable UpstreamSource source;
    private final Runnable unused;

    private final ConnectionList ready = new ConnectionList();
    private final ConnectionList busy = new ConnectionList(); // and draining
    private final ConnectionList connecting = new ConnectionList();
    private final PendingQueue pending = new PendingQueue();
    private final PendingQueue purged = new PendingQueue();
    private final Runnable attachTask = this::attachPending;
    private long connectingCapacity; // streams that the connections being made will carry
    private boolean attachPosted;
    private boolean draining;

    ConnectionPool(WorkerHost place, UpstreamProtocol protocol, ResourcePriority priority) {
        this(place, protocol, priority, TransportOptions.NONE, null, () -> {});
    }

    /// @param options what each connection asks of its transport socket
    /// @param source from where each comes, null if the cluster's settings hold
    /// @param unused called whenever there is neither a connection nor somebody who waits
    ConnectionPool(
            WorkerHost place,
            UpstreamProtocol protocol,
            ResourcePriority priority,
            TransportOptions options,
            @Nullable UpstreamSource source,
            Runnable unused) {
        this.place = place;
        this.options = options;
        this.source = source;
        this.unused = unused;
        this.protocol = protocol;
        this.priority = priority;
        UpstreamClusterInfo cluster = place.cluster();
        counts =
                new PoolCounts(
                        cluster.stats(), cluster.breakers(priority), place.host(), place.counts());
    }

    @Override
    public UpstreamHost host() {
        return place.host();
    }

    @Override
    public @Nullable Wait newStream(ResponseReceiver receiver, Callbacks callbacks) {
        PooledConnection free = ready.first();
        if (free != null) {
            attach(free, receiver, callbacks);
            return null;
        }
        if (!counts.mayWait()) {
            forgetIfUnused();
            callbacks.onFailure(Failure.OVERFLOW, "", host());
            return null;
        }
        var waiting = new PendingStream(this, receiver, callbacks);
        pending.add(waiting);
        counts.waitBegan();
        createConnections();
        return waiting.queue == null ? null : waiting;
    }

    @Override
    public void timedOut() {
        counts.timedOut();
    }

    boolean serves(UpstreamProtocol wanted, ResourcePriority of) {
        return protocol == wanted && priority == of;
    }

    /// False if the breaker of connection pools is open and the pool has nothing yet.
    boolean mayOpen() {
        return counts.mayOpenPool();
    }

    /// The host is gone, or the cluster: idle connections close now, the others after their
    /// streams, and so does every connection that requests still waiting may need.
    void drain() {
        draining = true;
        drainExisting();
    }

    /// Idle connections close now, the others after their streams; new ones may be made.
    void drainExisting() {
        closeIdle();
        for (PooledConnection one = ready.first(); one != null; one = ready.first()) {
            move(one, PooledConnection.State.DRAINING, busy);
        }
        for (PooledConnection one = busy.first(), next; one != null; one = next) {
            next = one.next;
            retire(one);
        }
    }

    UpstreamClusterInfo cluster() {
        return place.cluster();
    }

    UpstreamProtocol protocol() {
        return protocol;
    }

    Worker worker() {
        return place.worker();
    }

    UpstreamConnector connector() {
        return place.connector();
    }

    PoolCounts counts() {
        return counts;
    }

    void cancel(PendingStream stream) {
        boolean waiting = stream.queue == pending;
        (waiting ? pending : purged).remove(stream);
        counts.waitEnded();
        counts.stats().rqCancelled.increment();
        if (draining) {
            closeIdle();
        }
    }

    // From the connections.

    /// The connection stands, or never will: told before its capacity changes.
    void onConnectingEnded(PooledConnection connection) {
        connectingCapacity -= connection.unusedCapacity();
    }

    void onConnected(PooledConnection connection) {
        if (connection.unusedCapacity() > 0) {
            move(connection, PooledConnection.State.READY, ready);
        } else {
            move(connection, PooledConnection.State.BUSY, busy);
        }
        attachPending();
    }

    /// A stream of the connection is over; it is none of the connection's any more.
    void onStreamEnd(PooledConnection connection) {
        counts.streamEnded();
        if (connection.state == PooledConnection.State.DRAINING) {
            if (connection.idle()) {
                connection.close();
            }
        } else {
            onCapacityChanged(connection);
        }
        if (draining && pending.isEmpty()) {
            closeIdle();
        }
    }

    /// The connection can carry more streams, or fewer.
    void onCapacityChanged(PooledConnection connection) {
        boolean room = connection.unusedCapacity() > 0;
        if (connection.state == PooledConnection.State.READY && !room) {
            move(connection, PooledConnection.State.BUSY, busy);
        } else if (connection.state == PooledConnection.State.BUSY && room) {
            move(connection, PooledConnection.State.READY, ready);
        }
        if (!pending.isEmpty() && !attachPosted) {
            attachPosted = true;
            worker().post(attachTask);
        }
    }

    /// The connection takes no more streams, and closes when it has none.
    void retire(PooledConnection connection) {
        if (connection.idle()) {
            connection.close();
        } else {
            move(connection, PooledConnection.State.DRAINING, busy);
        }
    }

    /// @param wasConnecting true if it never stood
    void onClosed(PooledConnection connection, boolean wasConnecting, boolean remote) {
        if (wasConnecting) {
            onConnectingEnded(connection);
        }
        ConnectionList list = connection.list;
        if (list != null) {
            list.remove(connection);
        }
        connection.state = PooledConnection.State.CLOSED;
        counts.connectionClosed();
        if (wasConnecting) {
            counts.connectFailed();
            failPending(
                    PoolCounts.failure(connection.timedOut(), remote),
                    connection.info().transportFailureReason());
        }
        if (!pending.isEmpty()) {
            createConnections();
        }
        uncountIfEmpty();
    }

    private void attach(
            PooledConnection connection, ResponseReceiver receiver, Callbacks callbacks) {
        if (!counts.mayBegin()) {
            callbacks.onFailure(Failure.OVERFLOW, "", host());
            return;
        }
        var stream = new PooledStream(connection, this, receiver);
        connection.add(stream);
        if (connection.worn()) {
            counts.stats().cxMaxRequests.increment();
            move(connection, PooledConnection.State.DRAINING, busy);
        } else if (connection.unusedCapacity() <= 0) {
            move(connection, PooledConnection.State.BUSY, busy);
        }
        counts.streamBegan();
        connection.begin(stream, callbacks);
    }

    private void attachPending() {
        attachPosted = false;
        PooledConnection free = ready.first();
        while (free != null) {
            PendingStream waiting = pending.poll();
            if (waiting == null) {
                break;
            }
            counts.waitEnded();
            attach(free, waiting.receiver, waiting.callbacks);
            free = ready.first();
        }
        if (!pending.isEmpty()) {
            createConnections();
        }
        if (draining) {
            closeIdle();
        }
    }

    private void createConnections() {
        for (int i = 0; i < NEW_CONNECTIONS_AT_ONCE; i++) {
            if (pending.size() <= connectingCapacity || !createConnection()) {
                return;
            }
        }
    }

    /// @return false if no further one may be made
    private boolean createConnection() {
        boolean allowed = counts.mayConnect();
        if (!allowed && !(ready.isEmpty() && busy.isEmpty() && connecting.isEmpty())) {
            return false;
        }
        PooledConnection made;
        try {
            made = new PooledConnection(this);
        } catch (RuntimeException noSocket) {
            onNoSocket(noSocket);
            return false;
        }
        counts.connectionMade();
        connectingCapacity += made.unusedCapacity();
        connecting.push(made);
        return allowed;
    }

    /// The process has no more file descriptors, or the like: told to those that wait when the
    /// caller is done.
    private void onNoSocket(RuntimeException noSocket) {
        LOG.warn("no connection to {}: {}", host(), noSocket.toString());
        counts.connectFailed();
        String reason = String.valueOf(noSocket.getMessage());
        worker().post(() -> {
            failPending(Failure.LOCAL_CONNECTION_FAILURE, reason);
            forgetIfUnused();
        });
    }

    /// All that wait are failed, also by one connection that could not be made: a caller that tries
    /// again must not be failed along with them, so they leave the queue first.
    private void failPending(Failure failure, @Nullable String transportFailure) {
        purged.takeAll(pending);
        PendingStream waiting = purged.poll();
        while (waiting != null) {
            counts.waitEnded();
            counts.stats().rqPendingFailureEject.increment();
            waiting.callbacks.onFailure(
                    failure, transportFailure == null ? "" : transportFailure, host());
            waiting = purged.poll();
        }
    }

    private void closeIdle() {
        for (PooledConnection one = ready.first(), next; one != null; one = next) {
            next = one.next;
            if (one.idle()) {
                one.close();
            }
        }
        if (!pending.isEmpty()) {
            return;
        }
        for (PooledConnection one = connecting.first(); one != null; one = connecting.first()) {
            one.close();
        }
    }

    private void uncountIfEmpty() {
        if (empty()) {
            counts.poolEmpty();
            unused.run();
        }
    }

    private boolean empty() {
        return ready.isEmpty() && busy.isEmpty() && connecting.isEmpty() && pending.isEmpty();
    }

    /// A pool that nobody shares need not stay.
    void forgetIfUnused() {
        if (empty()) {
            unused.run();
        }
    }

    ConnectOptions connectOptions() {
        ConnectOptions usual = place.host().connectOptions(protocol);
        return DownstreamSource.apply(
                options == TransportOptions.NONE ? usual : usual.withTransportOptions(options),
                source);
    }

    private static void move(
            PooledConnection connection, PooledConnection.State state, ConnectionList to) {
        ConnectionList from = connection.list;
        if (from != to) {
            if (from != null) {
                from.remove(connection);
            }
            to.push(connection);
        }
        connection.state = state;
    }
}
