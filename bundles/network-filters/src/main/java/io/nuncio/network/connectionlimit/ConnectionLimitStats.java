package io.nuncio.network.connectionlimit;

import io.nuncio.spi.Counter;
import io.nuncio.spi.Gauge;
import io.nuncio.spi.StatsScope;

/// Envoy's `connection_limit.<stat_prefix>.` statistics.
record ConnectionLimitStats(Counter limited, Gauge active) {
    static ConnectionLimitStats in(StatsScope scope) {
        return new ConnectionLimitStats(
                scope.counter("limited_connections"), scope.gauge("active_connections"));
    }
}
