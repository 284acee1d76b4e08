package io.nuncio.http.router;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.DataOutcome;
import io.nuncio.spi.Direction;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.HeadersOutcome;
import io.nuncio.spi.Host;
import io.nuncio.spi.HostSet;
import io.nuncio.spi.HttpFilter;
import io.nuncio.spi.LoadBalancerContext;
import io.nuncio.spi.LocalReply;
import io.nuncio.spi.PriorityLoad;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.Stream;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.TrailersOutcome;
import io.nuncio.spi.TransportOptions;
import io.nuncio.spi.host.Cluster;
import io.nuncio.spi.host.RetryState;
import io.nuncio.spi.host.RouteEntry;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Routes one request: answers it as the route says, or has it forwarded to the route's cluster.
final class RouterFilter implements HttpFilter, LoadBalancerContext {
    private final RouterShared shared;
    private final Stream stream;
    private @Nullable RequestHeaders requestHeaders;
    private @Nullable ForwardedRequest forwarded;
    private int responsePauses;

    RouterFilter(RouterShared shared, Stream stream) {
        this.shared = shared;
        this.stream = stream;
    }

    @Override
    public HeadersOutcome onRequestHeaders(RequestHeaders headers, boolean endStream) {
        shared.stats().total().increment();
        requestHeaders = headers;
        if (!(stream.route() instanceof RouteEntry route)) {
            shared.stats().noRoute().increment();
            return RouterReplies.noRoute();
        }
        RouteEntry.DirectResponse direct = route.directResponse();
        if (direct != null) {
            return answer(route, direct, headers);
        }
        Cluster cluster = shared.clusters().get(route.cluster());
        if (cluster == null) {
            shared.stats().noCluster().increment();
            return RouterReplies.noCluster(route.clusterNotFoundStatus());
        }
        stream.info().clusterInfo(cluster.info());
        if (!shared.config().strictHeaders().isEmpty()) {
            HeaderName invalid =
                    StrictHeaders.firstInvalid(shared.config().strictHeaders(), headers);
            if (invalid != null) {
                return RouterReplies.invalidHeader(invalid, headers.get(invalid, ""));
            }
        }
        var request =
                new ForwardedRequest(shared, stream, this, route, cluster, headers, responsePauses);
        forwarded = request;
        return request.begin(endStream);
    }

    private LocalReply answer(
            RouteEntry route, RouteEntry.DirectResponse direct, RequestHeaders headers) {
        shared.stats().directResponse().increment();
        String location = direct.location(headers);
        if (location != null) {
            shared.stats().redirect().increment();
        }
        return RouterReplies.direct(route, direct, location, headers, stream.info());
    }

    @Override
    public DataOutcome onRequestData(Buffer data, boolean endStream) {
        LocalReply reply = forwarded == null ? null : forwarded.data(data, endStream);
        return reply == null ? DataOutcome.DROP : reply;
    }

    @Override
    public TrailersOutcome onRequestTrailers(Trailers trailers) {
        if (forwarded != null) {
            forwarded.trailers(trailers);
        }
        return TrailersOutcome.PAUSE;
    }

    @Override
    public void onAboveWatermark(Direction direction) {
        pauseResponse(direction, true);
    }

    @Override
    public void onBelowWatermark(Direction direction) {
        pauseResponse(direction, false);
    }

    private void pauseResponse(Direction direction, boolean pause) {
        if (direction == Direction.REQUEST) {
            return;
        }
        responsePauses += pause ? 1 : -1;
        if (forwarded != null) {
            forwarded.pauseResponse(pause);
        }
    }

    @Override
    public void onDestroy() {
        if (forwarded != null) {
            forwarded.destroy();
        }
    }

    // What the pick of a host depends on.

    @Override
    public @Nullable RequestHeaders requestHeaders() {
        return requestHeaders;
    }

    @Override
    public @Nullable Connection downstreamConnection() {
        return stream.connection();
    }

    @Override
    public TransportOptions transportOptions() {
        return TransportOptions.wished(stream.info());
    }

    @Override
    public int retryCount() {
        RetryState retry = retry();
        return retry == null ? 0 : retry.hostAttempts();
    }

    @Override
    public boolean refuses(Host host) {
        RetryState retry = retry();
        return retry != null && retry.refuses(host);
    }

    @Override
    public PriorityLoad priorityLoad(List<HostSet> priorities, PriorityLoad original) {
        RetryState retry = retry();
        return retry == null ? original : retry.priorityLoad(priorities, original);
    }

    private @Nullable RetryState retry() {
        return forwarded == null ? null : forwarded.retryingBy();
    }
}
