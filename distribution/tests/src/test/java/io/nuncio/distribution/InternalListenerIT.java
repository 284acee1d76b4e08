package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.FakeUpstream;
import io.nuncio.testkit.HttpMessage;
import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A request through two listeners, the second of which has no socket.
class InternalListenerIT {
    private static final String CONFIG =
            """
            admin: { address: { socket_address: { address: 127.0.0.1, port_value: 0 } } }
            bootstrap_extensions:
            - name: envoy.bootstrap.internal_listener
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.bootstrap.internal_listener.v3.InternalListener
                buffer_size_kb: %d
            static_resources:
              listeners:
              - name: outer
                address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
                filter_chains:
                - filters:
                  - name: envoy.filters.network.http_connection_manager
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                      stat_prefix: outer
                      route_config:
                        virtual_hosts:
                        - name: all
                          domains: ["*"]
                          routes: [{ match: { prefix: / }, route: { cluster: inner } }]
                      http_filters:
                      - name: envoy.filters.http.router
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
              - name: inner
                internal_listener: {}
                filter_chains:
                - filters:
                  - name: envoy.filters.network.tcp_proxy
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                      stat_prefix: inner
                      cluster: service
              clusters:
              - name: inner
                load_assignment:
                  cluster_name: inner
                  endpoints:
                  - lb_endpoints:
                    - endpoint: { address: { envoy_internal_address: { server_listener_name: inner, endpoint_id: one } } }
              - name: service
                load_assignment:
                  cluster_name: service
                  endpoints:
                  - lb_endpoints:
                    - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %d } } }
            """;

    private final FakeUpstream upstream = FakeUpstream.answering("through both");
    private NuncioServer server;

    @AfterEach
    void stop() {
        server.close();
        upstream.close();
    }

    @Test
    void aRequestGoesThroughAListenerWithoutASocket() throws Exception {
        server =
                NuncioServer.start(
                        Distribution.HOME.resolve("bundles"), CONFIG.formatted(1, upstream.port()));
        try (RawClient client = server.client("outer")) {
            for (int i = 0; i < 3; i++) {
                HttpMessage answer = client.exchange("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.bodyText()).isEqualTo("through both");
            }
            String body = "x".repeat(300_000); // far more than the buffer between the two
            HttpMessage answer =
                    client.exchange(
                            "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: "
                                    + body.length()
                                    + "\r\n\r\n"
                                    + body);
            assertThat(answer.status()).isEqualTo(200);
        }
        assertThat(server.stat("listener.envoy_internal_inner.downstream_cx_total")).isEqualTo(1);
        assertThat(server.stat("cluster.inner.upstream_cx_total")).isEqualTo(1);
        assertThat(server.stat("tcp.inner.downstream_cx_total")).isEqualTo(1);
    }
}
