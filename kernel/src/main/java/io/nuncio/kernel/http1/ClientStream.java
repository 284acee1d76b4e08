package io.nuncio.kernel.http1;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.host.RequestSender;
import io.nuncio.spi.host.ResponseReceiver;
import io.nuncio.spi.internal.Slices;

/// One request towards an upstream. What is sent after its end is dropped.
final class ClientStream extends Http1Stream implements RequestSender {
    private final Http1ClientCodec codec;
    private final ResponseReceiver receiver;
    private boolean head;
    private boolean connect;
    private boolean upgrade;
    private boolean tunnel;
    private boolean chunked;
    private boolean unframed; // what follows the head has no length: it is for the tunnel alone
    private boolean sentUnframed;
    private boolean requestComplete;
    private boolean responseComplete;

    ClientStream(Http1ClientCodec codec, ResponseReceiver receiver) {
        super(codec.connection());
        this.codec = codec;
        this.receiver = receiver;
    }

    ResponseReceiver receiver() {
        return receiver;
    }

    /// True if the response can have no body, since the method is HEAD.
    boolean head() {
        return head;
    }

    boolean agreesToTunnel(int status) {
        return upgrade && status == 101 || connect && status >= 200 && status < 300;
    }

    /// True if the response is about to stand for what a CONNECT asked for: from here on the
    /// connection is the stream's alone, and its two halves end apart.
    boolean beginTunnel() {
        tunnel = connect;
        if (tunnel && requestComplete) {
            codec.endOutput();
        }
        return tunnel;
    }

    /// True if bytes for the tunnel were sent. If the upstream does not agree to it, they are a
    /// request to the upstream, whose response nobody waits for.
    boolean sentUnframed() {
        return sentUnframed;
    }

    /// True if a CONNECT was agreed to.
    boolean tunnel() {
        return tunnel;
    }

    boolean requestComplete() {
        return requestComplete;
    }

    void responseComplete() {
        responseComplete = true;
        if (requestComplete) {
            markEnded();
        }
    }

    @Override
    public void headers(RequestHeaders headers, boolean endStream) {
        if (ended()) {
            return;
        }
        head = headers.is(HeaderName.METHOD, "HEAD");
        connect = headers.is(HeaderName.METHOD, "CONNECT");
        upgrade = ConnectionOptions.upgrade(headers);
        HeadWriter.Framing framing = framing(headers, endStream);
        chunked = framing == HeadWriter.Framing.CHUNKED;
        unframed = connect || upgrade && !headers.contains(HeaderName.CONTENT_LENGTH);
        Http1Settings settings = codec.settings();
        int before = codec.output().length();
        codec.writer()
                .request(
                        codec.output(),
                        headers,
                        framing,
                        settings.fullUrl(),
                        settings.properCase());
        int written = codec.output().length() - before;
        countSentHeaders(written, written);
        codec.write();
        if (endStream) {
            end();
        }
    }

    private HeadWriter.Framing framing(RequestHeaders headers, boolean endStream) {
        if (connect || upgrade || headers.contains(HeaderName.CONTENT_LENGTH)) {
            return HeadWriter.Framing.AS_IS;
        }
        if (!endStream) {
            return HeadWriter.Framing.CHUNKED;
        }
        boolean withoutBody =
                head
                        || headers.is(HeaderName.METHOD, "GET")
                        || headers.is(HeaderName.METHOD, "DELETE")
                        || headers.is(HeaderName.METHOD, "TRACE");
        return withoutBody ? HeadWriter.Framing.AS_IS : HeadWriter.Framing.EMPTY;
    }

    @Override
    public void data(Buffer data, boolean endStream) {
        if (ended()) {
            data.clear();
            return;
        }
        sentUnframed |= unframed && !data.isEmpty();
        Slices output = codec.output();
        int before = output.length();
        writeBody(output, Slices.of(data), chunked);
        if (endStream && chunked) {
            HeadWriter.lastChunk(output);
        }
        countSent(output.length() - before);
        if (output.length() > 0) {
            codec.write();
        }
        if (endStream) {
            end();
        }
    }

    @Override
    public void trailers(Trailers trailers) {
        if (ended()) {
            return;
        }
        if (chunked) {
            int before = codec.output().length();
            if (codec.settings().trailers()) {
                codec.writer().trailers(codec.output(), trailers);
            } else {
                HeadWriter.lastChunk(codec.output());
            }
            int written = codec.output().length() - before;
            countSentHeaders(written, written);
            codec.write();
        }
        end();
    }

    private void end() {
        requestComplete = true;
        if (tunnel) {
            codec.endOutput();
        }
        if (responseComplete) {
            markEnded();
            if (tunnel) {
                codec.tunnelEnded();
            }
        }
    }

    @Override
    void onReset() {
        codec.onReset(this);
    }
}
