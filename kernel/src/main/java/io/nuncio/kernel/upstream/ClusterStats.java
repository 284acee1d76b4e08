package io.nuncio.kernel.upstream;

import io.nuncio.spi.Counter;
import io.nuncio.spi.DeclaredStats;
import io.nuncio.spi.Gauge;
import io.nuncio.spi.Histogram;
import io.nuncio.spi.StatsScope;

/// The statistics of one cluster that its traffic changes, under Envoy's names below
/// `cluster.<name>.`; made when the cluster is first used. Those of response codes are made when
/// first needed, see [ResponseStats]. Any thread.
final class ClusterStats {
    /// What every cluster shows, also those that nobody uses, and what nobody counts.
    static final DeclaredStats DECLARED =
            DeclaredStats.NONE
                    .withCounters(
                            "assignment_stale",
                            "assignment_timeout_received",
                            "assignment_use_cached",
                            "bind_errors",
                            "lb_healthy_panic",
                            "lb_local_cluster_not_ok",
                            "lb_recalculate_zone_structures",
                            "lb_subsets_created",
                            "lb_subsets_fallback",
                            "lb_subsets_fallback_panic",
                            "lb_subsets_removed",
                            "lb_subsets_selected",
                            "lb_zone_cluster_too_small",
                            "lb_zone_no_capacity_left",
                            "lb_zone_number_differs",
                            "lb_zone_routing_all_directly",
                            "lb_zone_routing_cross_zone",
                            "lb_zone_routing_sampled",
                            "membership_change",
                            "original_dst_host_invalid",
                            "retry_or_shadow_abandoned",
                            "update_attempt",
                            "update_empty",
                            "update_failure",
                            "update_no_rebuild",
                            "update_success",
                            "upstream_cx_close_notify",
                            "upstream_cx_connect_fail",
                            "upstream_cx_connect_timeout",
                            "upstream_cx_connect_with_0_rtt",
                            "upstream_cx_destroy",
                            "upstream_cx_destroy_local",
                            "upstream_cx_destroy_local_with_active_rq",
                            "upstream_cx_destroy_remote",
                            "upstream_cx_destroy_remote_with_active_rq",
                            "upstream_cx_destroy_with_active_rq",
                            "upstream_cx_http1_total",
                            "upstream_cx_http2_total",
                            "upstream_cx_http3_total",
                            "upstream_cx_idle_timeout",
                            "upstream_cx_max_duration_reached",
                            "upstream_cx_max_requests",
                            "upstream_cx_none_healthy",
                            "upstream_cx_overflow",
                            "upstream_cx_pool_overflow",
                            "upstream_cx_protocol_error",
                            "upstream_cx_rx_bytes_total",
                            "upstream_cx_total",
                            "upstream_cx_tx_bytes_total",
                            "upstream_flow_control_backed_up_total",
                            "upstream_flow_control_drained_total",
                            "upstream_flow_control_paused_reading_total",
                            "upstream_flow_control_resumed_reading_total",
                            "upstream_http3_broken",
                            "upstream_internal_redirect_failed_total",
                            "upstream_internal_redirect_succeeded_total",
                            "upstream_rq_0rtt",
                            "upstream_rq_cancelled",
                            "upstream_rq_completed",
                            "upstream_rq_maintenance_mode",
                            "upstream_rq_max_duration_reached",
                            "upstream_rq_pending_failure_eject",
                            "upstream_rq_pending_overflow",
                            "upstream_rq_pending_total",
                            "upstream_rq_per_try_idle_timeout",
                            "upstream_rq_per_try_timeout",
                            "upstream_rq_retry",
                            "upstream_rq_retry_backoff_exponential",
                            "upstream_rq_retry_backoff_ratelimited",
                            "upstream_rq_retry_limit_exceeded",
                            "upstream_rq_retry_overflow",
                            "upstream_rq_retry_success",
                            "upstream_rq_rx_reset",
                            "upstream_rq_timeout",
                            "upstream_rq_total",
                            "upstream_rq_tx_reset")
                    .withGauges(
                            "lb_subsets_active",
                            "max_host_weight",
                            "membership_degraded",
                            "membership_excluded",
                            "membership_healthy",
                            "membership_total",
                            "upstream_cx_active",
                            "upstream_cx_rx_bytes_buffered",
                            "upstream_cx_tx_bytes_buffered",
                            "upstream_rq_active",
                            "upstream_rq_pending_active",
                            "version",
                            "warming_state")
                    .withHistograms(
                            Histogram.Unit.MILLISECONDS,
                            "upstream_cx_connect_ms",
                            "upstream_cx_length_ms")
                    .withHistograms(Histogram.Unit.UNSPECIFIED, "upstream_rq_per_cx");

    final ResponseStats responses;
    final ResponseStats internalResponses;
    final ResponseStats externalResponses;
    final ResponseStats retriedResponses;
    final Counter cxCloseNotify;
    final Counter cxConnectFail;
    final Counter cxConnectAttemptsExceeded;
    final Counter cxConnectTimeout;
    final Counter cxDestroy;
    final Counter cxDestroyLocal;
    final Counter cxDestroyLocalWithActiveRequest;
    final Counter cxDestroyRemote;
    final Counter cxDestroyRemoteWithActiveRequest;
    final Counter cxDestroyWithActiveRequest;
    final Counter cxHttp1Total;
    final Counter cxHttp2Total;
    final Counter cxIdleTimeout;
    final Counter cxMaxDurationReached;
    final Counter cxMaxRequests;
    final Counter cxNoneHealthy;
    final Counter cxOverflow;
    final Counter cxPoolOverflow;
    final Counter cxProtocolError;
    final Counter cxRxBytesTotal;
    final Counter cxTotal;
    final Counter cxTxBytesTotal;
    final Counter flowControlBackedUp;
    final Counter flowControlDrained;
    final Counter flowControlPausedReading;
    final Counter flowControlResumedReading;
    final Counter rqCancelled;
    final Counter rqMaintenanceMode;
    final Counter rqMaxDurationReached;
    final Counter rqPendingFailureEject;
    final Counter rqPendingOverflow;
    final Counter rqPendingTotal;
    final Counter rqRetry;
    final Counter rqRetrySuccess;
    final Counter rqRetryLimitExceeded;
    final Counter rqRetryOverflow;
    final Counter rqRetryBackOffExponential;
    final Counter rqRetryBackOffRateLimited;
    final Counter retryOrShadowAbandoned;
    final Counter rqPerTryTimeout;
    final Counter rqPerTryIdleTimeout;
    final Counter rqRxReset;
    final Counter rqTimeout;
    final Counter rqTotal;
    final Counter rqTxReset;
    final Gauge cxActive;
    final Gauge cxRxBytesBuffered;
    final Gauge cxTxBytesBuffered;
    final Gauge rqActive;
    final Gauge rqPendingActive;
    final Histogram cxConnectMillis;
    final Histogram cxLengthMillis;
    final Histogram rqPerCx;

    /// @param scope the cluster's
    ClusterStats(StatsScope scope) {
        responses = new ResponseStats(scope, "");
        internalResponses = new ResponseStats(scope, "internal.");
        externalResponses = new ResponseStats(scope, "external.");
        retriedResponses = new ResponseStats(scope, "retry.");
        cxCloseNotify = scope.counter("upstream_cx_close_notify");
        cxConnectFail = scope.counter("upstream_cx_connect_fail");
        cxConnectAttemptsExceeded = scope.counter("upstream_cx_connect_attempts_exceeded");
        cxConnectTimeout = scope.counter("upstream_cx_connect_timeout");
        cxDestroy = scope.counter("upstream_cx_destroy");
        cxDestroyLocal = scope.counter("upstream_cx_destroy_local");
        cxDestroyLocalWithActiveRequest = scope.counter("upstream_cx_destroy_local_with_active_rq");
        cxDestroyRemote = scope.counter("upstream_cx_destroy_remote");
        cxDestroyRemoteWithActiveRequest =
                scope.counter("upstream_cx_destroy_remote_with_active_rq");
        cxDestroyWithActiveRequest = scope.counter("upstream_cx_destroy_with_active_rq");
        cxHttp1Total = scope.counter("upstream_cx_http1_total");
        cxHttp2Total = scope.counter("upstream_cx_http2_total");
        cxIdleTimeout = scope.counter("upstream_cx_idle_timeout");
        cxMaxDurationReached = scope.counter("upstream_cx_max_duration_reached");
        cxMaxRequests = scope.counter("upstream_cx_max_requests");
        cxNoneHealthy = scope.counter("upstream_cx_none_healthy");
        cxOverflow = scope.counter("upstream_cx_overflow");
        cxPoolOverflow = scope.counter("upstream_cx_pool_overflow");
        cxProtocolError = scope.counter("upstream_cx_protocol_error");
        cxRxBytesTotal = scope.counter("upstream_cx_rx_bytes_total");
        cxTotal = scope.counter("upstream_cx_total");
        cxTxBytesTotal = scope.counter("upstream_cx_tx_bytes_total");
        flowControlBackedUp = scope.counter("upstream_flow_control_backed_up_total");
        flowControlDrained = scope.counter("upstream_flow_control_drained_total");
        flowControlPausedReading = scope.counter("upstream_flow_control_paused_reading_total");
        flowControlResumedReading = scope.counter("upstream_flow_control_resumed_reading_total");
        rqCancelled = scope.counter("upstream_rq_cancelled");
        rqMaintenanceMode = scope.counter("upstream_rq_maintenance_mode");
        rqMaxDurationReached = scope.counter("upstream_rq_max_duration_reached");
        rqPendingFailureEject = scope.counter("upstream_rq_pending_failure_eject");
        rqPendingOverflow = scope.counter("upstream_rq_pending_overflow");
        rqPendingTotal = scope.counter("upstream_rq_pending_total");
        rqRetry = scope.counter("upstream_rq_retry");
        rqRetrySuccess = scope.counter("upstream_rq_retry_success");
        rqRetryLimitExceeded = scope.counter("upstream_rq_retry_limit_exceeded");
        rqRetryOverflow = scope.counter("upstream_rq_retry_overflow");
        rqRetryBackOffExponential = scope.counter("upstream_rq_retry_backoff_exponential");
        rqRetryBackOffRateLimited = scope.counter("upstream_rq_retry_backoff_ratelimited");
        retryOrShadowAbandoned = scope.counter("retry_or_shadow_abandoned");
        rqPerTryTimeout = scope.counter("upstream_rq_per_try_timeout");
        rqPerTryIdleTimeout = scope.counter("upstream_rq_per_try_idle_timeout");
        rqRxReset = scope.counter("upstream_rq_rx_reset");
        rqTimeout = scope.counter("upstream_rq_timeout");
        rqTotal = scope.counter("upstream_rq_total");
        rqTxReset = scope.counter("upstream_rq_tx_reset");
        cxActive = scope.gauge("upstream_cx_active");
        cxRxBytesBuffered = scope.gauge("upstream_cx_rx_bytes_buffered");
        cxTxBytesBuffered = scope.gauge("upstream_cx_tx_bytes_buffered");
        rqActive = scope.gauge("upstream_rq_active");
        rqPendingActive = scope.gauge("upstream_rq_pending_active");
        cxConnectMillis = scope.histogram("upstream_cx_connect_ms", Histogram.Unit.MILLISECONDS);
        cxLengthMillis = scope.histogram("upstream_cx_length_ms", Histogram.Unit.MILLISECONDS);
        rqPerCx = scope.histogram("upstream_rq_per_cx", Histogram.Unit.UNSPECIFIED);
    }
}
