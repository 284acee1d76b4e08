package io.nuncio.kernel.http1;

import io.nuncio.kernel.codec.Octets;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.LocalReply;
import io.nuncio.spi.Protocol;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.host.CodecError;
import io.nuncio.spi.host.ServerCodec;
import io.nuncio.spi.internal.Slices;

import org.jspecify.annotations.Nullable;

/// One downstream connection: requests, one after the other.
///
/// A pipelined request waits in the connection's read buffer, with reading off, until the response
/// before it is complete; so it does while the connection's write buffer is over its limit. After
/// an upgrade or CONNECT was asked for, what follows the head waits until the response agrees.
///
/// Limits: those of [HeadParser] and [ChunkedBody].
final class Http1ServerCodec implements ServerCodec {
    private enum Phase {
        /// Between messages or in a head.
        HEAD,
        /// In a body of known length.
        FIXED_BODY,
        CHUNKED_BODY,
        TRAILERS,
        /// The request is complete, its response is not.
        RESPONSE,
        /// Another protocol was asked for and the response has not agreed yet.
        AGREEMENT,
        /// Another protocol: every byte is body.
        TUNNEL,
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
    private @Nullable Buffer body;
    private final Buffer output = new Buffer();
    private Phase phase = Phase.HEAD;
    private long bodyLeft;
    private @Nullable ServerStream stream;
    private boolean http11 = true;
    private boolean lastRequest; // where it ends is not beyond doubt
    private boolean holding; // reading is off until the response, or the write buffer, allows more
    private boolean dispatching;

    Http1ServerCodec(
            Connection connection, Callbacks callbacks, Http1Settings settings, HeadWriter writer) {
        this.connection = connection;
        this.callbacks = callbacks;
        this.settings = settings;
        this.writer = writer;
        this.head = new HeadParser(settings.limits());
        head.startRequest();
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

    boolean http11() {
        return http11;
    }

    @Override
    public Protocol protocol() {
        return http11 ? Protocol.HTTP11 : Protocol.HTTP10;
    }

    @Override
    public @Nullable CodecError dispatch(Buffer data) {
        dispatching = true;
        Slices input = Slices.of(data);
        Violation violation = null;
        while (violation == null && input.length() > 0) {
            if (phase == Phase.HEAD
                    && !head.touched()
                    && connection.state() != Connection.State.OPEN) {
                // The last response closes the connection: what the peer sent after its request is
                // not looked at.
                input.skip(input.length());
                break;
            }
            if (phase == Phase.RESPONSE
                    || phase == Phase.AGREEMENT
                    || phase == Phase.HEAD && !head.touched() && connection.aboveHighWatermark()) {
                hold();
                break;
            }
            violation = read(input);
        }
        dispatching = false;
        if (violation == null) {
            return null;
        }
        fail(violation);
        return new CodecError(CodecError.Kind.PROTOCOL_ERROR, violation.message);
    }

    private @Nullable Violation read(Slices input) {
        return switch (phase) {
            case HEAD -> readHead(input);
            case FIXED_BODY -> {
                readFixedBody(input);
                yield null;
            }
            case CHUNKED_BODY -> readChunks(input);
            case TRAILERS -> readTrailers(input);
            case TUNNEL -> {
                deliver(input, input.length(), false);
                yield null;
            }
            case OVER -> {
                input.skip(input.length());
                yield null;
            }
            case RESPONSE, AGREEMENT -> null;
        };
    }

    private @Nullable Violation readHead(Slices input) {
        boolean before = head.touched();
        int offered = input.length();
        boolean complete = head.parse(input);
        if (!before && head.touched()) {
            http11 = true;
            begin();
        }
        if (stream != null) {
            int taken = offered - input.length();
            stream.countReceivedHeaders(taken, taken);
        }
        if (!complete) {
            return head.violation();
        }
        return phase == Phase.OVER ? null : onHead();
    }

    private ServerStream begin() {
        var begun = new ServerStream(this);
        stream = begun;
        begun.receiver(callbacks.onStream(begun));
        return begun;
    }

    private @Nullable Violation onHead() {
        ServerStream current = stream;
        if (current == null) {
            return null;
        }
        http11 = head.http11();
        boolean secondHost = head.secondHost();
        int targetStart = head.targetStart();
        int targetEnd = head.targetEnd();
        RequestHeaders headers = head.requestHeaders();
        boolean connect = headers.is(HeaderName.METHOD, "CONNECT");
        boolean tunnel = connect;
        if (ConnectionOptions.upgrade(headers) && !ConnectionOptions.removeHttp2Upgrade(headers)) {
            tunnel = true;
        }
        if (connect) {
            if (headers.is(HeaderName.CONTENT_LENGTH, "0")) {
                headers.remove(HeaderName.CONTENT_LENGTH);
            } else if (headers.contains(HeaderName.CONTENT_LENGTH)) {
                return Violation.CONNECT_BODY;
            }
        }
        Violation violation = framing.read(headers, settings.lengthWithCoding());
        if (violation != null) {
            return violation;
        }
        boolean chunked = framing.length() == MessageBody.CHUNKED;
        if (connect && chunked) {
            return Violation.CODING;
        }
        lastRequest = head.withoutVersion() || chunked && !http11; // RFC 9112, 6.1
        if (!tunnel && !ConnectionOptions.removeNominated(headers)) {
            return Violation.NOMINATED_HEADERS;
        }
        current.onRequest(headers.is(HeaderName.METHOD, "HEAD"), connect, tunnel);
        violation = RequestTarget.apply(headers, targetStart, targetEnd, settings.absoluteForm());
        if (violation == null) {
            violation = checkVersion(headers);
        }
        if (violation == null && (secondHost || !validAuthority(headers))) {
            violation = Violation.AUTHORITY;
        }
        if (violation != null) {
            return violation;
        }
        startBody(current, headers, tunnel);
        return null;
    }

    private @Nullable Violation checkVersion(RequestHeaders headers) {
        if (http11) {
            return null;
        }
        if (!settings.http10()) {
            return Violation.OLD_VERSION;
        }
        if (!settings.defaultHost().isEmpty()) {
            headers.addIfAbsent(HeaderName.AUTHORITY, settings.defaultHost());
        }
        return null;
    }

    private static boolean validAuthority(RequestHeaders headers) {
        int entry = headers.find(HeaderName.AUTHORITY);
        if (entry < 0) {
            return true; // the connection manager's matter
        }
        byte[] bytes = headers.array();
        int end = headers.valueStart(entry) + headers.valueLength(entry);
        for (int index = headers.valueStart(entry); index < end; index++) {
            if (!Octets.authority(bytes[index])) {
                return false;
            }
        }
        return true;
    }

    private void startBody(ServerStream current, RequestHeaders headers, boolean tunnel) {
        if (tunnel) {
            phase = Phase.AGREEMENT;
            current.receiver().onHeaders(headers, false);
            return;
        }
        long length = framing.length();
        if (length == MessageBody.CHUNKED) {
            ChunkedBody chunked = chunks;
            if (chunked == null) {
                chunked = new ChunkedBody();
                chunks = chunked;
            }
            chunked.start();
            phase = Phase.CHUNKED_BODY;
            current.receiver().onHeaders(headers, false);
        } else if (length > 0) {
            bodyLeft = length;
            phase = Phase.FIXED_BODY;
            current.receiver().onHeaders(headers, false);
        } else {
            completeRequest(current);
            current.receiver().onHeaders(headers, true);
        }
    }

    /// To be called before the receiver gets the end, since the response may come at once.
    private void completeRequest(ServerStream current) {
        phase = Phase.RESPONSE;
        current.requestComplete();
    }

    private void readFixedBody(Slices input) {
        int count = (int) Math.min(bodyLeft, input.length());
        bodyLeft -= count;
        deliver(input, count, bodyLeft == 0);
    }

    private void deliver(Slices input, int count, boolean endStream) {
        Buffer part = body();
        Slices.of(part).take(input, count);
        count(count);
        deliver(part, endStream);
    }

    /// Bytes of a body, with what is around them.
    private void count(int bytes) {
        if (stream != null) {
            stream.countReceived(bytes);
        }
    }

    private void deliver(Buffer part, boolean endStream) {
        ServerStream current = stream;
        if (current != null) {
            if (endStream) {
                completeRequest(current);
            }
            current.receiver().onData(part, endStream);
        }
        part.clear();
    }

    private Buffer body() {
        Buffer buffer = body;
        if (buffer == null) {
            buffer = new Buffer();
            body = buffer;
        }
        return buffer;
    }

    private @Nullable Violation readChunks(Slices input) {
        ChunkedBody chunked = chunks;
        if (chunked == null) {
            return Violation.CHUNK;
        }
        Buffer part = body();
        int offered = input.length();
        chunked.parse(input, Slices.of(part));
        count(offered - input.length());
        if (chunked.done()) {
            phase = Phase.TRAILERS;
            head.startTrailers();
        }
        // The last piece waits for the end of the trailers, so that it can be the end, if that is
        // at hand.
        if (!part.isEmpty() && (!chunked.done() || input.length() < 2)) {
            deliver(part, false);
        }
        return chunked.refused() ? Violation.CHUNK : null;
    }

    private @Nullable Violation readTrailers(Slices input) {
        int offered = input.length();
        boolean complete = head.parse(input);
        if (stream != null) {
            int taken = offered - input.length();
            stream.countReceivedHeaders(taken, taken);
        }
        Buffer part = body();
        if (!complete) {
            if (!part.isEmpty()) {
                deliver(part, false);
            }
            return head.violation();
        }
        var trailers = head.trailers();
        if (trailers.isEmpty() || !settings.trailers()) {
            deliver(part, true);
            return null;
        }
        if (!part.isEmpty()) {
            deliver(part, false);
        }
        ServerStream current = stream;
        if (current != null) {
            completeRequest(current);
            current.receiver().onTrailers(trailers);
        }
        return null;
    }

    private void fail(Violation violation) {
        if (violation == Violation.UNDERSCORE) {
            settings.stats().requestsRejectedWithUnderscoresInHeaders().increment();
        }
        phase = Phase.OVER;
        ServerStream current = stream == null ? begin() : stream;
        current.details(violation.details);
        current.receiver()
                .onProtocolError(
                        LocalReply.reply(violation.status)
                                .body(StatusLine.phrase(violation.status))
                                .details(violation.details));
    }

    private void hold() {
        if (!holding) {
            holding = true;
            connection.readDisable(true);
        }
    }

    private void letGo() {
        if (holding) {
            holding = false;
            connection.readDisable(false);
        }
    }

    // From the stream.

    /// The response has agreed to another protocol.
    void onAgreement() {
        if (phase == Phase.AGREEMENT) {
            phase = Phase.TUNNEL;
            letGo();
        }
    }

    /// The response is complete.
    void onResponseComplete(ServerStream ended, boolean requestComplete) {
        if (stream != ended) {
            return;
        }
        stream = null;
        if (!requestComplete || phase != Phase.RESPONSE || lastRequest) {
            phase = Phase.OVER; // the rest of the request is of no interest; the user closes
            letGo();
            return;
        }
        phase = Phase.HEAD;
        head.startRequest();
        if (!connection.aboveHighWatermark()) {
            letGo();
        }
    }

    void onReset(ServerStream ended) {
        if (stream == ended) {
            stream = null;
            phase = Phase.OVER;
            connection.close(
                    Connection.Close.FLUSH_WRITE_AND_DELAY, "deferred_close_on_drained_connection");
        }
    }

    void write() {
        connection.write(output, false);
    }

    @Override
    public void goAway() {}

    @Override
    public void shutdownNotice() {}

    @Override
    public void enhanceYourCalm() {}

    @Override
    public void onAboveWriteBufferHighWatermark() {
        ServerStream current = stream;
        if (current != null) {
            current.onAboveWriteBufferHighWatermark();
        }
    }

    @Override
    public void onBelowWriteBufferLowWatermark() {
        ServerStream current = stream;
        if (current != null) {
            current.onBelowWriteBufferLowWatermark();
        }
        if (phase == Phase.HEAD && !dispatching) {
            letGo();
        }
    }
}
