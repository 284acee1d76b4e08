package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/// An upstream that wants PROXY headers, behind a proxy that gets some.
class UpstreamProxyProtocolIT {
    private static final String HTTP =
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

    private static final String TCP =
            """
                  - name: envoy.filters.network.tcp_proxy
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                      stat_prefix: p
                      cluster: service
            """;

    private static final String REQUEST = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicInteger connections = new AtomicInteger();
    private ServerSocket upstream;

    @BeforeEach
    void listen() throws IOException {
        upstream = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        threads.submit(() -> {
            while (true) {
                Socket socket = upstream.accept();
                threads.submit(() -> serve(socket));
            }
        });
    }

    @AfterEach
    void stop() throws IOException {
        upstream.close();
        threads.shutdownNow();
    }

    /// Answers each request with the header of its connection and the connection's number.
    private Void serve(Socket socket) throws IOException {
        int number = connections.incrementAndGet();
        try (socket) {
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
            String header = in.readLine();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.isEmpty()) {
                    String body = header + " on " + number;
                    socket.getOutputStream()
                            .write(
                                    ("HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s"
                                                    .formatted(body.length(), body))
                                            .getBytes(ISO_8859_1));
                }
            }
        }
        return null;
    }

    private NuncioServer start(String filter) throws Exception {
        String yaml =
                """
                static_resources:
                  listeners:
                  - name: in
                    address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
                    listener_filters:
                    - name: envoy.filters.listener.proxy_protocol
                      typed_config:
                        "@type": type.googleapis.com/envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol
                    filter_chains:
                    - filters:
                """
                        + filter
                        + """
                          clusters:
                          - name: service
                            connect_timeout: 5s
                            load_assignment:
                              cluster_name: service
                              endpoints:
                              - lb_endpoints:
                                - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %d } } }
                            transport_socket:
                              name: envoy.transport_sockets.upstream_proxy_protocol
                              typed_config:
                                "@type": type.googleapis.com/envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport
                                config: { version: V1 }
                                transport_socket:
                                  name: envoy.transport_sockets.raw_buffer
                                  typed_config:
                                    "@type": type.googleapis.com/envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer
                        """
                                .formatted(upstream.getLocalPort());
        return NuncioServer.start(Distribution.HOME.resolve("bundles"), yaml, "--concurrency", "1");
    }

    private static RawClient client(NuncioServer proxy, String source, int port) {
        return proxy.client("in")
                .send("PROXY TCP4 %s 198.51.100.1 %d 443\r\n".formatted(source, port));
    }

    @Test
    void requestsOfDifferentDownstreamsDoNotShareAConnection() throws Exception {
        try (NuncioServer proxy = start(HTTP);
                RawClient one = client(proxy, "192.0.2.7", 4711);
                RawClient other = client(proxy, "192.0.2.8", 4711)) {
            String first = "PROXY TCP4 192.0.2.7 198.51.100.1 4711 443 on 1";
            assertThat(one.exchange(REQUEST).bodyText()).isEqualTo(first);
            assertThat(other.exchange(REQUEST).bodyText())
                    .isEqualTo("PROXY TCP4 192.0.2.8 198.51.100.1 4711 443 on 2");
            assertThat(one.exchange(REQUEST).bodyText()).isEqualTo(first);
            assertThat(proxy.stat("cluster.service.upstream_cx_total")).isEqualTo(2);
        }
    }

    @Test
    void aRawConnectionBeginsWithTheHeaderToo() throws Exception {
        try (NuncioServer proxy = start(TCP);
                RawClient client = client(proxy, "192.0.2.7", 4711)) {
            assertThat(client.exchange(REQUEST).bodyText())
                    .isEqualTo("PROXY TCP4 192.0.2.7 198.51.100.1 4711 443 on 1");
        }
    }
}
