package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;

/// Much passes a TCP connection in both directions at once, each half ends by itself, and the
/// proxy, a process of its own, holds no more than its buffers.
///
/// Under `-Psoak` it is a gigabyte each way, and there is a report.
class TcpVolumeIT {
    private static final long SHORT_RUN = 64;
    private static final long MEGABYTES = Long.getLong("nuncio.flow.megabytes", SHORT_RUN);
    private static final long BYTES = MEGABYTES * 1024 * 1024;
    private static final int PIECE = 64 * 1024;
    private static final int LIMIT = 1024 * 1024;

    /// Two sockets, with as much again on its way through each.
    private static final long ALLOWED = 4L * LIMIT;

    private static final int LOOKS = 4;
    private static final long PATIENCE_SECONDS = 300;
    private static final List<String> ROWS = new CopyOnWriteArrayList<>();

    @TempDir Path folder;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private ServerSocket upstream;
    private RunningProxy proxy;
    private ProxyMemory memory;

    /// Which half ends while the other still has a quarter to go.
    enum EndsFirst {
        CLIENT,
        UPSTREAM
    }

    @BeforeEach
    void start() throws Exception {
        upstream = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        proxy =
                RunningProxy.start(
                        folder,
                        """
                        admin: { address: { socket_address: { address: 127.0.0.1, port_value: 0 } } }
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
                          clusters:
                          - name: service
                            per_connection_buffer_limit_bytes: %1$d
                            load_assignment:
                              cluster_name: service
                              endpoints:
                              - lb_endpoints:
                                - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %2$d } } }
                        """
                                .formatted(LIMIT, upstream.getLocalPort()));
        memory = new ProxyMemory(proxy);
    }

    @AfterEach
    void stop() throws IOException {
        memory.close();
        proxy.close();
        upstream.close();
        threads.shutdownNow();
    }

    @AfterAll
    static void report() throws IOException {
        if (MEGABYTES == SHORT_RUN) {
            return;
        }
        Path reports = Files.createDirectories(Distribution.ROOT.resolve("docs/reports"));
        Files.writeString(
                reports.resolve(LocalDate.now() + "-tcp-volume.md"),
                """
                # Much over one TCP connection, %s

                `TcpVolumeIT` with %d MiB in each direction at the same time, checksums compared at both ends. The half that ends first does so
                while the other has a quarter to go. Peak is the most that heap (after a collection) and buffers outside the heap had grown
                since a first connection had passed; %d MiB are allowed.

                | ends first | seconds | MiB/s, both directions | peak |
                | --- | --- | --- | --- |
                %s
                """
                        .formatted(
                                LocalDate.now(),
                                MEGABYTES,
                                ALLOWED / 1024 / 1024,
                                String.join("\n", ROWS)));
    }

    @ParameterizedTest
    @EnumSource
    void whatPassesBothWaysAtOnceIsWholeAndNotHeld(EndsFirst first) throws Exception {
        pass(first, BYTES / 16, 0); // so that what the JVM loads once is not counted
        memory.look();
        long begin = System.nanoTime();
        pass(first, BYTES, LOOKS);
        double seconds = (System.nanoTime() - begin) / 1e9;

        assertThat(memory.peak()).isLessThan(ALLOWED);
        proxy.awaitStat("tcp.p.downstream_cx_rx_bytes_total", BYTES * 17 / 16);
        proxy.awaitStat("tcp.p.downstream_cx_tx_bytes_total", BYTES * 17 / 16);
        proxy.awaitStat("tcp.p.downstream_cx_tx_bytes_buffered", 0);
        assertThat(proxy.log()).doesNotContain("[error]");
        ROWS.add(
                String.format(
                        Locale.ROOT,
                        "| %s | %.1f | %.0f | %.1f MiB |",
                        first.name().toLowerCase(Locale.ROOT),
                        seconds,
                        2 * MEGABYTES / seconds,
                        memory.peak() / 1024.0 / 1024.0));
    }

    /// One connection.
    private void pass(EndsFirst first, long bytes, int looks) throws Exception {
        var clientsEnd = new CountDownLatch(1);
        var upstreamsEnd = new CountDownLatch(1);
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), proxy.port("in"));
                Socket host = upstream.accept()) {
            CountDownLatch forUpstream =
                    first == EndsFirst.CLIENT ? clientsEnd : new CountDownLatch(0);
            CountDownLatch forClient =
                    first == EndsFirst.UPSTREAM ? upstreamsEnd : new CountDownLatch(0);
            Future<Long> sentUp = threads.submit(() -> send(client, bytes, 1, forClient, looks));
            Future<Long> sentDown = threads.submit(() -> send(host, bytes, 2, forUpstream, looks));
            Future<Long> gotDown = threads.submit(() -> receive(client, upstreamsEnd));
            Future<Long> gotUp = threads.submit(() -> receive(host, clientsEnd));

            assertThat(done(gotUp)).isEqualTo(done(sentUp));
            assertThat(done(gotDown)).isEqualTo(done(sentDown));
        }
    }

    private static <T> T done(Future<T> future) throws Exception {
        return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /// @param beforeLastQuarter what it waits for
    /// @return the checksum
    private long send(
            Socket socket, long bytes, int seed, CountDownLatch beforeLastQuarter, int looks)
            throws Exception {
        var sum = new CRC32C();
        byte[] piece = new byte[PIECE];
        new Random(seed).nextBytes(piece);
        long nextLook = looks == 0 ? Long.MAX_VALUE : bytes / looks / 2;
        for (long sent = 0; sent < bytes; sent += PIECE) {
            if (sent == bytes / 4 * 3) {
                assertThat(beforeLastQuarter.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            }
            if (sent >= nextLook) {
                memory.look();
                nextLook += bytes / looks;
            }
            piece[(int) (sent / PIECE % PIECE)]++; // no two pieces are the same
            sum.update(piece);
            socket.getOutputStream().write(piece);
        }
        socket.shutdownOutput();
        return sum.getValue();
    }

    private static long receive(Socket socket, CountDownLatch end) throws IOException {
        var sum = new CRC32C();
        byte[] piece = new byte[PIECE];
        for (int count = socket.getInputStream().read(piece);
                count >= 0;
                count = socket.getInputStream().read(piece)) {
            sum.update(piece, 0, count);
        }
        end.countDown();
        return sum.getValue();
    }
}
