package io.nuncio.testkit;

import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.host.ResourcePriority;
import io.nuncio.spi.host.RouteEntry;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.function.Consumer;

/// A route as the test wants it; by default to a cluster within 15 s.
public final class FakeRoute implements RouteEntry {
    private final String cluster;
    private final @Nullable DirectResponse direct;
    private Duration timeout = Duration.ofSeconds(15);
    private int clusterNotFoundStatus = 503;
    private ResourcePriority priority = ResourcePriority.DEFAULT;
    private Consumer<RequestHeaders> requestChange = headers -> {};
    private Consumer<ResponseHeaders> responseChange = headers -> {};

    private FakeRoute(String cluster, @Nullable DirectResponse direct) {
        this.cluster = cluster;
        this.direct = direct;
    }

    public static FakeRoute toCluster(String name) {
        return new FakeRoute(name, null);
    }

    public static FakeRoute directResponse(int status, String body) {
        return new FakeRoute("", new Direct(status, null, body));
    }

    public static FakeRoute redirect(int status, String location) {
        return new FakeRoute("", new Direct(status, location, ""));
    }

    /// Zero for none.
    public FakeRoute timeout(Duration limit) {
        timeout = limit;
        return this;
    }

    public FakeRoute clusterNotFound(int status) {
        clusterNotFoundStatus = status;
        return this;
    }

    public FakeRoute priority(ResourcePriority given) {
        priority = given;
        return this;
    }

    /// What [#finalizeRequestHeaders] does.
    public FakeRoute changingRequests(Consumer<RequestHeaders> change) {
        requestChange = change;
        return this;
    }

    /// What [#finalizeResponseHeaders] does.
    public FakeRoute changingResponses(Consumer<ResponseHeaders> change) {
        responseChange = change;
        return this;
    }

    private record Direct(int status, @Nullable String target, String body)
            implements DirectResponse {
        @Override
        public @Nullable String location(RequestHeaders headers) {
            return target;
        }
    }

    @Override
    public @Nullable DirectResponse directResponse() {
        return direct;
    }

    @Override
    public String cluster() {
        return cluster;
    }

    @Override
    public int clusterNotFoundStatus() {
        return clusterNotFoundStatus;
    }

    @Override
    public ResourcePriority priority() {
        return priority;
    }

    @Override
    public long timeoutNanos() {
        return timeout.toNanos();
    }

    @Override
    public void finalizeRequestHeaders(
            RequestHeaders headers, StreamInfo info, boolean keepOriginal) {
        requestChange.accept(headers);
    }

    @Override
    public void finalizeResponseHeaders(
            ResponseHeaders headers, @Nullable RequestHeaders request, StreamInfo info) {
        responseChange.accept(headers);
    }

    @Override
    public String name() {
        return "route";
    }

    @Override
    public String virtualHost() {
        return "local";
    }

    @Override
    public @Nullable Object perFilter(String filterName) {
        return null;
    }
}
