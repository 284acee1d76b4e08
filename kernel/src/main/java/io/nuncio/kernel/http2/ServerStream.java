package io.nuncio.kernel.http2;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.HeaderMap;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.host.RequestReceiver;
import io.nuncio.spi.host.ResponseSender;

import org.jspecify.annotations.Nullable;

/// One request and its response. What is sent after its end is dropped.
final class ServerStream extends Http2Stream implements ResponseSender {
    private @Nullable RequestReceiver receiver;
    private boolean requested;

    ServerStream(Session session) {
        super(session);
    }

    void receiver(RequestReceiver user) {
        receiver = user;
    }

    private RequestReceiver receiver() {
        RequestReceiver user = receiver;
        if (user == null) {
            throw new IllegalStateException("the stream has begun without a receiver");
        }
        return user;
    }

    // The request.

    @Override
    HeaderMap newHeaders(boolean trailers) {
        return trailers ? new Trailers() : new RequestHeaders();
    }

    @Override
    boolean expectsTrailers() {
        return requested;
    }

    @Override
    long contentLength(HeaderMap headers, long announced) {
        return announced;
    }

    @Override
    boolean onHeaders(HeaderMap headers, boolean endStream) {
        requested = true;
        var request = (RequestHeaders) headers;
        Upgrades.requestToHttp1(request);
        receiver().onHeaders(request, endStream);
        return true;
    }

    @Override
    void deliverData(Buffer data, boolean endStream) {
        receiver().onData(data, endStream);
    }

    @Override
    void deliverTrailers(Trailers trailers) {
        receiver().onTrailers(trailers);
    }

    // The response.

    @Override
    public void informational(ResponseHeaders headers) {
        if (!closed && !endAsked()) {
            sendHeaders(headers, false);
        }
    }

    @Override
    public void headers(ResponseHeaders headers, boolean endStream) {
        if (!closed && !endAsked()) {
            sendHeaders(Upgrades.responseToHttp2(headers), endStream);
        }
    }

    @Override
    public void data(Buffer data, boolean endStream) {
        sendData(data, endStream);
    }

    @Override
    public void trailers(Trailers trailers) {
        sendTrailers(trailers);
    }
}
