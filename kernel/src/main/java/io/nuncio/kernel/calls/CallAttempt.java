package io.nuncio.kernel.calls;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Host;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.UpstreamInfo;
import io.nuncio.spi.host.HttpPool;
import io.nuncio.spi.host.RequestSender;
import io.nuncio.spi.host.ResetReason;
import io.nuncio.spi.host.ResponseReceiver;
import io.nuncio.spi.host.StreamControl;

import org.jspecify.annotations.Nullable;

/// One attempt of a call: waits for a connection, sends what came of the request by then, and tells
/// the call of the response. Nothing is told after a reset or [#cancel].
final class CallAttempt implements ResponseReceiver, HttpPool.Callbacks, StreamControl.Callbacks {
    private final ActiveCall call;
    private final HttpPool pool;
    private final RequestHeaders headers;
    private final Buffer held;
    private final int limit;
    private @Nullable Trailers trailers;
    private HttpPool.@Nullable Wait wait;
    private @Nullable RequestSender sender;
    private boolean requestEnded;
    private boolean heldTooMuch;
    private boolean done;
    private int responsePauses;

    /// @param body what has come of the request already
    /// @param limit how many bytes may wait for a connection before the caller is told to wait
    /// @param responsePauses how often the response is held up already
    CallAttempt(
            ActiveCall call,
            HttpPool pool,
            RequestHeaders headers,
            Buffer body,
            @Nullable Trailers trailers,
            int limit,
            int responsePauses) {
        this.call = call;
        this.pool = pool;
        this.headers = headers;
        this.held = body;
        this.trailers = trailers;
        this.limit = limit;
        this.responsePauses = responsePauses;
    }

    void start(boolean endStream) {
        requestEnded = endStream;
        checkHeld();
        HttpPool.Wait pending = pool.newStream(this, this);
        if (sender == null && !done) {
            wait = pending;
        }
    }

    void data(Buffer data, boolean endStream) {
        requestEnded = endStream;
        if (sender != null) {
            sender.data(data, endStream);
            return;
        }
        data.moveTo(held);
        checkHeld();
    }

    private void checkHeld() {
        if (limit > 0 && held.length() > limit && !heldTooMuch && !requestEnded) {
            heldTooMuch = true;
            call.onWatermark(true);
        }
    }

    void trailers(Trailers last) {
        requestEnded = true;
        if (sender != null) {
            sender.trailers(last);
        } else {
            trailers = last;
        }
    }

    void readDisable(boolean disable) {
        responsePauses += disable ? 1 : -1;
        if (sender != null) {
            sender.control().readDisable(disable);
        }
    }

    boolean connected() {
        return sender != null;
    }

    /// The host did not answer in time.
    void timedOut() {
        if (sender != null) {
            pool.timedOut();
        }
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

    /// Another attempt is to be answered in place of this one.
    ///
    /// @param complete true if the response is over already
    void cancelAfterHeaders(boolean complete) {
        if (complete) {
            dropRequest();
        } else {
            cancel();
        }
    }

    private void finish() {
        done = true;
        held.clear();
    }

    // From the pool.

    @Override
    public void onReady(RequestSender ready, UpstreamInfo upstream) {
        wait = null;
        sender = ready;
        call.onHostAttempted(upstream.host());
        StreamControl control = ready.control();
        control.callbacks(this);
        for (int i = 0; i < responsePauses; i++) {
            control.readDisable(true);
        }
        boolean more = !held.isEmpty() || trailers != null;
        ready.headers(headers, requestEnded && !more);
        if (!held.isEmpty() && !done) {
            ready.data(held, requestEnded && trailers == null);
        }
        if (trailers != null && !done) {
            ready.trailers(trailers);
        }
        if (heldTooMuch && !done) {
            heldTooMuch = false;
            call.onWatermark(false);
        }
        if (!done) {
            call.onConnected();
        }
    }

    @Override
    public void onFailure(HttpPool.Failure failure, String transportFailure, Host host) {
        wait = null;
        finish();
        call.onHostAttempted(host);
        call.onReset(
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
        // Calls have no use for it.
    }

    @Override
    public void onHeaders(ResponseHeaders response, boolean endStream) {
        if (!done) {
            done = endStream;
            call.onHeaders(this, response, endStream);
        }
    }

    @Override
    public void onData(Buffer data, boolean endStream) {
        if (!done) {
            done = endStream;
            call.onData(data, endStream);
        }
    }

    @Override
    public void onTrailers(Trailers last) {
        if (!done) {
            done = true;
            call.onTrailers(last);
        }
    }

    @Override
    public void onReset(ResetReason reason, String transportFailure) {
        if (!done) {
            finish();
            call.onReset(this, reason, transportFailure);
        }
    }

    @Override
    public void onAboveWriteBufferHighWatermark() {
        if (!done) {
            call.onWatermark(true);
        }
    }

    @Override
    public void onBelowWriteBufferLowWatermark() {
        if (!done) {
            call.onWatermark(false);
        }
    }

    /// The response came before the end of the request, whose rest nobody wants.
    void dropRequest() {
        if (sender != null && !requestEnded) {
            sender.control().callbacks(null);
            sender.control().reset(ResetReason.LOCAL_RESET);
        }
    }
}
