package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.FakeUpstream;
import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;
import io.nuncio.testkit.TestCertificates;
import io.nuncio.testkit.TestTls;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/// What filters wish of the TLS of the connections that a router's requests go over.
class UpstreamTlsWishesIT {
    private static final String GET = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";

    private final TestCertificates authority = TestCertificates.authority("Test CA");
    private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();

    private FakeUpstream upstream() {
        return FakeUpstream.startTls(
                TestTls.PLAIN.presenting(authority.issue("up.example")),
                peer -> {
                    SSLSocket socket = (SSLSocket) peer.socket();
                    SSLParameters parameters = socket.getSSLParameters();
                    parameters.setApplicationProtocols(new String[] {"special", "http/1.1"});
                    socket.setSSLParameters(parameters);
                    String name =
                            ((ExtendedSSLSession) socket.getSession())
                                    .getRequestedServerNames().stream()
                                            .map(each -> ((SNIHostName) each).getAsciiName())
                                            .findFirst()
                                            .orElse("");
                    asked.add(name + " " + socket.getApplicationProtocol());
                    while (true) {
                        peer.readRequest();
                        peer.send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nup");
                    }
                });
    }

    private static String listener(String name, String key, String value) {
        return """
        - name: %s
          address: {socket_address: {address: 127.0.0.1, port_value: 0}}
          filter_chains:
          - filters:
            - name: state
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.set_filter_state.v3.Config
                on_new_connection:
                - object_key: %s
                  format_string: {text_format_source: {inline_string: "%s"}}
            - name: hcm
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: plain
                route_config:
                  virtual_hosts:
                  - name: all
                    domains: ["*"]
                    routes: [{match: {prefix: "/"}, route: {cluster: up}}]
                http_filters:
                - name: router
                  typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
        """
                .formatted(name, key, value);
    }

    /// @param trust of the `common_tls_context`
    private static NuncioServer start(int port, String listeners, String trust, boolean jdk)
            throws Exception {
        String bootstrap =
                """
                static_resources:
                  listeners:
                %s
                  clusters:
                  - name: up
                    load_assignment:
                      cluster_name: up
                      endpoints:
                      - lb_endpoints:
                        - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
                    transport_socket:
                      name: envoy.transport_sockets.tls
                      typed_config:
                        "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
                        sni: configured.example
                        common_tls_context:
                          alpn_protocols: [http/1.1]
                %s
                """
                        .formatted(listeners.indent(2), port, trust.indent(10));
        return NuncioServer.start(
                Distribution.HOME.resolve("bundles"),
                jdk ? bootstrap + TlsBootstraps.ON_JDK : bootstrap);
    }

    private static int get(NuncioServer proxy, String listener) {
        try (RawClient client = proxy.client(listener)) {
            return client.exchange(GET).status();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nameAndProtocolsAreThoseOfTheFiltersAndOthersHaveOtherConnections(boolean jdk)
            throws Exception {
        String listeners =
                listener("name", "envoy.network.upstream_server_name", "chosen.example")
                        + listener("protocols", "envoy.network.application_protocols", "special,x")
                        + listener("nothing", "envoy.tcp_proxy.cluster", "x");
        try (FakeUpstream upstream = upstream();
                NuncioServer proxy =
                        start(upstream.port(), listeners, TlsBootstraps.trusting(authority), jdk)) {
            assertThat(get(proxy, "name")).isEqualTo(200);
            assertThat(asked.take()).isEqualTo("chosen.example http/1.1");
            assertThat(get(proxy, "protocols")).isEqualTo(200);
            assertThat(asked.take()).isEqualTo("configured.example special");
            assertThat(get(proxy, "nothing")).isEqualTo(200);
            assertThat(asked.take()).isEqualTo("configured.example http/1.1");
        }
    }

    @Test
    void aProtocolThatTlsCannotSayFailsTheConnection() throws Exception {
        String listeners = listener("long", "envoy.network.application_protocols", "x".repeat(256));
        try (FakeUpstream upstream = upstream();
                NuncioServer proxy =
                        start(
                                upstream.port(),
                                listeners,
                                TlsBootstraps.trusting(authority),
                                false)) {
            assertThat(get(proxy, "long")).isEqualTo(503);
            assertThat(proxy.stat("cluster.up.ssl.handshake")).isZero();
        }
    }

    @Test
    void theNamesThatAreDemandedAreLookedFor() throws Exception {
        String key = "envoy.network.upstream_subject_alt_names";
        String listeners =
                listener("right", key, "other.example,UP.example")
                        + listener("wrong", key, "other.example");
        try (FakeUpstream upstream = upstream();
                NuncioServer proxy =
                        start(
                                upstream.port(),
                                listeners,
                                TlsBootstraps.trusting(authority),
                                false)) {
            assertThat(get(proxy, "right")).isEqualTo(200);
            assertThat(get(proxy, "wrong")).isEqualTo(503);
            assertThat(proxy.stat("cluster.up.ssl.fail_verify_san")).isPositive();
        }
        try (FakeUpstream upstream = upstream();
                NuncioServer proxy = start(upstream.port(), listeners, "", false)) {
            assertThat(get(proxy, "right")).as("nobody vouches for the names").isEqualTo(503);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aNameOfACertificateThatIsOnlyLetPassProvesNothing(boolean jdk) throws Exception {
        String key = "envoy.network.upstream_subject_alt_names";
        String listeners =
                listener("demanding", key, "up.example")
                        + listener("any", "envoy.tcp_proxy.cluster", "x");
        for (TestCertificates trusted : List.of(authority, TestCertificates.authority("Other"))) {
            String lenient =
                    TlsBootstraps.trusting(trusted).stripTrailing()
                            + "\n  trust_chain_verification: ACCEPT_UNTRUSTED\n";
            try (FakeUpstream upstream = upstream();
                    NuncioServer proxy = start(upstream.port(), listeners, lenient, jdk)) {
                assertThat(get(proxy, "any")).isEqualTo(200);
                assertThat(get(proxy, "demanding")).isEqualTo(trusted == authority ? 200 : 503);
            }
        }
    }
}
