package io.nuncio.spi.host;

import org.jspecify.annotations.Nullable;

import java.util.Set;

/// What a retry policy may want to be tried again, under Envoy's names.
public enum RetryOn {
    SERVER_ERROR("5xx"),
    GATEWAY_ERROR("gateway-error"),
    RESET("reset"),
    RESET_BEFORE_REQUEST("reset-before-request"),
    CONNECT_FAILURE("connect-failure"),
    ENVOY_RATELIMITED("envoy-ratelimited"),
    RETRIABLE_4XX("retriable-4xx"),
    REFUSED_STREAM("refused-stream"),
    RETRIABLE_STATUS_CODES("retriable-status-codes"),
    RETRIABLE_HEADERS("retriable-headers"),
    HTTP3_POST_CONNECT_FAILURE("http3-post-connect-failure"),
    GRPC_CANCELLED("cancelled", 1),
    GRPC_DEADLINE_EXCEEDED("deadline-exceeded", 4),
    GRPC_RESOURCE_EXHAUSTED("resource-exhausted", 8),
    GRPC_INTERNAL("internal", 13),
    GRPC_UNAVAILABLE("unavailable", 14);

    private static final int NOT_GRPC = -1;

    private final String text;
    private final int grpcStatus;

    RetryOn(String text) {
        this(text, NOT_GRPC);
    }

    RetryOn(String text, int grpcStatus) {
        this.text = text;
        this.grpcStatus = grpcStatus;
    }

    /// Envoy's name.
    public String text() {
        return text;
    }

    /// True for a condition on the gRPC status.
    public boolean grpc() {
        return grpcStatus != NOT_GRPC;
    }

    /// The gRPC status that is tried again, -1 for a condition that is none of gRPC's.
    public int grpcStatus() {
        return grpcStatus;
    }

    /// Reads a list such as `5xx, reset` of conditions that are not gRPC's (`x-envoy-retry-on`).
    ///
    /// @param found gets what is known
    /// @return the first name that is unknown, null if all are known
    public static @Nullable String parse(String list, Set<RetryOn> found) {
        return parse(list, found, false, true);
    }

    /// The same for gRPC's conditions alone (`x-envoy-retry-grpc-on`).
    public static @Nullable String parseGrpc(String list, Set<RetryOn> found) {
        return parse(list, found, true, false);
    }

    /// The same for conditions of both kinds (a retry policy's `retry_on`).
    public static @Nullable String parseAny(String list, Set<RetryOn> found) {
        return parse(list, found, true, true);
    }

    private static @Nullable String parse(
            String list, Set<RetryOn> found, boolean grpc, boolean others) {
        String unknown = null;
        for (int start = 0; start <= list.length(); ) {
            int comma = list.indexOf(',', start);
            int end = comma < 0 ? list.length() : comma;
            String name = list.substring(start, end).strip();
            start = end + 1;
            if (name.isEmpty()) {
                continue;
            }
            RetryOn one = named(name);
            if (one != null && (one.grpc() ? grpc : others)) {
                found.add(one);
            } else if (unknown == null) {
                unknown = name;
            }
        }
        return unknown;
    }

    private static @Nullable RetryOn named(String name) {
        for (RetryOn one : values()) {
            if (one.text.equals(name)) {
                return one;
            }
        }
        return null;
    }
}
