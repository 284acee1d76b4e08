package io.nuncio.http.router;

import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Set;

/// Checks the values of `x-envoy-*` request headers that the configuration wants checked
/// (`strict_check_headers`).
final class StrictHeaders {
    private static final Set<String> RETRY_ON =
            Set.of(
                    "5xx",
                    "gateway-error",
                    "connect-failure",
                    "refused-stream",
                    "retriable-4xx",
                    "reset",
                    "reset-before-request",
                    "http3-post-connect-failure",
                    "retriable-status-codes",
                    "retriable-headers",
                    "envoy-ratelimited");
    private static final Set<String> RETRY_GRPC_ON =
            Set.of(
                    "cancelled",
                    "deadline-exceeded",
                    "internal",
                    "resource-exhausted",
                    "unavailable");

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
            case "x-envoy-retry-on" -> allIn(RETRY_ON, value);
            case "x-envoy-retry-grpc-on" -> allIn(RETRY_GRPC_ON, value);
            default -> true;
        };
    }

    private static boolean allIn(Set<String> known, String value) {
        for (String part : value.split(",")) {
            if (!known.contains(part.strip())) {
                return false;
            }
        }
        return true;
    }
}
