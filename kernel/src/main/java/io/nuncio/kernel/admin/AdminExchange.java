package io.nuncio.kernel.admin;

import io.nuncio.kernel.stream.StreamFacts;
import io.nuncio.spi.AccessLogger;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.FormatContext;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.LocalReply;
import io.nuncio.spi.Protocol;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseFlag;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.StreamInfo.Moment;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.host.RequestReceiver;
import io.nuncio.spi.host.ResetReason;
import io.nuncio.spi.host.ResponseSender;
import io.nuncio.spi.host.StreamControl;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// One request to the admin server and its response. Thread: the main loop.
final class AdminExchange implements RequestReceiver, StreamControl.Callbacks, FormatContext {
    /// No form or command needs more; a larger body is answered with 413.
    private static final int MAX_BODY = 1024 * 1024;

    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
                    .withZone(ZoneOffset.UTC);
    private static final HeaderName NO_SNIFF = HeaderName.of("x-content-type-options");

    private final AdminConnection owner;
    private final Connection connection;
    private final ResponseSender response;
    private final AdminEndpoints endpoints;
    private final AccessLogger accessLogger;
    private final AdminStats stats;
    private final StreamFacts facts;
    private final Buffer body = new Buffer();
    private @Nullable RequestHeaders request;
    private @Nullable ResponseHeaders responseHeaders;
    private @Nullable PieceSender pieces;
    private boolean requestComplete;
    private boolean responding;
    private boolean over;

    AdminExchange(
            AdminConnection owner,
            Connection connection,
            ResponseSender response,
            AdminEndpoints endpoints,
            AccessLogger accessLogger,
            AdminStats stats) {
        this.owner = owner;
        this.connection = connection;
        this.response = response;
        this.endpoints = endpoints;
        this.accessLogger = accessLogger;
        this.stats = stats;
        this.facts = new StreamFacts(connection.worker(), connection.info());
        facts.downstreamBytes(response.control().byteCounts());
        response.control().callbacks(this);
        stats.requestBegan();
    }

    @Override
    public void onHeaders(RequestHeaders headers, boolean endStream) {
        request = headers;
        facts.protocol(owner.protocol());
        if (endStream) {
            complete();
        }
    }

    @Override
    public void onData(Buffer data, boolean endStream) {
        facts.addBytesReceived(data.length());
        if (responding) {
            data.clear();
            return;
        }
        if (body.length() + data.length() > MAX_BODY) {
            data.clear();
            respond(AdminResponse.text(413, "Payload Too Large"), "request_payload_too_large");
            return;
        }
        data.moveTo(body);
        if (endStream) {
            complete();
        }
    }

    @Override
    public void onTrailers(Trailers trailers) {
        if (!responding) {
            complete();
        }
    }

    @Override
    public void onProtocolError(LocalReply reply) {
        facts.addFlag(ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR);
        if (!responding) {
            respond(AdminResponse.text(reply.status(), reply.body()), reply.details());
        }
    }

    private void complete() {
        requestComplete = true;
        facts.mark(Moment.DOWNSTREAM_REQUEST_END);
        RequestHeaders headers = request;
        if (headers == null) {
            return;
        }
        if (facts.protocol() == Protocol.HTTP10) {
            respond(AdminResponse.text(426, ""), "low_version");
            return;
        }
        if (!headers.contains(HeaderName.AUTHORITY)) {
            respond(AdminResponse.text(400, ""), "missing_host_header");
            return;
        }
        boolean form =
                headers.isIgnoreCase(HeaderName.CONTENT_TYPE, "application/x-www-form-urlencoded");
        AdminRequest asked =
                AdminRequest.of(
                        headers.method(),
                        headers.path(),
                        form,
                        body.toString(StandardCharsets.UTF_8));
        respond(endpoints.answer(asked), "admin_filter_response");
    }

    private void respond(AdminResponse answer, String details) {
        responding = true;
        facts.responseCode(answer.status());
        facts.responseCodeDetails(details);
        facts.mark(Moment.DOWNSTREAM_RESPONSE_BEGIN);
        ResponseHeaders headers = ResponseHeaders.of(answer.status());
        headers.set(HeaderName.CONTENT_TYPE, answer.contentType());
        headers.set(HeaderName.CACHE_CONTROL, "no-cache, max-age=0");
        headers.set(NO_SNIFF, "nosniff");
        headers.set(
                HeaderName.DATE,
                DATE.format(Instant.ofEpochMilli(connection.worker().currentTimeMillis())));
        headers.set(HeaderName.SERVER, "envoy");
        if (closesAfter()) {
            headers.set(HeaderName.CONNECTION, "close");
        }
        responseHeaders = headers;
        boolean head = request != null && request.methodIs("HEAD");
        switch (answer.body()) {
            case AdminResponse.Body.Whole(var text) -> {
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                headers.setLong(HeaderName.CONTENT_LENGTH, bytes.length);
                boolean empty = head || bytes.length == 0;
                response.headers(headers, empty);
                if (!empty) {
                    send(Buffer.copyOf(bytes), true);
                } else {
                    finish();
                }
            }
            case AdminResponse.Body.Pieces(var writer) -> {
                response.headers(headers, head);
                if (head) {
                    finish();
                } else {
                    pieces = new PieceSender(connection.worker(), this::send, this::fail);
                    pieces.slowDown(connection.aboveHighWatermark());
                    pieces.start(writer);
                }
            }
        }
    }

    private boolean closesAfter() {
        RequestHeaders headers = request;
        return !requestComplete
                || headers == null
                || facts.protocol() == Protocol.HTTP10
                || headers.containsToken(HeaderName.CONNECTION, "close");
    }

    /// Sends a part of the body; the last one ends the exchange.
    private void send(Buffer data, boolean last) {
        if (over) {
            return;
        }
        facts.addBytesSent(data.length());
        response.data(data, last);
        if (last) {
            finish();
        }
    }

    private void fail() {
        if (!over) {
            response.control().reset(ResetReason.LOCAL_RESET);
            end();
        }
    }

    private void finish() {
        facts.mark(Moment.DOWNSTREAM_RESPONSE_END);
        boolean close = closesAfter();
        end();
        if (close) {
            connection.close(Connection.Close.FLUSH_WRITE_AND_DELAY, "admin_response_sent");
        }
    }

    void slowDown(boolean slow) {
        if (pieces != null) {
            pieces.slowDown(slow);
        }
    }

    @Override
    public void onAboveWriteBufferHighWatermark() {
        slowDown(true);
    }

    @Override
    public void onBelowWriteBufferLowWatermark() {
        slowDown(false);
    }

    @Override
    public void onReset(ResetReason reason, String transportFailure) {
        onConnectionClosed();
    }

    void onConnectionClosed() {
        if (over) {
            return;
        }
        facts.addFlag(ResponseFlag.DOWNSTREAM_CONNECTION_TERMINATION);
        end();
    }

    private void end() {
        over = true;
        if (pieces != null) {
            pieces.cancel();
        }
        response.control().callbacks(null);
        facts.mark(Moment.END);
        stats.requestActive().decrement();
        if (facts.responseCode() != 0) {
            stats.response(facts.responseCode());
        }
        accessLogger.log(this);
    }

    @Override
    public StreamInfo info() {
        return facts;
    }

    @Override
    public @Nullable RequestHeaders requestHeaders() {
        return request;
    }

    @Override
    public @Nullable ResponseHeaders responseHeaders() {
        return responseHeaders;
    }

    @Override
    public @Nullable Trailers responseTrailers() {
        return null;
    }

    @Override
    public String localReplyBody() {
        return "";
    }

    @Override
    public String accessLogType() {
        return "DownstreamEnd";
    }
}
