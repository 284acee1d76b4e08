package io.nuncio.network.httpconnectionmanager;

import io.nuncio.spi.Counter;
import io.nuncio.spi.Gauge;
import io.nuncio.spi.Histogram;
import io.nuncio.spi.StatsScope;

/// The statistics of a connection manager, `http.<stat_prefix>.`, under Envoy's names.
record ConnectionManagerStats(
        Counter connectionTotal,
        Gauge connectionActive,
        Counter connectionHttp1Total,
        Gauge connectionHttp1Active,
        Counter connectionHttp2Total,
        Gauge connectionHttp2Active,
        Counter connectionSslTotal,
        Gauge connectionSslActive,
        Counter connectionDestroy,
        Counter connectionDestroyActiveRequest,
        Counter connectionDestroyLocal,
        Counter connectionDestroyLocalActiveRequest,
        Counter connectionDestroyRemote,
        Counter connectionDestroyRemoteActiveRequest,
        Counter connectionDrainClose,
        Counter connectionIdleTimeout,
        Counter connectionMaxDurationReached,
        Counter connectionMaxRequestsReached,
        Counter connectionProtocolError,
        Histogram connectionLengthMillis,
        Counter connectionRxBytes,
        Counter connectionTxBytes,
        Counter pausedReading,
        Counter resumedReading,
        Counter requestTotal,
        Gauge requestActive,
        Counter requestHttp1Total,
        Counter requestHttp2Total,
        Counter requestCompleted,
        Counter[] requestClass,
        Counter requestFailedPathNormalization,
        Counter requestRedirectedWithNormalizedPath,
        Counter requestHeaderTimeout,
        Counter requestIdleTimeout,
        Counter requestMaxDurationReached,
        Counter requestNonRelativePath,
        Counter requestResponseBeforeComplete,
        Counter requestResetReceived,
        Counter requestResetSent,
        Counter requestTimeout,
        Counter requestTooLarge,
        Counter requestTooManyPrematureResets,
        Counter responseTooLarge,
        Counter requestUpgradeRefused,
        Histogram requestTime,
        Counter listenerRequestCompleted,
        Counter[] listenerRequestClass) {

    /// True if both count in the same place, so that a connection may go over from one to the
    /// other.
    boolean sameAs(ConnectionManagerStats other) {
        return connectionTotal.equals(other.connectionTotal)
                && listenerRequestCompleted.equals(other.listenerRequestCompleted);
    }

    /// @param http `http.<stat_prefix>.`
    /// @param listener `listener.<address>.http.<stat_prefix>.`
    static ConnectionManagerStats in(StatsScope http, StatsScope listener) {
        return new ConnectionManagerStats(
                http.counter("downstream_cx_total"),
                http.gauge("downstream_cx_active"),
                http.counter("downstream_cx_http1_total"),
                http.gauge("downstream_cx_http1_active"),
                http.counter("downstream_cx_http2_total"),
                http.gauge("downstream_cx_http2_active"),
                http.counter("downstream_cx_ssl_total"),
                http.gauge("downstream_cx_ssl_active"),
                http.counter("downstream_cx_destroy"),
                http.counter("downstream_cx_destroy_active_rq"),
                http.counter("downstream_cx_destroy_local"),
                http.counter("downstream_cx_destroy_local_active_rq"),
                http.counter("downstream_cx_destroy_remote"),
                http.counter("downstream_cx_destroy_remote_active_rq"),
                http.counter("downstream_cx_drain_close"),
                http.counter("downstream_cx_idle_timeout"),
                http.counter("downstream_cx_max_duration_reached"),
                http.counter("downstream_cx_max_requests_reached"),
                http.counter("downstream_cx_protocol_error"),
                http.histogram("downstream_cx_length_ms", Histogram.Unit.MILLISECONDS),
                http.counter("downstream_cx_rx_bytes_total"),
                http.counter("downstream_cx_tx_bytes_total"),
                http.counter("downstream_flow_control_paused_reading_total"),
                http.counter("downstream_flow_control_resumed_reading_total"),
                http.counter("downstream_rq_total"),
                http.gauge("downstream_rq_active"),
                http.counter("downstream_rq_http1_total"),
                http.counter("downstream_rq_http2_total"),
                http.counter("downstream_rq_completed"),
                classes(http),
                http.counter("downstream_rq_failed_path_normalization"),
                http.counter("downstream_rq_redirected_with_normalized_path"),
                http.counter("downstream_rq_header_timeout"),
                http.counter("downstream_rq_idle_timeout"),
                http.counter("downstream_rq_max_duration_reached"),
                http.counter("downstream_rq_non_relative_path"),
                http.counter("downstream_rq_response_before_rq_complete"),
                http.counter("downstream_rq_rx_reset"),
                http.counter("downstream_rq_tx_reset"),
                http.counter("downstream_rq_timeout"),
                http.counter("downstream_rq_too_large"),
                http.counter("downstream_rq_too_many_premature_resets"),
                http.counter("rs_too_large"),
                http.counter("downstream_rq_ws_on_non_ws_route"),
                http.histogram("downstream_rq_time", Histogram.Unit.MILLISECONDS),
                listener.counter("downstream_rq_completed"),
                classes(listener));
    }

    private static Counter[] classes(StatsScope scope) {
        Counter[] counters = new Counter[5];
        for (int i = 0; i < counters.length; i++) {
            counters[i] = scope.counter("downstream_rq_" + (i + 1) + "xx");
        }
        return counters;
    }

    /// Counts a response.
    void response(int status) {
        requestCompleted.increment();
        listenerRequestCompleted.increment();
        int index = status / 100 - 1;
        if (index >= 0 && index < requestClass.length) {
            requestClass[index].increment();
            listenerRequestClass[index].increment();
        }
    }
}
