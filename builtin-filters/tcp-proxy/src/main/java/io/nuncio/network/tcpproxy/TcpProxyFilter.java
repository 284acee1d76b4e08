package io.nuncio.network.tcpproxy;

import io.nuncio.network.tcpproxy.TcpProxyExtension.TcpProxyShared;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.ConnectionEvent;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.NetworkOutcome;
import io.nuncio.spi.NetworkStream;
import io.nuncio.spi.ResponseFlag;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.Timer;
import io.nuncio.spi.UpstreamInfo;
import io.nuncio.spi.Worker;
import io.nuncio.spi.host.Cluster;
import io.nuncio.spi.host.ClusterInfo;
import io.nuncio.spi.host.HttpPool;
import io.nuncio.spi.host.MutableStreamInfo;
import io.nuncio.spi.host.ResourcePriority;
import io.nuncio.spi.host.TcpPool;

import org.jspecify.annotations.Nullable;

/// One downstream connection and its upstream.
///
/// The downstream is not read before the upstream connection stands, unless a filter before this
/// one asked for it: then the first bytes are kept until it does. From then on what one side sends
/// the other gets; a side that reads slowly stops the other; an end of stream is passed on, and the
/// other direction goes on. Whichever side goes first takes the other with it, after what it had
/// sent.
///
/// Limits: `idle_timeout` (1 hour; statistic `idle_timeout`), `max_downstream_connection_duration`
/// (none; `max_downstream_connection_duration`), `max_connect_attempts` (1; the cluster's
/// `upstream_cx_connect_attempts_exceeded`).
final class TcpProxyFilter implements NetworkFilter, TcpPool.Callbacks {
    static final String IDLE = "tcp_session_idle_timeout";
    private static final String NOT_BEGUN = "tcp_initializion_failure:"; // as Envoy spells it
    private static final String LEFT = "closing_upstream_tcp_connection_due_to_downstream_";
    private static final String CLUSTER = "envoy.tcp_proxy.cluster";
    private static final String NO_TUNNEL = "envoy.tcp_proxy.disable_tunneling";
    private static final String EARLY = "envoy.tcp_proxy.receive_before_connect";
    private static final String IDLE_MILLIS = "envoy.tcp_proxy.per_connection_idle_timeout_ms";
    private static final long NANOS_PER_MILLI = 1_000_000;

    /// Why the upstream connection never stood; the position is what Envoy shows.
    private enum InitFailure {
        CONNECT_FAILED,
        NO_HEALTHY_UPSTREAM,
        RESOURCE_LIMIT_EXCEEDED,
        NO_ROUTE
    }

    private final TcpProxyShared shared;
    private final TcpProxyConfig config;
    private final TcpProxyStats stats;
    private final Connection downstream;
    private final Worker worker;
    private final StreamInfo info;
    private final NetworkStream stream;
    private final ConnectAttempts attempts;
    private TcpPool.@Nullable Wait connecting;
    private TcpPool.@Nullable Opened upstream;
    private @Nullable UpstreamSide upstreamSide;
    private @Nullable IdleTimer idleTimer;
    private @Nullable Buffer early; // what came before the upstream connection stood
    private @Nullable Timer logTimer;
    private long idleNanos;
    private boolean held; // the downstream is not read, for want of an upstream
    private boolean ended; // the downstream has, before the upstream connection stood
    private boolean gone; // the downstream is, or is about to be

    TcpProxyFilter(TcpProxyShared shared, NetworkStream stream) {
        this.shared = shared;
        this.stream = stream;
        config = shared.config();
        stats = shared.stats();
        downstream = stream.connection();
        worker = stream.worker();
        info = downstream.streamInfo();
        attempts = new ConnectAttempts(config, stream, this::connectUnlessGone);
    }

    @Override
    public NetworkOutcome onNewConnection() {
        stats.total().increment();
        downstream.countBuffered(stats.rxBuffered(), stats.txBuffered());
        downstream.halfClose(true);
        downstream.delayedCloseTimeout(0); // a slow reader has the idle timeout
        own().downstreamBytes(new BytesPassed(info));
        own().requestId(StreamId.random(worker));
        if (FilterStateText.isTrue(info, EARLY)) {
            early = new Buffer();
        } else {
            hold();
        }
        if (config.maxDurationNanos() > 0) {
            stream.timer(this::onMaxDuration).arm(config.maxDurationNanos());
        }
        if (config.logIntervalNanos() > 0) {
            logTimer = stream.timer(this::onLogTimer);
            logTimer.arm(config.logIntervalNanos());
        }
        idleNanos = idleNanos();
        if (idleNanos > 0) {
            idleTimer = IdleTimer.start(stream, idleNanos, this::unsentOfBoth, this::onIdle);
        }
        connect();
        return early == null ? NetworkOutcome.STOP : NetworkOutcome.CONTINUE;
    }

    private void hold() {
        held = true;
        downstream.readDisable(true);
    }

    // The way to the upstream.

    private void connect() {
        String cluster = config.clusters().pick(worker.random(), FilterStateText.of(info, CLUSTER));
        Cluster found = shared.clusters().get(cluster);
        if (found == null) {
            stats.noRoute().increment();
            fail(ResponseFlag.NO_CLUSTER_FOUND, InitFailure.NO_ROUTE);
            return;
        }
        info.cluster(cluster);
        info.clusterInfo(found.info());
        if (!found.info().canCreateConnection(ResourcePriority.DEFAULT)) {
            fail(ResponseFlag.UPSTREAM_OVERFLOW, InitFailure.RESOURCE_LIMIT_EXCEEDED);
            return;
        }
        ProxyProtocolTlvs.describe(downstream, config.proxyTlvs());
        var side = new UpstreamSide();
        upstreamSide = side;
        var host = HostChoice.of(downstream, config.hashPolicy());
        TunnelConfig tunnel = config.tunnel();
        TcpPool.Wait wait;
        if (tunnel != null && !FilterStateText.isTrue(info, NO_TUNNEL)) {
            HttpPool pool = found.httpPool(ResourcePriority.DEFAULT, null, host);
            if (pool == null) {
                fail(ResponseFlag.NO_HEALTHY_UPSTREAM, InitFailure.NO_HEALTHY_UPSTREAM);
                return;
            }
            attempts.begin();
            wait = HttpTunnel.open(tunnel, info, pool, side, this);
        } else {
            TcpPool pool = found.tcpPool(host);
            if (pool == null) {
                fail(ResponseFlag.NO_HEALTHY_UPSTREAM, InitFailure.NO_HEALTHY_UPSTREAM);
                return;
            }
            attempts.begin();
            wait = pool.newConnection(side, this);
        }
        if (wait != null) {
            connecting = wait; // unless it failed at once, and another is being made
        }
    }

    private void fail(ResponseFlag flag, InitFailure why) {
        info.addFlag(flag);
        close(Connection.Close.NO_FLUSH, NOT_BEGUN + why.ordinal());
    }

    @Override
    public void onFailure(HttpPool.Failure failure, UpstreamInfo tried) {
        connecting = null;
        info.upstream(tried);
        if (gone) {
            return;
        }
        switch (failure) {
            case REMOTE_CONNECTION_FAILURE, TIMEOUT ->
                    info.addFlag(ResponseFlag.UPSTREAM_CONNECTION_FAILURE);
            case LOCAL_CONNECTION_FAILURE, OVERFLOW -> {} // not the host's fault, as in Envoy
        }
        if (attempts.again()) {
            return;
        }
        ClusterInfo cluster = info.clusterInfo();
        if (cluster != null) {
            cluster.requestStats().connectAttemptsExceeded().increment();
        }
        fail(ResponseFlag.UPSTREAM_RETRY_LIMIT_EXCEEDED, InitFailure.CONNECT_FAILED);
    }

    private void connectUnlessGone() {
        if (!gone) {
            connect();
        }
    }

    @Override
    public void onReady(TcpPool.Opened opened) {
        connecting = null;
        upstream = opened;
        info.upstream(opened.info());
        info.mark(StreamInfo.Moment.UPSTREAM_REQUEST_BEGIN);
        Buffer first = early;
        early = null;
        if (first != null && (!first.isEmpty() || ended)) {
            opened.write(first, ended);
        }
        if (held) {
            held = false;
            downstream.readDisable(false);
        }
        if (idleTimer != null) {
            idleTimer.passed();
        }
        if (config.logOnConnected()) {
            log("TcpUpstreamConnected");
        }
        if (downstream.aboveHighWatermark()) {
            opened.readDisable(true);
        }
    }

    private long idleNanos() {
        long own = FilterStateText.number(info, IDLE_MILLIS);
        return own < 0 ? config.idleTimeoutNanos() : own * NANOS_PER_MILLI;
    }

    // Bytes.

    @Override
    public NetworkOutcome onData(Buffer data, boolean endStream) {
        int length = data.length();
        TcpPool.Opened to = upstream;
        if (to == null && early == null) {
            return NetworkOutcome.STOP;
        }
        stats.rxBytes().add(length);
        own().addBytesReceived(length);
        if (idleTimer != null) {
            idleTimer.passed();
        }
        if (to != null) {
            to.write(data, endStream);
        } else {
            keep(data, endStream);
        }
        return NetworkOutcome.STOP;
    }

    /// Bytes before there is an upstream: they are kept, and no more are read until there is one.
    private void keep(Buffer data, boolean endStream) {
        if (early != null) {
            data.moveTo(early);
        }
        ended |= endStream;
        stats.earlyData().increment();
        if (!held) {
            hold();
        }
    }

    @Override
    public NetworkOutcome onWrite(Buffer data, boolean endStream) {
        stats.txBytes().add(data.length());
        own().addBytesSent(data.length());
        return NetworkOutcome.CONTINUE;
    }

    /// The connection's own facts, which its last filter keeps.
    private MutableStreamInfo own() {
        return (MutableStreamInfo) info;
    }

    @Override
    public void onAboveWriteBufferHighWatermark() {
        if (upstream != null) {
            upstream.readDisable(true);
        }
    }

    @Override
    public void onBelowWriteBufferLowWatermark() {
        if (upstream != null) {
            upstream.readDisable(false);
        }
    }

    // The end.

    @Override
    public void onEvent(ConnectionEvent event) {
        if (event == ConnectionEvent.CONNECTED) {
            return;
        }
        gone = true;
        if (connecting != null) {
            connecting.cancel();
            connecting = null;
        }
        TcpPool.Opened left = upstream;
        if (left == null) {
            return;
        }
        upstream = null;
        if (event == ConnectionEvent.LOCAL_CLOSE) {
            left.close(Connection.Close.NO_FLUSH, LEFT + "local_close");
            return;
        }
        leave(left);
    }

    /// The downstream has gone: the upstream gets what it sent.
    private void leave(TcpPool.Opened left) {
        UpstreamSide side = upstreamSide;
        if (left.unsentBytes() > 0 && side != null) {
            side.flush = UpstreamFlush.begin(left, stats, idleNanos, worker);
        }
        left.close(Connection.Close.FLUSH_WRITE, LEFT + "remote_close");
    }

    /// Ends the downstream connection.
    private void close(Connection.Close how, String reason) {
        gone = true;
        downstream.close(how, reason);
    }

    @Override
    public void onDestroy() {
        if (early != null) {
            early.clear();
        }
        info.mark(StreamInfo.Moment.END);
        log("TcpConnectionEnd");
    }

    private void log(String type) {
        shared.log().log(new LogEntry(info, type));
    }

    // Timers.

    private void onMaxDuration() {
        info.addFlag(ResponseFlag.DURATION_TIMEOUT);
        stats.maxDuration().increment();
        close(Connection.Close.NO_FLUSH, "max_connection_duration_reached");
    }

    private void onLogTimer() {
        log("TcpPeriodic");
        arm(logTimer, config.logIntervalNanos());
    }

    private static void arm(@Nullable Timer timer, long nanos) {
        if (timer != null) {
            timer.arm(nanos);
        }
    }

    private void onIdle() {
        stats.idleTimeout().increment();
        close(Connection.Close.NO_FLUSH, IDLE);
    }

    private long unsentOfBoth() {
        return downstream.unsentBytes() + (upstream == null ? 0 : upstream.unsentBytes());
    }

    /// What the upstream connection tells, for the downstream as long as there is one.
    private final class UpstreamSide implements TcpPool.Receiver {
        private @Nullable UpstreamFlush flush;

        @Override
        public void onData(Buffer data, boolean endStream) {
            if (gone) {
                data.clear();
                return;
            }
            if (idleTimer != null) {
                idleTimer.passed();
            }
            downstream.write(data, endStream);
        }

        @Override
        public void onEnd(ConnectionEvent event) {
            if (flush != null) {
                flush.onEnd();
                return;
            }
            upstream = null;
            if (!gone) {
                close(Connection.Close.FLUSH_WRITE, "");
            }
        }

        @Override
        public void onAboveWriteBufferHighWatermark() {
            readDownstream(false);
        }

        @Override
        public void onBelowWriteBufferLowWatermark() {
            readDownstream(true);
        }

        private void readDownstream(boolean reads) {
            if (!gone) {
                (reads ? stats.resumedReading() : stats.pausedReading()).increment();
                downstream.readDisable(!reads);
            }
        }
    }
}
