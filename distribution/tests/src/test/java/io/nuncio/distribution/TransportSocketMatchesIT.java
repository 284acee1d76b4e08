package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.FakeUpstream;
import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;
import io.nuncio.testkit.TestCertificates;
import io.nuncio.testkit.TestTls;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// A cluster some of whose hosts speak TLS.
class TransportSocketMatchesIT {
    private final TestCertificates authority = TestCertificates.authority("Test CA");

    @Test
    void metadataOfHostsAndLocalitiesSaysWhoSpeaksTls() throws Exception {
        TestTls identity = TestTls.PLAIN.presenting(authority.issue("up.example"));
        try (FakeUpstream plain = FakeUpstream.answering("plain");
                FakeUpstream byHost = tls(identity, "host");
                FakeUpstream byLocality = tls(identity, "zone");
                NuncioServer proxy = start(plain.port(), byHost.port(), byLocality.port());
                RawClient client = proxy.client("in")) {
            Set<String> answers = new TreeSet<>();
            for (int i = 0; i < 6; i++) {
                answers.add(client.exchange("GET / HTTP/1.1\r\nhost: a\r\n\r\n").bodyText());
            }
            assertThat(answers).isEqualTo(new TreeSet<>(List.of("host", "plain", "zone")));
            assertThat(proxy.stat("cluster.up.ssl.handshake")).isEqualTo(2);
            assertThat(proxy.stat("cluster.up.encrypted.total_match_count")).isEqualTo(2);
            assertThat(proxy.stat("cluster.up.default.total_match_count")).isEqualTo(1);
        }
    }

    private static FakeUpstream tls(TestTls identity, String answer) {
        return FakeUpstream.startTls(
                identity,
                peer -> {
                    while (true) {
                        peer.readRequest();
                        peer.answer(answer);
                    }
                });
    }

    private NuncioServer start(int plain, int byHost, int byLocality) throws Exception {
        return NuncioServer.start(
                Distribution.HOME.resolve("bundles"),
                """
                static_resources:
                  listeners:
                  - name: in
                    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                    filter_chains:
                    - filters:
                      - name: hcm
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                          stat_prefix: in
                          route_config:
                            virtual_hosts:
                            - name: all
                              domains: ["*"]
                              routes:
                              - match: {prefix: "/"}
                                route: {cluster: up}
                          http_filters:
                          - name: router
                            typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
                  clusters:
                  - name: up
                    transport_socket_matches:
                    - name: encrypted
                      match: {speaks: tls}
                      transport_socket:
                        name: envoy.transport_sockets.tls
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
                          common_tls_context:
                %s
                    load_assignment:
                      cluster_name: up
                      endpoints:
                      - lb_endpoints:
                        - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
                        - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
                          metadata: {filter_metadata: {envoy.transport_socket_match: {speaks: tls}}}
                      - locality: {zone: b}
                        metadata: {filter_metadata: {envoy.transport_socket_match: {speaks: tls}}}
                        lb_endpoints:
                        - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
                """
                        .formatted(
                                TlsBootstraps.trusting(authority).indent(12),
                                plain,
                                byHost,
                                byLocality));
    }
}
