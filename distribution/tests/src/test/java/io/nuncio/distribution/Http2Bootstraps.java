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

    /// A listener `l` in front of one HTTP/2 upstream; a request goes to the cluster that its path
    /// begins with. What waits for a client has small buffers.
    ///
    /// @param clusters pairs of a name and its options of HTTP/2
    static String clusters(int upstreamPort, Path log, String... clusters) {
        var routes = new StringBuilder();
        var all = new StringBuilder();
        for (int index = 0; index < clusters.length; index += 2) {
            String name = clusters[index];
            routes.append("- match: { prefix: \"/%s/\" }\n".formatted(name))
                    .append("  route: { cluster: %s, timeout: 0s }\n".formatted(name));
            all.append(
                    cluster(
                            name,
                            upstreamPort,
                            "http2_protocol_options: { %s }".formatted(clusters[index + 1])));
        }
        return """
        static_resources:
          listeners:
        %s
          clusters:
        %s
        """
                .formatted(
                        listener(
                                "l",
                                "HTTP2",
                                log,
                                "initial_stream_window_size: 65535",
                                routes.toString()),
                        all);
    }

    /// A listener (`stat_prefix: t`) whose requests go to the cluster `c`.
    ///
    /// @param options of HTTP/2, such as `max_concurrent_streams: 1`
    static String listener(String name, String codecType, Path log, String options) {
        return listener(
                name,
                codecType,
                log,
                options,
                """
                - match: { prefix: "/" }
                  route: { cluster: c }
                """);
    }

    /// @param routes each in a line or more
    static String listener(String name, String codecType, Path log, String options, String routes) {
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
        %s
                  http_filters:
                  - name: envoy.filters.http.router
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
        """
                .formatted(name, codecType, options, log, routes.indent(14).stripTrailing())
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
