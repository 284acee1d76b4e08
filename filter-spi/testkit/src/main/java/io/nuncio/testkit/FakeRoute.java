package io.nuncio.testkit;

import io.envoyproxy.envoy.config.route.v3.RateLimit;
import io.nuncio.kernel.route.ratelimit.RateLimitCompiler;
import io.nuncio.spi.RateLimitPolicy;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.host.ResourcePriority;
import io.nuncio.spi.host.RetryPolicy;
import io.nuncio.spi.host.RouteEntry;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// A route as the test wants it; by default to a cluster within 15 s.
public final class FakeRoute implements RouteEntry {
    private final String cluster;
    private final @Nullable DirectResponse direct;
    private Duration timeout = Duration.ofSeconds(15);
    private int clusterNotFoundStatus = 503;
    private ResourcePriority priority = ResourcePriority.DEFAULT;
    private RetryPolicy retryPolicy = RetryPolicy.NONE;
    private long requestBufferLimit = Long.MAX_VALUE;
    private boolean hedgeOnPerTryTimeout;
    private final Map<String, List<Object>> perFilter = new HashMap<>();
    private final List<String> furtherAttempts = new ArrayList<>();
    private List<RateLimitPolicy> rateLimits = List.of();
    private List<RateLimitPolicy> virtualHostRateLimits = List.of();
    private boolean includeVirtualHostRateLimits;
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

    /// What levels say of a filter, compiled by its factory; the least specific first.
    public FakeRoute perFilter(String filterName, Object... levels) {
        perFilter.put(filterName, List.of(levels));
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

    /// When requests are tried again; never by default.
    public FakeRoute retryPolicy(RetryPolicy policy) {
        retryPolicy = policy;
        return this;
    }

    /// How many bytes of a body may be kept for another attempt.
    public FakeRoute requestBufferLimit(long bytes) {
        requestBufferLimit = bytes;
        return this;
    }

    public FakeRoute hedgeOnPerTryTimeout(boolean hedge) {
        hedgeOnPerTryTimeout = hedge;
        return this;
    }

    /// What requests of this route count as.
    public FakeRoute rateLimits(RateLimit... limits) {
        rateLimits = compiled(limits);
        return this;
    }

    /// The same as the virtual host says it.
    ///
    /// @param include true if that holds besides what the route says
    public FakeRoute virtualHostRateLimits(boolean include, RateLimit... limits) {
        includeVirtualHostRateLimits = include;
        virtualHostRateLimits = compiled(limits);
        return this;
    }

    private static List<RateLimitPolicy> compiled(RateLimit... limits) {
        var context = new FakeFactoryContext();
        List<RateLimitPolicy> policies =
                RateLimitCompiler.ofRoute(List.of(limits), context, "rate_limits");
        if (!context.problems().none()) {
            throw new AssertionError("the rate limits are wrong: " + context.reported());
        }
        return policies;
    }

    /// The attempts after the first that the router told of, as `2` or `3 after timeout`.
    public List<String> furtherAttempts() {
        return furtherAttempts;
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
    public RetryPolicy retryPolicy() {
        return retryPolicy;
    }

    @Override
    public long requestBufferLimit() {
        return requestBufferLimit;
    }

    @Override
    public boolean hedgeOnPerTryTimeout() {
        return hedgeOnPerTryTimeout;
    }

    @Override
    public void finalizeRetryHeaders(RequestHeaders headers, int attempt, boolean afterTimeout) {
        furtherAttempts.add(attempt + (afterTimeout ? " after timeout" : ""));
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
        List<Object> levels = perFilter.get(filterName);
        return levels == null ? null : levels.getLast();
    }

    @Override
    public List<?> perFilterOfAllLevels(String filterName) {
        return perFilter.getOrDefault(filterName, List.of());
    }

    @Override
    public List<RateLimitPolicy> rateLimits() {
        return rateLimits;
    }

    @Override
    public List<RateLimitPolicy> virtualHostRateLimits() {
        return virtualHostRateLimits;
    }

    @Override
    public boolean includeVirtualHostRateLimits() {
        return includeVirtualHostRateLimits;
    }
}
