package io.nuncio.distribution;

/// A bootstrap of one listener, `in`, whose only filter chain leads to one cluster, `service`.
final class ServiceBootstrap {
    /// The filter of a chain by which requests go to the cluster.
    static final String HTTP =
            """
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: h
                route_config:
                  virtual_hosts:
                  - name: all
                    domains: ["*"]
                    routes:
                    - match: { prefix: / }
                      route: { cluster: service }
                http_filters:
                - name: envoy.filters.http.router
                  typed_config:
                    "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
            """;

    /// The filter of a chain by which connections go to the cluster.
    static final String TCP = tcp("");

    private ServiceBootstrap() {}

    /// @param more fields of the TCP proxy, lines from column 0
    static String tcp(String more) {
        return """
        - name: envoy.filters.network.tcp_proxy
          typed_config:
            "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
            stat_prefix: p
            cluster: service
        """
                + more.indent(4);
    }

    /// All parts are lines from column 0.
    ///
    /// @param listener more fields of the listener
    /// @param filters of its chain
    /// @param cluster more fields of the cluster
    /// @param port of the cluster's one host
    static String text(String listener, String filters, String cluster, int port) {
        return """
        static_resources:
          listeners:
          - name: in
            address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
        %s    filter_chains:
            - filters:
        %s  clusters:
          - name: service
            connect_timeout: 5s
            load_assignment:
              cluster_name: service
              endpoints:
              - lb_endpoints:
                - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %d } } }
        %s\
        """
                .formatted(listener.indent(4), filters.indent(6), port, cluster.indent(4));
    }
}
