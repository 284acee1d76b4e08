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
        RetryLimit retries,
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
        ResourceLimit pendingRequests = limit(scope, names, 1, config.maxPendingRequests(), track);
        ResourceLimit requests = limit(scope, names, 2, config.maxRequests(), track);
        return new CircuitBreakers(
                limit(scope, names, 0, config.maxConnections(), track),
                pendingRequests,
                requests,
                retries(config, scope, names, requests, pendingRequests),
                limit(scope, names, 4, config.maxConnectionPools(), track));
    }

    private static RetryLimit retries(
            CircuitBreakerConfig config,
            StatsScope scope,
            Names names,
            ResourceLimit requests,
            ResourceLimit pendingRequests) {
        RetryLimit.Budget budget = config.retryBudget();
        if (budget != null && config.trackRemaining()) {
            scope.gauge(names.remaining()[3]); // stays 0: what remains is not known beforehand
        }
        return new RetryLimit(
                limit(
                        scope,
                        names,
                        3,
                        config.maxRetries(),
                        config.trackRemaining() && budget == null),
                budget,
                requests,
                pendingRequests);
    }

    private static ResourceLimit limit(
            StatsScope scope, Names names, int which, long max, boolean track) {
        Gauge open = scope.gauge(names.open()[which]);
        @Nullable Gauge remaining = track ? scope.gauge(names.remaining()[which]) : null;
        return new ResourceLimit(max, open, remaining);
    }
}
