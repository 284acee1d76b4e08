package io.nuncio.kernel.route;

import io.nuncio.kernel.route.headers.HeaderRules;
import io.nuncio.kernel.route.ratelimit.RouteLimits;

/// What all routes of a virtual host share.
///
/// @param virtualHost its name
/// @param mostSpecificWins true if the table's header rules are applied first and the route's last
/// @param attemptCountInRequest true to send `x-envoy-attempt-count` to the upstream
/// @param attemptCountInResponse true to send it to the downstream
/// @param timeoutRetryInRequest true to send `x-envoy-is-timeout-retry` to the upstream
/// @param policies what holds for routes that do not say otherwise
/// @param limits the rate limits of routes that have none
/// @param filters what the virtual host and the table say of the filters
record RouteScope(
        String virtualHost,
        HeaderRules hostRequestRules,
        HeaderRules hostResponseRules,
        HeaderRules tableRequestRules,
        HeaderRules tableResponseRules,
        boolean mostSpecificWins,
        boolean attemptCountInRequest,
        boolean attemptCountInResponse,
        boolean timeoutRetryInRequest,
        RoutePolicies policies,
        RouteLimits limits,
        RouteFilters filters) {}
