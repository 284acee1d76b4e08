package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;

/// The two halves of a TCP connection end apart, and what still flows one way is whole.
class TcpHalfCloseIT {
    private static final int BYTES = 16 * 1024 * 1024;
    private static final int PIECE = 64 * 1024;
    private static final String LIMIT = "per_connection_buffer_limit_bytes: 65536";

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private ServerSocket upstream;
    private NuncioServer server;

    @BeforeEach
    void start() throws Exception {
        upstream = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        server =
                NuncioServer.start(
                        Distribution.HOME.resolve("bundles"),
                        ServiceBootstrap.text(
                                LIMIT, ServiceBootstrap.TCP, LIMIT, upstream.getLocalPort()));
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        upstream.close();
        threads.shutdownNow();
    }

    private interface Task<T> {
        T with(Socket socket) throws Exception;
    }

    private <T> Future<T> upstreamDoes(Task<T> task) {
        return threads.submit(() -> {
            try (Socket socket = upstream.accept()) {
                return task.with(socket);
            }
        });
    }

    private static <T> T done(Future<T> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }

    /// Sends bytes of their own.
    ///
    /// @return their checksum
    private static long fill(OutputStream out, int seed, int bytes) throws IOException {
        var random = new Random(seed);
        var sum = new CRC32C();
        byte[] piece = new byte[PIECE];
        for (int sent = 0; sent < bytes; sent += PIECE) {
            random.nextBytes(piece);
            sum.update(piece);
            out.write(piece);
        }
        return sum.getValue();
    }

    private static long drain(InputStream in) throws IOException {
        var sum = new CRC32C();
        byte[] piece = new byte[PIECE];
        for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
            sum.update(piece, 0, count);
        }
        return sum.getValue();
    }

    @Test
    void whatTheUpstreamSendsAfterTheClientsEndArrivesWhole() throws Exception {
        Future<Long> sent =
                upstreamDoes(socket -> {
                    assertThat(socket.getInputStream().readAllBytes()).hasSize(3);
                    return fill(socket.getOutputStream(), 1, BYTES);
                });
        try (RawClient client = server.client("in")) {
            client.send("end").halfClose();

            assertThat(drain(client.socket().getInputStream())).isEqualTo(done(sent));
        }
        server.awaitStat("cluster.service.upstream_cx_active", 0);
        server.awaitStat("tcp.p.downstream_cx_tx_bytes_total", BYTES);
        server.awaitStat("tcp.p.downstream_cx_tx_bytes_buffered", 0);
        server.awaitStat("cluster.service.upstream_cx_rx_bytes_buffered", 0);
    }

    @Test
    void whatTheClientSendsAfterTheUpstreamsEndArrivesWhole() throws Exception {
        Future<Long> received =
                upstreamDoes(socket -> {
                    socket.getOutputStream().write('!');
                    socket.shutdownOutput();
                    return drain(socket.getInputStream());
                });
        try (RawClient client = server.client("in")) {
            assertThat(client.readToEnd()).containsExactly('!');
            long sent = fill(client.socket().getOutputStream(), 2, BYTES);
            client.halfClose();

            assertThat(done(received)).isEqualTo(sent);
            assertThat(client.closedByPeer()).isTrue();
        }
        server.awaitStat("cluster.service.upstream_cx_active", 0);
        server.awaitStat("tcp.p.downstream_cx_rx_bytes_total", BYTES);
    }

    @Test
    void bothMayEndWhileTheOtherStillSends() throws Exception {
        Future<long[]> upstreamSums =
                upstreamDoes(socket -> {
                    Future<Long> read = threads.submit(() -> drain(socket.getInputStream()));
                    long sent = fill(socket.getOutputStream(), 3, BYTES);
                    socket.shutdownOutput();
                    return new long[] {sent, done(read)};
                });
        try (RawClient client = server.client("in")) {
            Future<Long> read = threads.submit(() -> drain(client.socket().getInputStream()));
            long sent = fill(client.socket().getOutputStream(), 4, BYTES / 4);
            client.halfClose();

            assertThat(done(upstreamSums)).containsExactly(done(read), sent);
        }
        server.awaitStat("cluster.service.upstream_cx_active", 0);
    }

    @Test
    void aClientThatDoesNotReadStopsItsUpstream() throws Exception {
        var written = new AtomicLong();
        Future<Long> sent =
                upstreamDoes(socket -> {
                    socket.setSendBufferSize(PIECE);
                    var random = new Random(5);
                    var sum = new CRC32C();
                    byte[] piece = new byte[PIECE];
                    while (written.get() < 4L * BYTES) {
                        random.nextBytes(piece);
                        sum.update(piece);
                        socket.getOutputStream().write(piece);
                        written.addAndGet(PIECE);
                    }
                    return sum.getValue();
                });
        try (RawClient client = server.client("in")) {
            server.awaitStat(
                    "cluster.service.upstream_flow_control_paused_reading_total",
                    count -> count > 0,
                    "the upstream is not read any more");
            server.awaitStat(
                    "tcp.p.downstream_cx_tx_bytes_buffered",
                    bytes -> bytes > 65536 && bytes < 4 * 65536,
                    "what waits is no more than a few buffers");
            assertThat(sent.isDone()).isFalse();

            assertThat(drain(client.socket().getInputStream())).isEqualTo(done(sent));
        }
        server.awaitStat("tcp.p.downstream_cx_tx_bytes_buffered", 0);
    }

    @Test
    void anUpstreamThatDoesNotReadStopsItsClient() throws Exception {
        Future<Socket> accepted = threads.submit(() -> upstream.accept());
        try (RawClient client = server.client("in");
                Socket host = done(accepted)) {
            Future<Long> sent =
                    threads.submit(() -> {
                        long sum = fill(client.socket().getOutputStream(), 6, 4 * BYTES);
                        client.halfClose();
                        return sum;
                    });
            server.awaitStat(
                    "tcp.p.downstream_flow_control_paused_reading_total",
                    count -> count > 0,
                    "the client is not read any more");
            server.awaitStat(
                    "cluster.service.upstream_cx_tx_bytes_buffered",
                    bytes -> bytes > 65536 && bytes < 4 * 65536,
                    "what waits is no more than a few buffers");
            assertThat(sent.isDone()).isFalse();

            assertThat(drain(host.getInputStream())).isEqualTo(done(sent));
        }
        server.awaitStat("cluster.service.upstream_cx_tx_bytes_buffered", 0);
        server.awaitStat("cluster.service.upstream_cx_active", 0);
    }

    /// The client closes with what it sent on its way; a slow upstream gets all of it.
    @Test
    void whatAClientSentBeforeItLeftIsFlushed() throws Exception {
        Future<Socket> accepted = threads.submit(() -> upstream.accept());
        long sent;
        Socket host;
        try (RawClient client = server.client("in")) {
            host = done(accepted);
            sent = fill(client.socket().getOutputStream(), 7, 2 * PIECE);
        }
        try (host) {
            assertThat(drain(host.getInputStream())).isEqualTo(sent);
        }
        server.awaitStat("cluster.service.upstream_cx_active", 0);
    }

    @Test
    void whatWasReadOfAClientThatBrokeOffIsFlushed() throws Exception {
        Future<Socket> accepted = threads.submit(() -> upstream.accept());
        try (RawClient client = server.client("in");
                Socket host = done(accepted)) {
            Future<Long> sent =
                    threads.submit(() -> fill(client.socket().getOutputStream(), 8, 4 * BYTES));
            server.awaitStat(
                    "cluster.service.upstream_cx_tx_bytes_buffered",
                    bytes -> bytes > 65536,
                    "the upstream does not read");
            client.socket().setSoLinger(true, 0);
            client.close();
            host.getOutputStream().write(PIECE); // what shows the proxy that the client is gone
            server.awaitStat("tcp.p.upstream_flush_active", 1);

            long received = host.getInputStream().transferTo(OutputStream.nullOutputStream());
            server.awaitStat("tcp.p.upstream_flush_active", 0);
            assertThat(received).isEqualTo(server.stat("tcp.p.downstream_cx_rx_bytes_total"));
            assertThat(server.stat("tcp.p.upstream_flush_total")).isEqualTo(1);
            assertThat(sent).failsWithin(java.time.Duration.ofSeconds(10));
        }
    }
}
