package io.nuncio.distribution.crowd;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.distribution.Distribution;
import io.nuncio.distribution.ProxyMemory;
import io.nuncio.distribution.RunningProxy;
import io.nuncio.testkit.TestCertificates;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What many TLS connections cost: those that keep still, in memory; those that only shake hands,
/// in the time of others. Under `-Psoak` there are ten thousand and the flood lasts, and each
/// writes a report; else it is short.
class TlsCrowdIT {
    private static final int CONNECTIONS = Integer.getInteger("nuncio.crowd", 300);
    private static final boolean LONG = CONNECTIONS >= 10_000;
    private static final int LIMIT = 8;

    /// Heap and buffers of the proxy; the library's own memory comes on top and is in the report.
    private static final long MOST_BYTES_PER_CONNECTION = 32 * 1024;

    private final TestCertificates.Identity identity =
            TestCertificates.authority("Crowd CA").issue("crowd.example");

    @TempDir Path folder;

    @Test
    void idleConnectionsCostLittleMemoryAndStillAnswer() throws Exception {
        try (RunningProxy proxy = RunningProxy.start(folder, config());
                ProxyMemory memory = new ProxyMemory(proxy)) {
            try (ClientProcess first =
                    new ClientProcess(CrowdClient.class, proxy.port("tls"), 50)) {
                assertThat(first.line()).isEqualTo("open 50"); // all classes are loaded from now on
            }
            proxy.awaitStat("listener.tls.downstream_cx_active", 0);
            long heldBefore = memory.held();
            long residentBefore = residentKiB(proxy);
            try (ClientProcess crowd =
                    new ClientProcess(CrowdClient.class, proxy.port("tls"), CONNECTIONS)) {
                assertThat(crowd.line()).isEqualTo("open " + CONNECTIONS);
                assertThat(proxy.stat("listener.tls.downstream_cx_active")).isEqualTo(CONNECTIONS);
                long held = memory.held() - heldBefore;
                long resident = residentKiB(proxy) - residentBefore;

                assertThat(crowd.ask()).isEqualTo("answered " + CONNECTIONS);
                assertThat(held / CONNECTIONS).isLessThan(MOST_BYTES_PER_CONNECTION);
                if (LONG) {
                    report(
                            "tls-idle",
                            """
                            # Idle TLS connections, %s

                            `TlsCrowdIT`: %d connections of TLS 1.3 with HTTP/1.1 from a client process of its own, each after one request; one worker.
                            All of them answered one more request at the end.

                            | what | whole | per connection |
                            | --- | --- | --- |
                            | heap after a collection, and buffers outside the heap | %.1f MiB | %.1f KiB |
                            | resident memory of the process, BoringSSL's included | %.1f MiB | %.1f KiB |
                            """
                                    .formatted(
                                            LocalDate.now(),
                                            CONNECTIONS,
                                            held / 1048576.0,
                                            held / 1024.0 / CONNECTIONS,
                                            resident / 1024.0,
                                            (double) resident / CONNECTIONS));
                }
            }
            proxy.awaitStat("listener.tls.downstream_cx_active", 0);
            assertThat(proxy.end()).isZero();
        }
    }

    @Test
    void aFloodOfHandshakesStopsAtItsListenersLimitAndOthersAreServed() throws Exception {
        Duration time = Duration.ofSeconds(LONG ? 20 : 1);
        try (RunningProxy proxy = RunningProxy.start(folder, config())) {
            var plain =
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port("plain"));
            Latencies.of(plain, time); // until the methods that run often are compiled
            Latencies alone = Latencies.of(plain, time);
            Latencies beside;
            String flood;
            try (ClientProcess client =
                    new ClientProcess(FloodClient.class, proxy.port("limited"))) {
                assertThat(client.line()).isEqualTo("begun");
                awaitOverflow(proxy);
                Latencies.of(plain, time); // until what shakes hands is compiled
                beside = Latencies.of(plain, time);
                flood = client.end();
            }

            assertThat(beside.count()).isEqualTo(alone.count());
            assertThat(proxy.stat("listener.limited.ssl.handshake")).isPositive();
            assertThat(proxy.stat("listener.plain.downstream_cx_overflow")).isZero();
            proxy.awaitStat("listener.limited.downstream_cx_active", 0);
            if (LONG) {
                report(
                        "tls-flood",
                        """
                        # A flood of TLS handshakes beside plain requests, %s

                        `TlsCrowdIT`: a client process with 64 threads shakes hands with a listener that is limited to %d connections
                        (`envoy.resource_limits.listener.limited.connection_limit`), each time anew and without resumption (P-256); meanwhile requests go
                        to a plain listener of the same proxy, one every 5 ms on one connection, each counted from when it was due, after %d s of the same. One worker
                        serves both; proxy, flood and requests share %d cores, so the flood takes time from the client that measures, too.

                        | plain listener | requests | p50 | p99 | p99.9 |
                        | --- | --- | --- | --- | --- |
                        | alone | %d | %s | %s | %s |
                        | beside the flood | %d | %s | %s | %s |

                        The flood: %s; refused at the limit: %d, handshakes of the proxy: %d.
                        """
                                .formatted(
                                        LocalDate.now(),
                                        LIMIT,
                                        time.toSeconds(),
                                        Runtime.getRuntime().availableProcessors(),
                                        alone.count(),
                                        alone.percentile(50),
                                        alone.percentile(99),
                                        alone.percentile(99.9),
                                        beside.count(),
                                        beside.percentile(50),
                                        beside.percentile(99),
                                        beside.percentile(99.9),
                                        flood,
                                        proxy.stat("listener.limited.downstream_cx_overflow"),
                                        proxy.stat("listener.limited.ssl.handshake")));
            }
            assertThat(proxy.end()).isZero();
        }
    }

    private static void awaitOverflow(RunningProxy proxy) throws Exception {
        long limit = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (proxy.stat("listener.limited.downstream_cx_overflow") == 0) {
            assertThat(System.nanoTime()).as("time until the limit is met").isLessThan(limit);
            assertThat(proxy.stat("listener.limited.downstream_cx_active"))
                    .isLessThanOrEqualTo(LIMIT);
        }
    }

    /// After a collection, which gives back what is free.
    private static long residentKiB(RunningProxy proxy) throws IOException {
        Matcher line =
                Pattern.compile("VmRSS:\\s+(\\d+) kB")
                        .matcher(Files.readString(Path.of("/proc/" + proxy.pid() + "/status")));
        assertThat(line.find()).isTrue();
        return Long.parseLong(line.group(1));
    }

    private static void report(String name, String text) throws IOException {
        Path reports = Files.createDirectories(Distribution.ROOT.resolve("docs/reports"));
        Files.writeString(reports.resolve(LocalDate.now() + "-" + name + ".md"), text);
    }

    private String config() throws IOException {
        Files.writeString(folder.resolve("chain.pem"), identity.certificatePem());
        Files.writeString(folder.resolve("key.pem"), identity.keyPem());
        return """
        admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
        layered_runtime:
          layers:
          - name: limits
            static_layer: {envoy: {resource_limits: {listener: {limited: {connection_limit: %2$d}}}}}
        static_resources:
          listeners:
          - name: tls
            stat_prefix: tls
            address: {socket_address: {address: 127.0.0.1, port_value: 0}}
            filter_chains:
            - filters: &filters
              - name: envoy.filters.network.http_connection_manager
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: in
                  route_config:
                    virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes:
                      - match: {prefix: /}
                        direct_response: {status: 200, body: {inline_string: ok}}
                  http_filters:
                  - name: envoy.filters.http.router
                    typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
              transport_socket: &tls
                name: envoy.transport_sockets.tls
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
                  common_tls_context:
                    tls_certificates:
                    - certificate_chain: {filename: %1$s/chain.pem}
                      private_key: {filename: %1$s/key.pem}
          - name: limited
            stat_prefix: limited
            address: {socket_address: {address: 127.0.0.1, port_value: 0}}
            filter_chains: [{filters: *filters, transport_socket: *tls}]
          - name: plain
            stat_prefix: plain
            address: {socket_address: {address: 127.0.0.1, port_value: 0}}
            filter_chains: [{filters: *filters}]
        """
                .formatted(folder, LIMIT);
    }
}
