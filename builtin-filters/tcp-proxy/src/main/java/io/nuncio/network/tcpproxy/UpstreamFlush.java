package io.nuncio.network.tcpproxy;

import io.nuncio.spi.Connection;
import io.nuncio.spi.Timer;
import io.nuncio.spi.Worker;
import io.nuncio.spi.host.TcpPool;

/// Gives the upstream what the downstream sent before it went, for as long as the upstream reads
/// within the idle timeout. Thread: the connection's worker.
final class UpstreamFlush {
    private final TcpPool.Opened upstream;
    private final TcpProxyStats stats;
    private final long idleTimeoutNanos;
    private final Timer timer;
    private long unsent;

    private UpstreamFlush(
            TcpPool.Opened upstream, TcpProxyStats stats, long idleTimeoutNanos, Worker worker) {
        this.upstream = upstream;
        this.stats = stats;
        this.idleTimeoutNanos = idleTimeoutNanos;
        timer = worker.timer(this::onTimer);
        unsent = upstream.unsentBytes();
    }

    static UpstreamFlush begin(
            TcpPool.Opened upstream, TcpProxyStats stats, long idleTimeoutNanos, Worker worker) {
        var flush = new UpstreamFlush(upstream, stats, idleTimeoutNanos, worker);
        stats.flushTotal().increment();
        stats.flushActive().increment();
        if (idleTimeoutNanos > 0) {
            flush.timer.arm(idleTimeoutNanos);
        }
        return flush;
    }

    private void onTimer() {
        long left = upstream.unsentBytes();
        if (left != unsent) {
            unsent = left;
            timer.arm(idleTimeoutNanos);
            return;
        }
        stats.idleTimeout().increment();
        upstream.close(Connection.Close.NO_FLUSH, TcpProxyFilter.IDLE);
    }

    /// The upstream has everything, or is gone.
    void onEnd() {
        timer.disarm();
        stats.flushActive().decrement();
    }
}
