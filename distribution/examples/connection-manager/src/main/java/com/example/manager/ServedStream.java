package com.example.manager;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.HeaderNames;
import io.nuncio.spi.LocalReply;
import io.nuncio.spi.Protocol;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Route;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.Worker;
import io.nuncio.spi.host.HttpStream;
import io.nuncio.spi.host.MutableStreamInfo;
import io.nuncio.spi.host.RequestReceiver;
import io.nuncio.spi.host.ResetReason;
import io.nuncio.spi.host.ResponseSender;
import io.nuncio.spi.host.StreamControl;

/// One request and its response, between the codec and the HTTP filters.
final class ServedStream implements RequestReceiver, HttpStream.Sink, StreamControl.Callbacks {
    private static final HeaderName SERVED_BY = HeaderName.of("x-served-by");

    /// What concerns one connection alone and is not passed on.
    private static final HeaderNames HOP_BY_HOP =
            HeaderNames.of(
                    HeaderName.CONNECTION,
                    HeaderName.UPGRADE,
                    HeaderName.TRANSFER_ENCODING,
                    HeaderName.KEEP_ALIVE,
                    HeaderName.PROXY_CONNECTION);

    private final ServedConnection connection;
    private final ConnectionManager.Template template;
    private final ResponseSender response;
    private final HttpStream stream;
    private final long random;
    private boolean closeAsked;
    private boolean ended;

    ServedStream(
            ServedConnection connection,
            ConnectionManager.Template template,
            ResponseSender response) {
        this.connection = connection;
        this.template = template;
        this.response = response;
        Worker worker = connection.network().worker();
        this.random = worker.random();
        this.stream = template.chain().start(worker, connection.network().connection(), this);
        response.control().callbacks(this);
    }

    MutableStreamInfo info() {
        return stream.info();
    }

    // The request, from the codec to the filters.

    @Override
    public void onHeaders(RequestHeaders headers, boolean endStream) {
        info().protocol(connection.protocol());
        closeAsked = isLast(headers);
        headers.removeAll(HOP_BY_HOP);
        headers.addIfAbsent(HeaderName.SCHEME, "http");
        headers.addIfAbsent(HeaderName.X_FORWARDED_PROTO, "http");
        if (headers.contains(HeaderName.AUTHORITY)) {
            stream.requestHeaders(headers, endStream);
        } else {
            stream.refuse(headers, endStream, LocalReply.reply(400).details("missing_host_header"));
        }
    }

    /// HTTP/1.0 stays simple, and what follows an upgrade that is not made may not be HTTP.
    private boolean isLast(RequestHeaders headers) {
        return info().protocol() == Protocol.HTTP10
                || headers.containsToken(HeaderName.CONNECTION, "close")
                || headers.contains(HeaderName.UPGRADE)
                || headers.methodIs("CONNECT");
    }

    @Override
    public void onData(Buffer data, boolean endStream) {
        if (!ended) {
            info().addBytesReceived(data.length());
            stream.requestData(data, endStream);
        }
    }

    @Override
    public void onTrailers(Trailers trailers) {
        if (!ended) {
            stream.requestTrailers(trailers);
        }
    }

    @Override
    public void onProtocolError(LocalReply reply) {
        if (!ended) {
            closeAsked = true;
            stream.reply(reply);
        }
    }

    @Override
    public Route resolveRoute(RequestHeaders headers, MutableStreamInfo info) {
        return template.routes().route(headers, info, random);
    }

    // The response, from the filters to the codec.

    @Override
    public void informational(ResponseHeaders headers) {
        response.informational(headers);
    }

    @Override
    public void headers(ResponseHeaders headers, boolean endStream) {
        headers.removeAll(HOP_BY_HOP);
        headers.set(SERVED_BY, "com.example.manager");
        boolean broken = connection.http1() && !stream.requestComplete();
        if (connection.lastResponse(closeAsked || broken) && connection.http1()) {
            headers.set(HeaderName.CONNECTION, "close");
        }
        info().responseCode(headers.status());
        response.headers(headers, endStream);
    }

    @Override
    public void data(Buffer data, boolean endStream) {
        info().addBytesSent(data.length());
        response.data(data, endStream);
    }

    @Override
    public void trailers(Trailers trailers) {
        response.trailers(trailers);
    }

    @Override
    public void pauseRequest(boolean pause) {
        response.control().readDisable(pause);
    }

    // The end, whoever wants it.

    @Override
    public void onComplete() {
        if (!stream.requestComplete() && !connection.http1()) {
            reset();
        }
        end();
    }

    /// A filter gave up in the middle of a response.
    @Override
    public void onReset() {
        reset();
        end();
    }

    private void reset() {
        response.control().callbacks(null);
        response.control().reset(ResetReason.LOCAL_RESET);
    }

    /// The codec or the peer gave up.
    @Override
    public void onReset(ResetReason reason, String transportFailure) {
        end();
    }

    @Override
    public void onAboveWriteBufferHighWatermark() {
        stream.onAboveWriteBufferHighWatermark();
    }

    @Override
    public void onBelowWriteBufferLowWatermark() {
        stream.onBelowWriteBufferLowWatermark();
    }

    void end() {
        if (ended) {
            return;
        }
        ended = true;
        response.control().callbacks(null);
        info().mark(StreamInfo.Moment.END);
        template.accessLog().log(stream.formatContext("DownstreamEnd"));
        stream.destroy();
        connection.onStreamEnd(this);
    }
}
