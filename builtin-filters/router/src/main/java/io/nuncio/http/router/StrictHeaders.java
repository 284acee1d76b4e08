package io.nuncio.http.router;

import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.host.RetryOn;

import org.jspecify.annotations.Nullable;

import java.util.EnumSet;
import java.util.List;

/// Checks the values of `x-envoy-*` request headers that the configuration wants checked
/// (`strict_check_headers`).
final class StrictHeaders {
    private StrictHeaders() {}

    /// The first header whose value is not valid, null if all are.
    static @Nullable HeaderName firstInvalid(List<HeaderName> strict, RequestHeaders headers) {
        for (HeaderName name : strict) {
            String value = headers.get(name);
            if (value != null && !valid(name, value)) {
                return name;
            }
        }
        return null;
    }

    private static boolean valid(HeaderName name, String value) {
        return switch (name.toString()) {
            case "x-envoy-upstream-rq-timeout-ms",
                    "x-envoy-upstream-rq-per-try-timeout-ms",
                    "x-envoy-max-retries" ->
                    !value.isEmpty()
                            && value.length() <= 18
                            && value.chars().allMatch(c -> c >= '0' && c <= '9');
            case "x-envoy-retry-on" -> RetryOn.parse(value, EnumSet.noneOf(RetryOn.class)) == null;
            case "x-envoy-retry-grpc-on" ->
                    RetryOn.parseGrpc(value, EnumSet.noneOf(RetryOn.class)) == null;
            default -> true;
        };
    }
}
