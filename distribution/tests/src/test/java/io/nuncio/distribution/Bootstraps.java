package io.nuncio.distribution;

import java.nio.file.Path;

/// Bootstraps for tests, each small enough to be read.
final class Bootstraps {
    private Bootstraps() {}

    /// A listener `l` (HTTP/1, `stat_prefix: t`) in front of a cluster `c`; the access log says
    /// status, details and flags.
    ///
    /// @param action of the one route, such as `route: { cluster: c }`
    static String http1(int upstreamPort, Path log, String action) {
        return http("HTTP1", upstreamPort, log, action);
    }

    /// The same with another `codec_type`.
    static String http(String codecType, int upstreamPort, Path log, String action) {
        return """
        static_resources:
          listeners:
          - name: l
            address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
            filter_chains:
            - filters:
              - name: envoy.filters.network.http_connection_manager
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: t
                  codec_type: %s
                  access_log:
                  - name: envoy.access_loggers.file
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
                      path: %s
                      log_format:
                        text_format_source:
                          inline_string: "%%RESPONSE_CODE%% %%RESPONSE_CODE_DETAILS%% %%RESPONSE_FLAGS%%\\n"
                  route_config:
                    virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes:
                      - match: { prefix: "/" }
                        %s
                  http_filters:
                  - name: envoy.filters.http.router
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
          clusters:
          - name: c
            type: STATIC
            load_assignment:
              cluster_name: c
              endpoints:
              - lb_endpoints:
                - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %d } } }
        """
                .formatted(codecType, log, action, upstreamPort);
    }
}
