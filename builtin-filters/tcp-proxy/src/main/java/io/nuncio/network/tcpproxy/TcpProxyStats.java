package io.nuncio.network.tcpproxy;

import io.nuncio.spi.Counter;
import io.nuncio.spi.Gauge;
import io.nuncio.spi.StatsScope;

/// Envoy's `tcp.<stat_prefix>.` statistics.
record TcpProxyStats(
        Counter total,
        Counter noRoute,
        Counter rxBytes,
        Counter txBytes,
        Gauge rxBuffered,
        Gauge txBuffered,
        Counter pausedReading,
        Counter resumedReading,
        Counter earlyData,
        Counter idleTimeout,
        Counter maxDuration,
        Counter flushTotal,
        Gauge flushActive) {
    static TcpProxyStats in(StatsScope scope) {
        return new TcpProxyStats(
                scope.counter("downstream_cx_total"),
                scope.counter("downstream_cx_no_route"),
                scope.counter("downstream_cx_rx_bytes_total"),
                scope.counter("downstream_cx_tx_bytes_total"),
                scope.gauge("downstream_cx_rx_bytes_buffered"),
                scope.gauge("downstream_cx_tx_bytes_buffered"),
                scope.counter("downstream_flow_control_paused_reading_total"),
                scope.counter("downstream_flow_control_resumed_reading_total"),
                scope.counter("early_data_received_count_total"),
                scope.counter("idle_timeout"),
                scope.counter("max_downstream_connection_duration"),
                scope.counter("upstream_flush_total"),
                scope.gauge("upstream_flush_active"));
    }
}
