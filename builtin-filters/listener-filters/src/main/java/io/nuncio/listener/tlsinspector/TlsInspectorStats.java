package io.nuncio.listener.tlsinspector;

import io.nuncio.spi.Counter;
import io.nuncio.spi.Histogram;
import io.nuncio.spi.StatsScope;

/// Envoy's `tls_inspector.` statistics.
///
/// @param bytesProcessed how many bytes decided
record TlsInspectorStats(
        Counter clientHelloTooLarge,
        Counter tlsFound,
        Counter tlsNotFound,
        Counter alpnFound,
        Counter alpnNotFound,
        Counter sniFound,
        Counter sniNotFound,
        Histogram bytesProcessed) {
    static TlsInspectorStats in(StatsScope scope) {
        return new TlsInspectorStats(
                scope.counter("client_hello_too_large"),
                scope.counter("tls_found"),
                scope.counter("tls_not_found"),
                scope.counter("alpn_found"),
                scope.counter("alpn_not_found"),
                scope.counter("sni_found"),
                scope.counter("sni_not_found"),
                scope.histogram("bytes_processed", Histogram.Unit.BYTES));
    }
}
