package io.nuncio.http.router;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Direction;
import io.nuncio.spi.Host;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Stream;
import io.nuncio.spi.StreamInfo.Moment;
import io.nuncio.spi.Timer;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.UpstreamInfo;
import io.nuncio.spi.host.HttpPool;
import io.nuncio.spi.host.RequestSender;
import io.nuncio.spi.host.ResetReason;
import io.nuncio.spi.host.ResponseReceiver;
import io.nuncio.spi.host.StreamControl;

import org.jspecify.annotations.Nullable;

/// One attempt of a request: waits for a connection, sends what came of the request by then, and
/// passes the response on.
final class UpstreamRequest
        implements ResponseReceiver, HttpPool.Callbacks, StreamControl.Callbacks {
    /// Who made the attempt; told of nothing more after a reset or [#cancel].
    interface Owner {
        /// The attempt has gone to a host, or failed to connect to it.
        void onHostAttempted(Host host);

        void onUpstreamInformational(UpstreamRequest attempt, ResponseHeaders headers);

        void onUpstreamHeaders(UpstreamRequest attempt, ResponseHeaders headers, boolean endStream);

        void onUpstreamData(Buffer data, boolean endStream);

        void onUpstreamTrailers(Trailers trailers);

        void onUpstreamReset(UpstreamRequest attempt, ResetReason reason, String transportFailure);

        /// The attempt has taken as long as it may.
        void onPerTryTimeout(UpstreamRequest attempt);

        /// The response has paused for as long as it may.
        void onPerTryIdleTimeout(UpstreamRequest attempt);
    }

    /// How long one attempt may take, in nanoseconds.
    ///
    /// @param total from the end of the request to the headers of the response; 0 for no limit
    /// @param idle between two pieces of the response, 0 for no limit
    record TryLimits(long total, long idle) {
        static final TryLimits NONE = new TryLimits(0, 0);
    }

    /// The attempt before this one, see [Attempts].
    @Nullable UpstreamRequest next;

    private final Owner owner;
    private final Stream stream;
    private final RequestHeaders headers;
    private final HttpPool pool;
    private final TryLimits limits;
    private HttpPool.@Nullable Wait wait;
    private @Nullable RequestSender sender;
    private @Nullable UpstreamInfo upstream;
    private @Nullable Timer totalTimer;
    private @Nullable Timer idleTimer;
    private @Nullable Buffer held;
    private @Nullable Trailers trailers;
    private boolean endOfRequest;
    private int pushedBack;
    private boolean heldTooMuch;
    private int responsePauses;
    private boolean awaitingHeaders = true;
    private boolean bodySeen;
    private boolean overtaken;
    private boolean done;

    /// @param responsePauses how often the response is held up already
    UpstreamRequest(
            Owner owner,
            Stream stream,
            RequestHeaders headers,
            HttpPool pool,
            TryLimits limits,
            int responsePauses) {
        this.owner = owner;
        this.stream = stream;
        this.headers = headers;
        this.pool = pool;
        this.limits = limits;
        this.responsePauses = responsePauses;
    }

    /// What has come of the request already.
    void replay(Buffer body, @Nullable Trailers last) {
        held = body;
        trailers = last;
    }

    void start(boolean endStream) {
        endOfRequest = endStream;
        stream.info().mark(Moment.UPSTREAM_REQUEST_CREATED);
        HttpPool.Wait pending = pool.newStream(this, this);
        if (sender == null && !done) {
            wait = pending;
        }
    }

    void data(Buffer data, boolean endStream) {
        endOfRequest = endStream;
        RequestSender ready = sender;
        if (ready != null) {
            ready.data(data, endStream);
            if (endStream) {
                stream.info().mark(Moment.UPSTREAM_REQUEST_END);
            }
            return;
        }
        if (held == null) {
            held = new Buffer();
        }
        data.moveTo(held);
        int limit = stream.bufferLimit();
        if (limit > 0 && held.length() > limit && !heldTooMuch) {
            heldTooMuch = true;
            pushBack(true);
        }
    }

    void trailers(Trailers last) {
        endOfRequest = true;
        RequestSender ready = sender;
        if (ready != null) {
            ready.trailers(last);
            stream.info().mark(Moment.UPSTREAM_REQUEST_END);
        } else {
            trailers = last;
        }
    }

    /// Slows the upstream down, or lets it go on. Calls nest.
    void pauseResponse(boolean pause) {
        responsePauses += pause ? 1 : -1;
        if (sender != null) {
            sender.control().readDisable(pause);
        }
    }

    /// The whole request is here: from now on the attempt is on the clock, if it has a connection.
    void onRequestComplete() {
        if (sender != null && !done) {
            startTimers();
        }
    }

    private void startTimers() {
        if (limits.total() > 0 && totalTimer == null) {
            totalTimer = stream.timer(() -> owner.onPerTryTimeout(this));
            totalTimer.arm(limits.total());
        }
        if (limits.idle() > 0 && idleTimer == null) {
            idleTimer = stream.timer(() -> owner.onPerTryIdleTimeout(this));
            idleTimer.arm(limits.idle());
        }
    }

    /// True once the pool has given a connection.
    boolean hostChosen() {
        return sender != null;
    }

    /// The host did not answer in time.
    void timedOut() {
        if (sender != null) {
            pool.timedOut();
        }
    }

    /// True until the response begins or the attempt breaks off.
    boolean awaitingHeaders() {
        return awaitingHeaders && !done;
    }

    /// True if another attempt was made while this one goes on.
    boolean overtaken() {
        return overtaken;
    }

    void overtake() {
        overtaken = true;
    }

    /// What served the attempt, null if it has no connection.
    @Nullable UpstreamInfo upstream() {
        return upstream;
    }

    /// Nobody wants the response any more.
    void cancel() {
        if (done) {
            return;
        }
        finish();
        if (wait != null) {
            wait.cancel();
            wait = null;
        }
        if (sender != null) {
            sender.control().callbacks(null);
            sender.control().reset(ResetReason.LOCAL_RESET);
        }
    }

    private void finish() {
        done = true;
        if (held != null) {
            held.clear();
        }
        if (totalTimer != null) {
            totalTimer.disarm();
        }
        if (idleTimer != null) {
            idleTimer.disarm();
        }
        while (pushedBack > 0) {
            pushBack(false);
        }
    }

    private void pushBack(boolean on) {
        pushedBack += on ? 1 : -1;
        stream.pushBack(Direction.REQUEST, on);
    }

    // From the pool.

    @Override
    public void onReady(RequestSender ready, UpstreamInfo served) {
        wait = null;
        sender = ready;
        upstream = served;
        stream.info().upstream(served);
        owner.onHostAttempted(served.host());
        stream.info().mark(Moment.UPSTREAM_REQUEST_BEGIN);
        StreamControl control = ready.control();
        control.callbacks(this);
        for (int i = 0; i < responsePauses; i++) {
            control.readDisable(true);
        }
        boolean more = held != null && !held.isEmpty() || trailers != null;
        ready.headers(headers, endOfRequest && !more);
        Buffer body = held;
        if (body != null && !body.isEmpty() && !done) {
            ready.data(body, endOfRequest && trailers == null);
        }
        if (trailers != null && !done) {
            ready.trailers(trailers);
        }
        if (endOfRequest) {
            stream.info().mark(Moment.UPSTREAM_REQUEST_END);
        }
        if (heldTooMuch && !done) {
            pushBack(false);
        }
        if (endOfRequest && !done) {
            startTimers();
        }
    }

    @Override
    public void onFailure(HttpPool.Failure failure, String transportFailure, Host host) {
        wait = null;
        finish();
        stream.info().upstream(new FailedUpstream(host, transportFailure));
        owner.onHostAttempted(host);
        owner.onUpstreamReset(
                this,
                switch (failure) {
                    case OVERFLOW -> ResetReason.OVERFLOW;
                    case LOCAL_CONNECTION_FAILURE -> ResetReason.LOCAL_CONNECTION_FAILURE;
                    case REMOTE_CONNECTION_FAILURE -> ResetReason.REMOTE_CONNECTION_FAILURE;
                    case TIMEOUT -> ResetReason.CONNECTION_TIMEOUT;
                },
                transportFailure);
    }

    // From the upstream's codec.

    @Override
    public void onInformational(ResponseHeaders informational) {
        if (!done) {
            owner.onUpstreamInformational(this, informational);
        }
    }

    @Override
    public void onHeaders(ResponseHeaders response, boolean endStream) {
        if (done) {
            return;
        }
        stream.info().mark(Moment.UPSTREAM_RESPONSE_BEGIN);
        awaitingHeaders = false;
        onPart(endStream);
        owner.onUpstreamHeaders(this, response, endStream);
    }

    @Override
    public void onData(Buffer data, boolean endStream) {
        if (done) {
            return;
        }
        if (!bodySeen) {
            bodySeen = true;
            stream.info().mark(Moment.UPSTREAM_RESPONSE_BODY_BEGIN);
        }
        onPart(endStream);
        owner.onUpstreamData(data, endStream);
    }

    @Override
    public void onTrailers(Trailers response) {
        if (done) {
            return;
        }
        onPart(true);
        owner.onUpstreamTrailers(response);
    }

    private void onPart(boolean endStream) {
        if (idleTimer != null) {
            idleTimer.arm(limits.idle());
        }
        if (endStream) {
            stream.info().mark(Moment.UPSTREAM_RESPONSE_END);
            if (endOfRequest) {
                finish();
                if (sender != null) {
                    sender.control().callbacks(null);
                }
            }
        }
    }

    @Override
    public void onReset(ResetReason reason, String transportFailure) {
        if (done) {
            return;
        }
        finish();
        owner.onUpstreamReset(this, reason, transportFailure);
    }

    @Override
    public void onAboveWriteBufferHighWatermark() {
        if (!done) {
            pushBack(true);
        }
    }

    @Override
    public void onBelowWriteBufferLowWatermark() {
        if (pushedBack > 0) {
            pushBack(false);
        }
    }
}
