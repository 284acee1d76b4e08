package io.nuncio.kernel.route;

import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.nuncio.kernel.route.policy.RetryPolicies;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.host.RetryPolicy;

/// What a route does when a request does not go as it should. What a route does not say holds as
/// its virtual host says it; policies are not merged.
///
/// @param retry when the request is tried again
/// @param hedgeOnPerTryTimeout true if a slow attempt goes on while another one is made
/// @param bufferLimit how many bytes of a body may be kept for that
record RoutePolicies(RetryPolicy retry, boolean hedgeOnPerTryTimeout, long bufferLimit) {
    static final RoutePolicies NONE = new RoutePolicies(RetryPolicy.NONE, false, Long.MAX_VALUE);

    /// @param context the virtual host's
    static RoutePolicies ofHost(VirtualHost host, FactoryContext context) {
        return new RoutePolicies(
                host.hasRetryPolicy()
                        ? RetryPolicies.of(
                                host.getRetryPolicy(), context.in("retry_policy", context.name()))
                        : NONE.retry(),
                host.getHedgePolicy().getHedgeOnPerTryTimeout(),
                host.hasPerRequestBufferLimitBytes()
                        ? Integer.toUnsignedLong(host.getPerRequestBufferLimitBytes().getValue())
                        : NONE.bufferLimit());
    }

    /// @param host what the virtual host says
    /// @param context the route's
    static RoutePolicies ofRoute(Route route, RoutePolicies host, FactoryContext context) {
        RouteAction action = route.getRoute();
        FactoryContext below = context.in("route", context.name());
        return new RoutePolicies(
                action.hasRetryPolicy()
                        ? RetryPolicies.of(
                                action.getRetryPolicy(), below.in("retry_policy", context.name()))
                        : host.retry(),
                action.hasHedgePolicy()
                        ? action.getHedgePolicy().getHedgeOnPerTryTimeout()
                        : host.hedgeOnPerTryTimeout(),
                route.hasPerRequestBufferLimitBytes()
                        ? Integer.toUnsignedLong(route.getPerRequestBufferLimitBytes().getValue())
                        : host.bufferLimit());
    }
}
