package io.nuncio.kernel.upstream;

import io.nuncio.spi.host.HttpPool.Failure;

/// What a pool's requests and connections add to the statistics of the cluster and of the host, and
/// take from the circuit breakers of their priority. Thread: the pool's worker.
final class PoolCounts {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final ClusterStats stats;
    private final CircuitBreakers breakers;
    private final UpstreamHost host;
    private final HostCounts counts;
    private boolean pool; // counts in the breaker of connection pools

    PoolCounts(ClusterStats stats, CircuitBreakers breakers, UpstreamHost host, HostCounts counts) {
        this.stats = stats;
        this.breakers = breakers;
        this.host = host;
        this.counts = counts;
    }

    ClusterStats stats() {
        return stats;
    }

    // Connections.

    /// False if the breaker of connection pools is open and the pool has nothing yet.
    boolean mayOpenPool() {
        return pool || breakers.connectionPools().canCreate();
    }

    /// @return false if the breaker of connections is open
    boolean mayConnect() {
        boolean allowed = breakers.connections().canCreate();
        if (!allowed) {
            stats.cxOverflow.increment();
        }
        return allowed;
    }

    void connectionMade() {
        counts.add(HostCounts.CX_TOTAL, 1);
        counts.add(HostCounts.CX_ACTIVE, 1);
        stats.cxTotal.increment();
        stats.cxActive.increment();
        breakers.connections().acquire();
        if (!pool) {
            pool = true;
            breakers.connectionPools().acquire();
        }
    }

    /// The connection stands.
    ///
    /// @param nanos how long that took
    void connected(long nanos) {
        stats.cxConnectMillis.record(nanos / NANOS_PER_MILLI);
    }

    /// @param remote true if the host ended it
    /// @param active true if that cut a stream off
    /// @param nanos how long it lived, the time to connect included
    void connectionEnded(boolean remote, boolean active, long nanos) {
        stats.cxDestroy.increment();
        (remote ? stats.cxDestroyRemote : stats.cxDestroyLocal).increment();
        if (active) {
            stats.cxDestroyWithActiveRequest.increment();
            (remote
                            ? stats.cxDestroyRemoteWithActiveRequest
                            : stats.cxDestroyLocalWithActiveRequest)
                    .increment();
        }
        stats.cxLengthMillis.record(nanos / NANOS_PER_MILLI);
    }

    void connectFailed() {
        stats.cxConnectFail.increment();
        counts.add(HostCounts.CX_CONNECT_FAIL, 1);
    }

    void connectionClosed() {
        counts.add(HostCounts.CX_ACTIVE, -1);
        stats.cxActive.decrement();
        breakers.connections().release();
    }

    /// Neither a connection nor a request is left.
    void poolEmpty() {
        if (pool) {
            pool = false;
            breakers.connectionPools().release();
        }
    }

    // Requests that wait.

    boolean mayWait() {
        boolean allowed = breakers.pendingRequests().canCreate();
        if (!allowed) {
            stats.rqPendingOverflow.increment();
        }
        return allowed;
    }

    void waitBegan() {
        breakers.pendingRequests().acquire();
        stats.rqPendingTotal.increment();
        stats.rqPendingActive.increment();
    }

    void waitEnded() {
        stats.rqPendingActive.decrement();
        breakers.pendingRequests().release();
    }

    // Streams.

    /// @return false if the breaker of requests is open
    boolean mayBegin() {
        boolean allowed = breakers.requests().canCreate();
        if (!allowed) {
            stats.rqPendingOverflow.increment();
        }
        return allowed;
    }

    void streamBegan() {
        counts.add(HostCounts.RQ_TOTAL, 1);
        host.addActiveRequests(1);
        stats.rqTotal.increment();
        stats.rqActive.increment();
        breakers.requests().acquire();
    }

    void streamEnded() {
        host.addActiveRequests(-1);
        stats.rqActive.decrement();
        breakers.requests().release();
    }

    /// The final headers of a response have come.
    void responded(int status) {
        counts.add(status >= 500 ? HostCounts.RQ_ERROR : HostCounts.RQ_SUCCESS, 1);
    }

    void timedOut() {
        counts.add(HostCounts.RQ_TIMEOUT, 1);
    }

    /// @param remote true if the host closed a connection that never stood
    static Failure failure(boolean timedOut, boolean remote) {
        if (timedOut) {
            return Failure.TIMEOUT;
        }
        return remote ? Failure.REMOTE_CONNECTION_FAILURE : Failure.LOCAL_CONNECTION_FAILURE;
    }
}
