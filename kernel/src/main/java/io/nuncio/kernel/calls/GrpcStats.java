package io.nuncio.kernel.calls;

import io.nuncio.spi.Counter;
import io.nuncio.spi.StatsScope;

/// Statistics of a `google_grpc` service, `grpc.<stat_prefix>.`; a service in a cluster has none
/// but the cluster's.
final class GrpcStats {
    /// Counts nothing.
    static final GrpcStats NONE = new GrpcStats(new Counter[0]);

    private static final int CODES = 17;

    private final Counter[] counters; // total, then one per code

    private GrpcStats(Counter[] counters) {
        this.counters = counters;
    }

    /// @param scope `grpc.<stat_prefix>`
    static GrpcStats in(StatsScope scope) {
        Counter[] counters = new Counter[CODES + 1];
        counters[0] = scope.counter("streams_total");
        for (int code = 0; code < CODES; code++) {
            counters[code + 1] = scope.counter("streams_closed_" + code);
        }
        return new GrpcStats(counters);
    }

    void started() {
        if (counters.length > 0) {
            counters[0].increment();
        }
    }

    void closed(int code) {
        if (counters.length > 0) {
            counters[code + 1].increment();
        }
    }
}
