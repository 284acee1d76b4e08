package io.nuncio.kernel.route.ratelimit;

import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.RateLimitPolicy;

import java.util.List;

/// The rate limits of a route and of the virtual host around it.
///
/// @param includeVirtualHost true if the virtual host's hold besides the route's
public record RouteLimits(
        List<RateLimitPolicy> route,
        List<RateLimitPolicy> virtualHost,
        boolean includeVirtualHost) {
    private static final RouteLimits NONE = new RouteLimits(List.of(), List.of(), false);

    public RouteLimits {
        route = List.copyOf(route);
        virtualHost = List.copyOf(virtualHost);
    }

    /// What holds for routes that say nothing.
    ///
    /// @param context the virtual host's
    public static RouteLimits ofHost(VirtualHost host, FactoryContext context) {
        return host.getRateLimitsCount() == 0
                ? NONE
                : new RouteLimits(
                        List.of(),
                        RateLimitCompiler.ofRoute(host.getRateLimitsList(), context, "rate_limits"),
                        false);
    }

    /// @param context the action's
    public RouteLimits with(RouteAction action, FactoryContext context) {
        boolean include = action.getIncludeVhRateLimits().getValue();
        return action.getRateLimitsCount() == 0 && !include
                ? this
                : new RouteLimits(
                        RateLimitCompiler.ofRoute(
                                action.getRateLimitsList(), context, "rate_limits"),
                        virtualHost,
                        include);
    }
}
