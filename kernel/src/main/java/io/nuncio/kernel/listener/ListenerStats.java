package io.nuncio.kernel.listener;

import io.nuncio.spi.Counter;
import io.nuncio.spi.Gauge;
import io.nuncio.spi.Histogram;
import io.nuncio.spi.StatsScope;

/// The statistics below `listener.<address>.`, with Envoy's names.
record ListenerStats(
        Counter total,
        Counter destroy,
        Counter overflow,
        Counter overloadReject,
        Counter globalOverflow,
        Counter transportSocketConnectTimeout,
        Counter preConnectionTimeout,
        Counter listenerFilterRemoteClose,
        Counter listenerFilterError,
        Counter noFilterChainMatch,
        Counter extensionConfigMissing,
        Counter networkExtensionConfigMissing,
        Gauge active,
        Gauge preConnectionActive,
        Histogram lengthMillis,
        Histogram acceptedPerSocketEvent) {
    static ListenerStats in(StatsScope scope) {
        return new ListenerStats(
                scope.counter("downstream_cx_total"),
                scope.counter("downstream_cx_destroy"),
                scope.counter("downstream_cx_overflow"),
                scope.counter("downstream_cx_overload_reject"),
                scope.counter("downstream_global_cx_overflow"),
                scope.counter("downstream_cx_transport_socket_connect_timeout"),
                scope.counter("downstream_pre_cx_timeout"),
                scope.counter("downstream_listener_filter_remote_close"),
                scope.counter("downstream_listener_filter_error"),
                scope.counter("no_filter_chain_match"),
                scope.counter("extension_config_missing"),
                scope.counter("network_extension_config_missing"),
                scope.gauge("downstream_cx_active"),
                scope.gauge("downstream_pre_cx_active"),
                scope.histogram("downstream_cx_length_ms", Histogram.Unit.MILLISECONDS),
                scope.histogram(
                        "connections_accepted_per_socket_event", Histogram.Unit.UNSPECIFIED));
    }

    /// One worker's share, below `listener.<address>.worker_<index>.`.
    record PerWorker(Counter total, Gauge active) {
        static PerWorker in(StatsScope scope, int worker) {
            StatsScope own = scope.scope("worker_" + worker);
            return new PerWorker(
                    own.counter("downstream_cx_total"), own.gauge("downstream_cx_active"));
        }
    }
}
