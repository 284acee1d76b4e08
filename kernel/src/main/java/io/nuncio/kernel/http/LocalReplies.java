package io.nuncio.kernel.http;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.LocalReply;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseFlag;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.host.HttpStream;
import io.nuncio.spi.host.RouteEntry;

import org.jspecify.annotations.Nullable;

/// Makes the responses that the proxy gives itself, as Envoy's `sendLocalReply`: through all
/// filters if no response has begun, straight to the owner if one has begun but its headers were
/// not sent, by a reset otherwise.
final class LocalReplies {
    private final ActiveStream stream;

    /// A reply that was made in a callback: it is sent when the callback has returned.
    private @Nullable LocalReply pending;

    private boolean headRequest;
    private boolean grpcRequest;
    private boolean replied;
    private boolean noticing;
    private String body = "";

    LocalReplies(ActiveStream stream) {
        this.stream = stream;
    }

    /// What the reply's form depends on, as the request was before any filter changed it.
    void onRequest(RequestHeaders headers) {
        headRequest = headers.is(HeaderName.METHOD, "HEAD");
        grpcRequest = GrpcStatus.isGrpc(headers);
    }

    /// True once a reply was made.
    boolean replied() {
        return replied;
    }

    /// The body of the reply that was sent, empty if none was.
    String body() {
        return body;
    }

    /// @param by the filter that replies, null for the owner or the filter manager
    void reply(@Nullable ActiveFilter by, LocalReply reply) {
        if (stream.over() || noticing || pending != null || by != null && by.noteReply()) {
            stream.stats().ignoredReplies().increment();
            return;
        }
        replied = true;
        FilterPath running = stream.running();
        if (running != null) {
            running.aborted = true;
            pending = reply;
        } else {
            send(reply);
        }
    }

    void sendPending() {
        LocalReply reply = pending;
        if (reply != null && !stream.over()) {
            pending = null;
            send(reply);
        }
    }

    private void send(LocalReply reply) {
        stream.info().responseCodeDetails(reply.details());
        ResponseFlag flag = reply.flag();
        if (flag != null) {
            stream.info().addFlag(flag);
        }
        notice(reply);
        ResponsePath response = stream.response();
        if (stream.over()) {
            return;
        }
        if (response.headersSent()) {
            stream.reset();
            return;
        }
        stream.noteLocalReply();
        boolean throughFilters = !response.begun();
        if (throughFilters) {
            // The route's response headers are wanted, and filters for the response even where the
            // request never reached them.
            stream.route();
            stream.makeFilters();
        }
        LocalReply changed = stream.sink().onLocalReply(reply);
        ResponseHeaders headers = headersOf(changed);
        stream.responseHeaders(headers);
        stream.info().responseCode(headers.status());
        if (changed.changesHeaders()) {
            changed.applyHeaders(headers, stream.formatContext("NotSet"));
        }
        HttpStream.ReplyBody text = format(headers, changed.body());
        body = text.text();
        Buffer data = Buffer.copyOf(body);
        if (grpcRequest) {
            grpc(headers, changed, body);
        } else {
            describe(headers, body, text.contentType(), data.length());
        }
        boolean withBody = !data.isEmpty() && !headRequest && !grpcRequest;
        if (throughFilters) {
            response.startHeaders(!withBody);
        } else {
            response.sendHeaders(headers, !withBody);
        }
        if (!withBody || stream.over()) {
            return;
        }
        if (throughFilters) {
            response.startData(data, true);
        } else {
            response.sendData(data, true);
        }
        data.clear();
    }

    private void notice(LocalReply reply) {
        noticing = true;
        for (ActiveFilter filter : stream.filters()) {
            filter.onLocalReply(reply);
        }
        noticing = false;
    }

    private ResponseHeaders headersOf(LocalReply reply) {
        var headers = new ResponseHeaders();
        headers.status(reply.status());
        if (stream.info().route() instanceof RouteEntry entry
                && (entry.directResponse() == null || isAnswerOfRoute(reply))) {
            entry.finalizeResponseHeaders(headers, stream.requestHeaders(), stream.info());
        }
        return headers;
    }

    /// What the owner makes of the reply. Its type takes the place of the reply's own where the
    /// body does, unless the owner itself gave the headers a type.
    private HttpStream.ReplyBody format(ResponseHeaders headers, String own) {
        String before = headers.get(HeaderName.CONTENT_TYPE, "");
        HttpStream.ReplyBody formatted = stream.sink().formatReply(headers, own);
        boolean typed = !headers.get(HeaderName.CONTENT_TYPE, "").equals(before);
        if (!formatted.text().equals(own) && !typed) {
            headers.remove(HeaderName.CONTENT_TYPE);
        }
        return formatted;
    }

    private void grpc(ResponseHeaders headers, LocalReply reply, String text) {
        int http = headers.status();
        headers.status(200);
        headers.set(HeaderName.CONTENT_TYPE, "application/grpc");
        if (!headers.contains(HeaderName.GRPC_STATUS)) {
            int status = reply.grpcStatus().orElse(GrpcStatus.fromHttp(http));
            headers.set(HeaderName.GRPC_STATUS, Integer.toString(status));
        }
        if (!text.isEmpty() && !headRequest) {
            // A JSON format ends its line.
            String line = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
            headers.set(HeaderName.GRPC_MESSAGE, GrpcStatus.encodeMessage(line));
        }
        headers.remove(HeaderName.CONTENT_LENGTH);
    }

    private static void describe(
            ResponseHeaders headers, String text, String contentType, int length) {
        if (text.isEmpty()) {
            headers.remove(HeaderName.CONTENT_LENGTH);
            headers.remove(HeaderName.CONTENT_TYPE);
        } else {
            headers.setLong(HeaderName.CONTENT_LENGTH, length);
            headers.addIfAbsent(HeaderName.CONTENT_TYPE, contentType);
        }
    }

    /// The route's own answer gets the route's headers, another reply to a request of such a route
    /// does not.
    private static boolean isAnswerOfRoute(LocalReply reply) {
        return reply.details().equals("direct_response");
    }

    /// Refuses a response that the filters left without its status.
    ///
    /// @return true if the response may be sent
    boolean checkResponse(ResponseHeaders headers) {
        if (headers.status() != 0) {
            return true;
        }
        reply(
                null,
                LocalReply.reply(502)
                        .body("missing required header: :status")
                        .details(
                                "filter_removed_required_response_headers{missing_required_header:_:status}"));
        return false;
    }
}
