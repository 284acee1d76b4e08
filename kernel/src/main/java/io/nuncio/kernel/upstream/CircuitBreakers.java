package io.nuncio.kernel.upstream;

import io.nuncio.spi.DeclaredStats;
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
    private static final Names DEFAULT = Names.of("default");
    private static final Names HIGH = Names.of("high");

    /// What every cluster shows, also those that nobody uses.
    static final DeclaredStats DECLARED =
            DeclaredStats.NONE.withGauges(DEFAULT.open()).withGauges(HIGH.open());

    /// The names of the gauges below a cluster, made once for all clusters; by limit, in the order
    /// of the components.
    private record Names(String[] open, String[] remaining) {
        static Names of(String priority) {
            String prefix = "circuit_breakers." + priority + ".";
            return new Names(
                    new String[] {
                        prefix + "cx_open",
                        prefix + "rq_pending_open",
                        prefix + "rq_open",
                        prefix + "rq_retry_open",
                        prefix + "cx_pool_open"
                    },
                    new String[] {
                        prefix + "remaining_cx",
                        prefix + "remaining_pending",
                        prefix + "remaining_rq",
                        prefix + "remaining_retries",
                        prefix + "remaining_cx_pools"
                    });
        }
    }

    /// The breakers of requests without a priority of their own.
    ///
    /// @param scope the cluster's
    static CircuitBreakers ofDefaultPriority(CircuitBreakerConfig config, StatsScope scope) {
        return create(config, scope, DEFAULT);
    }

    static CircuitBreakers ofHighPriority(CircuitBreakerConfig config, StatsScope scope) {
        return create(config, scope, HIGH);
    }

    private static CircuitBreakers create(
            CircuitBreakerConfig config, StatsScope scope, Names names) {
        boolean track = config.trackRemaining();
        return new CircuitBreakers(
                limit(scope, names, 0, config.maxConnections(), track),
                limit(scope, names, 1, config.maxPendingRequests(), track),
                limit(scope, names, 2, config.maxRequests(), track),
                limit(scope, names, 3, config.maxRetries(), track),
                limit(scope, names, 4, config.maxConnectionPools(), track));
    }

    private static ResourceLimit limit(
            StatsScope scope, Names names, int which, long max, boolean track) {
        Gauge open = scope.gauge(names.open()[which]);
        @Nullable Gauge remaining = track ? scope.gauge(names.remaining()[which]) : null;
        return new ResourceLimit(max, open, remaining);
    }
}
