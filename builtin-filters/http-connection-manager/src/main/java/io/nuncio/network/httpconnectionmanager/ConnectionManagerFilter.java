package io.nuncio.network.httpconnectionmanager;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.ConnectionEvent;
import io.nuncio.spi.Gauge;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.NetworkOutcome;
import io.nuncio.spi.NetworkStream;
import io.nuncio.spi.Protocol;
import io.nuncio.spi.ResponseFlag;
import io.nuncio.spi.Timer;
import io.nuncio.spi.Worker;
import io.nuncio.spi.host.CodecError;
import io.nuncio.spi.host.RequestReceiver;
import io.nuncio.spi.host.ResponseSender;
import io.nuncio.spi.host.ServerCodec;

import org.jspecify.annotations.Nullable;

/// Serves one connection: feeds its bytes to a codec, keeps its streams, and ends it when it is
/// idle, drained or broken.
///
/// One timer serves all time limits of the connection and its streams: it is armed for the earliest
/// deadline, and when it fires the deadlines are looked at anew. So a request that comes and goes
/// arms nothing.
final class ConnectionManagerFilter implements NetworkFilter, ServerCodec.Callbacks {
    private enum Drain {
        NONE,
        /// The peer was told that the end is near; new streams are still served.
        NOTICED,
        /// No new streams; the connection closes with its last one.
        CLOSING
    }

    private final Serving serving;
    private final ConnectionManagerStats stats;
    private final NetworkStream network;
    private final Connection connection;
    private final Timer timer;
    private final long startNanos;
    private final PrematureResets prematureResets;
    private @Nullable ServerCodec codec;
    private @Nullable ActiveStream streams;
    private int streamCount;
    private long requests;
    private long idleSinceNanos;
    private long armedFor = Long.MAX_VALUE;
    private Drain drain = Drain.NONE;
    private long goAwayAt = Long.MAX_VALUE;
    private boolean closed;
    private long unread;
    private @Nullable Gauge protocolActive;
    private @Nullable Peer peer;
    private @Nullable RequestHeaderRules peerRules;

    ConnectionManagerFilter(Serving serving, NetworkStream network) {
        this.serving = serving;
        ConnectionManagerConfig config = serving.config();
        this.stats = config.stats();
        this.network = network;
        this.connection = network.connection();
        this.timer = network.timer(this::onTimer);
        this.startNanos = network.worker().nanoTime();
        this.idleSinceNanos = startNanos;
        this.prematureResets = new PrematureResets(config.prematureResets());
    }

    /// As it is now.
    private ConnectionManagerConfig config() {
        return serving.config();
    }

    @Override
    public NetworkOutcome onNewConnection() {
        stats.connectionTotal().increment();
        stats.connectionActive().increment();
        if (connection.info().tls() != null) {
            stats.connectionSslTotal().increment();
            stats.connectionSslActive().increment();
        }
        connection.delayedCloseTimeout(config().timeouts().delayedClose());
        armForConnection();
        return NetworkOutcome.CONTINUE;
    }

    @Override
    public NetworkOutcome onData(Buffer data, boolean endStream) {
        stats.connectionRxBytes().add(data.length() - unread);
        ServerCodec reader = codec;
        if (reader == null) {
            reader = config().codec().create(connection, this);
            codec = reader;
        }
        int length = data.length();
        CodecError error = reader.dispatch(data);
        unread = data.length();
        if (protocolActive == null && (unread < length || error != null)) {
            countProtocol(reader.protocol());
        }
        if (error != null) {
            onCodecError(error);
        }
        return NetworkOutcome.STOP;
    }

    /// The codec has told the peer by now, if its protocol has a way to.
    private void onCodecError(CodecError error) {
        if (error.kind() == CodecError.Kind.PROTOCOL_ERROR) {
            stats.connectionProtocolError().increment();
        }
        connection.streamInfo().addFlag(ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR);
        if (closed) {
            return;
        }
        close(
                Connection.Close.FLUSH_WRITE_AND_DELAY,
                "codec_error:" + error.message().replace(' ', '_'),
                ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR);
    }

    @Override
    public NetworkOutcome onWrite(Buffer data, boolean endStream) {
        stats.connectionTxBytes().add(data.length());
        return NetworkOutcome.CONTINUE;
    }

    private void countProtocol(Protocol protocol) {
        boolean http2 = protocol == Protocol.HTTP2;
        (http2 ? stats.connectionHttp2Total() : stats.connectionHttp1Total()).increment();
        protocolActive = http2 ? stats.connectionHttp2Active() : stats.connectionHttp1Active();
        protocolActive.increment();
    }

    @Override
    public RequestReceiver onStream(ResponseSender response) {
        requests++;
        long limit = config().limits().requestsPerConnection();
        if (limit > 0 && requests == limit) {
            stats.connectionMaxRequestsReached().increment();
            if (http1()) {
                drain = Drain.CLOSING;
            } else {
                startDrain();
            }
        }
        ActiveStream stream = new ActiveStream(this, config(), response, network.worker());
        stream.next = streams;
        if (streams != null) {
            streams.previous = stream;
        }
        streams = stream;
        streamCount++;
        stats.requestTotal().increment();
        stats.requestActive().increment();
        (http1() ? stats.requestHttp1Total() : stats.requestHttp2Total()).increment();
        arm(stream.deadline());
        return stream;
    }

    boolean http1() {
        return codec == null || codec.protocol().compareTo(Protocol.HTTP2) < 0;
    }

    Protocol protocol() {
        return codec == null ? Protocol.HTTP11 : codec.protocol();
    }

    Connection connection() {
        return connection;
    }

    Worker worker() {
        return network.worker();
    }

    /// True if no stream follows the one that begins now.
    boolean closesAfterThis() {
        return drain == Drain.CLOSING;
    }

    Peer peer() {
        RequestHeaderRules rules = config().requestRules();
        Peer known = peer;
        if (known == null || rules != peerRules) {
            known = Peer.of(connection.info(), rules);
            peer = known;
            peerRules = rules;
        }
        return known;
    }

    /// The stream is over and has been logged.
    ///
    /// @param noDelay true if the peer has sent all it wants to send, so that a close need not wait
    ///   for it
    void onStreamEnd(ActiveStream stream, boolean noDelay) {
        if (stream.previous == null) {
            streams = stream.next;
        } else {
            stream.previous.next = stream.next;
        }
        if (stream.next != null) {
            stream.next.previous = stream.previous;
        }
        streamCount--;
        stats.requestActive().decrement();
        boolean tooMany =
                prematureResets.onStreamEnd(
                        network.worker().nanoTime() - stream.startNanos(), stream.answered());
        if (tooMany && !closed) {
            stats.requestTooManyPrematureResets().increment();
            if (codec != null) {
                codec.enhanceYourCalm();
            }
            close(Connection.Close.FLUSH_WRITE, "too_many_premature_resets", null);
            return;
        }
        if (streamCount == 0) {
            idleSinceNanos = network.worker().nanoTime();
            armForConnection();
            if (drain == Drain.CLOSING && !closed) {
                closeDrained(
                        noDelay
                                ? Connection.Close.FLUSH_WRITE
                                : Connection.Close.FLUSH_WRITE_AND_DELAY);
            }
        }
    }

    /// The stream ends before the peer has sent all of it, or has got all of it: an HTTP/1
    /// connection is of no more use.
    void onBrokenStream() {
        if (http1()) {
            drain = Drain.CLOSING;
        }
    }

    /// A response is about to be sent.
    ///
    /// @return true if the connection closes after it, and an HTTP/1 response should say so
    boolean closesAfterResponse(boolean requestComplete, boolean peerWantsClose) {
        if (drain == Drain.NONE && network.drainClose()) {
            stats.connectionDrainClose().increment();
            startDrain();
        }
        if (http1()) {
            if (peerWantsClose || !requestComplete) {
                drain = Drain.CLOSING;
            }
            if (drain == Drain.NOTICED) {
                drain = Drain.CLOSING;
            }
        }
        return drain == Drain.CLOSING;
    }

    /// Begins to say goodbye: HTTP/2 peers get two notices, HTTP/1 peers the `connection: close` of
    /// their next response.
    private void startDrain() {
        if (drain != Drain.NONE) {
            return;
        }
        drain = Drain.NOTICED;
        if (codec != null) {
            codec.shutdownNotice();
        }
        goAwayAt = network.worker().nanoTime() + config().timeouts().drain();
        arm(goAwayAt);
    }

    private void finishDrain() {
        goAwayAt = Long.MAX_VALUE;
        drain = Drain.CLOSING;
        if (codec != null) {
            codec.goAway();
        }
        if (streamCount == 0) {
            closeDrained(Connection.Close.FLUSH_WRITE_AND_DELAY);
        }
    }

    @Override
    public void onDrain() {
        if (closed || drain == Drain.CLOSING) {
            return;
        }
        if (streamCount == 0 && http1()) {
            stats.connectionDrainClose().increment();
            closeDrained(Connection.Close.FLUSH_WRITE);
        } else if (drain == Drain.NONE) {
            stats.connectionDrainClose().increment();
            startDrain();
        }
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

    @Override
    public void onEvent(ConnectionEvent event) {
        if (event == ConnectionEvent.CONNECTED) {
            return;
        }
        boolean remote = event == ConnectionEvent.REMOTE_CLOSE;
        (remote ? stats.connectionDestroyRemote() : stats.connectionDestroyLocal()).increment();
        if (closed) {
            return;
        }
        String reason = connection.info().localCloseReason();
        endStreams(
                remote
                        ? "downstream_remote_disconnect"
                        : reason == null
                                ? "downstream_local_disconnect"
                                : "downstream_local_disconnect(" + reason.replace(' ', '_') + ")",
                remote ? ResponseFlag.DOWNSTREAM_CONNECTION_TERMINATION : null,
                remote);
    }

    @Override
    public void onDestroy() {
        closed = true;
        timer.disarm();
        stats.connectionDestroy().increment();
        stats.connectionActive().decrement();
        if (connection.info().tls() != null) {
            stats.connectionSslActive().decrement();
        }
        if (protocolActive != null) {
            protocolActive.decrement();
        }
        stats.connectionLengthMillis()
                .record((network.worker().nanoTime() - startNanos) / 1_000_000);
    }

    /// Ends the connection from this side; streams that are still there end first.
    private void close(Connection.Close how, String reason, @Nullable ResponseFlag flag) {
        endStreams(reason, flag, false);
        connection.close(how, reason);
    }

    private void closeDrained(Connection.Close how) {
        close(how, "deferred_close_on_drained_connection", null);
    }

    /// @param remote true if the peer ended the connection
    private void endStreams(String details, @Nullable ResponseFlag flag, boolean remote) {
        closed = true;
        timer.disarm();
        if (streams == null) {
            return;
        }
        stats.connectionDestroyActiveRequest().increment();
        (remote
                        ? stats.connectionDestroyRemoteActiveRequest()
                        : stats.connectionDestroyLocalActiveRequest())
                .increment();
        Throwable failure = null;
        ActiveStream stream = streams;
        while (stream != null) {
            ActiveStream next = stream.next;
            try {
                stream.onConnectionClosed(details, flag);
            } catch (Throwable bug) { // of an access logger; the others end all the same
                failure = bug;
            }
            stream = next;
        }
        if (failure != null) {
            throw new IllegalStateException("a stream did not end as it should", failure);
        }
    }

    /// Sees to it that the timer fires no later than `deadline`.
    void arm(long deadline) {
        if (deadline < armedFor && !closed) {
            armedFor = deadline;
            timer.arm(Math.max(0, deadline - network.worker().nanoTime()));
        }
    }

    private void armForConnection() {
        arm(connectionDeadline());
    }

    private long connectionDeadline() {
        long deadline = goAwayAt;
        ConnectionManagerConfig.Timeouts timeouts = config().timeouts();
        if (streamCount == 0 && timeouts.connectionIdle() > 0 && drain == Drain.NONE) {
            deadline = Math.min(deadline, idleSinceNanos + timeouts.connectionIdle());
        }
        if (timeouts.connectionMax() > 0 && drain == Drain.NONE) {
            deadline = Math.min(deadline, startNanos + timeouts.connectionMax());
        }
        return deadline;
    }

    private void onTimer() {
        armedFor = Long.MAX_VALUE;
        long now = network.worker().nanoTime();
        ActiveStream stream = streams;
        while (stream != null) {
            ActiveStream next = stream.next;
            stream.onDeadline(now);
            stream = next;
        }
        if (!closed) {
            onConnectionDeadline(now);
        }
        if (closed) {
            return;
        }
        long deadline = connectionDeadline();
        for (ActiveStream live = streams; live != null; live = live.next) {
            deadline = Math.min(deadline, live.deadline());
        }
        if (deadline != Long.MAX_VALUE) {
            arm(deadline);
        }
    }

    private void onConnectionDeadline(long now) {
        ConnectionManagerConfig.Timeouts timeouts = config().timeouts();
        if (now >= goAwayAt) {
            finishDrain();
        } else if (drain == Drain.NONE
                && timeouts.connectionMax() > 0
                && now - startNanos >= timeouts.connectionMax()) {
            stats.connectionMaxDurationReached().increment();
            if (codec == null) {
                connection.streamInfo().addFlag(ResponseFlag.DURATION_TIMEOUT);
                close(
                        Connection.Close.FLUSH_WRITE,
                        "duration_timeout",
                        ResponseFlag.DURATION_TIMEOUT);
            } else {
                startDrain();
            }
        } else if (drain == Drain.NONE
                && streamCount == 0
                && timeouts.connectionIdle() > 0
                && now - idleSinceNanos >= timeouts.connectionIdle()) {
            stats.connectionIdleTimeout().increment();
            if (codec == null) {
                close(Connection.Close.FLUSH_WRITE, "on_idle_timeout", null);
            } else {
                startDrain();
            }
        }
    }
}
