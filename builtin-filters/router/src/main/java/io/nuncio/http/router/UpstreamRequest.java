package io.nuncio.http.router;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Direction;
import io.nuncio.spi.Host;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Stream;
import io.nuncio.spi.StreamInfo.Moment;
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
        void onUpstreamInformational(ResponseHeaders headers);

        void onUpstreamHeaders(ResponseHeaders headers, boolean endStream);

        void onUpstreamData(Buffer data, boolean endStream);

        void onUpstreamTrailers(Trailers trailers);

        void onUpstreamReset(ResetReason reason, String transportFailure);
    }

    private final Owner owner;
    private final Stream stream;
    private final RequestHeaders headers;
    private HttpPool.@Nullable Wait wait;
    private @Nullable RequestSender sender;
    private @Nullable Buffer held;
    private @Nullable Trailers trailers;
    private boolean endOfRequest;
    private boolean pushedBack;
    private int responsePauses;
    private boolean bodySeen;
    private boolean done;

    /// @param responsePauses how often the response is held up already
    UpstreamRequest(Owner owner, Stream stream, RequestHeaders headers, int responsePauses) {
        this.owner = owner;
        this.stream = stream;
        this.headers = headers;
        this.responsePauses = responsePauses;
    }

    void start(HttpPool pool, boolean endStream) {
        endOfRequest = endStream;
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
        if (limit > 0 && held.length() > limit && !pushedBack) {
            pushedBack = true;
            stream.pushBack(Direction.REQUEST, true);
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

    /// True once the pool has given a connection.
    boolean hostChosen() {
        return sender != null;
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
        letGo();
    }

    private void letGo() {
        if (pushedBack) {
            pushedBack = false;
            stream.pushBack(Direction.REQUEST, false);
        }
    }

    // From the pool.

    @Override
    public void onReady(RequestSender ready, UpstreamInfo upstream) {
        wait = null;
        sender = ready;
        stream.info().upstream(upstream);
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
        letGo();
    }

    @Override
    public void onFailure(HttpPool.Failure failure, String transportFailure, Host host) {
        wait = null;
        finish();
        owner.onUpstreamReset(
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
            owner.onUpstreamInformational(informational);
        }
    }

    @Override
    public void onHeaders(ResponseHeaders response, boolean endStream) {
        if (done) {
            return;
        }
        stream.info().mark(Moment.UPSTREAM_RESPONSE_BEGIN);
        onPart(endStream);
        owner.onUpstreamHeaders(response, endStream);
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
        owner.onUpstreamReset(reason, transportFailure);
    }

    @Override
    public void onAboveWriteBufferHighWatermark() {
        stream.pushBack(Direction.REQUEST, true);
    }

    @Override
    public void onBelowWriteBufferLowWatermark() {
        stream.pushBack(Direction.REQUEST, false);
    }
}
