package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.FakeUpstream;
import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;
import io.nuncio.testkit.TestCertificates;
import io.nuncio.testkit.TestTls;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// The two halves of a TCP connection end apart with TLS on both sides, too, if it is the JDK's:
/// each end is TLS's own.
class TcpTlsHalfCloseIT {
    private static final int BYTES = 4 * 1024 * 1024;
    private static final byte[] PIECE = new byte[64 * 1024];

    private final TestCertificates authority = TestCertificates.authority("Test CA");
    private final TestCertificates.Identity identity = authority.issue("up.example");

    private NuncioServer start(int port) throws Exception {
        return NuncioServer.start(
                Distribution.HOME.resolve("bundles"),
                """
                static_resources:
                  listeners:
                  - name: in
                    address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
                    filter_chains:
                    - transport_socket:
                        name: envoy.transport_sockets.tls
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
                          common_tls_context:
                %s
                      filters:
                      - name: tcp
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                          stat_prefix: p
                          cluster: service
                  clusters:
                  - name: service
                    load_assignment:
                      cluster_name: service
                      endpoints:
                      - lb_endpoints:
                        - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %d } } }
                    transport_socket:
                      name: envoy.transport_sockets.tls
                      typed_config:
                        "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
                        common_tls_context:
                          tls_params: { tls_maximum_protocol_version: TLSv1_3 }
                """
                                .formatted(TlsBootstraps.certificate(identity).indent(12), port)
                        + TlsBootstraps.ON_JDK);
    }

    private static void send(FakeUpstream.Peer peer) throws IOException {
        for (int sent = 0; sent < BYTES; sent += PIECE.length) {
            peer.send(PIECE);
        }
    }

    @Test
    void theClientMayEndFirst() throws Exception {
        var asked = new CompletableFuture<Integer>();
        try (FakeUpstream upstream =
                        FakeUpstream.startTls(
                                TestTls.PLAIN.presenting(identity),
                                peer -> {
                                    asked.complete(
                                            peer.socket().getInputStream().readAllBytes().length);
                                    send(peer);
                                });
                NuncioServer server = start(upstream.port());
                RawClient client = TestTls.PLAIN.version("TLSv1.3").connect(server.address("in"))) {
            client.send("question").halfClose();

            assertThat(client.readToEnd()).hasSize(BYTES);
            assertThat(asked.get(10, TimeUnit.SECONDS)).isEqualTo(8);
            server.awaitStat("cluster.service.upstream_cx_active", 0);
            assertThat(server.stat("cluster.service.ssl.versions.TLSv1.3")).isEqualTo(1);
        }
    }

    @Test
    void theUpstreamMayEndFirst() throws Exception {
        var rest = new CompletableFuture<Integer>();
        try (FakeUpstream upstream =
                        FakeUpstream.startTls(
                                TestTls.PLAIN.presenting(identity),
                                peer -> {
                                    peer.send("bye");
                                    peer.socket().shutdownOutput();
                                    rest.complete(
                                            peer.socket().getInputStream().readAllBytes().length);
                                });
                NuncioServer server = start(upstream.port());
                RawClient client = TestTls.PLAIN.version("TLSv1.3").connect(server.address("in"))) {
            assertThat(client.readToEnd()).asString().isEqualTo("bye");
            for (int sent = 0; sent < BYTES; sent += PIECE.length) {
                client.send(PIECE);
            }
            client.halfClose();

            assertThat(rest.get(10, TimeUnit.SECONDS)).isEqualTo(BYTES);
            server.awaitStat("cluster.service.upstream_cx_active", 0);
        }
    }
}
