package io.nuncio.kernel.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Durations;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.nuncio.kernel.network.IoEngine;
import io.nuncio.kernel.network.WorkerLoops;
import io.nuncio.spi.LoadBalancerContext;
import io.nuncio.spi.Problems;
import io.nuncio.spi.host.HttpPool;
import io.nuncio.spi.host.ResetReason;
import io.nuncio.spi.host.ResourcePriority;

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
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/// The pool, the codec and the sockets together, against an upstream that says what the test says.
class UpstreamSocketsTest {
    private static final String OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi";

    private final WorkerLoops loops = WorkerLoops.create(1, IoEngine.preferred());
    private final FakePlatform platform = new FakePlatform(loops);
    private ServerSocket server;
    private volatile String answer = OK;
    private volatile boolean closeAfterAnswer;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        loops.close();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            var in =
                    new BufferedReader(
                            new InputStreamReader(
                                    socket.getInputStream(), StandardCharsets.US_ASCII));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.isEmpty()) {
                    socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                    if (closeAfterAnswer) {
                        return;
                    }
                }
            }
        } catch (IOException gone) {
            // The proxy has closed.
        }
    }

    private void serve(Consumer<Cluster.Builder> change) {
        serve(server.getLocalPort(), change);
    }

    private void serve(int port, Consumer<Cluster.Builder> change) {
        Cluster.Builder cluster = FakePlatform.cluster("c");
        change.accept(cluster);
        onLoop(
                -1,
                () -> {
                    platform.manager.load(List.of(cluster.build()), new Problems());
                    platform.manager.initialize(() -> {});
                    platform.discoveries
                            .get("c")
                            .hosts
                            .publish(0, List.of(FakePlatform.host(port)));
                });
    }

    private void onLoop(int worker, Runnable task) {
        var done = new CompletableFuture<Void>();
        (worker < 0 ? loops.main() : loops.workers().get(worker))
                .post(() -> {
                    try {
                        task.run();
                        done.complete(null);
                    } catch (Throwable failed) {
                        done.completeExceptionally(failed);
                    }
                });
        await(done);
    }

    private static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(10, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException failed) {
            throw new AssertionError(failed);
        }
    }

    /// Sends a request on the worker and waits for its end.
    private FakeRequest request() {
        var over = new CompletableFuture<Void>();
        var request =
                new FakeRequest() {
                    @Override
                    public void onFailure(
                            HttpPool.Failure why, String transport, io.nuncio.spi.Host host) {
                        super.onFailure(why, transport, host);
                        over.complete(null);
                    }

                    @Override
                    public void onReset(ResetReason reason, String transport) {
                        super.onReset(reason, transport);
                        over.complete(null);
                    }

                    @Override
                    public void onData(io.nuncio.spi.Buffer data, boolean endStream) {
                        super.onData(data, endStream);
                        if (endStream) {
                            over.complete(null);
                        }
                    }
                };
        onLoop(
                0,
                () ->
                        request.sendTo(
                                platform.manager
                                        .get("c")
                                        .httpPool(
                                                ResourcePriority.DEFAULT,
                                                null,
                                                LoadBalancerContext.NONE)));
        await(over);
        onLoop(0, () -> {}); // the round is over
        return request;
    }

    private long stat(String name) {
        return platform.stat("cluster.c." + name);
    }

    @Test
    void oneConnectionCarriesManyRequests() {
        serve(cluster -> {});
        for (int i = 0; i < 50; i++) {
            FakeRequest request = request();
            assertThat(request.complete).isTrue();
            assertThat(request.status).isEqualTo(200);
        }
        assertThat(stat("upstream_cx_total")).isEqualTo(1);
        assertThat(stat("upstream_rq_total")).isEqualTo(50);
        assertThat(stat("upstream_rq_active")).isZero();
        assertThat(stat("upstream_cx_rx_bytes_total")).isEqualTo(50L * OK.length());
        assertThat(stat("upstream_cx_tx_bytes_total")).isPositive();
    }

    @Test
    void connectionCloseIsObeyed() {
        serve(cluster -> {});
        answer = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nhi";
        request();
        request();
        assertThat(stat("upstream_cx_total")).isEqualTo(2);
        assertThat(stat("upstream_cx_close_notify")).isEqualTo(2);
        assertThat(stat("upstream_cx_active")).isZero();
    }

    @Test
    void aBodyMayEndWithTheConnection() {
        serve(cluster -> {});
        answer = "HTTP/1.1 200 OK\r\n\r\nhi";
        closeAfterAnswer = true;
        FakeRequest request = request();
        assertThat(request.complete).isTrue();
        assertThat(stat("upstream_cx_destroy_remote")).isEqualTo(1);
        assertThat(stat("upstream_cx_destroy_with_active_rq")).isZero();
    }

    @Test
    void anUpstreamThatClosesInTheMiddleOfABodyResetsTheStream() {
        serve(cluster -> {});
        answer = "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhi";
        closeAfterAnswer = true;
        assertThat(request().reset).isEqualTo(ResetReason.CONNECTION_TERMINATION);
        assertThat(stat("upstream_cx_destroy_remote_with_active_rq")).isEqualTo(1);
    }

    @Test
    void anUpstreamThatAnswersGarbageResetsTheStream() {
        serve(cluster -> {});
        answer = "what?\r\n\r\n";
        FakeRequest request = request();
        assertThat(request.reset).isEqualTo(ResetReason.PROTOCOL_ERROR);
        assertThat(request.sender.control().details()).startsWith("http1.");
        assertThat(stat("upstream_cx_protocol_error")).isEqualTo(1);
        assertThat(stat("upstream_cx_active")).isZero();
    }

    @Test
    void aRefusedConnectionSaysWhy() throws IOException {
        try (var nobody = new Socket()) {
            // Bound, so that nobody else gets the port, and not listening.
            nobody.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            serve(nobody.getLocalPort(), cluster -> {});
            FakeRequest request = request();
            assertThat(request.failure).isEqualTo(HttpPool.Failure.REMOTE_CONNECTION_FAILURE);
            assertThat(request.transportFailure).containsIgnoringCase("refused");
            assertThat(stat("upstream_cx_connect_fail")).isEqualTo(1);
            assertThat(stat("upstream_cx_active")).isZero();
        }
    }

    @Test
    void theSourceAddressIsBound() {
        serve(cluster ->
                cluster.getUpstreamBindConfigBuilder()
                        .getSourceAddressBuilder()
                        .setAddress("127.0.0.9"));
        FakeRequest request = request();
        assertThat(request.complete).isTrue();
        assertThat(request.upstream.connection().localAddress().toString())
                .startsWith("127.0.0.9:");
    }

    @Test
    void keepaliveDoesNoHarm() {
        serve(cluster ->
                cluster.setConnectTimeout(Durations.fromSeconds(1))
                        .getUpstreamConnectionOptionsBuilder()
                        .getTcpKeepaliveBuilder()
                        .setKeepaliveTime(com.google.protobuf.UInt32Value.of(7)));
        assertThat(request().complete).isTrue();
    }
}
