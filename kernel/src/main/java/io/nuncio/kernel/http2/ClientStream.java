package io.nuncio.kernel.http2;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.HeaderMap;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.host.RequestSender;
import io.nuncio.spi.host.ResponseReceiver;

import org.jspecify.annotations.Nullable;

/// One request towards an upstream, and its response. What is sent after its end is dropped.
final class ClientStream extends Http2Stream implements RequestSender {
    private final Http2ClientCodec codec;
    private final ResponseReceiver receiver;
    private @Nullable String upgrade;
    private boolean toHead;
    private boolean answered;

    ClientStream(Http2ClientCodec codec, Session session, ResponseReceiver receiver) {
        super(session);
        this.codec = codec;
        this.receiver = receiver;
    }

    // The request.

    @Override
    public void headers(RequestHeaders headers, boolean endStream) {
        if (closed || endAsked() || !codec.begin(this)) {
            return;
        }
        toHead = headers.is(HeaderName.METHOD, "HEAD");
        upgrade = Upgrades.asked(headers);
        sendHeaders(Upgrades.requestToHttp2(headers), endStream);
    }

    @Override
    public void data(Buffer data, boolean endStream) {
        sendData(data, endStream);
    }

    @Override
    public void trailers(Trailers trailers) {
        sendTrailers(trailers);
    }

    // The response.

    @Override
    HeaderMap newHeaders(boolean trailers) {
        return trailers ? new Trailers() : new ResponseHeaders();
    }

    @Override
    boolean expectsTrailers() {
        return answered;
    }

    @Override
    long contentLength(HeaderMap headers, long announced) {
        int status = ((ResponseHeaders) headers).status();
        return toHead || status == 204 || status == 304 ? 0 : announced;
    }

    @Override
    boolean onHeaders(HeaderMap headers, boolean endStream) {
        var response = (ResponseHeaders) headers;
        if (response.status() < 200) {
            if (endStream) {
                return false;
            }
            contentLeft = ANY_LENGTH;
            receiver.onInformational(response);
            return true;
        }
        answered = true;
        if (upgrade != null) {
            Upgrades.responseToHttp1(response, upgrade);
        }
        receiver.onHeaders(response, endStream);
        return true;
    }

    @Override
    void deliverData(Buffer data, boolean endStream) {
        receiver.onData(data, endStream);
    }

    @Override
    void deliverTrailers(Trailers trailers) {
        receiver.onTrailers(trailers);
    }
}
