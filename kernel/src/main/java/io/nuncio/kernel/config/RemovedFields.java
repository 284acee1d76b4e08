package io.nuncio.kernel.config;

import org.jspecify.annotations.Nullable;

/// What took the place of fields that older configurations use and Envoy removed.
final class RemovedFields {
    private RemovedFields() {}

    /// A hint for the field, or null.
    static @Nullable String hint(String message, String field) {
        return switch (field) {
            case "config" -> "Envoy removed it with API version 2, use `typed_config` with `@type`";
            case "tls_context" ->
                    "Envoy removed it with API version 2, use `transport_socket` with the type"
                            + " envoy.extensions.transport_sockets.tls.v3."
                            + (message.endsWith("Cluster")
                                    ? "UpstreamTlsContext"
                                    : "DownstreamTlsContext");
            case "hosts" ->
                    message.endsWith(".Cluster")
                            ? "Envoy removed it with API version 2, use `load_assignment`"
                            : null;
            case "access_log_path" ->
                    message.endsWith(".Admin")
                            ? "Envoy removed it, use `access_log` with the file access logger"
                            : null;
            case "runtime" ->
                    message.endsWith(".Bootstrap")
                            ? "Envoy removed it, use `layered_runtime`"
                            : null;
            case "regex" ->
                    message.endsWith(".RouteMatch") || message.endsWith(".StringMatcher")
                            ? "Envoy removed it with API version 2, use `safe_regex`"
                            : null;
            case "per_filter_config" ->
                    "Envoy removed it with API version 2, use `typed_per_filter_config`";
            default -> null;
        };
    }
}
