package io.nuncio.http.router;

import io.nuncio.spi.HeaderName;
import io.nuncio.spi.HeaderNames;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.host.RouteEntry;

/// How long a request may take: the route's timeout, unless a trusted header says otherwise.
final class RequestTimeout {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private static final HeaderNames FOR_THIS_ROUTER =
            HeaderNames.of(
                    HeaderName.X_ENVOY_UPSTREAM_RQ_TIMEOUT_MS,
                    HeaderName.X_ENVOY_UPSTREAM_RQ_PER_TRY_TIMEOUT_MS,
                    HeaderName.X_ENVOY_UPSTREAM_RQ_TIMEOUT_ALT_RESPONSE,
                    HeaderName.X_ENVOY_UPSTREAM_ALT_STAT_NAME,
                    HeaderName.X_ENVOY_MAX_RETRIES,
                    HeaderName.X_ENVOY_RETRY_ON,
                    HeaderName.X_ENVOY_RETRY_GRPC_ON,
                    HeaderName.X_ENVOY_RETRIABLE_STATUS_CODES,
                    HeaderName.X_ENVOY_RETRIABLE_HEADER_NAMES,
                    HeaderName.X_ENVOY_HEDGE_ON_PER_TRY_TIMEOUT);

    private RequestTimeout() {}

    /// The timeout in nanoseconds, 0 for none.
    static long nanos(RouteEntry route, RequestHeaders headers, RouterConfig config) {
        HeaderName asked =
                config.respectExpectedTimeout()
                                && headers.contains(HeaderName.X_ENVOY_EXPECTED_RQ_TIMEOUT_MS)
                        ? HeaderName.X_ENVOY_EXPECTED_RQ_TIMEOUT_MS
                        : HeaderName.X_ENVOY_UPSTREAM_RQ_TIMEOUT_MS;
        return nanos(headers, asked, route.timeoutNanos());
    }

    /// What a header says in milliseconds, as nanoseconds.
    ///
    /// @param otherwise the result if there is no such header or it is no number
    private static long nanos(RequestHeaders headers, HeaderName name, long otherwise) {
        long millis = headers.getLong(name, -1);
        if (millis < 0) {
            return otherwise;
        }
        return millis > Long.MAX_VALUE / NANOS_PER_MILLI ? 0 : millis * NANOS_PER_MILLI;
    }

    /// Removes what was asked of this router, and tells the upstream how long it has.
    static void finalizeHeaders(RequestHeaders headers, long timeoutNanos, RouterConfig config) {
        headers.removeAll(FOR_THIS_ROUTER);
        if (timeoutNanos > 0 && !config.suppressEnvoyHeaders()) {
            headers.setLong(
                    HeaderName.X_ENVOY_EXPECTED_RQ_TIMEOUT_MS, timeoutNanos / NANOS_PER_MILLI);
        }
    }
}
