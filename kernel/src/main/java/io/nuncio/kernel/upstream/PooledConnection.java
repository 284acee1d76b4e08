package io.nuncio.kernel.upstream;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.ConnectionEvent;
import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.NetworkOutcome;
import io.nuncio.spi.Protocol;
import io.nuncio.spi.Timer;
import io.nuncio.spi.Worker;
import io.nuncio.spi.host.ClientCodec;
import io.nuncio.spi.host.CodecError;
import io.nuncio.spi.host.HttpPool;
import io.nuncio.spi.host.RequestSender;
import io.nuncio.spi.host.ResetReason;

import org.jspecify.annotations.Nullable;

/// One HTTP/1 connection of a pool, from the first SYN to its end (Envoy: ActiveClient with its
/// CodecClient). It carries one stream at a time. Thread: the pool's worker.
final class PooledConnection implements NetworkFilter, ClientCodec.Callbacks {
    enum State {
        CONNECTING,
        /// Free for the next stream.
        READY,
        BUSY,
        /// Closes after its stream.
        DRAINING,
        CLOSED
    }

    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final int REQUEST_TIMEOUT = 408; // what servers say to idle connections

    State state = State.CONNECTING;
    @Nullable ConnectionList list;
    @Nullable PooledConnection previous;
    @Nullable PooledConnection next;

    private final Http1Pool pool;
    private final UpstreamClusterInfo cluster;
    private final Worker worker;
    private final Connection connection;
    private final ClientCodec codec;
    private final Timer timer; // connect timeout first, then idle timeout
    private final @Nullable Timer durationTimer;
    private final long startNanos;
    private @Nullable PooledStream stream;
    private long streams;
    private long idleSinceNanos;
    private boolean connected;
    private boolean timedOut;
    private boolean remoteClosed;
    private boolean protocolError;

    /// @throws RuntimeException if there is no socket to be had
    PooledConnection(Http1Pool pool) {
        this.pool = pool;
        cluster = pool.cluster();
        worker = pool.worker();
        startNanos = worker.nanoTime();
        connection =
                pool.connector()
                        .connect(worker, pool.host().address(), cluster.connectOptions(), this);
        codec = cluster.codec().create(connection, this);
        timer = worker.timer(this::onTimer);
        timer.arm(cluster.config().connectTimeoutNanos());
        long maxDuration = cluster.config().maxConnectionDurationNanos();
        durationTimer = maxDuration == 0 ? null : worker.timer(this::onMaxDuration);
        if (durationTimer != null) {
            durationTimer.arm(maxDuration);
        }
    }

    ConnectionInfo info() {
        return connection.info();
    }

    Protocol protocol() {
        return codec.protocol();
    }

    /// How many streams it has carried, the current one included.
    long streams() {
        return streams;
    }

    boolean active() {
        return stream != null;
    }

    boolean timedOut() {
        return timedOut;
    }

    /// True if it may carry no stream after the next one.
    boolean lastStreamIsNext() {
        long max = cluster.config().maxRequestsPerConnection();
        return max != 0 && streams + 1 >= max;
    }

    /// Begins a stream and hands it to the caller.
    void begin(PooledStream begun, HttpPool.Callbacks callbacks) {
        stream = begun;
        streams++;
        RequestSender sender = codec.newStream(begun);
        begun.start(sender);
        callbacks.onReady(begun, begun);
    }

    /// Ends the connection; the pool has forgotten it when this returns.
    void close() {
        if (state != State.CLOSED) {
            connection.close(Connection.Close.NO_FLUSH, "");
            onEvent(ConnectionEvent.LOCAL_CLOSE);
        }
    }

    /// The stream's user gave it up: an HTTP/1 connection is of no use without it.
    void onStreamReset() {
        close();
    }

    @Override
    public NetworkOutcome onData(Buffer data, boolean endStream) {
        int length = data.length();
        CodecError error = codec.dispatch(data);
        cluster.stats().cxRxBytesTotal.add(length - data.length());
        if (error != null && state != State.CLOSED) {
            onCodecError(error);
        }
        return NetworkOutcome.STOP;
    }

    @Override
    public NetworkOutcome onWrite(Buffer data, boolean endStream) {
        cluster.stats().cxTxBytesTotal.add(data.length());
        return NetworkOutcome.CONTINUE;
    }

    @Override
    public void onResponseComplete(boolean reusable) {
        PooledStream ended = stream;
        if (ended == null) {
            return;
        }
        stream = null;
        boolean requestComplete = ended.requestComplete();
        ended.end();
        if (!reusable && !remoteClosed) {
            cluster.stats().cxCloseNotify.increment();
        }
        if (!requestComplete || !reusable || remoteClosed || state == State.DRAINING) {
            state = State.DRAINING;
            pool.onStreamEnd();
            if (!remoteClosed) {
                close();
            }
            return;
        }
        idleSinceNanos = worker.nanoTime();
        armIdle(cluster.config().idleTimeoutNanos());
        pool.onStreamEnd();
        pool.onReady(this);
    }

    @Override
    public void onEvent(ConnectionEvent event) {
        if (state == State.CLOSED) {
            return;
        }
        if (event == ConnectionEvent.CONNECTED) {
            onConnected();
            return;
        }
        if (event == ConnectionEvent.REMOTE_CLOSE) {
            remoteClosed = true;
            if (stream != null) {
                codec.onEndOfStream(); // may complete the response
            }
        }
        onClosed(event);
    }

    @Override
    public void onAboveWriteBufferHighWatermark() {
        codec.onAboveWriteBufferHighWatermark();
    }

    @Override
    public void onBelowWriteBufferLowWatermark() {
        codec.onBelowWriteBufferLowWatermark();
    }

    private void onConnected() {
        connected = true;
        timer.disarm();
        idleSinceNanos = worker.nanoTime();
        cluster.stats().cxConnectMillis.record((worker.nanoTime() - startNanos) / NANOS_PER_MILLI);
        armIdle(cluster.config().idleTimeoutNanos());
        pool.onConnected(this);
    }

    private void onCodecError(CodecError error) {
        boolean goodbye =
                error.kind() == CodecError.Kind.PREMATURE_RESPONSE
                        && error.status() == REQUEST_TIMEOUT
                        && stream == null;
        if (!goodbye) {
            protocolError = true;
            cluster.stats().cxProtocolError.increment();
        }
        close();
    }

    private void onClosed(ConnectionEvent event) {
        boolean remote = event == ConnectionEvent.REMOTE_CLOSE;
        timer.disarm();
        if (durationTimer != null) {
            durationTimer.disarm();
        }
        PooledStream cut = stream;
        stream = null;
        countEnd(remote, cut != null);
        boolean connecting = !connected;
        pool.onClosed(this, connecting, remote);
        if (cut != null) {
            boolean reset = cut.wasReset();
            cut.end();
            pool.onStreamEnd();
            if (!reset) {
                cut.notifyReset(
                        protocolError
                                ? ResetReason.PROTOCOL_ERROR
                                : ResetReason.CONNECTION_TERMINATION);
            }
        }
    }

    private void countEnd(boolean remote, boolean withRequest) {
        ClusterStats stats = cluster.stats();
        stats.cxDestroy.increment();
        (remote ? stats.cxDestroyRemote : stats.cxDestroyLocal).increment();
        if (withRequest) {
            stats.cxDestroyWithActiveRequest.increment();
            (remote
                            ? stats.cxDestroyRemoteWithActiveRequest
                            : stats.cxDestroyLocalWithActiveRequest)
                    .increment();
        }
        stats.cxLengthMillis.record((worker.nanoTime() - startNanos) / NANOS_PER_MILLI);
        stats.rqPerCx.record(streams);
    }

    /// The timer is not disarmed when a stream begins: it looks when it fires.
    private void armIdle(long nanos) {
        if (nanos > 0 && !timer.armed()) {
            timer.arm(nanos);
        }
    }

    private void onTimer() {
        if (!connected) {
            timedOut = true;
            cluster.stats().cxConnectTimeout.increment();
            close();
            return;
        }
        if (stream != null || state != State.READY) {
            return; // armed again when the stream ends
        }
        long left = idleSinceNanos + cluster.config().idleTimeoutNanos() - worker.nanoTime();
        if (left > 0) {
            timer.arm(left);
            return;
        }
        cluster.stats().cxIdleTimeout.increment();
        close();
    }

    private void onMaxDuration() {
        if (state == State.CLOSED || !connected) {
            return;
        }
        cluster.stats().cxMaxDurationReached.increment();
        if (stream == null) {
            close();
        } else {
            state = State.DRAINING;
        }
    }
}
