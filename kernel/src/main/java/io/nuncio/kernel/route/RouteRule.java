package io.nuncio.kernel.route;

import io.nuncio.kernel.route.action.ClusterChoice;
import io.nuncio.kernel.route.headers.HeaderRules;
import io.nuncio.kernel.route.match.RouteMatcher;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.Route;

import org.jspecify.annotations.Nullable;

import java.util.function.LongSupplier;

/// One route of a virtual host: when it applies, and which entry it then gives.
sealed interface RouteRule {
    RouteMatcher matcher();

    /// The entry for a request that matches.
    Route entry(RequestHeaders headers, long random);

    /// Always the same entry.
    record Fixed(RouteMatcher matcher, ConfiguredRoute route) implements RouteRule {
        @Override
        public Route entry(RequestHeaders headers, long random) {
            return route;
        }
    }

    /// The cluster that a header names.
    record ByHeader(RouteMatcher matcher, ConfiguredRoute route, HeaderName header)
            implements RouteRule {
        @Override
        public Route entry(RequestHeaders headers, long random) {
            String cluster = ClusterChoice.fromHeader(header, headers);
            return new ChosenRoute(
                    route, cluster, HeaderRules.NONE, HeaderRules.NONE, null, route.filters());
        }
    }

    /// One of several clusters, by weights that may change at any time.
    ///
    /// @param weights at this moment, one per cluster
    /// @param rule the rule for the weights as they are configured
    record WeightedByRuntime(LongSupplier[] weights, Weighted rule) implements RouteRule {
        @Override
        public RouteMatcher matcher() {
            return rule.matcher();
        }

        @Override
        public Route entry(RequestHeaders headers, long random) {
            long[] limits = new long[weights.length];
            long sum = 0;
            for (int index = 0; index < limits.length; index++) {
                sum += weights[index].getAsLong();
                limits[index] = sum;
            }
            return sum == 0 ? Route.NONE : rule.entry(limits, headers, random);
        }
    }

    /// One of several clusters, by weight.
    ///
    /// @param limits the sums of the weights, as [ClusterChoice#byWeight] wants them
    /// @param entries made beforehand, one per cluster
    /// @param clusterHeaders where not null, the header that names the cluster
    record Weighted(
            RouteMatcher matcher,
            long[] limits,
            ChosenRoute[] entries,
            @Nullable HeaderName[] clusterHeaders,
            @Nullable HeaderName randomHeader)
            implements RouteRule {
        @Override
        public Route entry(RequestHeaders headers, long random) {
            return entry(limits, headers, random);
        }

        private Route entry(long[] sums, RequestHeaders headers, long random) {
            int index = ClusterChoice.byWeight(sums, randomHeader, headers, random);
            ChosenRoute entry = entries[index];
            HeaderName clusterHeader = clusterHeaders[index];
            if (clusterHeader == null) {
                return entry;
            }
            return new ChosenRoute(
                    entry.route(),
                    ClusterChoice.fromHeader(clusterHeader, headers),
                    entry.requestRules(),
                    entry.responseRules(),
                    entry.hostRewrite(),
                    entry.filters());
        }
    }
}
