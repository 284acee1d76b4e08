package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.nuncio.testkit.ClosedPort;
import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/// TCP through the proxy, between sockets.
class TcpProxyIT {
    private static final int MEGABYTES = 32;
    private static final byte[] PIECE = new byte[64 * 1024];

    @TempDir Path folder;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private ServerSocket upstream;
    private NuncioServer server;

    @BeforeEach
    void start() throws Exception {
        upstream = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        server = start(config(upstream.getLocalPort()));
    }

    private static NuncioServer start(String config) throws Exception {
        return NuncioServer.start(
                Distribution.HOME.resolve("bundles"), config, "--file-flush-interval-msec", "50");
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        upstream.close();
        threads.shutdownNow();
    }

    private String config(int port) {
        return """
        static_resources:
          listeners:
          - name: in
            address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
            filter_chains:
            - filters:
              - name: envoy.filters.network.tcp_proxy
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                  stat_prefix: p
                  cluster: service
                  max_connect_attempts: 2
                  access_log:
                  - name: envoy.access_loggers.file
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
                      path: %s
                      log_format:
                        text_format_source:
                          inline_string: "%%BYTES_RECEIVED%% %%BYTES_SENT%% %%UPSTREAM_CLUSTER%% %%UPSTREAM_HOST%% %%RESPONSE_FLAGS%% %%UPSTREAM_WIRE_BYTES_SENT%%/%%UPSTREAM_WIRE_BYTES_RECEIVED%%/%%DOWNSTREAM_WIRE_BYTES_RECEIVED%%/%%DOWNSTREAM_WIRE_BYTES_SENT%% %%ACCESS_LOG_TYPE%%\\n"
          clusters:
          - name: service
            connect_timeout: 5s
            load_assignment:
              cluster_name: service
              endpoints:
              - lb_endpoints:
                - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %d } } }
        """
                .formatted(folder.resolve("log"), port);
    }

    /// The upstream does something with its next connection.
    private <T> Future<T> upstreamDoes(Task<T> task) {
        return threads.submit(() -> {
            try (Socket socket = upstream.accept()) {
                return task.with(socket);
            }
        });
    }

    private interface Task<T> {
        T with(Socket socket) throws IOException;
    }

    private static <T> T done(Future<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }

    private List<String> logged(int connections) throws Exception {
        return LogLines.await(folder.resolve("log"), connections);
    }

    @Test
    void aQuestionAndItsAnswerPassWithAnEndOnBothSides() throws Exception {
        Future<String> asked =
                upstreamDoes(socket -> {
                    String all = new String(socket.getInputStream().readAllBytes(), US_ASCII);
                    socket.getOutputStream().write("answer".getBytes(US_ASCII));
                    return all;
                });
        try (RawClient client = server.client("in")) {
            client.send("question").halfClose();

            assertThat(new String(client.readToEnd(), US_ASCII)).isEqualTo("answer");
        }
        assertThat(done(asked)).isEqualTo("question");
        assertThat(logged(1))
                .containsExactly(
                        "8 6 service 127.0.0.1:%d - 8/6/8/6 TcpConnectionEnd"
                                .formatted(upstream.getLocalPort()));
        server.awaitStat("tcp.p.downstream_cx_total", 1);
        server.awaitStat("cluster.service.upstream_cx_active", 0);
        server.awaitStat("cluster.service.upstream_cx_tx_bytes_total", 8);
        server.awaitStat("cluster.service.upstream_cx_rx_bytes_total", 6);
        server.awaitStat("cluster.service.upstream_rq_active", 0);
    }

    @Test
    void theUpstreamMaySpeakFirstAndEndFirst() throws Exception {
        Future<String> heard =
                upstreamDoes(socket -> {
                    socket.getOutputStream().write("hello".getBytes(US_ASCII));
                    socket.shutdownOutput();
                    return new String(socket.getInputStream().readAllBytes(), US_ASCII);
                });
        try (RawClient client = server.client("in")) {
            String said = new String(client.readToEnd(), US_ASCII);
            client.send("still here").halfClose();

            assertThat(said).isEqualTo("hello");
            assertThat(done(heard)).isEqualTo("still here");
        }
    }

    @Test
    void muchPassesBothWaysAtOnce() throws Exception {
        Future<Long> up =
                upstreamDoes(socket -> {
                    Future<Long> read = threads.submit(() -> drain(socket.getInputStream()));
                    fill(socket.getOutputStream());
                    socket.shutdownOutput();
                    try {
                        return done(read);
                    } catch (Exception failed) {
                        throw new IOException(failed);
                    }
                });
        try (RawClient client = server.client("in")) {
            Future<Long> down = threads.submit(() -> drain(client.socket().getInputStream()));
            fill(client.socket().getOutputStream());
            client.halfClose();

            assertThat(done(down)).isEqualTo(MEGABYTES * 1024 * 1024L);
            assertThat(done(up)).isEqualTo(MEGABYTES * 1024 * 1024L);
        }
        server.awaitStat("cluster.service.upstream_cx_active", 0);
    }

    private static void fill(OutputStream out) throws IOException {
        for (int sent = 0; sent < MEGABYTES * 1024 * 1024; sent += PIECE.length) {
            out.write(PIECE);
        }
    }

    private static long drain(InputStream in) throws IOException {
        return in.transferTo(OutputStream.nullOutputStream());
    }

    @Test
    void aClientThatLeavesTakesTheUpstreamWithIt() throws Exception {
        Future<Integer> end =
                upstreamDoes(socket -> {
                    socket.getInputStream().readNBytes(1);
                    socket.getOutputStream().write('!');
                    return socket.getInputStream().read();
                });
        RawClient client = server.client("in");
        client.send("?");
        assertThat(client.socket().getInputStream().read()).isEqualTo('!');
        client.close();

        assertThat(done(end)).isEqualTo(-1);
        server.awaitStat("cluster.service.upstream_cx_active", 0);
    }

    @Test
    void aHostThatRefusesIsTriedAgainAndThenTheConnectionEnds() throws Exception {
        server.close();
        try (ClosedPort nobody = ClosedPort.take()) {
            server = start(config(nobody.port()));
            try (RawClient client = server.client("in")) {
                assertThat(client.closedByPeer()).isTrue();
            }
        }

        assertThat(logged(1))
                .singleElement()
                .asString()
                .contains("service", "UF,URX 0/0/0/0 TcpConnectionEnd");
        server.awaitStat("cluster.service.upstream_cx_connect_fail", 2);
        server.awaitStat("cluster.service.upstream_cx_connect_attempts_exceeded", 1);
    }

    @Test
    void connectionsBeyondTheCircuitBreakerAreRefused() throws Exception {
        server.close();
        server =
                start(
                        config(upstream.getLocalPort())
                                .replace(
                                        "connect_timeout: 5s",
                                        "circuit_breakers: { thresholds: [{ max_connections: 1"
                                                + " }] }"));
        Future<Integer> held = upstreamDoes(socket -> socket.getInputStream().read());
        try (RawClient first = server.client("in");
                RawClient second = connectAfterTheFirst()) {
            assertThat(second.closedByPeer()).isTrue();
            first.halfClose();

            assertThat(done(held)).isEqualTo(-1);
        }
        server.awaitStat("cluster.service.upstream_cx_overflow", 1);
        assertThat(logged(2))
                .filteredOn(line -> line.contains("UO 0/0/0/0 TcpConnectionEnd"))
                .hasSize(1);
    }

    private RawClient connectAfterTheFirst() {
        server.awaitStat("cluster.service.upstream_cx_active", 1);
        InetSocketAddress address = server.address("in");
        return RawClient.connect(address);
    }
}
