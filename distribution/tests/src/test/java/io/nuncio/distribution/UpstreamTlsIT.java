package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nuncio.testkit.FakeUpstream;
import io.nuncio.testkit.HttpMessage;
import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;
import io.nuncio.testkit.TestCertificates;
import io.nuncio.testkit.TestTls;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

/// TLS towards upstreams: the JDK as the peer, and the proxy's own listener.
class UpstreamTlsIT {
    private static final String GET = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";

    private final TestCertificates authority = TestCertificates.authority("Test CA");
    private final TestCertificates.Identity identity = authority.issue("up.example");
    private final BlockingQueue<SSLSession> sessions = new LinkedBlockingQueue<>();

    private FakeUpstream upstream(TestTls own) {
        return FakeUpstream.startTls(
                own,
                peer -> {
                    sessions.add(((SSLSocket) peer.socket()).getSession());
                    while (true) {
                        peer.readRequest();
                        peer.answer("up");
                    }
                });
    }

    /// @param tls the fields of the `UpstreamTlsContext`
    /// @param cluster more fields of the cluster
    static NuncioServer start(int port, String tls, String cluster) throws Exception {
        return NuncioServer.start(
                Distribution.HOME.resolve("bundles"), bootstrap(port, tls, cluster));
    }

    /// With the JDK's own TLS.
    static NuncioServer startOnJdk(int port, String tls, String cluster) throws Exception {
        return NuncioServer.start(
                Distribution.HOME.resolve("bundles"),
                bootstrap(port, tls, cluster) + TlsBootstraps.ON_JDK);
    }

    /// The listener logs who its upstreams are.
    static NuncioServer startLogging(int port, String tls, Path log) throws Exception {
        return NuncioServer.start(
                Distribution.HOME.resolve("bundles"),
                bootstrap(port, tls, "")
                        .replace(
                                "          stat_prefix: plain\n",
                                """
                                          stat_prefix: plain
                                          access_log:
                                          - name: envoy.access_loggers.file
                                            typed_config:
                                              "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
                                              path: %s
                                              log_format: {text_format_source: {inline_string: "%%UPSTREAM_PEER_SUBJECT%%\\n"}}
                                """
                                        .formatted(log)));
    }

    private static String bootstrap(int port, String tls, String cluster) {
        return """
        static_resources:
          listeners:
          - name: plain
            address: {socket_address: {address: 127.0.0.1, port_value: 0}}
            filter_chains:
            - filters:
              - name: hcm
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: plain
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
            type: STRICT_DNS
            dns_lookup_family: V4_ONLY
            load_assignment:
              cluster_name: up
              endpoints:
              - lb_endpoints:
                - endpoint: {address: {socket_address: {address: localhost, port_value: %d}}}
        %s    transport_socket:
              name: envoy.transport_sockets.tls
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
        %s
        """
                .formatted(port, cluster.indent(4), tls.indent(8));
    }

    private static HttpMessage get(NuncioServer proxy) {
        try (RawClient client = proxy.client("plain")) {
            return client.exchange(GET);
        }
    }

    private String trusting() {
        return "common_tls_context:\n" + TlsBootstraps.trusting(authority).indent(2);
    }

    private static String askedName(SSLSession session) {
        return ((ExtendedSSLSession) session)
                .getRequestedServerNames().stream()
                        .map(name -> ((SNIHostName) name).getAsciiName())
                        .findFirst()
                        .orElse("");
    }

    @Test
    void aTrustedUpstreamIsSpokenTo() throws Exception {
        try (FakeUpstream upstream = upstream(TestTls.PLAIN.presenting(identity));
                NuncioServer proxy = start(upstream.port(), trusting(), "")) {
            assertThat(get(proxy).bodyText()).isEqualTo("up");
            assertThat(proxy.stat("cluster.up.ssl.handshake")).isEqualTo(1);
            assertThat(proxy.stat("cluster.up.ssl.versions.TLSv1.2"))
                    .as("Envoy's default for upstreams")
                    .isEqualTo(1);
        }
    }

    @Test
    void anUntrustedUpstreamIsAnsweredForWithTheReason() throws Exception {
        TestCertificates strangers = TestCertificates.authority("Strange CA");
        try (FakeUpstream upstream =
                        upstream(TestTls.PLAIN.presenting(strangers.issue("up.example")));
                NuncioServer proxy = start(upstream.port(), trusting(), "")) {
            HttpMessage response = get(proxy);
            assertThat(response.status()).isEqualTo(503);
            assertThat(response.bodyText())
                    .contains(
                            "upstream connect error or disconnect/reset before headers",
                            "transport failure reason: TLS_error:|268435581:SSL"
                                + " routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:verify cert"
                                + " failed: X509_verify_cert: certificate verification error at"
                                + " depth 0: unable to get local issuer certificate:TLS_error_end");
            assertThat(proxy.stat("cluster.up.ssl.fail_verify_error")).isPositive();
            assertThat(proxy.stat("cluster.up.upstream_cx_connect_fail")).isPositive();
            assertThat(proxy.stat("cluster.up.ssl.handshake")).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theServerNameIsThatOfTheConfigurationOrTheHosts(boolean jdk) throws Exception {
        TestTls own = TestTls.PLAIN.presenting(identity);
        for (String[] each :
                new String[][] {
                    {"sni: up.example", "up.example"},
                    {"sni: up.example\nauto_host_sni: true", "localhost"},
                    {"max_session_keys: 2", ""},
                    {"max_session_keys: 0", ""}
                }) {
            try (FakeUpstream upstream = upstream(own);
                    NuncioServer proxy =
                            jdk
                                    ? startOnJdk(upstream.port(), each[0], "")
                                    : start(upstream.port(), each[0], "")) {
                assertThat(get(proxy).status()).isEqualTo(200);
                assertThat(askedName(sessions.take())).as(each[0]).isEqualTo(each[1]);
            }
        }
    }

    @Test
    void theCertificateMustHaveTheNameThatWasAskedFor() throws Exception {
        for (String name : List.of("up.example", "other.example")) {
            try (FakeUpstream upstream = upstream(TestTls.PLAIN.presenting(identity));
                    NuncioServer proxy =
                            start(
                                    upstream.port(),
                                    "auto_sni_san_validation: true\nsni: "
                                            + name
                                            + "\n"
                                            + trusting(),
                                    "")) {
                int status = get(proxy).status();
                assertThat(status).isEqualTo(name.equals("up.example") ? 200 : 503);
                assertThat(proxy.stat("cluster.up.ssl.fail_verify_san") > 0)
                        .isEqualTo(status == 503);
            }
        }
        assertThatThrownBy(() -> start(1, "auto_sni_san_validation: true", ""))
                .hasMessageContaining("'auto_sni_san_validation' was configured without");
    }

    @Test
    void theProxyPresentsItsCertificate() throws Exception {
        TestCertificates.Identity own = authority.issue("proxy.example");
        String tls = "common_tls_context:\n" + TlsBootstraps.certificate(own).indent(2);
        try (NuncioServer far =
                        TlsBootstraps.start(
                                TlsBootstraps.certificate(identity)
                                        + TlsBootstraps.trusting(authority),
                                "require_client_certificate: true");
                NuncioServer near = start(far.address("secure").getPort(), tls, "")) {
            assertThat(get(near).bodyText()).isEqualTo("ok");
        }
    }

    @Test
    void theProtocolIsNegotiated() throws Exception {
        String auto =
                """
                typed_extension_protocol_options:
                  envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                    "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                    auto_config: {}
                """;
        for (String offered : List.of("h2", "http/1.1")) {
            try (NuncioServer far =
                            TlsBootstraps.start(
                                    "alpn_protocols: ["
                                            + offered
                                            + "]\n"
                                            + TlsBootstraps.certificate(identity));
                    NuncioServer near = start(far.address("secure").getPort(), "sni: a", auto)) {
                assertThat(get(near).bodyText()).isEqualTo("ok");
                assertThat(near.stat("cluster.up.upstream_cx_http2_total"))
                        .isEqualTo(offered.equals("h2") ? 1 : 0);
                assertThat(near.stat("cluster.up.upstream_cx_http1_total"))
                        .isEqualTo(offered.equals("h2") ? 0 : 1);
            }
        }
    }
}
