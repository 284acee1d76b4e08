package io.nuncio.distribution;

import java.nio.file.Path;

/// Bootstraps for tests of HTTP/2.
final class Http2Bootstraps {
    private Http2Bootstraps() {}

    /// Listeners `l` and `streams` in front of an HTTP/1 cluster `c`; on the second an invalid
    /// message ends its stream only. The access log says path, status, details and flags.
    static String twoListeners(int upstreamPort, Path log) {
        return """
        static_resources:
          listeners:
        %s
        %s
          clusters:
        %s
        """
                .formatted(
                        listener("l", "HTTP2", log, ""),
                        listener(
                                "streams",
                                "HTTP2",
                                log,
                                "override_stream_error_on_invalid_http_message: true"),
                        cluster("c", upstreamPort, ""));
    }

    /// A listener (`stat_prefix: t`) whose requests go to the cluster `c`.
    ///
    /// @param options of HTTP/2, such as `max_concurrent_streams: 1`
    static String listener(String name, String codecType, Path log, String options) {
        return """
          - name: %s
            address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
            filter_chains:
            - filters:
              - name: envoy.filters.network.http_connection_manager
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: t
                  codec_type: %s
                  delayed_close_timeout: 0.25s
                  http2_protocol_options: { %s }
                  access_log:
                  - name: envoy.access_loggers.file
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
                      path: %s
                      log_format:
                        text_format_source:
                          inline_string: "%%REQ(:PATH)%% %%RESPONSE_CODE%% %%RESPONSE_CODE_DETAILS%% %%RESPONSE_FLAGS%%\\n"
                  route_config:
                    virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes:
                      - match: { prefix: "/" }
                        route: { cluster: c }
                  http_filters:
                  - name: envoy.filters.http.router
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
        """
                .formatted(name, codecType, options, log)
                .stripTrailing();
    }

    /// @param protocol `explicit_http_config`, such as `http2_protocol_options: {}`; HTTP/1 if
    ///   empty
    static String cluster(String name, int port, String protocol) {
        String cluster =
                """
                  - name: %s
                    type: STATIC
                    load_assignment:
                      cluster_name: %s
                      endpoints:
                      - lb_endpoints:
                        - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %d } } }
                """
                        .formatted(name, name, port);
        if (protocol.isEmpty()) {
            return cluster;
        }
        return cluster
                + """
                    typed_extension_protocol_options:
                      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                        "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                        explicit_http_config: { %s }
                """
                        .formatted(protocol);
    }
}
