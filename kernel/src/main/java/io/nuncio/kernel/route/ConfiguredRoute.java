package io.nuncio.kernel.route;

import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.nuncio.kernel.route.action.HostRewrite;
import io.nuncio.kernel.route.action.PathRewrite;
import io.nuncio.kernel.route.headers.HeaderRules;
import io.nuncio.kernel.route.headers.RouteFormatContext;
import io.nuncio.kernel.route.match.PathMatch;
import io.nuncio.kernel.route.ratelimit.RouteLimits;
import io.nuncio.spi.FormatContext;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RateLimitPolicy;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.host.ResourcePriority;
import io.nuncio.spi.host.RetryPolicy;
import io.nuncio.spi.host.RouteEntry;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// A route as it stands in the configuration.
///
/// @param cluster empty if the cluster is chosen per request, or for a direct response
/// @param policies what becomes of the request when it fails
/// @param limits what its requests count as
/// @param path what a prefix rewrite replaces
/// @param filters what this route and the levels above say of the filters
record ConfiguredRoute(
        String name,
        RouteScope scope,
        Metadata metadata,
        String cluster,
        int clusterNotFoundStatus,
        ResourcePriority priority,
        long timeoutNanos,
        RoutePolicies policies,
        RouteLimits limits,
        PathMatch path,
        @Nullable PathRewrite pathRewrite,
        @Nullable HostRewrite hostRewrite,
        boolean appendForwardedHost,
        HeaderRules requestRules,
        HeaderRules responseRules,
        RouteFilters filters,
        @Nullable DirectResponse directResponse)
        implements RouteEntry {

    @Override
    public String virtualHost() {
        return scope.virtualHost();
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
    public boolean filterEnabled(String filterName, boolean byDefault) {
        return filters.enabled(filterName, byDefault);
    }

    @Override
    public List<RateLimitPolicy> rateLimits() {
        return limits.route();
    }

    @Override
    public List<RateLimitPolicy> virtualHostRateLimits() {
        return limits.virtualHost();
    }

    @Override
    public boolean includeVirtualHostRateLimits() {
        return limits.includeVirtualHost();
    }

    @Override
    public RetryPolicy retryPolicy() {
        return policies.retry();
    }

    @Override
    public boolean hedgeOnPerTryTimeout() {
        return policies.hedgeOnPerTryTimeout();
    }

    @Override
    public long requestBufferLimit() {
        return policies.bufferLimit();
    }

    @Override
    public void finalizeRequestHeaders(
            RequestHeaders headers, StreamInfo info, boolean keepOriginal) {
        if (scope.attemptCountInRequest()) {
            headers.setLong(HeaderName.X_ENVOY_ATTEMPT_COUNT, Math.max(1, info.attemptCount()));
        }
        if (changes(scope.tableRequestRules(), scope.hostRequestRules(), requestRules)) {
            FormatContext context = new RouteFormatContext(info, headers, null);
            if (scope.mostSpecificWins()) {
                scope.tableRequestRules().apply(headers, context);
                scope.hostRequestRules().apply(headers, context);
                requestRules.apply(headers, context);
            } else {
                requestRules.apply(headers, context);
                scope.hostRequestRules().apply(headers, context);
                scope.tableRequestRules().apply(headers, context);
            }
        }
        if (hostRewrite != null) {
            hostRewrite.apply(headers, appendForwardedHost, keepOriginal);
        }
        if (pathRewrite != null) {
            rewritePath(pathRewrite, headers, keepOriginal);
        }
    }

    private void rewritePath(PathRewrite rewrite, RequestHeaders headers, boolean keepOriginal) {
        String old = headers.path();
        int length = headers.pathLength();
        String changed = rewrite.rewrite(old, length, path.matchedLength(length));
        if (keepOriginal) {
            headers.set(HeaderName.X_ENVOY_ORIGINAL_PATH, old);
        }
        headers.path(changed);
    }

    @Override
    public void finalizeRetryHeaders(RequestHeaders headers, int attempt, boolean afterTimeout) {
        if (scope.attemptCountInRequest()) {
            headers.setLong(HeaderName.X_ENVOY_ATTEMPT_COUNT, attempt);
        }
        if (scope.timeoutRetryInRequest()) {
            headers.set(HeaderName.X_ENVOY_IS_TIMEOUT_RETRY, afterTimeout ? "true" : "false");
        }
    }

    @Override
    public void finalizeResponseHeaders(
            ResponseHeaders headers, @Nullable RequestHeaders request, StreamInfo info) {
        if (scope.attemptCountInResponse() && info.attemptCount() > 0) {
            headers.setLong(HeaderName.X_ENVOY_ATTEMPT_COUNT, info.attemptCount());
        }
        if (!changes(scope.tableResponseRules(), scope.hostResponseRules(), responseRules)) {
            return;
        }
        FormatContext context = new RouteFormatContext(info, request, headers);
        if (scope.mostSpecificWins()) {
            scope.tableResponseRules().apply(headers, context);
            scope.hostResponseRules().apply(headers, context);
            responseRules.apply(headers, context);
        } else {
            responseRules.apply(headers, context);
            scope.hostResponseRules().apply(headers, context);
            scope.tableResponseRules().apply(headers, context);
        }
    }

    private static boolean changes(HeaderRules table, HeaderRules host, HeaderRules route) {
        return !table.isEmpty() || !host.isEmpty() || !route.isEmpty();
    }
}
