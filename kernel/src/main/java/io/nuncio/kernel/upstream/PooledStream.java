package io.nuncio.kernel.upstream;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.ByteCounts;
import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.Host;
import io.nuncio.spi.Protocol;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.UpstreamInfo;
import io.nuncio.spi.host.RequestSender;
import io.nuncio.spi.host.ResetReason;
import io.nuncio.spi.host.ResponseReceiver;
import io.nuncio.spi.host.StreamControl;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;

/// One stream on a pooled connection, between its user (the router) and the codec: it knows when
/// the request is complete, and outlives its connection as the record of it that logs want. After
/// its end everything the user still does to it is ignored. Thread: the pool's worker.
final class PooledStream
        implements RequestSender,
                ResponseReceiver,
                StreamControl,
                StreamControl.Callbacks,
                UpstreamInfo {
    @Nullable PooledStream previous; // in the connection's list
    @Nullable PooledStream next;
    private final PooledConnection connection;
    private final ConnectionPool pool;
    private final ResponseReceiver receiver;
    private final long connectionRequests;
    private @Nullable RequestSender sender;
    private @Nullable StreamControl control;
    private StreamControl.@Nullable Callbacks callbacks;
    private @Nullable Map<String, Object> filterState;
    private boolean requestComplete;
    private boolean responseComplete;
    private boolean ended;
    private boolean reset;

    PooledStream(PooledConnection connection, ConnectionPool pool, ResponseReceiver receiver) {
        this.connection = connection;
        this.pool = pool;
        this.receiver = receiver;
        this.connectionRequests = connection.begunStreams();
    }

    void start(RequestSender codecSender) {
        sender = codecSender;
        control = codecSender.control();
        control.callbacks(this);
    }

    boolean requestComplete() {
        return requestComplete;
    }

    boolean wasReset() {
        return reset;
    }

    void end() {
        ended = true;
        if (control != null) {
            control.callbacks(null);
        }
    }

    void notifyReset(ResetReason reason, String transportFailure) {
        StreamControl.Callbacks user = callbacks;
        if (user != null) {
            callbacks = null;
            user.onReset(reason, transportFailure);
        }
    }

    // The request, from the user to the codec.

    @Override
    public void headers(RequestHeaders headers, boolean endStream) {
        if (!ended && sender != null) {
            requestComplete = endStream;
            sender.headers(headers, endStream);
            endIfComplete();
        }
    }

    @Override
    public void data(Buffer data, boolean endStream) {
        if (!ended && sender != null) {
            requestComplete = endStream;
            sender.data(data, endStream);
            endIfComplete();
        } else {
            data.drain(data.length());
        }
    }

    @Override
    public void trailers(Trailers trailers) {
        if (!ended && sender != null) {
            requestComplete = true;
            sender.trailers(trailers);
            endIfComplete();
        }
    }

    @Override
    public StreamControl control() {
        return this;
    }

    // The response, from the codec to the user.

    @Override
    public void onInformational(ResponseHeaders headers) {
        if (!ended && !reset) {
            receiver.onInformational(headers);
        }
    }

    @Override
    public void onHeaders(ResponseHeaders headers, boolean endStream) {
        if (!ended && !reset) {
            pool.counts().responded(headers.status());
            receiver.onHeaders(headers, endStream);
            responseComplete = endStream;
            endIfComplete();
        }
    }

    @Override
    public void onData(Buffer data, boolean endStream) {
        if (!ended && !reset) {
            receiver.onData(data, endStream);
            responseComplete = endStream;
            endIfComplete();
        }
    }

    @Override
    public void onTrailers(Trailers trailers) {
        if (!ended && !reset) {
            receiver.onTrailers(trailers);
            responseComplete = true;
            endIfComplete();
        }
    }

    /// On a connection with many streams nobody else says that this one is over; on any other the
    /// codec does.
    private void endIfComplete() {
        if (requestComplete && responseComplete && connection.multiplexed() && !ended && !reset) {
            connection.onStreamComplete(this);
        }
    }

    // Control, for the user.

    @Override
    public void callbacks(StreamControl.@Nullable Callbacks user) {
        callbacks = user;
    }

    @Override
    public void reset(ResetReason reason) {
        if (!ended && !reset) {
            reset = true;
            if (control != null && connection.multiplexed()) {
                control.callbacks(null);
                control.reset(reason);
            }
            connection.onStreamReset(this, reason);
        }
    }

    @Override
    public void readDisable(boolean disable) {
        if (ended || control == null) {
            return;
        }
        ClusterStats stats = pool.cluster().stats();
        (disable ? stats.flowControlPausedReading : stats.flowControlResumedReading).increment();
        control.readDisable(disable);
    }

    @Override
    public int bufferLimit() {
        return control == null ? 0 : control.bufferLimit();
    }

    @Override
    public void bufferLimit(int bytes) {
        if (control != null) {
            control.bufferLimit(bytes);
        }
    }

    @Override
    public String details() {
        return control == null ? "" : control.details();
    }

    // What the codec tells of the stream.

    @Override
    public void onReset(ResetReason reason, String transportFailure) {
        if (!ended && !reset) {
            reset = true;
            connection.onStreamReset(this, reason);
            notifyReset(reason, transportFailure);
        }
    }

    @Override
    public void onAboveWriteBufferHighWatermark() {
        pool.cluster().stats().flowControlBackedUp.increment();
        if (callbacks != null) {
            callbacks.onAboveWriteBufferHighWatermark();
        }
    }

    @Override
    public void onBelowWriteBufferLowWatermark() {
        pool.cluster().stats().flowControlDrained.increment();
        if (callbacks != null) {
            callbacks.onBelowWriteBufferLowWatermark();
        }
    }

    // The record for logs.

    @Override
    public Host host() {
        return pool.host();
    }

    @Override
    public @Nullable ConnectionInfo connection() {
        return connection.info();
    }

    @Override
    public @Nullable Protocol protocol() {
        return connection.protocol();
    }

    @Override
    public @Nullable String transportFailureReason() {
        return connection.info().transportFailureReason();
    }

    @Override
    public ByteCounts bytes() {
        return control == null ? ByteCounts.NONE : control.byteCounts();
    }

    @Override
    public ByteCounts byteCounts() {
        return bytes();
    }

    @Override
    public @Nullable Object filterState(String key) {
        return filterState == null ? null : filterState.get(key);
    }

    @Override
    public void filterState(String key, Object value) {
        if (filterState == null) {
            filterState = new HashMap<>(4);
        }
        filterState.put(key, value);
    }

    @Override
    public long connectionRequests() {
        return connectionRequests;
    }
}
