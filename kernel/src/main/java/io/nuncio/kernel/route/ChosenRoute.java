package io.nuncio.kernel.route;

import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.nuncio.kernel.route.action.HostRewrite;
import io.nuncio.kernel.route.headers.HeaderRules;
import io.nuncio.kernel.route.headers.RouteFormatContext;
import io.nuncio.spi.RateLimitPolicy;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.host.ResourcePriority;
import io.nuncio.spi.host.RetryPolicy;
import io.nuncio.spi.host.RouteEntry;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// A route whose cluster was chosen: one of several by weight, or the one that a header names.
///
/// @param route what holds but for the cluster
/// @param hostRewrite of the chosen cluster, applied before the route's
record ChosenRoute(
        ConfiguredRoute route,
        String cluster,
        HeaderRules requestRules,
        HeaderRules responseRules,
        @Nullable HostRewrite hostRewrite,
        RouteFilters filters)
        implements RouteEntry {

    @Override
    public String name() {
        return route.name();
    }

    @Override
    public String virtualHost() {
        return route.virtualHost();
    }

    @Override
    public Metadata metadata() {
        return route.metadata();
    }

    @Override
    public @Nullable Object perFilter(String filterName) {
        return filters.config(filterName);
    }

    @Override
    public List<?> perFilterOfAllLevels(String filterName) {
        return filters.ofAllLevels(filterName);
    }

    @Override
    public List<RateLimitPolicy> rateLimits() {
        return route.rateLimits();
    }

    @Override
    public List<RateLimitPolicy> virtualHostRateLimits() {
        return route.virtualHostRateLimits();
    }

    @Override
    public boolean includeVirtualHostRateLimits() {
        return route.includeVirtualHostRateLimits();
    }

    @Override
    public boolean filterEnabled(String filterName, boolean byDefault) {
        return filters.enabled(filterName, byDefault);
    }

    @Override
    public @Nullable DirectResponse directResponse() {
        return null;
    }

    @Override
    public int clusterNotFoundStatus() {
        return route.clusterNotFoundStatus();
    }

    @Override
    public ResourcePriority priority() {
        return route.priority();
    }

    @Override
    public long timeoutNanos() {
        return route.timeoutNanos();
    }

    @Override
    public RetryPolicy retryPolicy() {
        return route.retryPolicy();
    }

    @Override
    public boolean hedgeOnPerTryTimeout() {
        return route.hedgeOnPerTryTimeout();
    }

    @Override
    public long requestBufferLimit() {
        return route.requestBufferLimit();
    }

    @Override
    public void finalizeRequestHeaders(
            RequestHeaders headers, StreamInfo info, boolean keepOriginal) {
        if (!requestRules.isEmpty()) {
            requestRules.apply(headers, new RouteFormatContext(info, headers, null));
        }
        if (hostRewrite != null) {
            hostRewrite.apply(headers, false, false);
        }
        route.finalizeRequestHeaders(headers, info, keepOriginal);
    }

    @Override
    public void finalizeRetryHeaders(RequestHeaders headers, int attempt, boolean afterTimeout) {
        route.finalizeRetryHeaders(headers, attempt, afterTimeout);
    }

    @Override
    public void finalizeResponseHeaders(
            ResponseHeaders headers, @Nullable RequestHeaders request, StreamInfo info) {
        if (!responseRules.isEmpty()) {
            responseRules.apply(headers, new RouteFormatContext(info, request, headers));
        }
        route.finalizeResponseHeaders(headers, request, info);
    }
}
