package io.nuncio.kernel.listener;

import io.nuncio.spi.Counter;
import io.nuncio.spi.Gauge;
import io.nuncio.spi.StatsScope;

/// The statistics below `listener_manager.`, with Envoy's names.
record ListenerManagerStats(
        Counter added,
        Counter createFailure,
        Counter createSuccess,
        Counter inPlaceUpdated,
        Counter modified,
        Counter removed,
        Counter stopped,
        Gauge filterChainsDraining,
        Gauge active,
        Gauge draining,
        Gauge warming,
        Gauge workersStarted) {
    static ListenerManagerStats in(StatsScope root) {
        StatsScope scope = root.scope("listener_manager");
        return new ListenerManagerStats(
                scope.counter("listener_added"),
                scope.counter("listener_create_failure"),
                scope.counter("listener_create_success"),
                scope.counter("listener_in_place_updated"),
                scope.counter("listener_modified"),
                scope.counter("listener_removed"),
                scope.counter("listener_stopped"),
                scope.gauge("total_filter_chains_draining"),
                scope.gauge("total_listeners_active"),
                scope.gauge("total_listeners_draining"),
                scope.gauge("total_listeners_warming"),
                scope.gauge("workers_started"));
    }
}
