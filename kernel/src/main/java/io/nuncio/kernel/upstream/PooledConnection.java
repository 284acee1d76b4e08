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

/// One connection of a pool, from the first SYN to its end (Envoy: ActiveClient with its
/// CodecClient). Thread: the pool's worker.
final class PooledConnection implements NetworkFilter, ClientCodec.Callbacks {
    enum State {
        CONNECTING,
        /// Has room for a stream.
        READY,
        /// Has room when a stream ends.
        BUSY,
        /// Takes no more streams, and closes after those that it has.
        DRAINING,
        CLOSED
    }

    private static final int REQUEST_TIMEOUT = 408; // what servers say to idle connections

    State state = State.CONNECTING;
    @Nullable ConnectionList list;
    @Nullable PooledConnection previous;
    @Nullable PooledConnection next;

    private final ConnectionPool pool;
    private final UpstreamClusterInfo cluster;
    private final Worker worker;
    private final Connection connection;
    private final Timer timer; // connect timeout first, then idle timeout
    private final long startNanos;
    private final StreamList streams = new StreamList();
    private UpstreamProtocol.@Nullable Spoken spoken; // once it stands
    private @Nullable ClientCodec codec;
    private @Nullable Timer durationTimer;
    private long begunStreams;
    private long remainingStreams; // that it may still carry in its life
    private long concurrentStreams; // that it may carry at once
    private long idleSinceNanos;
    private boolean timedOut;
    private boolean remoteClosed;
    private boolean protocolError;
    private boolean flushes; // what it was given, before it closes

    /// @throws RuntimeException if there is no socket to be had
    PooledConnection(ConnectionPool pool) {
        this.pool = pool;
        cluster = pool.cluster();
        worker = pool.worker();
        startNanos = worker.nanoTime();
        long maxRequests = cluster.config().maxRequestsPerConnection();
        remainingStreams = maxRequests == 0 ? Long.MAX_VALUE : maxRequests;
        concurrentStreams = pool.protocol().concurrentStreams();
        connection =
                pool.connector()
                        .connect(worker, pool.host().address(), pool.connectOptions(), this);
        if (pool.protocol() instanceof UpstreamProtocol.Spoken known) {
            countMade(known);
        }
        timer = worker.timer(this::onTimer);
        timer.arm(cluster.config().connectTimeoutNanos());
    }

    ConnectionInfo info() {
        return connection.info();
    }

    @Nullable Protocol protocol() {
        return codec == null ? null : codec.protocol();
    }

    /// How many streams it has carried, those under way included.
    long begunStreams() {
        return begunStreams;
    }

    /// How many more streams it may carry now; less than none if the host allows fewer than before.
    long unusedCapacity() {
        return Math.min(remainingStreams, concurrentStreams - streams.size());
    }

    /// True if it has carried as many streams as it may.
    boolean worn() {
        return remainingStreams == 0;
    }

    /// True if it carries no stream.
    boolean idle() {
        return streams.isEmpty();
    }

    /// True if its streams may end alone.
    boolean multiplexed() {
        return spoken != null && spoken.multiplexed();
    }

    boolean timedOut() {
        return timedOut;
    }

    /// A stream is about to begin.
    void add(PooledStream stream) {
        streams.push(stream);
        begunStreams++;
        remainingStreams--;
    }

    /// Begins a stream and hands it to the caller.
    void begin(PooledStream begun, HttpPool.Callbacks callbacks) {
        RequestSender sender = codec().newStream(begun);
        begun.start(sender);
        callbacks.onReady(begun, begun);
    }

    /// Ends the connection; the pool has forgotten it when this returns, unless it carried a tunnel
    /// whose last bytes are on their way.
    void close() {
        if (flushes && state != State.CLOSED && !remoteClosed) {
            connection.delayedCloseTimeout(cluster.config().idleTimeoutNanos());
            connection.close(Connection.Close.FLUSH_WRITE, "");
            return;
        }
        if (state != State.CLOSED && !remoteClosed) {
            connection.close(Connection.Close.NO_FLUSH, "");
            onEvent(ConnectionEvent.LOCAL_CLOSE);
        }
    }

    /// Request and response are complete, on a connection with many streams.
    void onStreamComplete(PooledStream stream) {
        forget(stream);
        pool.onStreamEnd(this);
    }

    /// A stream ends before its time, by its user or by the codec.
    void onStreamReset(PooledStream stream, ResetReason reason) {
        if (!multiplexed()) {
            close();
            return;
        }
        countReset(reason);
        forget(stream);
        pool.onStreamEnd(this);
    }

    @Override
    public NetworkOutcome onData(Buffer data, boolean endStream) {
        int length = data.length();
        CodecError error = codec().dispatch(data);
        cluster.stats().cxRxBytesTotal.add(length - data.length());
        if (error != null && state != State.CLOSED) {
            onCodecError(error);
        } else if (endStream && state != State.CLOSED) {
            codec().onEndOfStream(); // of a tunnel, whose other half goes on
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
        PooledStream ended = streams.first();
        if (ended == null || multiplexed()) {
            return;
        }
        if (!reusable && !remoteClosed) {
            cluster.stats().cxCloseNotify.increment();
        }
        if (!ended.requestComplete() || !reusable || remoteClosed) {
            state = State.DRAINING;
        }
        forget(ended);
        pool.onStreamEnd(this);
    }

    @Override
    public void onTunnelEnded() {
        PooledStream ended = streams.first();
        if (ended != null) {
            state = State.DRAINING;
            flushes = true;
            forget(ended);
            pool.onStreamEnd(this);
        }
    }

    @Override
    public void onGoAway() {
        cluster.stats().cxCloseNotify.increment();
        if (state != State.DRAINING && state != State.CLOSED) {
            pool.retire(this);
        }
    }

    @Override
    public void onMaxConcurrentStreams(long allowed) {
        if (spoken != null) {
            concurrentStreams = Math.min(allowed, spoken.concurrentStreams());
            pool.onCapacityChanged(this);
        }
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
            if (codec != null && !streams.isEmpty()) {
                codec.onEndOfStream(); // may complete the response
            }
        }
        onClosed(event);
    }

    @Override
    public void onAboveWriteBufferHighWatermark() {
        if (codec != null) {
            codec.onAboveWriteBufferHighWatermark();
        }
    }

    @Override
    public void onBelowWriteBufferLowWatermark() {
        if (codec != null) {
            codec.onBelowWriteBufferLowWatermark();
        }
    }

    private ClientCodec codec() {
        ClientCodec made = codec;
        if (made == null) {
            throw new IllegalStateException("the connection does not stand yet");
        }
        return made;
    }

    private void onConnected() {
        timer.disarm();
        pool.onConnectingEnded(this);
        UpstreamProtocol.Spoken agreed = pool.protocol().of(connection.info());
        if (agreed != pool.protocol()) {
            countMade(agreed);
            concurrentStreams = agreed.concurrentStreams();
        }
        spoken = agreed;
        codec = agreed.codec().create(connection, this);
        pool.counts().connected(worker.nanoTime() - startNanos);
        idleSinceNanos = worker.nanoTime();
        armIdle(cluster.config().idleTimeoutNanos());
        long maxDuration = cluster.config().maxConnectionDurationNanos();
        if (maxDuration > 0) {
            durationTimer = worker.timer(this::onMaxDuration);
            durationTimer.arm(maxDuration);
        }
        pool.onConnected(this);
    }

    private void onCodecError(CodecError error) {
        boolean goodbye =
                error.kind() == CodecError.Kind.PREMATURE_RESPONSE
                        && error.status() == REQUEST_TIMEOUT
                        && idle();
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
        boolean stood = codec != null;
        countEnd(remote);
        pool.onClosed(this, !stood, remote);
        ResetReason reason =
                protocolError ? ResetReason.PROTOCOL_ERROR : ResetReason.CONNECTION_TERMINATION;
        for (PooledStream cut = streams.first(); cut != null; cut = streams.first()) {
            boolean reset = cut.wasReset();
            if (multiplexed()) {
                countReset(reason);
            }
            forget(cut);
            pool.counts().streamEnded();
            if (!reset) {
                cut.notifyReset(reason, "");
            }
        }
    }

    private void countMade(UpstreamProtocol.Spoken version) {
        ClusterStats stats = cluster.stats();
        (version.multiplexed() ? stats.cxHttp2Total : stats.cxHttp1Total).increment();
    }

    private void forget(PooledStream stream) {
        stream.end();
        streams.remove(stream);
        if (streams.isEmpty() && state != State.CLOSED) {
            idleSinceNanos = worker.nanoTime();
            armIdle(cluster.config().idleTimeoutNanos());
        }
    }

    private void countReset(ResetReason reason) {
        ClusterStats stats = cluster.stats();
        switch (reason) {
            case CONNECTION_TERMINATION,
                    CONNECTION_TIMEOUT,
                    LOCAL_CONNECTION_FAILURE,
                    REMOTE_CONNECTION_FAILURE ->
                    stats.rqPendingFailureEject.increment();
            case LOCAL_RESET, PROTOCOL_ERROR, OVERLOAD_MANAGER -> stats.rqTxReset.increment();
            case REMOTE_RESET -> stats.rqRxReset.increment();
            case LOCAL_REFUSED_STREAM_RESET,
                    REMOTE_REFUSED_STREAM_RESET,
                    OVERFLOW,
                    CONNECT_ERROR,
                    HTTP1_PREMATURE_UPSTREAM_HALF_CLOSE -> {}
        }
    }

    private void countEnd(boolean remote) {
        boolean active = !streams.isEmpty() && !(multiplexed() && protocolError);
        pool.counts().connectionEnded(remote, active, worker.nanoTime() - startNanos);
        cluster.stats().rqPerCx.record(begunStreams);
    }

    /// The timer is not disarmed when a stream begins: it looks when it fires.
    private void armIdle(long nanos) {
        if (nanos > 0 && !timer.armed()) {
            timer.arm(nanos);
        }
    }

    private void onTimer() {
        if (codec == null) {
            timedOut = true;
            cluster.stats().cxConnectTimeout.increment();
            close();
            return;
        }
        if (!idle()) {
            return; // armed again when the last stream ends
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
        if (state == State.READY || state == State.BUSY) {
            cluster.stats().cxMaxDurationReached.increment();
            pool.retire(this);
        }
    }
}
