package io.nuncio.listener.httpinspector;

import io.nuncio.spi.Counter;
import io.nuncio.spi.StatsScope;

/// Envoy's `http_inspector.` statistics.
///
/// @param readError request lines that were too long
record HttpInspectorStats(
        Counter readError,
        Counter http10Found,
        Counter http11Found,
        Counter http2Found,
        Counter httpNotFound) {
    static HttpInspectorStats in(StatsScope scope) {
        return new HttpInspectorStats(
                scope.counter("read_error"),
                scope.counter("http10_found"),
                scope.counter("http11_found"),
                scope.counter("http2_found"),
                scope.counter("http_not_found"));
    }
}
