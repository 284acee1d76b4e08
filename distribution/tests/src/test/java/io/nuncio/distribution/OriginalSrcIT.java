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
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// An upstream that sees the addresses of the proxy's clients.
class OriginalSrcIT {
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

    /// Answers each request with the address that it comes from.
    private static Void serve(Socket socket) throws IOException {
        String body = socket.getInetAddress().getHostAddress();
        try (socket) {
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.isEmpty()) {
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
                    - name: envoy.filters.listener.original_src
                      typed_config:
                        "@type": type.googleapis.com/envoy.extensions.filters.listener.original_src.v3.OriginalSrc
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
                        """
                                .formatted(upstream.getLocalPort());
        return NuncioServer.start(Distribution.HOME.resolve("bundles"), yaml, "--concurrency", "1");
    }

    private static RawClient client(NuncioServer proxy, String source) throws IOException {
        InetSocketAddress to = proxy.address("in");
        var socket = new Socket(to.getAddress(), to.getPort(), InetAddress.ofLiteral(source), 0);
        socket.setSoTimeout(RawClient.TIMEOUT_MILLIS);
        return RawClient.over(socket);
    }

    @Test
    void aRawConnectionComesFromThePeersAddress() throws Exception {
        try (NuncioServer proxy = start(TCP);
                RawClient client = client(proxy, "127.0.0.9")) {
            assertThat(client.exchange(REQUEST).bodyText()).isEqualTo("127.0.0.9");
        }
    }

    @Test
    void requestsOfDifferentPeersDoNotShareAConnection() throws Exception {
        try (NuncioServer proxy = start(HTTP);
                RawClient one = client(proxy, "127.0.0.9");
                RawClient other = client(proxy, "127.0.0.10");
                RawClient same = client(proxy, "127.0.0.9")) {
            assertThat(one.exchange(REQUEST).bodyText()).isEqualTo("127.0.0.9");
            assertThat(other.exchange(REQUEST).bodyText()).isEqualTo("127.0.0.10");
            assertThat(same.exchange(REQUEST).bodyText()).isEqualTo("127.0.0.9");
            assertThat(proxy.stat("cluster.service.upstream_cx_total")).isEqualTo(2);
        }
    }
}
