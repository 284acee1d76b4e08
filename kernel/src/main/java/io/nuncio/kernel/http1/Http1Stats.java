package io.nuncio.kernel.http1;

import io.nuncio.spi.Counter;
import io.nuncio.spi.StatsScope;

/// `http1.*`, Envoy's names.
record Http1Stats(
        Counter droppedHeadersWithUnderscores,
        Counter metadataNotSupportedError,
        Counter requestsRejectedWithUnderscoresInHeaders,
        Counter responseFlood) {
    static Http1Stats in(StatsScope scope) {
        return new Http1Stats(
                scope.counter("http1.dropped_headers_with_underscores"),
                scope.counter("http1.metadata_not_supported_error"),
                scope.counter("http1.requests_rejected_with_underscores_in_headers"),
                scope.counter("http1.response_flood"));
    }
}
