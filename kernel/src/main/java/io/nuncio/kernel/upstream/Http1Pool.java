package io.nuncio.kernel.upstream;

import io.nuncio.spi.Host;
import io.nuncio.spi.Worker;
import io.nuncio.spi.host.HttpPool;
import io.nuncio.spi.host.ResponseReceiver;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One worker's HTTP/1 connections to one host, with the requests that wait for one.
///
/// As in Envoy: a free connection is used again, the one that became free last first; otherwise the
/// request waits, and there are as many connections being made as requests waiting, within the
/// circuit breakers. A connection that cannot be made fails all that wait. After a response, the
/// next waiting request gets the connection at the end of the loop's round, in case the upstream
/// closes it right away.
///
/// | limit | default | when exceeded |
/// | --- | --- | --- |
/// | `max_connections` of the cluster | 1024 | requests wait; one connection is always made |
/// | `max_pending_requests` | 1024 | [io.nuncio.spi.host.HttpPool.Failure#OVERFLOW] |
/// | `max_requests` | 1024 | [io.nuncio.spi.host.HttpPool.Failure#OVERFLOW] |
final class Http1Pool implements HttpPool {
    private static final Logger LOG = LoggerFactory.getLogger("pool");
    private static final int NEW_CONNECTIONS_AT_ONCE = 3;

    private final UpstreamClusterInfo cluster;
    private final ClusterStats stats;
    private final CircuitBreakers breakers;
    private final UpstreamHost host;
    private final HostCounts counts;
    private final Worker worker;
    private final UpstreamConnector connector;

    private final ConnectionList ready = new ConnectionList();
    private final ConnectionList busy = new ConnectionList(); // and draining
    private final ConnectionList connecting = new ConnectionList();
    private final PendingQueue pending = new PendingQueue();
    private final PendingQueue purged = new PendingQueue();
    private final Runnable attachTask = this::attachPending;
    private boolean attachPosted;
    private boolean draining;
    private boolean counted; // in the breaker of connection pools

    Http1Pool(
            UpstreamClusterInfo cluster,
            UpstreamHost host,
            HostCounts counts,
            CircuitBreakers breakers,
            Worker worker,
            UpstreamConnector connector) {
        this.cluster = cluster;
        this.stats = cluster.stats();
        this.breakers = breakers;
        this.host = host;
        this.counts = counts;
        this.worker = worker;
        this.connector = connector;
    }

    @Override
    public Host host() {
        return host;
    }

    @Override
    public @Nullable Wait newStream(ResponseReceiver receiver, Callbacks callbacks) {
        PooledConnection free = ready.first();
        if (free != null) {
            attach(free, receiver, callbacks);
            return null;
        }
        if (!breakers.pendingRequests().canCreate()) {
            stats.rqPendingOverflow.increment();
            callbacks.onFailure(Failure.OVERFLOW, "", host);
            return null;
        }
        var waiting = new PendingStream(this, receiver, callbacks);
        pending.add(waiting);
        breakers.pendingRequests().acquire();
        stats.rqPendingTotal.increment();
        stats.rqPendingActive.increment();
        createConnections();
        return waiting.queue == null ? null : waiting;
    }

    @Override
    public void timedOut() {
        counts.add(HostCounts.RQ_TIMEOUT, 1);
    }

    /// False if the breaker of connection pools is open and the pool has nothing yet.
    boolean mayOpen() {
        return counted || breakers.connectionPools().canCreate();
    }

    /// The host is gone, or the cluster: idle connections close now, the others after their stream,
    /// and so does every connection that requests still waiting may need.
    void drain() {
        draining = true;
        drainExisting();
    }

    /// Idle connections close now, the others after their stream; new ones may be made.
    void drainExisting() {
        closeIdle();
        for (PooledConnection one = busy.first(); one != null; one = one.next) {
            one.state = PooledConnection.State.DRAINING;
        }
    }

    UpstreamClusterInfo cluster() {
        return cluster;
    }

    Worker worker() {
        return worker;
    }

    UpstreamConnector connector() {
        return connector;
    }

    void cancel(PendingStream stream) {
        boolean waiting = stream.queue == pending;
        (waiting ? pending : purged).remove(stream);
        released();
        stats.rqCancelled.increment();
        if (draining) {
            closeIdle();
        }
    }

    void onConnected(PooledConnection connection) {
        onReady(connection);
        attachPending();
    }

    /// The connection can carry the next stream.
    void onReady(PooledConnection connection) {
        if (draining && pending.isEmpty()) {
            connection.close();
            return;
        }
        move(connection, PooledConnection.State.READY, ready);
        if (!pending.isEmpty() && !attachPosted) {
            attachPosted = true;
            worker.post(attachTask);
        }
    }

    /// The final headers of a response have come.
    void onResponse(int status) {
        counts.add(status >= 500 ? HostCounts.RQ_ERROR : HostCounts.RQ_SUCCESS, 1);
    }

    void onStreamEnd() {
        host.addActiveRequests(-1);
        stats.rqActive.decrement();
        breakers.requests().release();
    }

    /// @param wasConnecting true if it never stood
    void onClosed(PooledConnection connection, boolean wasConnecting, boolean remote) {
        ConnectionList list = connection.list;
        if (list != null) {
            list.remove(connection);
        }
        connection.state = PooledConnection.State.CLOSED;
        counts.add(HostCounts.CX_ACTIVE, -1);
        stats.cxActive.decrement();
        breakers.connections().release();
        if (wasConnecting) {
            stats.cxConnectFail.increment();
            counts.add(HostCounts.CX_CONNECT_FAIL, 1);
            Failure failure =
                    connection.timedOut()
                            ? Failure.TIMEOUT
                            : remote
                                    ? Failure.REMOTE_CONNECTION_FAILURE
                                    : Failure.LOCAL_CONNECTION_FAILURE;
            failPending(failure, connection.info().transportFailureReason());
        }
        if (!pending.isEmpty()) {
            createConnections();
        }
        uncountIfEmpty();
    }

    private void attach(
            PooledConnection connection, ResponseReceiver receiver, Callbacks callbacks) {
        if (!breakers.requests().canCreate()) {
            stats.rqPendingOverflow.increment();
            callbacks.onFailure(Failure.OVERFLOW, "", host);
            return;
        }
        if (connection.lastStreamIsNext()) {
            stats.cxMaxRequests.increment();
            move(connection, PooledConnection.State.DRAINING, busy);
        } else {
            move(connection, PooledConnection.State.BUSY, busy);
        }
        counts.add(HostCounts.RQ_TOTAL, 1);
        host.addActiveRequests(1);
        stats.rqTotal.increment();
        stats.rqActive.increment();
        breakers.requests().acquire();
        connection.begin(new PooledStream(connection, this, receiver), callbacks);
    }

    private void attachPending() {
        attachPosted = false;
        PooledConnection free = ready.first();
        while (free != null) {
            PendingStream waiting = pending.poll();
            if (waiting == null) {
                break;
            }
            released();
            attach(free, waiting.receiver, waiting.callbacks);
            free = ready.first();
        }
        if (draining) {
            closeIdle();
        }
    }

    private void createConnections() {
        for (int i = 0; i < NEW_CONNECTIONS_AT_ONCE; i++) {
            if (pending.size() <= connecting.size() || !createConnection()) {
                return;
            }
        }
    }

    /// @return false if the breaker of connections is open
    private boolean createConnection() {
        boolean allowed = breakers.connections().canCreate();
        if (!allowed) {
            stats.cxOverflow.increment();
            if (!ready.isEmpty() || !busy.isEmpty() || !connecting.isEmpty()) {
                return false;
            }
        }
        PooledConnection made;
        try {
            made = new PooledConnection(this);
        } catch (RuntimeException noSocket) {
            onNoSocket(noSocket);
            return false;
        }
        counts.add(HostCounts.CX_TOTAL, 1);
        counts.add(HostCounts.CX_ACTIVE, 1);
        stats.cxTotal.increment();
        stats.cxActive.increment();
        stats.cxHttp1Total.increment();
        breakers.connections().acquire();
        if (!counted) {
            counted = true;
            breakers.connectionPools().acquire();
        }
        connecting.push(made);
        return allowed;
    }

    /// The process has no more file descriptors, or the like: told to those that wait when the
    /// caller is done.
    private void onNoSocket(RuntimeException noSocket) {
        LOG.warn("no connection to {}: {}", host, noSocket.toString());
        stats.cxConnectFail.increment();
        counts.add(HostCounts.CX_CONNECT_FAIL, 1);
        String reason = String.valueOf(noSocket.getMessage());
        worker.post(() -> failPending(Failure.LOCAL_CONNECTION_FAILURE, reason));
    }

    /// All that wait are failed, also by one connection that could not be made: a caller that tries
    /// again must not be failed along with them, so they leave the queue first.
    private void failPending(Failure failure, @Nullable String transportFailure) {
        purged.takeAll(pending);
        PendingStream waiting = purged.poll();
        while (waiting != null) {
            released();
            stats.rqPendingFailureEject.increment();
            waiting.callbacks.onFailure(
                    failure, transportFailure == null ? "" : transportFailure, host);
            waiting = purged.poll();
        }
    }

    private void released() {
        stats.rqPendingActive.decrement();
        breakers.pendingRequests().release();
    }

    private void closeIdle() {
        for (PooledConnection one = ready.first(); one != null; one = ready.first()) {
            one.close();
        }
        if (!pending.isEmpty()) {
            return;
        }
        for (PooledConnection one = connecting.first(); one != null; one = connecting.first()) {
            one.close();
        }
    }

    private void uncountIfEmpty() {
        if (counted
                && ready.isEmpty()
                && busy.isEmpty()
                && connecting.isEmpty()
                && pending.isEmpty()) {
            counted = false;
            breakers.connectionPools().release();
        }
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
