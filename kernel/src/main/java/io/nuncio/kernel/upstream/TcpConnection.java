package io.nuncio.kernel.upstream;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.ByteCounts;
import io.nuncio.spi.Connection;
import io.nuncio.spi.ConnectionEvent;
import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.Host;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.NetworkOutcome;
import io.nuncio.spi.Protocol;
import io.nuncio.spi.Timer;
import io.nuncio.spi.TransportOptions;
import io.nuncio.spi.UpstreamInfo;
import io.nuncio.spi.Worker;
import io.nuncio.spi.host.TcpPool;

import org.jspecify.annotations.Nullable;

/// A raw connection to a host, from the first SYN to its end, and the record of it that logs want.
/// Thread: the pool's worker.
final class TcpConnection
        implements NetworkFilter, TcpPool.Wait, TcpPool.Opened, UpstreamInfo, ByteCounts {
    private enum State {
        CONNECTING,
        OPEN,
        CLOSED
    }

    private final TcpConnections pool;
    private final UpstreamClusterInfo cluster;
    private final TcpPool.Receiver receiver;
    private final TcpPool.Callbacks callbacks;
    private final Worker worker;
    private final Connection connection;
    private final Timer connectTimer;
    private final long startNanos;
    private State state = State.CONNECTING;
    private boolean timedOut;
    private long bytesReceived;
    private long bytesSent;

    /// @throws RuntimeException if there is no socket to be had
    TcpConnection(
            TcpConnections pool,
            TcpPool.Receiver receiver,
            TcpPool.Callbacks callbacks,
            TransportOptions options) {
        this.pool = pool;
        this.receiver = receiver;
        this.callbacks = callbacks;
        WorkerHost place = pool.place();
        cluster = place.cluster();
        worker = place.worker();
        startNanos = worker.nanoTime();
        connection =
                place.connector()
                        .connect(
                                worker,
                                place.host().address(),
                                DownstreamSource.apply(
                                        place.host().rawConnectOptions(options),
                                        DownstreamSource.of(options.downstream())),
                                this);
        connection.halfClose(true);
        connection.delayedCloseTimeout(0); // its user says how long a flush may take
        connection.countBuffered(
                cluster.stats().cxRxBytesBuffered, cluster.stats().cxTxBytesBuffered);
        connectTimer = worker.timer(this::onConnectTimeout);
        connectTimer.arm(cluster.config().connectTimeoutNanos());
    }

    // While it is being made.

    @Override
    public void cancel() {
        if (state == State.CONNECTING) {
            cluster.stats().rqCancelled.increment();
            pool.counts().waitEnded();
            end(false);
            connection.close(Connection.Close.NO_FLUSH, "");
        }
    }

    private void onConnectTimeout() {
        timedOut = true;
        cluster.stats().cxConnectTimeout.increment();
        connection.close(Connection.Close.NO_FLUSH, "connect_timeout");
        onEvent(ConnectionEvent.LOCAL_CLOSE);
    }

    private void onConnected() {
        state = State.OPEN;
        connectTimer.disarm();
        pool.counts().connected(worker.nanoTime() - startNanos);
        pool.counts().waitEnded();
        pool.counts().streamBegan();
        callbacks.onReady(this);
    }

    // What the connection tells.

    @Override
    public void onEvent(ConnectionEvent event) {
        if (state == State.CLOSED) {
            return;
        }
        if (event == ConnectionEvent.CONNECTED) {
            onConnected();
            return;
        }
        boolean remote = event == ConnectionEvent.REMOTE_CLOSE;
        if (state == State.OPEN) {
            end(remote);
            pool.counts().streamEnded();
            receiver.onEnd(event);
            return;
        }
        end(remote);
        pool.counts().connectFailed();
        pool.counts().waitEnded();
        cluster.stats().rqPendingFailureEject.increment();
        callbacks.onFailure(PoolCounts.failure(timedOut, remote), this);
    }

    private void end(boolean remote) {
        boolean active = state == State.OPEN;
        state = State.CLOSED;
        connectTimer.disarm();
        pool.counts().connectionEnded(remote, active, worker.nanoTime() - startNanos);
        pool.onClosed();
    }

    @Override
    public NetworkOutcome onData(Buffer data, boolean endStream) {
        int before = data.length();
        if (state == State.OPEN) {
            receiver.onData(data, endStream);
        }
        int taken = before - data.length();
        bytesReceived += taken;
        cluster.stats().cxRxBytesTotal.add(taken);
        return NetworkOutcome.STOP;
    }

    @Override
    public NetworkOutcome onWrite(Buffer data, boolean endStream) {
        bytesSent += data.length();
        cluster.stats().cxTxBytesTotal.add(data.length());
        return NetworkOutcome.CONTINUE;
    }

    @Override
    public void onAboveWriteBufferHighWatermark() {
        cluster.stats().flowControlBackedUp.increment();
        if (state == State.OPEN) {
            receiver.onAboveWriteBufferHighWatermark();
        }
    }

    @Override
    public void onBelowWriteBufferLowWatermark() {
        cluster.stats().flowControlDrained.increment();
        if (state == State.OPEN) {
            receiver.onBelowWriteBufferLowWatermark();
        }
    }

    // For its user.

    @Override
    public UpstreamInfo info() {
        return this;
    }

    @Override
    public void write(Buffer data, boolean endStream) {
        if (state == State.OPEN) {
            connection.write(data, endStream);
        } else {
            data.clear();
        }
    }

    @Override
    public boolean startSecureTransport() {
        return state == State.OPEN && connection.startSecureTransport();
    }

    @Override
    public void readDisable(boolean disable) {
        if (state == State.OPEN) {
            ClusterStats stats = cluster.stats();
            (disable ? stats.flowControlPausedReading : stats.flowControlResumedReading)
                    .increment();
            connection.readDisable(disable);
        }
    }

    @Override
    public void close(Connection.Close how, String reason) {
        if (state == State.OPEN) {
            connection.close(how, reason);
        }
    }

    @Override
    public long unsentBytes() {
        return state == State.OPEN ? connection.unsentBytes() : 0;
    }

    // For logs.

    @Override
    public Host host() {
        return pool.host();
    }

    @Override
    public ConnectionInfo connection() {
        return connection.info();
    }

    @Override
    public @Nullable Protocol protocol() {
        return null;
    }

    @Override
    public @Nullable String transportFailureReason() {
        return connection.info().transportFailureReason();
    }

    @Override
    public @Nullable Object filterState(String key) {
        return connection.filterState(key);
    }

    @Override
    public void filterState(String key, Object value) {
        connection.streamInfo().filterState(key, value);
    }

    @Override
    public ByteCounts bytes() {
        return this;
    }

    @Override
    public long wireBytesReceived() {
        return bytesReceived;
    }

    @Override
    public long wireBytesSent() {
        return bytesSent;
    }

    @Override
    public long connectionRequests() {
        return 0;
    }
}
