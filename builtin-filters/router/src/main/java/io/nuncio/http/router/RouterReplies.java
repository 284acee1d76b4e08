package io.nuncio.http.router;

import static io.nuncio.spi.LocalReply.reply;

import io.nuncio.spi.HeaderName;
import io.nuncio.spi.LocalReply;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseFlag;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.host.ResetReason;
import io.nuncio.spi.host.RouteEntry;

import org.jspecify.annotations.Nullable;

/// What the router answers by itself, in Envoy's words.
final class RouterReplies {
    private RouterReplies() {}

    static LocalReply noRoute() {
        return reply(404).flag(ResponseFlag.NO_ROUTE_FOUND).details("route_not_found");
    }

    static LocalReply noCluster(int status) {
        return reply(status).flag(ResponseFlag.NO_CLUSTER_FOUND).details("cluster_not_found");
    }

    static LocalReply noHealthyUpstream() {
        return reply(503)
                .flag(ResponseFlag.NO_HEALTHY_UPSTREAM)
                .details("no_healthy_upstream")
                .body("no healthy upstream");
    }

    static LocalReply invalidHeader(HeaderName name, String value) {
        return reply(400)
                .flag(ResponseFlag.INVALID_ENVOY_REQUEST_HEADERS)
                .details("request_headers_failed_strict_check{" + name + "}")
                .body("invalid header '" + name + "' with value '" + value + "'");
    }

    /// The answer that the route itself gives.
    ///
    /// @param location null unless it is a redirect
    static LocalReply direct(
            RouteEntry entry,
            RouteEntry.DirectResponse direct,
            @Nullable String location,
            RequestHeaders request,
            StreamInfo info) {
        LocalReply answer = reply(direct.status()).details("direct_response").body(direct.body());
        if (location != null && (direct.status() == 201 || direct.status() / 100 == 3)) {
            answer.header(HeaderName.LOCATION, location);
        }
        // A local reply is built from its own list of headers: what the route adds goes there.
        ResponseHeaders added = ResponseHeaders.of(direct.status());
        entry.finalizeResponseHeaders(added, request, info);
        for (int i = added.next(-1); i >= 0; i = added.next(i)) {
            HeaderName name = added.nameOf(i);
            if (!name.equals(HeaderName.STATUS)) {
                boolean first = added.find(name) == i;
                answer.header(name, added.valueOf(i), !first);
            }
        }
        return answer;
    }

    /// @param status 504, or what the request asked for in its place
    static LocalReply timeout(int status, String details) {
        return reply(status)
                .flag(ResponseFlag.UPSTREAM_REQUEST_TIMEOUT)
                .details(details)
                .body(status == 504 ? "upstream request timeout" : "");
    }

    static LocalReply keptTooMuch() {
        return reply(507)
                .details("request_payload_exceeded_retry_buffer_limit")
                .body("exceeded request buffer limit while retrying upstream");
    }

    /// An attempt broke off.
    ///
    /// @param transportFailure empty if the transport did not fail
    /// @param responseStarted true if something of a response has gone downstream
    /// @param retried true if it was not the first attempt
    static LocalReply reset(
            ResetReason reason, String transportFailure, boolean responseStarted, boolean retried) {
        String what =
                responseStarted
                        ? "upstream_reset_after_response_started"
                        : "upstream_reset_before_response_started";
        String cause = transportFailure.isEmpty() ? "" : "|" + transportFailure.replace(' ', '_');
        String body =
                "upstream connect error or disconnect/reset before headers. "
                        + (retried ? "retried and the latest " : "")
                        + "reset reason: "
                        + reason.text()
                        + (transportFailure.isEmpty()
                                ? ""
                                : ", transport failure reason: " + transportFailure);
        return reply(statusAfter(reason))
                .flag(flag(reason))
                .details(what + "{" + reason.details() + cause + "}")
                .body(body);
    }

    static int statusAfter(ResetReason reason) {
        return reason == ResetReason.PROTOCOL_ERROR ? 502 : 503;
    }

    private static ResponseFlag flag(ResetReason reason) {
        return switch (reason) {
            case LOCAL_CONNECTION_FAILURE, REMOTE_CONNECTION_FAILURE, CONNECTION_TIMEOUT ->
                    ResponseFlag.UPSTREAM_CONNECTION_FAILURE;
            case CONNECTION_TERMINATION -> ResponseFlag.UPSTREAM_CONNECTION_TERMINATION;
            case LOCAL_RESET, LOCAL_REFUSED_STREAM_RESET, HTTP1_PREMATURE_UPSTREAM_HALF_CLOSE ->
                    ResponseFlag.LOCAL_RESET;
            case REMOTE_RESET, REMOTE_REFUSED_STREAM_RESET, CONNECT_ERROR ->
                    ResponseFlag.UPSTREAM_REMOTE_RESET;
            case OVERFLOW -> ResponseFlag.UPSTREAM_OVERFLOW;
            case PROTOCOL_ERROR -> ResponseFlag.UPSTREAM_PROTOCOL_ERROR;
            case OVERLOAD_MANAGER -> ResponseFlag.OVERLOAD_MANAGER_TERMINATED;
        };
    }
}
