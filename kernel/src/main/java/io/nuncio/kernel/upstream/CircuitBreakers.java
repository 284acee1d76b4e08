package io.nuncio.kernel.upstream;

import io.nuncio.spi.Gauge;
import io.nuncio.spi.StatsScope;

import org.jspecify.annotations.Nullable;

/// The circuit breakers of one cluster and routing priority. Any thread.
record CircuitBreakers(
        ResourceLimit connections,
        ResourceLimit pendingRequests,
        ResourceLimit requests,
        ResourceLimit retries,
        ResourceLimit connectionPools) {
    /// @param scope the cluster's
    /// @param priority `default` or `high`
    static CircuitBreakers create(CircuitBreakerConfig config, StatsScope scope, String priority) {
        String prefix = "circuit_breakers." + priority + ".";
        boolean track = config.trackRemaining();
        return new CircuitBreakers(
                limit(scope, prefix, config.maxConnections(), "cx_open", "remaining_cx", track),
                limit(
                        scope,
                        prefix,
                        config.maxPendingRequests(),
                        "rq_pending_open",
                        "remaining_pending",
                        track),
                limit(scope, prefix, config.maxRequests(), "rq_open", "remaining_rq", track),
                limit(
                        scope,
                        prefix,
                        config.maxRetries(),
                        "rq_retry_open",
                        "remaining_retries",
                        track),
                limit(
                        scope,
                        prefix,
                        config.maxConnectionPools(),
                        "cx_pool_open",
                        "remaining_cx_pools",
                        track));
    }

    private static ResourceLimit limit(
            StatsScope scope,
            String prefix,
            long max,
            String openName,
            String remainingName,
            boolean track) {
        Gauge open = scope.gauge(prefix + openName);
        @Nullable Gauge remaining = track ? scope.gauge(prefix + remainingName) : null;
        return new ResourceLimit(max, open, remaining);
    }
}
