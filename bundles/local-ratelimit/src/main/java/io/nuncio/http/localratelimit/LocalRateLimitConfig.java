package io.nuncio.http.localratelimit;

import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.VhRateLimitsOptions;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.XRateLimitHeadersRFCVersion;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.HeaderChanges;
import io.nuncio.spi.RateLimitPolicy;
import io.nuncio.spi.RuntimeFraction;

import java.util.List;

/// What one place says, the filter's own or a route's, with its buckets.
///
/// @param status of the answer to limited requests
/// @param resourceExhausted true to give them the gRPC status of that name
/// @param perConnection true if each downstream connection has buckets of its own
/// @param requestChanges of requests that would be limited but are not
/// @param responseChanges of the answers to those that are
/// @param rateLimits what requests count as; if empty, routes say it
/// @param stage which rate limits of routes hold
/// @param virtualHostRateLimits whether those of virtual hosts do
record LocalRateLimitConfig(
        LocalRateLimitStats stats,
        RuntimeFraction enabled,
        RuntimeFraction enforced,
        int status,
        boolean resourceExhausted,
        Limits limits,
        RateLimiter limiter,
        boolean perConnection,
        boolean showHeaders,
        HeaderChanges requestChanges,
        HeaderChanges responseChanges,
        List<RateLimitPolicy> rateLimits,
        int stage,
        VhRateLimitsOptions virtualHostRateLimits) {
    private static final int TOO_MANY_REQUESTS = 429;

    /// @param context of the message; problems are reported there
    static LocalRateLimitConfig from(LocalRateLimit message, FactoryContext context) {
        Limits limits = Limits.from(message, context.problems());
        int status = message.getStatus().getCodeValue();
        return new LocalRateLimitConfig(
                LocalRateLimitStats.of(message.getStatPrefix(), context),
                fraction(message.hasFilterEnabled(), message.getFilterEnabled(), context),
                fraction(message.hasFilterEnforced(), message.getFilterEnforced(), context),
                status < 400 ? TOO_MANY_REQUESTS : status,
                message.getRateLimitedAsResourceExhausted(),
                limits,
                new RateLimiter(limits),
                message.getLocalRateLimitPerDownstreamConnection(),
                message.getEnableXRatelimitHeaders()
                        == XRateLimitHeadersRFCVersion.DRAFT_VERSION_03,
                context.headerChanges(
                        "request_headers_to_add_when_not_enforced",
                        message.getRequestHeadersToAddWhenNotEnforcedList()),
                context.headerChanges(
                        "response_headers_to_add", message.getResponseHeadersToAddList()),
                context.rateLimits("rate_limits", message.getRateLimitsList()),
                message.getStage(),
                message.getVhRateLimits());
    }

    /// Nobody, for safety, where nothing is said.
    private static RuntimeFraction fraction(
            boolean there, RuntimeFractionalPercent message, FactoryContext context) {
        return there ? context.runtime().fraction(message) : random -> false;
    }
}
