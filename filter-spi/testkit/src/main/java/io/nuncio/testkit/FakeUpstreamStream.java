package io.nuncio.testkit;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.host.RequestSender;
import io.nuncio.spi.host.ResetReason;
import io.nuncio.spi.host.ResponseReceiver;
import io.nuncio.spi.host.StreamControl;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// One request as the upstream got it, and the answer that the test gives in the upstream's place.
public final class FakeUpstreamStream implements RequestSender, StreamControl {
    private final ResponseReceiver receiver;
    private final StringBuilder body = new StringBuilder();
    private final List<ResetReason> resets = new ArrayList<>();
    private StreamControl.@Nullable Callbacks callbacks;
    private @Nullable RequestHeaders headers;
    private @Nullable Trailers trailers;
    private boolean requestEnded;
    private boolean responseEnded;
    private int readDisabled;
    private int bufferLimit;

    FakeUpstreamStream(ResponseReceiver receiver) {
        this.receiver = receiver;
    }

    // What came.

    public RequestHeaders requestHeaders() {
        if (headers == null) {
            throw new AssertionError("no request headers came");
        }
        return headers;
    }

    /// The first value of a request header, null if there is none.
    public @Nullable String header(String name) {
        return requestHeaders().get(HeaderName.of(name));
    }

    public String body() {
        return body.toString();
    }

    public @Nullable Trailers requestTrailers() {
        return trailers;
    }

    public boolean requestEnded() {
        return requestEnded;
    }

    /// Why the stream was reset from this side, empty if it was not.
    public List<ResetReason> resets() {
        return resets;
    }

    /// True if the response may be read.
    public boolean reading() {
        return readDisabled == 0;
    }

    // What the upstream does.

    public void informational(int status) {
        receiver.onInformational(ResponseHeaders.of(status));
    }

    public void respond(ResponseHeaders response, boolean endStream) {
        ended(endStream);
        receiver.onHeaders(response, endStream);
    }

    /// Headers and, unless it is empty, a body: a whole response.
    public void respond(int status, String text) {
        respond(ResponseHeaders.of(status), text.isEmpty());
        if (!text.isEmpty()) {
            data(text, true);
        }
    }

    public void data(String text, boolean endStream) {
        ended(endStream);
        receiver.onData(Buffer.copyOf(text), endStream);
    }

    public void respondTrailers(Trailers response) {
        ended(true);
        receiver.onTrailers(response);
    }

    private void ended(boolean endStream) {
        if (responseEnded) {
            throw new AssertionError("the response has ended");
        }
        responseEnded = endStream;
    }

    /// The stream breaks off.
    public void reset(ResetReason reason, String transportFailure) {
        if (callbacks != null) {
            callbacks.onReset(reason, transportFailure);
        }
    }

    /// The upstream reads too slowly (true), or again.
    public void slow(boolean slow) {
        if (callbacks != null) {
            if (slow) {
                callbacks.onAboveWriteBufferHighWatermark();
            } else {
                callbacks.onBelowWriteBufferLowWatermark();
            }
        }
    }

    // The codec's side.

    @Override
    public void headers(RequestHeaders request, boolean endStream) {
        headers = RequestHeaders.copyOf(request);
        requestEnded = endStream;
    }

    @Override
    public void data(Buffer data, boolean endStream) {
        body.append(data.toString(StandardCharsets.ISO_8859_1));
        data.clear();
        requestEnded = endStream;
    }

    @Override
    public void trailers(Trailers request) {
        trailers = request;
        requestEnded = true;
    }

    @Override
    public StreamControl control() {
        return this;
    }

    @Override
    public void callbacks(StreamControl.@Nullable Callbacks user) {
        callbacks = user;
    }

    @Override
    public void reset(ResetReason reason) {
        resets.add(reason);
        StreamControl.Callbacks told = callbacks;
        if (told != null) {
            told.onReset(reason, "");
        }
    }

    @Override
    public void readDisable(boolean disable) {
        readDisabled += disable ? 1 : -1;
        if (readDisabled < 0) {
            throw new AssertionError("reading was enabled more often than disabled");
        }
    }

    @Override
    public int bufferLimit() {
        return bufferLimit;
    }

    @Override
    public void bufferLimit(int bytes) {
        bufferLimit = bytes;
    }

    @Override
    public String details() {
        return "";
    }
}
