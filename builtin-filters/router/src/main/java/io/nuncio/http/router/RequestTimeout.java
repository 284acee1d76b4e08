package io.nuncio.http.router;

import io.nuncio.spi.HeaderName;
import io.nuncio.spi.HeaderNames;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.host.RouteEntry;

/// How long a request may take, and each attempt: as the route says, unless a trusted header says
/// otherwise. Times are in nanoseconds, 0 for no limit.
final class RequestTimeout {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private static final HeaderNames FOR_THIS_ROUTER =
            HeaderNames.of(
                    HeaderName.X_ENVOY_UPSTREAM_RQ_TIMEOUT_MS,
                    HeaderName.X_ENVOY_UPSTREAM_RQ_PER_TRY_TIMEOUT_MS,
                    HeaderName.X_ENVOY_UPSTREAM_RQ_TIMEOUT_ALT_RESPONSE,
                    HeaderName.X_ENVOY_UPSTREAM_ALT_STAT_NAME,
                    HeaderName.X_ENVOY_HEDGE_ON_PER_TRY_TIMEOUT);

    private RequestTimeout() {}

    /// For the whole request.
    static long total(RouteEntry route, RequestHeaders headers, RouterConfig config) {
        HeaderName asked =
                config.respectExpectedTimeout()
                                && headers.contains(HeaderName.X_ENVOY_EXPECTED_RQ_TIMEOUT_MS)
                        ? HeaderName.X_ENVOY_EXPECTED_RQ_TIMEOUT_MS
                        : HeaderName.X_ENVOY_UPSTREAM_RQ_TIMEOUT_MS;
        return nanos(headers, asked, route.timeoutNanos());
    }

    /// For one attempt; not looked at unless it is shorter than the whole.
    ///
    /// @param total of the whole request
    static long perTry(RouteEntry route, RequestHeaders headers, long total) {
        long nanos =
                nanos(
                        headers,
                        HeaderName.X_ENVOY_UPSTREAM_RQ_PER_TRY_TIMEOUT_MS,
                        route.retryPolicy().perTryTimeoutNanos());
        return nanos >= total && total > 0 ? 0 : nanos;
    }

    /// True if a slow attempt goes on while another one is made.
    static boolean hedge(RouteEntry route, RequestHeaders headers) {
        if (headers.is(HeaderName.X_ENVOY_HEDGE_ON_PER_TRY_TIMEOUT, "true")) {
            return true;
        }
        return route.hedgeOnPerTryTimeout()
                && !headers.is(HeaderName.X_ENVOY_HEDGE_ON_PER_TRY_TIMEOUT, "false");
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

    /// Removes what was asked of this router.
    static void removeHeaders(RequestHeaders headers) {
        headers.removeAll(FOR_THIS_ROUTER);
    }

    /// Tells the upstream how long it has.
    ///
    /// @param perTry of one attempt; 0 if only the whole is limited
    /// @param elapsed of the total
    static void tellUpstream(RequestHeaders headers, long total, long perTry, long elapsed) {
        long expected = (perTry == 0 ? total : perTry) / NANOS_PER_MILLI;
        if (expected <= 0) {
            return;
        }
        if (total > 0) {
            long left = (total - elapsed) / NANOS_PER_MILLI;
            // No time at all would mean any time.
            expected = Math.max(1, Math.min(expected, left));
        }
        headers.setLong(HeaderName.X_ENVOY_EXPECTED_RQ_TIMEOUT_MS, expected);
    }
}
