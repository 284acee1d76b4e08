package io.nuncio.http.router;

import io.nuncio.spi.Counter;
import io.nuncio.spi.StatsScope;

/// The router's own statistics, `http.<stat_prefix>.`, under Envoy's names.
record RouterStats(
        Counter noRoute,
        Counter noCluster,
        Counter redirect,
        Counter directResponse,
        Counter total,
        Counter resetAfterResponseStarted) {

    static RouterStats in(StatsScope scope) {
        return new RouterStats(
                scope.counter("no_route"),
                scope.counter("no_cluster"),
                scope.counter("rq_redirect"),
                scope.counter("rq_direct_response"),
                scope.counter("rq_total"),
                scope.counter("rq_reset_after_downstream_response_started"));
    }
}
