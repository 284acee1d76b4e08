package io.nuncio.kernel.http1;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.Protocol;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.host.ClientCodec;
import io.nuncio.spi.host.CodecError;
import io.nuncio.spi.host.RequestSender;
import io.nuncio.spi.host.ResponseReceiver;
import io.nuncio.spi.internal.Slices;

import org.jspecify.annotations.Nullable;

/// One upstream connection: a request, its response, and so on.
///
/// Limits: those of [HeadParser] and [ChunkedBody].
final class Http1ClientCodec implements ClientCodec {
    private enum Phase {
        /// No stream is under way: nothing may come.
        IDLE,
        HEAD,
        FIXED_BODY,
        CHUNKED_BODY,
        TRAILERS,
        /// The body ends with the connection.
        REST,
        /// Nothing more is read.
        OVER
    }

    private final Connection connection;
    private final Callbacks callbacks;
    private final Http1Settings settings;
    private final HeadWriter writer;
    private final HeadParser head;
    private final MessageBody framing = new MessageBody();
    private @Nullable ChunkedBody chunks;
    private final Buffer body = new Buffer();
    private final Buffer output = new Buffer();
    private Phase phase = Phase.IDLE;
    private long bodyLeft;
    private @Nullable ClientStream stream;
    private boolean http11 = true;
    private boolean keepAlive;

    Http1ClientCodec(
            Connection connection, Callbacks callbacks, Http1Settings settings, HeadWriter writer) {
        this.connection = connection;
        this.callbacks = callbacks;
        this.settings = settings;
        this.writer = writer;
        this.head = new HeadParser(settings.limits());
    }

    Connection connection() {
        return connection;
    }

    Http1Settings settings() {
        return settings;
    }

    HeadWriter writer() {
        return writer;
    }

    Slices output() {
        return Slices.of(output);
    }

    @Override
    public Protocol protocol() {
        return http11 ? Protocol.HTTP11 : Protocol.HTTP10;
    }

    @Override
    public RequestSender newStream(ResponseReceiver receiver) {
        if (stream != null || phase != Phase.IDLE) {
            throw new IllegalStateException("a stream is under way");
        }
        var begun = new ClientStream(this, receiver);
        stream = begun;
        phase = Phase.HEAD;
        head.startResponse();
        return begun;
    }

    @Override
    public @Nullable CodecError dispatch(Buffer data) {
        Slices input = Slices.of(data);
        while (input.length() > 0) {
            if (phase == Phase.IDLE) {
                return premature(input);
            }
            Violation violation = read(input);
            if (violation != null) {
                return fail(input, violation);
            }
        }
        return null;
    }

    /// Nobody has asked. Some servers say so before they close an idle connection, by their status.
    private CodecError premature(Slices input) {
        phase = Phase.OVER;
        head.startResponse();
        head.parse(input);
        int status = head.responseStatus();
        input.skip(input.length());
        return new CodecError(
                CodecError.Kind.PREMATURE_RESPONSE,
                "http/1.1 protocol error: response without a request",
                status);
    }

    private CodecError fail(Slices input, Violation violation) {
        phase = Phase.OVER;
        input.skip(input.length());
        ClientStream current = stream;
        if (current != null) {
            current.details(violation.details);
        }
        return new CodecError(CodecError.Kind.PROTOCOL_ERROR, violation.message);
    }

    private @Nullable Violation read(Slices input) {
        return switch (phase) {
            case HEAD -> parseHead(input) ? onHead(input) : head.violation();
            case FIXED_BODY -> {
                int count = (int) Math.min(bodyLeft, input.length());
                bodyLeft -= count;
                count(count);
                Slices.of(body).take(input, count);
                yield deliver(input, bodyLeft == 0);
            }
            case CHUNKED_BODY -> readChunks(input);
            case TRAILERS -> readTrailers(input);
            case REST -> {
                count(input.length());
                Slices.of(body).takeAll(input);
                yield deliver(input, false);
            }
            case IDLE, OVER -> {
                input.skip(input.length());
                yield null;
            }
        };
    }

    /// A head or trailers.
    private boolean parseHead(Slices input) {
        int offered = input.length();
        boolean complete = head.parse(input);
        if (stream != null) {
            int taken = offered - input.length();
            stream.countReceivedHeaders(taken, taken);
        }
        return complete;
    }

    /// Bytes of a body, with what is around them.
    private void count(int bytes) {
        if (stream != null) {
            stream.countReceived(bytes);
        }
    }

    private @Nullable Violation onHead(Slices input) {
        ClientStream current = stream;
        if (current == null) {
            return null;
        }
        http11 = head.http11();
        ResponseHeaders headers = head.responseHeaders();
        int status = headers.status();
        boolean tunnel = current.agreesToTunnel(status);
        if (tunnel && status != 101) {
            headers.remove(HeaderName.CONTENT_LENGTH); // RFC 9110, 9.3.6: they mean nothing
            headers.remove(HeaderName.TRANSFER_ENCODING);
        } else if (status < 200 || status == 204) {
            if (headers.contains(HeaderName.TRANSFER_ENCODING)) {
                return Violation.CODING_NOT_ALLOWED;
            }
            if (headers.contains(HeaderName.CONTENT_LENGTH)) {
                if (!headers.is(HeaderName.CONTENT_LENGTH, "0")) {
                    return Violation.LENGTH_NOT_ALLOWED;
                }
                headers.remove(HeaderName.CONTENT_LENGTH);
            }
        }
        if (status < 200 && status != 101) {
            head.startResponse();
            current.receiver().onInformational(headers);
            return null;
        }
        if (status == 101 && !tunnel) {
            return Violation.SWITCH_NOT_ASKED;
        }
        if (tunnel) {
            keepAlive = false;
            phase = Phase.REST;
            if (current.beginTunnel()) {
                connection.halfClose(true);
            }
            current.receiver().onHeaders(headers, false);
            return null;
        }
        Violation violation = framing.read(headers, settings.lengthWithCoding());
        if (violation != null) {
            return violation;
        }
        keepAlive = ConnectionOptions.keepAlive(headers, http11);
        startBody(current, headers, status, input);
        return null;
    }

    private void startBody(
            ClientStream current, ResponseHeaders headers, int status, Slices input) {
        long length = framing.length();
        if (current.head() || status == 204 || status == 304 || length == 0) {
            complete(current, input);
            current.receiver().onHeaders(headers, true);
            announce(current, input);
            return;
        }
        if (length == MessageBody.CHUNKED) {
            ChunkedBody chunked = chunks;
            if (chunked == null) {
                chunked = new ChunkedBody();
                chunks = chunked;
            }
            chunked.start();
            phase = Phase.CHUNKED_BODY;
        } else if (length > 0) {
            bodyLeft = length;
            phase = Phase.FIXED_BODY;
        } else {
            keepAlive = false;
            phase = Phase.REST;
        }
        current.receiver().onHeaders(headers, false);
    }

    private @Nullable Violation readChunks(Slices input) {
        ChunkedBody chunked = chunks;
        if (chunked == null) {
            return Violation.CHUNK;
        }
        int offered = input.length();
        chunked.parse(input, Slices.of(body));
        count(offered - input.length());
        if (chunked.refused()) {
            return Violation.CHUNK;
        }
        if (chunked.done()) {
            phase = Phase.TRAILERS;
            head.startTrailers();
            if (input.length() >= 2) {
                return null; // so that the last piece can be the end
            }
        }
        return body.isEmpty() ? null : deliver(input, false);
    }

    private @Nullable Violation readTrailers(Slices input) {
        boolean complete = parseHead(input);
        if (!complete) {
            return head.violation() != null || body.isEmpty()
                    ? head.violation()
                    : deliver(input, false);
        }
        var trailers = head.trailers();
        if (trailers.isEmpty() || !settings.trailers()) {
            return deliver(input, true);
        }
        if (!body.isEmpty()) {
            deliver(input, false);
        }
        ClientStream current = stream;
        if (current != null) {
            complete(current, input);
            current.receiver().onTrailers(trailers);
            announce(current, input);
        }
        return null;
    }

    private @Nullable Violation deliver(Slices input, boolean endStream) {
        ClientStream current = stream;
        if (current != null) {
            if (endStream) {
                complete(current, input);
            }
            current.receiver().onData(body, endStream);
            body.clear();
            if (endStream) {
                announce(current, input);
            }
        }
        body.clear();
        return null;
    }

    /// The whole response has come; its receiver is told next, the owner after that.
    private void complete(ClientStream current, Slices input) {
        if (input.length() > 0) {
            keepAlive = false; // whose answer would that be?
        }
        phase = Phase.IDLE;
        current.responseComplete();
    }

    private void announce(ClientStream current, Slices input) {
        if (stream != current) {
            return;
        }
        if (current.tunnel()) {
            phase = Phase.OVER;
            if (current.requestComplete()) {
                tunnelEnded();
            }
            return;
        }
        stream = null;
        boolean reusable = keepAlive && current.requestComplete() && !current.sentUnframed();
        if (!reusable) {
            phase = Phase.OVER;
        }
        boolean extra = input.length() > 0;
        if (extra) {
            input.skip(input.length());
        }
        callbacks.onResponseComplete(reusable);
    }

    @Override
    public void onEndOfStream() {
        if (phase == Phase.REST) {
            deliver(Slices.of(new Buffer()), true);
        }
    }

    void tunnelEnded() {
        stream = null;
        callbacks.onTunnelEnded();
    }

    /// The stream sends no more; what it was sent may go on.
    void endOutput() {
        connection.write(output, true);
    }

    void onReset(ClientStream ended) {
        if (stream == ended) {
            stream = null;
            phase = Phase.OVER;
            connection.close(Connection.Close.NO_FLUSH, "");
        }
    }

    void write() {
        connection.write(output, false);
    }

    @Override
    public void goAway() {}

    @Override
    public void onAboveWriteBufferHighWatermark() {
        ClientStream current = stream;
        if (current != null) {
            current.onAboveWriteBufferHighWatermark();
        }
    }

    @Override
    public void onBelowWriteBufferLowWatermark() {
        ClientStream current = stream;
        if (current != null) {
            current.onBelowWriteBufferLowWatermark();
        }
    }
}
