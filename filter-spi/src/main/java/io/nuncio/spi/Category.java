package io.nuncio.spi;

/// The extension categories, each with Envoy's name for it.
///
/// An extension is found by category and by the type URL of its configuration; the same type may
/// serve in two categories.
public enum Category {
    HTTP_FILTER("envoy.filters.http"),
    UPSTREAM_HTTP_FILTER("envoy.filters.http.upstream"),
    NETWORK_FILTER("envoy.filters.network"),
    UPSTREAM_NETWORK_FILTER("envoy.filters.upstream_network"),
    LISTENER_FILTER("envoy.filters.listener"),
    UDP_LISTENER_FILTER("envoy.filters.udp_listener"),
    DOWNSTREAM_TRANSPORT_SOCKET("envoy.transport_sockets.downstream"),
    UPSTREAM_TRANSPORT_SOCKET("envoy.transport_sockets.upstream"),
    CLUSTER("envoy.clusters"),
    LOAD_BALANCER("envoy.load_balancing_policies"),
    HEALTH_CHECKER("envoy.health_checkers"),
    ACCESS_LOGGER("envoy.access_loggers"),
    ACCESS_LOG_FILTER("envoy.access_loggers.extension_filters"),
    FORMATTER("envoy.formatter"),
    REQUEST_ID("envoy.request_id"),
    UPSTREAM_OPTIONS("envoy.upstream_options"),
    TRACER("envoy.tracers"),
    STATS_SINK("envoy.stats_sinks"),
    COMPRESSOR("envoy.compression.compressor"),
    DECOMPRESSOR("envoy.compression.decompressor"),
    ORIGINAL_IP_DETECTION("envoy.http.original_ip_detection"),
    EARLY_HEADER_MUTATION("envoy.http.early_header_mutation"),
    HEADER_FORMATTER("envoy.http.stateful_header_formatters"),
    RETRY_HOST_PREDICATE("envoy.retry_host_predicates"),
    RETRY_PRIORITY("envoy.retry_priorities"),
    INTERNAL_REDIRECT_PREDICATE("envoy.internal_redirect_predicates"),
    RESOURCE_MONITOR("envoy.resource_monitors"),
    REGEX_ENGINE("envoy.regex_engines"),
    DNS_RESOLVER("envoy.network.dns_resolver"),
    MATCHER_INPUT("envoy.matching.http.input"),
    NETWORK_MATCHER_INPUT("envoy.matching.network.input"),
    INPUT_MATCHER("envoy.matching.input_matchers"),
    MATCHING_ACTION("envoy.matching.action"),
    CUSTOM_MATCHER("envoy.matching.http.custom_matchers"),
    NETWORK_CUSTOM_MATCHER("envoy.matching.network.custom_matchers"),
    BOOTSTRAP("envoy.bootstrap"),
    CERTIFICATE_VALIDATOR("envoy.tls.cert_validator"),
    CLUSTER_SPECIFIER("envoy.router.cluster_specifier_plugin"),
    PATH_MATCH("envoy.path.match"),
    PATH_REWRITE("envoy.path.rewrite"),
    RATE_LIMIT_DESCRIPTOR("envoy.rate_limit_descriptors"),
    STRING_MATCHER("envoy.string_matcher"),
    CREDENTIAL("envoy.http.injected_credentials"),
    SESSION_STATE("envoy.http.stateful_session"),
    GUARDDOG_ACTION("envoy.guarddog_actions"),
    UPSTREAM("envoy.upstreams"),
    WASM_RUNTIME("envoy.wasm.runtime"),
    RBAC_PRINCIPAL("envoy.rbac.principals"),
    RBAC_MATCHER("envoy.rbac.matchers"),
    RBAC_AUDIT_LOGGER("envoy.rbac.audit_loggers");

    private final String envoyName;

    Category(String envoyName) {
        this.envoyName = envoyName;
    }

    /// Envoy's name of the category, such as `envoy.filters.http`; what a manifest, the admin and
    /// messages say.
    public String envoyName() {
        return envoyName;
    }
}
