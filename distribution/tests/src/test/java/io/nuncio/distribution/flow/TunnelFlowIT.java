package io.nuncio.distribution.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.distribution.Distribution;
import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Much through a tunnel over HTTP/2, whose windows hold back whoever is faster than the other.
class TunnelFlowIT {
    private static final int BYTES = 16 * 1024 * 1024;
    private static final int LIMIT = 64 * 1024;

    @TempDir Path folder;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final BlockingQueue<Long> received = new LinkedBlockingQueue<>();
    private FlowUpstream upstream;
    private NuncioServer server;

    @AfterEach
    void stop() {
        server.close();
        upstream.close();
        threads.shutdownNow();
    }

    private void start(FlowUpstream.Handler handler) throws Exception {
        Path address = folder.resolve("up");
        upstream = Http2Peers.upstream(address, BYTES, handler);
        server =
                NuncioServer.start(
                        Distribution.HOME.resolve("bundles"),
                        """
                        static_resources:
                          listeners:
                          - name: in
                            address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
                            per_connection_buffer_limit_bytes: %1$d
                            filter_chains:
                            - filters:
                              - name: envoy.filters.network.tcp_proxy
                                typed_config:
                                  "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                                  stat_prefix: p
                                  cluster: service
                                  tunneling_config: { hostname: "a.example:443" }
                          clusters:
                          - name: service
                            per_connection_buffer_limit_bytes: %1$d
                            typed_extension_protocol_options:
                              envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                                "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                                explicit_http_config: { http2_protocol_options: { initial_stream_window_size: 65535 } }
                            load_assignment:
                              cluster_name: service
                              endpoints:
                              - lb_endpoints:
                                - endpoint: { address: { pipe: { path: "%2$s" } } }
                        """
                                .formatted(LIMIT, address));
    }

    private static long drain(InputStream in) throws IOException {
        return in.transferTo(OutputStream.nullOutputStream());
    }

    private static <T> T done(Future<T> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }

    private Future<?> sends(RawClient client) {
        return threads.submit(() -> {
            Flow.write(client.socket().getOutputStream(), BYTES);
            client.halfClose();
            return null;
        });
    }

    @Test
    void muchPassesBothWaysAtOnce() throws Exception {
        start(exchange -> {
            OutputStream out = exchange.out();
            threads.submit(() -> received.add(drain(exchange.in())));
            Flow.write(out, BYTES);
        });
        try (RawClient client = server.client("in")) {
            Future<?> sent = sends(client);

            assertThat(drain(client.socket().getInputStream())).isEqualTo(BYTES);
            done(sent);
            assertThat(received.poll(30, TimeUnit.SECONDS)).isEqualTo(BYTES);
        }
        server.awaitStat("cluster.service.upstream_rq_active", 0);
        server.awaitStat("cluster.service.upstream_rq_tx_reset", 0);
    }

    @Test
    void aClientThatDoesNotReadStopsItsUpstream() throws Exception {
        start(exchange -> {
            Flow.write(exchange.out(), BYTES);
            received.add(drain(exchange.in()));
        });
        try (RawClient client = server.client("in")) {
            Future<?> sent = sends(client);
            server.awaitStat(
                    "cluster.service.upstream_flow_control_paused_reading_total",
                    count -> count > 0,
                    "the upstream is not read any more");
            assertThat(received).isEmpty();

            assertThat(drain(client.socket().getInputStream())).isEqualTo(BYTES);
            done(sent);
            assertThat(received.poll(30, TimeUnit.SECONDS)).isEqualTo(BYTES);
        }
        server.awaitStat("cluster.service.upstream_rq_active", 0);
    }

    @Test
    void anUpstreamThatDoesNotReadStopsItsClient() throws Exception {
        var go = new CountDownLatch(1);
        start(exchange -> {
            OutputStream out = exchange.out();
            await(go);
            received.add(drain(exchange.in()));
            Flow.write(out, BYTES);
        });
        try (RawClient client = server.client("in")) {
            Future<?> sent = sends(client);
            server.awaitStat(
                    "tcp.p.downstream_flow_control_paused_reading_total",
                    count -> count > 0,
                    "the client is not read any more");
            assertThat(server.stat("tcp.p.downstream_cx_rx_bytes_total")).isLessThan(BYTES / 2);
            go.countDown();

            assertThat(received.poll(30, TimeUnit.SECONDS)).isEqualTo(BYTES);
            assertThat(drain(client.socket().getInputStream())).isEqualTo(BYTES);
            done(sent);
        }
        server.awaitStat("cluster.service.upstream_rq_active", 0);
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
