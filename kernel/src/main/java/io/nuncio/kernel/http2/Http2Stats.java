package io.nuncio.kernel.http2;

import io.nuncio.spi.Counter;
import io.nuncio.spi.Gauge;
import io.nuncio.spi.StatsScope;

/// `http2.*`, Envoy's names.
record Http2Stats(
        Counter droppedHeadersWithUnderscores,
        Counter goAwaySent,
        Counter goAwayGracefulSent,
        Counter headerOverflow,
        Counter inboundEmptyFramesFlood,
        Counter inboundPriorityFramesFlood,
        Counter inboundWindowUpdateFramesFlood,
        Counter keepaliveTimeout,
        Counter outboundControlFlood,
        Counter outboundFlood,
        Counter requestsRejectedWithUnderscoresInHeaders,
        Counter rxMessagingError,
        Counter rxReset,
        Counter streamRefusedErrors,
        Counter trailers,
        Counter txFlushTimeout,
        Counter txReset,
        Gauge streamsActive,
        Gauge pendingSendBytes,
        Gauge deferredStreamClose) {
    static Http2Stats in(StatsScope scope) {
        return new Http2Stats(
                scope.counter("http2.dropped_headers_with_underscores"),
                scope.counter("http2.goaway_sent"),
                scope.counter("http2.goaway_graceful_sent"),
                scope.counter("http2.header_overflow"),
                scope.counter("http2.inbound_empty_frames_flood"),
                scope.counter("http2.inbound_priority_frames_flood"),
                scope.counter("http2.inbound_window_update_frames_flood"),
                scope.counter("http2.keepalive_timeout"),
                scope.counter("http2.outbound_control_flood"),
                scope.counter("http2.outbound_flood"),
                scope.counter("http2.requests_rejected_with_underscores_in_headers"),
                scope.counter("http2.rx_messaging_error"),
                scope.counter("http2.rx_reset"),
                scope.counter("http2.stream_refused_errors"),
                scope.counter("http2.trailers"),
                scope.counter("http2.tx_flush_timeout"),
                scope.counter("http2.tx_reset"),
                scope.gauge("http2.streams_active"),
                scope.gauge("http2.pending_send_bytes"),
                scope.gauge("http2.deferred_stream_close"));
    }
}
