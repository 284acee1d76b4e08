package io.nuncio.kernel.upstream;

import com.google.protobuf.UInt32Value;

import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers.Thresholds;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers.Thresholds.RetryBudget;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.RoutingPriority;

import org.jspecify.annotations.Nullable;

/// The limits of one routing priority of a cluster.
///
/// | limit | default | when exceeded |
/// | --- | --- | --- |
/// | maxConnections | 1024 | no further connection, but always one per host and worker |
/// | maxPendingRequests | 1024 | the request fails, flag UO |
/// | maxRequests | 1024 | the request fails, flag UO |
/// | maxRetries | 3 | no retry |
/// | maxConnectionPools | none | no pool, as if no host were there |
///
/// @param retryBudget in place of maxRetries, if there is one
/// @param trackRemaining true to keep the `remaining_*` gauges
record CircuitBreakerConfig(
        long maxConnections,
        long maxPendingRequests,
        long maxRequests,
        long maxRetries,
        RetryLimit.@Nullable Budget retryBudget,
        long maxConnectionPools,
        boolean trackRemaining) {
    private static final long UNLIMITED = Long.MAX_VALUE;
    private static final CircuitBreakerConfig USUAL = of(Thresholds.getDefaultInstance());

    static CircuitBreakerConfig from(Cluster cluster, RoutingPriority priority) {
        for (Thresholds thresholds : cluster.getCircuitBreakers().getThresholdsList()) {
            if (thresholds.getPriority() == priority) {
                return of(thresholds);
            }
        }
        return USUAL;
    }

    private static CircuitBreakerConfig of(Thresholds found) {
        return new CircuitBreakerConfig(
                found.hasMaxConnections() ? value(found.getMaxConnections()) : 1024,
                found.hasMaxPendingRequests() ? value(found.getMaxPendingRequests()) : 1024,
                found.hasMaxRequests() ? value(found.getMaxRequests()) : 1024,
                found.hasMaxRetries() ? value(found.getMaxRetries()) : 3,
                found.hasRetryBudget() ? budget(found.getRetryBudget()) : null,
                found.hasMaxConnectionPools() ? value(found.getMaxConnectionPools()) : UNLIMITED,
                found.getTrackRemaining());
    }

    private static RetryLimit.Budget budget(RetryBudget budget) {
        return new RetryLimit.Budget(
                budget.hasBudgetPercent() ? budget.getBudgetPercent().getValue() : 20,
                budget.hasMinRetryConcurrency() ? value(budget.getMinRetryConcurrency()) : 3);
    }

    private static long value(UInt32Value wrapped) {
        return Integer.toUnsignedLong(wrapped.getValue());
    }
}
