package io.nuncio.network.tcpproxy;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.ConnectionEvent;
import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.Host;
import io.nuncio.spi.Protocol;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.UpstreamInfo;
import io.nuncio.spi.host.HttpPool;
import io.nuncio.spi.host.RequestSender;
import io.nuncio.spi.host.ResetReason;
import io.nuncio.spi.host.ResponseReceiver;
import io.nuncio.spi.host.StreamControl;
import io.nuncio.spi.host.TcpPool;

import org.jspecify.annotations.Nullable;

/// A raw connection that is carried by one request and its response: CONNECT, or POST. It stands
/// when the upstream has agreed. Thread: the connection's worker.
final class HttpTunnel
        implements TcpPool.Wait,
                TcpPool.Opened,
                HttpPool.Callbacks,
                ResponseReceiver,
                StreamControl.Callbacks {
    private enum State {
        /// Waits for a connection, or for an answer.
        ASKING,
        OPEN,
        OVER
    }

    private final TunnelConfig config;
    private final StreamInfo downstream;
    private final TcpPool.Receiver receiver;
    private final TcpPool.Callbacks callbacks;
    private HttpPool.@Nullable Wait wait;
    private @Nullable RequestSender sender;
    private UpstreamInfo upstream;
    private State state = State.ASKING;
    private boolean doneReading;
    private boolean doneWriting;

    private HttpTunnel(
            TunnelConfig config,
            StreamInfo downstream,
            HttpPool pool,
            TcpPool.Receiver receiver,
            TcpPool.Callbacks callbacks) {
        this.config = config;
        this.downstream = downstream;
        this.receiver = receiver;
        this.callbacks = callbacks;
        upstream = new FailedUpstream(pool.host(), "");
    }

    /// @return null if `callbacks` was told before this returned
    static TcpPool.@Nullable Wait open(
            TunnelConfig config,
            StreamInfo downstream,
            HttpPool pool,
            TcpPool.Receiver receiver,
            TcpPool.Callbacks callbacks) {
        var tunnel = new HttpTunnel(config, downstream, pool, receiver, callbacks);
        HttpPool.Wait pending = pool.newStream(tunnel, tunnel);
        if (tunnel.sender == null) {
            tunnel.wait = pending;
        }
        return tunnel.state == State.ASKING ? tunnel : null;
    }

    // While it is being made.

    @Override
    public void cancel() {
        HttpPool.Wait pending = wait;
        wait = null;
        if (state == State.ASKING && pending != null) {
            state = State.OVER;
            pending.cancel();
        } else if (state == State.ASKING) {
            reset();
        }
    }

    @Override
    public void onReady(RequestSender ready, UpstreamInfo served) {
        wait = null;
        sender = ready;
        upstream = served;
        ready.control().callbacks(this);
        ready.headers(config.request(downstream, served), false);
    }

    @Override
    public void onFailure(HttpPool.Failure failure, String transportFailure, Host host) {
        wait = null;
        state = State.OVER;
        callbacks.onFailure(failure, new FailedUpstream(host, transportFailure));
    }

    /// The upstream does not agree.
    private void refused() {
        reset();
        callbacks.onFailure(HttpPool.Failure.REMOTE_CONNECTION_FAILURE, upstream);
    }

    /// Ends the stream unless both sides have.
    private void reset() {
        boolean complete = doneReading && doneWriting;
        state = State.OVER;
        RequestSender left = sender;
        if (left != null) {
            left.control().callbacks(null);
            if (!complete) {
                left.control().reset(ResetReason.LOCAL_RESET);
            }
        }
    }

    // What the upstream sends.

    @Override
    public void onInformational(ResponseHeaders headers) {}

    @Override
    public void onHeaders(ResponseHeaders headers, boolean endStream) {
        if (state != State.ASKING) {
            return;
        }
        boolean agreed = TunnelConfig.accepts(headers.status(), upstream) && !endStream;
        config.keepHeaders(headers, downstream);
        if (agreed) {
            state = State.OPEN;
            callbacks.onReady(this);
        } else {
            refused();
        }
    }

    @Override
    public void onData(Buffer data, boolean endStream) {
        if (state != State.OPEN) {
            data.clear();
            return;
        }
        receiver.onData(data, endStream);
        if (endStream) {
            doneReading();
        }
    }

    @Override
    public void onTrailers(Trailers trailers) {
        if (state == State.OPEN) {
            config.keepTrailers(trailers, downstream);
            receiver.onData(new Buffer(), true);
            doneReading();
        }
    }

    private void doneReading() {
        doneReading = true;
        if (doneWriting) {
            over();
        }
    }

    private void over() {
        if (state == State.OPEN) {
            reset();
            receiver.onEnd(ConnectionEvent.LOCAL_CLOSE);
        }
    }

    @Override
    public void onReset(ResetReason reason, String transportFailure) {
        boolean asking = state == State.ASKING;
        boolean open = state == State.OPEN;
        state = State.OVER;
        if (asking) {
            callbacks.onFailure(HttpPool.Failure.REMOTE_CONNECTION_FAILURE, upstream);
        } else if (open) {
            receiver.onEnd(ConnectionEvent.LOCAL_CLOSE);
        }
    }

    @Override
    public void onAboveWriteBufferHighWatermark() {
        if (state == State.OPEN) {
            receiver.onAboveWriteBufferHighWatermark();
        }
    }

    @Override
    public void onBelowWriteBufferLowWatermark() {
        if (state == State.OPEN) {
            receiver.onBelowWriteBufferLowWatermark();
        }
    }

    // For its user.

    @Override
    public UpstreamInfo info() {
        return upstream;
    }

    @Override
    public void write(Buffer data, boolean endStream) {
        RequestSender open = sender;
        if (state != State.OPEN || doneWriting || open == null) {
            data.clear();
            return;
        }
        doneWriting = endStream;
        open.data(data, endStream);
        if (endStream && doneReading) {
            over();
        }
    }

    @Override
    public void readDisable(boolean disable) {
        if (state == State.OPEN && sender != null) {
            sender.control().readDisable(disable);
        }
    }

    /// Nothing is flushed: the stream is reset.
    @Override
    public void close(Connection.Close how, String reason) {
        if (state == State.OPEN) {
            reset();
            receiver.onEnd(ConnectionEvent.LOCAL_CLOSE);
        }
    }

    /// What waits is the codec's affair.
    @Override
    public long unsentBytes() {
        return 0;
    }

    /// A host to which there is no connection.
    private record FailedUpstream(Host host, String failure) implements UpstreamInfo {
        @Override
        public @Nullable ConnectionInfo connection() {
            return null;
        }

        @Override
        public @Nullable Protocol protocol() {
            return null;
        }

        @Override
        public @Nullable String transportFailureReason() {
            return failure.isEmpty() ? null : failure;
        }

        @Override
        public long connectionRequests() {
            return 0;
        }
    }
}
