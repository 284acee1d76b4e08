package io.nuncio.kernel.route;

import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster.ClusterWeight;
import io.nuncio.kernel.route.action.DirectAnswer;
import io.nuncio.kernel.route.action.HostRewrite;
import io.nuncio.kernel.route.action.PathRewrite;
import io.nuncio.kernel.route.action.Redirect;
import io.nuncio.kernel.route.action.TlsRedirect;
import io.nuncio.kernel.route.headers.HeaderRules;
import io.nuncio.kernel.route.match.PathMatch;
import io.nuncio.kernel.route.match.RouteMatcher;
import io.nuncio.kernel.route.policy.WholeMillis;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.Problems;
import io.nuncio.spi.RuntimeValues;
import io.nuncio.spi.host.ResourcePriority;
import io.nuncio.spi.host.RouteEntry;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// Compiles single routes.
final class RouteCompiler {
    private static final long DEFAULT_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(15);
    private static final long MAX_TOTAL_WEIGHT = 0xffffffffL;

    private final RouteFilters.Compiler filters;
    private final Limits limits;

    /// What the route configuration says for all its routes.
    ///
    /// @param validateClusters true if a route to a cluster that does not exist is an error
    record Limits(long maxDirectResponseBytes, boolean validateClusters) {}

    RouteCompiler(RouteFilters.Compiler filters, Limits limits) {
        this.filters = filters;
        this.limits = limits;
    }

    /// The route of a virtual host that wants TLS.
    static RouteEntry tlsRedirect(RouteScope scope) {
        return new ConfiguredRoute(
                "",
                scope,
                Metadata.getDefaultInstance(),
                "",
                503,
                ResourcePriority.DEFAULT,
                0,
                RoutePolicies.NONE,
                scope.limits(),
                PathMatch.ANY,
                null,
                null,
                false,
                HeaderRules.NONE,
                HeaderRules.NONE,
                scope.filters(),
                new TlsRedirect());
    }

    /// @return null if the route's match is wrong; the problem is reported
    @Nullable RouteRule compile(Route route, RouteScope scope, FactoryContext context) {
        Problems problems = context.problems();
        RouteMatcher matcher =
                RouteMatcher.of(route.getMatch(), context.runtime(), problems.in("match"));
        RouteFilters routeFilters =
                filters.compile(route.getTypedPerFilterConfigMap(), scope.filters(), context);
        var requestRules =
                HeaderRules.of(
                        route.getRequestHeadersToAddList(),
                        route.getRequestHeadersToRemoveList(),
                        context,
                        "request");
        var responseRules =
                HeaderRules.of(
                        route.getResponseHeadersToAddList(),
                        route.getResponseHeadersToRemoveList(),
                        context,
                        "response");
        PathMatch path = matcher == null ? PathMatch.ANY : matcher.path();
        RouteAction action = route.getRoute();
        Problems actionProblems = problems.in("route");
        var configured =
                new ConfiguredRoute(
                        route.getName(),
                        scope,
                        route.getMetadata(),
                        action.getCluster(),
                        clusterNotFoundStatus(action),
                        priority(action),
                        action.hasTimeout()
                                ? WholeMillis.nanos(action.getTimeout())
                                : DEFAULT_TIMEOUT_NANOS,
                        RoutePolicies.ofRoute(route, scope.policies(), context),
                        scope.limits().with(action, context.in("route", context.name())),
                        path,
                        PathRewrite.of(
                                action.getPrefixRewrite(),
                                action.hasRegexRewrite() ? action.getRegexRewrite() : null,
                                actionProblems),
                        HostRewrite.of(action, actionProblems),
                        action.getAppendXForwardedHost(),
                        requestRules,
                        responseRules,
                        routeFilters,
                        directResponse(route, path, problems));
        return matcher == null ? null : rule(route, matcher, configured, context);
    }

    private @Nullable RouteRule rule(
            Route route, RouteMatcher matcher, ConfiguredRoute configured, FactoryContext context) {
        if (!route.hasRoute()) {
            return new RouteRule.Fixed(matcher, configured);
        }
        RouteAction action = route.getRoute();
        FactoryContext below = context.in("route", context.name());
        return switch (action.getClusterSpecifierCase()) {
            case CLUSTER -> {
                checkCluster(action.getCluster(), "cluster", "cluster", below);
                yield new RouteRule.Fixed(matcher, configured);
            }
            case CLUSTER_HEADER -> {
                HeaderName header =
                        name(action.getClusterHeader(), "cluster_header", below.problems());
                yield header == null ? null : new RouteRule.ByHeader(matcher, configured, header);
            }
            case WEIGHTED_CLUSTERS ->
                    weighted(
                            action.getWeightedClusters(),
                            matcher,
                            configured,
                            below.in("weighted_clusters", context.name()));
            case CLUSTER_SPECIFIER_PLUGIN, INLINE_CLUSTER_SPECIFIER_PLUGIN -> {
                below.problems().add("", "cluster specifier plugins are not supported yet");
                yield null;
            }
            case CLUSTERSPECIFIER_NOT_SET -> {
                below.problems()
                        .add(
                                "",
                                "names no cluster; expected one of cluster, cluster_header,"
                                        + " weighted_clusters");
                yield null;
            }
        };
    }

    private @Nullable RouteRule weighted(
            WeightedCluster config,
            RouteMatcher matcher,
            ConfiguredRoute route,
            FactoryContext context) {
        int count = config.getClustersCount();
        long[] sums = new long[count];
        var entries = new ChosenRoute[count];
        @Nullable HeaderName[] headers = new HeaderName[count];
        long sum = 0;
        for (int i = 0; i < count; i++) {
            ClusterWeight cluster = config.getClusters(i);
            FactoryContext below = context.in("clusters[" + i + "]", cluster.getName());
            sum += Integer.toUnsignedLong(cluster.getWeight().getValue());
            sums[i] = sum;
            headers[i] = clusterHeader(cluster, below);
            entries[i] = weightedEntry(cluster, route, below);
        }
        if (sum == 0) {
            context.problems().add("clusters", "the sum of the weights must be greater than 0");
            return null;
        }
        if (sum > MAX_TOTAL_WEIGHT) {
            context.problems()
                    .add("clusters", "the sum of the weights must not exceed " + MAX_TOTAL_WEIGHT);
        }
        HeaderName random =
                config.getHeaderName().isEmpty()
                        ? null
                        : name(config.getHeaderName(), "header_name", context.problems());
        var rule = new RouteRule.Weighted(matcher, sums, entries, headers, random);
        return config.getRuntimeKeyPrefix().isEmpty()
                ? rule
                : new RouteRule.WeightedByRuntime(weights(config, context.runtime()), rule);
    }

    /// Each cluster's weight by the key `prefix.cluster`, else as configured.
    private static LongSupplier[] weights(WeightedCluster config, RuntimeValues runtime) {
        var weights = new LongSupplier[config.getClustersCount()];
        for (int i = 0; i < weights.length; i++) {
            ClusterWeight cluster = config.getClusters(i);
            weights[i] =
                    runtime.integer(
                            config.getRuntimeKeyPrefix() + "." + cluster.getName(),
                            Integer.toUnsignedLong(cluster.getWeight().getValue()));
        }
        return weights;
    }

    private @Nullable HeaderName clusterHeader(ClusterWeight cluster, FactoryContext context) {
        boolean byName = !cluster.getName().isEmpty();
        boolean byHeader = !cluster.getClusterHeader().isEmpty();
        if (byName == byHeader) {
            context.problems().add("", "expected exactly one of name and cluster_header");
        }
        if (byName) {
            checkCluster(cluster.getName(), "name", "weighted cluster", context);
        }
        return byHeader
                ? name(cluster.getClusterHeader(), "cluster_header", context.problems())
                : null;
    }

    private ChosenRoute weightedEntry(
            ClusterWeight cluster, ConfiguredRoute route, FactoryContext context) {
        return new ChosenRoute(
                route,
                cluster.getName(),
                HeaderRules.of(
                        cluster.getRequestHeadersToAddList(),
                        cluster.getRequestHeadersToRemoveList(),
                        context,
                        "request"),
                HeaderRules.of(
                        cluster.getResponseHeadersToAddList(),
                        cluster.getResponseHeadersToRemoveList(),
                        context,
                        "response"),
                HostRewrite.literal(cluster.getHostRewriteLiteral()),
                filters.compile(cluster.getTypedPerFilterConfigMap(), route.filters(), context));
    }

    private RouteEntry.@Nullable DirectResponse directResponse(
            Route route, PathMatch path, Problems problems) {
        return switch (route.getActionCase()) {
            case REDIRECT -> Redirect.of(route.getRedirect(), path, problems.in("redirect"));
            case DIRECT_RESPONSE ->
                    DirectAnswer.of(
                            route.getDirectResponse(),
                            limits.maxDirectResponseBytes(),
                            problems.in("direct_response"));
            case FILTER_ACTION -> unsupported("filter_action", problems);
            case NON_FORWARDING_ACTION -> unsupported("non_forwarding_action", problems);
            case ACTION_NOT_SET -> {
                problems.add(
                        "",
                        "says not what to do; expected one of route, redirect, direct_response");
                yield null;
            }
            case ROUTE -> null;
        };
    }

    private static RouteEntry.@Nullable DirectResponse unsupported(
            String field, Problems problems) {
        problems.add(field, "is not supported yet");
        return null;
    }

    private void checkCluster(String name, String field, String what, FactoryContext context) {
        if (limits.validateClusters() && !context.platform().clusters().exists(name)) {
            context.problems()
                    .add(
                            field,
                            "unknown "
                                    + what
                                    + " '"
                                    + name
                                    + "'; define it, or set validate_clusters to false");
        }
    }

    private static @Nullable HeaderName name(String name, String field, Problems problems) {
        try {
            return HeaderName.of(name);
        } catch (IllegalArgumentException wrong) {
            problems.at(field).expected("the name of a header").found(name);
            return null;
        }
    }

    private static int clusterNotFoundStatus(RouteAction action) {
        return switch (action.getClusterNotFoundResponseCode()) {
            case SERVICE_UNAVAILABLE, UNRECOGNIZED -> 503;
            case NOT_FOUND -> 404;
            case INTERNAL_SERVER_ERROR -> 500;
        };
    }

    private static ResourcePriority priority(RouteAction action) {
        return switch (action.getPriority()) {
            case DEFAULT, UNRECOGNIZED -> ResourcePriority.DEFAULT;
            case HIGH -> ResourcePriority.HIGH;
        };
    }
}
