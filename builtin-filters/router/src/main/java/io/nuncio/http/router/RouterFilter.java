package io.nuncio.http.router;

import static io.nuncio.spi.LocalReply.reply;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.DataOutcome;
import io.nuncio.spi.Direction;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.HeadersOutcome;
import io.nuncio.spi.HttpFilter;
import io.nuncio.spi.LoadBalancerContext;
import io.nuncio.spi.LocalReply;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseFlag;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Stream;
import io.nuncio.spi.Timer;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.TrailersOutcome;
import io.nuncio.spi.host.Cluster;
import io.nuncio.spi.host.Clusters;
import io.nuncio.spi.host.HttpPool;
import io.nuncio.spi.host.ResetReason;
import io.nuncio.spi.host.RouteEntry;

import org.jspecify.annotations.Nullable;

/// Routes one request: answers it directly, or sends it to a host of the route's cluster and the
/// response back.
final class RouterFilter implements HttpFilter, LoadBalancerContext, UpstreamRequest.Owner {
    private final RouterConfig config;
    private final RouterStats stats;
    private final Clusters clusters;
    private final Stream stream;
    private @Nullable RouteEntry route;
    private @Nullable Cluster cluster;
    private @Nullable HttpPool pool;
    private @Nullable UpstreamRequest upstream;
    private @Nullable RequestHeaders requestHeaders;
    private @Nullable Timer timeout;
    private long timeoutNanos;
    private int timeoutStatus = 504;
    private long requestCompleteNanos = -1;
    private int responsePauses;
    private boolean internal;

    /// Something of the response has gone downstream, be it an informational one.
    private boolean responseStarted;

    /// The response proper has begun.
    private boolean headersSeen;

    RouterFilter(RouterConfig config, RouterStats stats, Clusters clusters, Stream stream) {
        this.config = config;
        this.stats = stats;
        this.clusters = clusters;
        this.stream = stream;
    }

    @Override
    public HeadersOutcome onRequestHeaders(RequestHeaders headers, boolean endStream) {
        stats.total().increment();
        requestHeaders = headers;
        if (!(stream.route() instanceof RouteEntry entry)) {
            stats.noRoute().increment();
            return reply(404).flag(ResponseFlag.NO_ROUTE_FOUND).details("route_not_found");
        }
        route = entry;
        RouteEntry.DirectResponse direct = entry.directResponse();
        if (direct != null) {
            return answer(entry, direct, headers);
        }
        Cluster chosen = clusters.get(entry.cluster());
        if (chosen == null) {
            stats.noCluster().increment();
            return reply(entry.clusterNotFoundStatus())
                    .flag(ResponseFlag.NO_CLUSTER_FOUND)
                    .details("cluster_not_found");
        }
        cluster = chosen;
        if (!config.strictHeaders().isEmpty()) {
            LocalReply refusal = strictRefusal(headers);
            if (refusal != null) {
                return refusal;
            }
        }
        internal = headers.is(HeaderName.X_ENVOY_INTERNAL, "true");
        HttpPool found = chosen.httpPool(entry.priority(), stream.info().protocol(), this);
        if (found == null) {
            chargeCode(503);
            return reply(503)
                    .flag(ResponseFlag.NO_HEALTHY_UPSTREAM)
                    .details("no_healthy_upstream")
                    .body("no healthy upstream");
        }
        pool = found;
        timeoutNanos = RequestTimeout.nanos(entry, headers, config);
        if (headers.contains(HeaderName.X_ENVOY_UPSTREAM_RQ_TIMEOUT_ALT_RESPONSE)) {
            timeoutStatus = 204;
        }
        RequestTimeout.finalizeHeaders(headers, timeoutNanos, config);
        stream.info().attemptCount(1);
        entry.finalizeRequestHeaders(headers, stream.info(), !config.suppressEnvoyHeaders());

        UpstreamRequest request = new UpstreamRequest(this, stream, headers, responsePauses);
        upstream = request;
        request.start(found, endStream);
        if (endStream) {
            onRequestEnd();
        }
        return HeadersOutcome.PAUSE;
    }

    private @Nullable LocalReply strictRefusal(RequestHeaders headers) {
        HeaderName invalid = StrictHeaders.firstInvalid(config.strictHeaders(), headers);
        if (invalid == null) {
            return null;
        }
        return reply(400)
                .flag(ResponseFlag.INVALID_ENVOY_REQUEST_HEADERS)
                .details("request_headers_failed_strict_check{" + invalid + "}")
                .body("invalid header '" + invalid + "' with value '" + headers.get(invalid) + "'");
    }

    private LocalReply answer(
            RouteEntry entry, RouteEntry.DirectResponse direct, RequestHeaders headers) {
        stats.directResponse().increment();
        LocalReply answer = reply(direct.status()).details("direct_response").body(direct.body());
        String location = direct.location(headers);
        if (location != null) {
            stats.redirect().increment();
            if (direct.status() == 201 || direct.status() / 100 == 3) {
                answer.header(HeaderName.LOCATION, location);
            }
        }
        // A local reply is built from its own list of headers: what the route adds goes there.
        ResponseHeaders added = ResponseHeaders.of(direct.status());
        entry.finalizeResponseHeaders(added, headers, stream.info());
        for (int i = added.next(-1); i >= 0; i = added.next(i)) {
            HeaderName name = added.nameOf(i);
            if (!name.equals(HeaderName.STATUS)) {
                boolean first = added.find(name) == i;
                answer.header(name, added.valueOf(i), !first);
            }
        }
        return answer;
    }

    @Override
    public DataOutcome onRequestData(Buffer data, boolean endStream) {
        UpstreamRequest request = upstream;
        if (request != null) {
            request.data(data, endStream);
        }
        if (endStream) {
            onRequestEnd();
        }
        return DataOutcome.DROP;
    }

    @Override
    public TrailersOutcome onRequestTrailers(Trailers trailers) {
        UpstreamRequest request = upstream;
        if (request != null) {
            request.trailers(trailers);
        }
        onRequestEnd();
        return TrailersOutcome.PAUSE;
    }

    /// The whole request is here: from now on the upstream is on the clock.
    private void onRequestEnd() {
        requestCompleteNanos = stream.worker().nanoTime();
        if (timeoutNanos > 0 && upstream != null) {
            timeout = stream.timer(this::onTimeout);
            timeout.arm(timeoutNanos);
        }
    }

    private void onTimeout() {
        UpstreamRequest request = upstream;
        if (request == null || cluster == null) {
            return;
        }
        cluster.info().requestStats().timeout().increment();
        if (request.hostChosen() && pool != null) {
            pool.timedOut();
        }
        upstream = null;
        request.cancel();
        if (!responseStarted) {
            chargeCode(timeoutStatus);
        }
        stream.reply(
                reply(timeoutStatus)
                        .flag(ResponseFlag.UPSTREAM_REQUEST_TIMEOUT)
                        .details("response_timeout")
                        .body(timeoutStatus == 504 ? "upstream request timeout" : ""));
    }

    @Override
    public void onAboveWatermark(Direction direction) {
        if (direction == Direction.RESPONSE) {
            responsePauses++;
            if (upstream != null) {
                upstream.pauseResponse(true);
            }
        }
    }

    @Override
    public void onBelowWatermark(Direction direction) {
        if (direction == Direction.RESPONSE) {
            responsePauses--;
            if (upstream != null) {
                upstream.pauseResponse(false);
            }
        }
    }

    // The response, from the upstream.

    @Override
    public void onUpstreamInformational(ResponseHeaders headers) {
        chargeCode(headers.status());
        responseStarted = true;
        stream.respondInformational(headers);
    }

    @Override
    public void onUpstreamHeaders(ResponseHeaders headers, boolean endStream) {
        responseStarted = true;
        headersSeen = true;
        if (requestCompleteNanos >= 0 && !config.suppressEnvoyHeaders()) {
            long millis = (stream.worker().nanoTime() - requestCompleteNanos) / 1_000_000;
            headers.setLong(HeaderName.X_ENVOY_UPSTREAM_SERVICE_TIME, millis);
        }
        chargeCode(headers.status());
        RouteEntry entry = route;
        if (entry != null) {
            entry.finalizeResponseHeaders(headers, requestHeaders, stream.info());
        }
        if (endStream) {
            onUpstreamEnd();
        }
        stream.respondHeaders(headers, endStream, "via_upstream");
    }

    @Override
    public void onUpstreamData(Buffer data, boolean endStream) {
        if (endStream) {
            onUpstreamEnd();
        }
        stream.respondData(data, endStream);
    }

    @Override
    public void onUpstreamTrailers(Trailers trailers) {
        onUpstreamEnd();
        stream.respondTrailers(trailers);
    }

    private void onUpstreamEnd() {
        UpstreamRequest request = upstream;
        upstream = null;
        if (timeout != null) {
            timeout.disarm();
        }
        if (cluster != null
                && requestCompleteNanos >= 0
                && config.dynamicStats()
                && !stream.info().healthCheck()) {
            long millis = (stream.worker().nanoTime() - requestCompleteNanos) / 1_000_000;
            cluster.info().requestStats().time(millis, internal);
        }
        if (request != null && requestCompleteNanos < 0) {
            // The upstream answered without waiting for the rest of the request, which nobody wants
            // any more.
            request.cancel();
        }
    }

    @Override
    public void onUpstreamReset(ResetReason reason, String transportFailure) {
        upstream = null;
        if (timeout != null) {
            timeout.disarm();
        }
        int status = reason == ResetReason.PROTOCOL_ERROR ? 502 : 503;
        if (headersSeen) {
            stats.resetAfterResponseStarted().increment();
        } else if (!responseStarted) {
            chargeCode(status);
        }
        String what =
                responseStarted
                        ? "upstream_reset_after_response_started"
                        : "upstream_reset_before_response_started";
        String cause = transportFailure.isEmpty() ? "" : "|" + transportFailure.replace(' ', '_');
        String body =
                "upstream connect error or disconnect/reset before headers. reset reason: "
                        + reason.text()
                        + (transportFailure.isEmpty()
                                ? ""
                                : ", transport failure reason: " + transportFailure);
        LocalReply answer =
                reply(status)
                        .flag(flag(reason))
                        .details(what + "{" + reason.details() + cause + "}")
                        .body(body);
        if (reason == ResetReason.OVERFLOW && !config.suppressEnvoyHeaders()) {
            answer.header(HeaderName.X_ENVOY_OVERLOADED, "true");
        }
        // Once the response has begun, this resets the stream.
        stream.reply(answer);
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

    private void chargeCode(int status) {
        if (cluster != null && config.dynamicStats() && !stream.info().healthCheck()) {
            cluster.info().requestStats().response(status, internal);
        }
    }

    @Override
    public void onDestroy() {
        if (upstream != null) {
            upstream.cancel();
            upstream = null;
        }
    }

    @Override
    public @Nullable RequestHeaders requestHeaders() {
        return requestHeaders;
    }

    @Override
    public @Nullable Connection downstreamConnection() {
        return stream.connection();
    }
}
