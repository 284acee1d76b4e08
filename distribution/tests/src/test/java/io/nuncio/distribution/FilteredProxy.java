package io.nuncio.distribution;

import io.nuncio.testkit.FakeUpstream;
import io.nuncio.testkit.HttpMessage;
import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;

/// A proxy with one HTTP filter before its router, one upstream that answers everything with 200,
/// and a client.
final class FilteredProxy implements AutoCloseable {
    private final FakeUpstream upstream = FakeUpstream.answering("hello");
    private final NuncioServer server;

    /// @param filter the filter's name, its configuration's type and what is in it
    /// @param levels what the virtual host and the route have besides, as flow mappings' contents;
    ///   empty for nothing
    FilteredProxy(String filter, String type, String config, String hostLevel, String routeLevel)
            throws Exception {
        this(filter, type, config, hostLevel, "", routeLevel);
    }

    /// @param action what the route's action has besides the cluster
    FilteredProxy(
            String filter,
            String type,
            String config,
            String hostLevel,
            String action,
            String routeLevel)
            throws Exception {
        server =
                NuncioServer.start(
                        Distribution.HOME.resolve("bundles"),
                        """
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
                                  route_config:
                                    virtual_hosts:
                                    - { name: all, domains: ["*"], %s routes: [{ match: { prefix: / }, route: { cluster: c, %s }, %s }] }
                                  http_filters:
                                  - name: %s
                                    typed_config: { "@type": type.googleapis.com/%s, %s }
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
                                .formatted(
                                        hostLevel.isEmpty() ? "" : hostLevel + ",",
                                        action,
                                        routeLevel,
                                        filter,
                                        type,
                                        config,
                                        upstream.port()));
    }

    FakeUpstream upstream() {
        return upstream;
    }

    NuncioServer server() {
        return server;
    }

    /// One request on a connection of its own.
    HttpMessage exchange(String startLine, String... headers) {
        try (RawClient client = server.client("l")) {
            return client.exchange(request(startLine, headers));
        }
    }

    static String request(String startLine, String... headers) {
        var request = new StringBuilder(startLine).append(" HTTP/1.1\r\nhost: a\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        return request.append("\r\n").toString();
    }

    @Override
    public void close() throws Exception {
        server.close();
        upstream.close();
    }
}
