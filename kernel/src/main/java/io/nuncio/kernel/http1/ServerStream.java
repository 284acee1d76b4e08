package io.nuncio.kernel.http1;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.host.RequestReceiver;
import io.nuncio.spi.host.ResponseSender;
import io.nuncio.spi.internal.Slices;

import org.jspecify.annotations.Nullable;

/// One request's response. What comes after its end is dropped.
final class ServerStream extends Http1Stream implements ResponseSender {
    private final Http1ServerCodec codec;
    private @Nullable RequestReceiver receiver;
    private boolean toHead;
    private boolean toConnect;
    private boolean tunnel;
    private boolean requestComplete;
    private boolean chunked;

    ServerStream(Http1ServerCodec codec) {
        super(codec.connection());
        this.codec = codec;
    }

    void receiver(RequestReceiver user) {
        receiver = user;
    }

    RequestReceiver receiver() {
        RequestReceiver user = receiver;
        if (user == null) {
            throw new IllegalStateException("the stream has begun without a receiver");
        }
        return user;
    }

    void onRequest(boolean head, boolean connect, boolean asksForTunnel) {
        toHead = head;
        toConnect = connect;
        tunnel = asksForTunnel;
    }

    void requestComplete() {
        requestComplete = true;
    }

    @Override
    public void informational(ResponseHeaders headers) {
        if (!ended()) {
            writeHead(headers, HeadWriter.Framing.AS_IS);
            codec.write();
        }
    }

    @Override
    public void headers(ResponseHeaders headers, boolean endStream) {
        if (ended()) {
            return;
        }
        int status = headers.status();
        boolean switches = tunnel && (status == 101 || toConnect && status >= 200 && status < 300);
        HeadWriter.Framing framing = framing(headers, status, endStream);
        if (switches) {
            framing = HeadWriter.Framing.AS_IS;
        }
        chunked = framing == HeadWriter.Framing.CHUNKED && !toHead;
        writeHead(headers, framing);
        codec.write();
        if (switches) {
            codec.onAgreement();
        }
        if (endStream) {
            end();
        }
    }

    private HeadWriter.Framing framing(ResponseHeaders headers, int status, boolean endStream) {
        if (headers.contains(HeaderName.CONTENT_LENGTH)
                || status < 200
                || status == 204
                || status == 304) {
            return HeadWriter.Framing.AS_IS;
        }
        if (endStream && !toHead) {
            return HeadWriter.Framing.EMPTY;
        }
        return codec.http11() ? HeadWriter.Framing.CHUNKED : HeadWriter.Framing.AS_IS;
    }

    private void writeHead(ResponseHeaders headers, HeadWriter.Framing framing) {
        Http1Settings settings = codec.settings();
        int before = codec.output().length();
        codec.writer()
                .response(
                        codec.output(),
                        headers,
                        framing,
                        !codec.http11() && settings.http10(),
                        settings.properCase());
        int written = codec.output().length() - before;
        countSentHeaders(written, written);
    }

    @Override
    public void data(Buffer data, boolean endStream) {
        if (ended()) {
            data.clear();
            return;
        }
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
        markEnded();
        codec.onResponseComplete(this, requestComplete);
    }

    @Override
    void onReset() {
        codec.onReset(this);
    }
}
