package io.nuncio.http.localratelimit;

import io.nuncio.spi.Counter;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.StatsScope;

/// The statistics of all places with one prefix, `<stat_prefix>.http_local_rate_limit.`.
record LocalRateLimitStats(
        Counter enabled, Counter enforced, Counter rateLimited, Counter ok, StatsScope scope)
        implements AutoCloseable {
    /// Closed when the last configuration with that prefix has gone.
    static LocalRateLimitStats of(String prefix, FactoryContext context) {
        String name = prefix + ".http_local_rate_limit";
        return context.shared(name, () -> in(context.serverStats().scope(name)));
    }

    private static LocalRateLimitStats in(StatsScope scope) {
        return new LocalRateLimitStats(
                scope.counter("enabled"),
                scope.counter("enforced"),
                scope.counter("rate_limited"),
                scope.counter("ok"),
                scope);
    }

    @Override
    public void close() {
        scope.close();
    }
}
