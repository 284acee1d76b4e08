package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.FakeUpstream;
import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;
import io.nuncio.testkit.TestCertificates;
import io.nuncio.testkit.TestTls;

import org.junit.jupiter.api.Test;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLSocket;

/// What filters before the TCP proxy say of the upstream connection, by the connection's filter
/// state.
class TcpFilterStateIT {
    private final TestCertificates authority = TestCertificates.authority("Test CA");
    private final BlockingQueue<String> askedNames = new LinkedBlockingQueue<>();

    private FakeUpstream upstream() {
        return upstream(peer -> peer.send("hello"));
    }

    private FakeUpstream tunnelEnd() {
        return upstream(peer -> {
            peer.readRequest();
            peer.send("HTTP/1.1 200 OK\r\n\r\nhello");
        });
    }

    private FakeUpstream upstream(FakeUpstream.Script script) {
        return FakeUpstream.startTls(
                TestTls.PLAIN.presenting(authority.issue("up.example")),
                peer -> {
                    var session = (ExtendedSSLSession) ((SSLSocket) peer.socket()).getSession();
                    askedNames.add(
                            session.getRequestedServerNames().stream()
                                    .map(name -> ((SNIHostName) name).getAsciiName())
                                    .findFirst()
                                    .orElse(""));
                    script.serve(peer);
                });
    }

    private NuncioServer start(int port, String key, String value) throws Exception {
        return start(port, key, value, "");
    }

    /// @param more of the TCP proxy
    private NuncioServer start(int port, String key, String value, String more) throws Exception {
        String state =
                """
                - name: state
                  typed_config:
                    "@type": type.googleapis.com/envoy.extensions.filters.network.set_filter_state.v3.Config
                    on_new_connection:
                    - object_key: %s
                      format_string: { text_format_source: { inline_string: "%s" } }
                """
                        .formatted(key, value);
        String tls =
                """
                transport_socket:
                  name: envoy.transport_sockets.tls
                  typed_config:
                    "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
                    sni: configured.example
                    common_tls_context:
                """
                        + TlsBootstraps.trusting(authority).indent(6);
        return NuncioServer.start(
                Distribution.HOME.resolve("bundles"),
                ServiceBootstrap.text("", state + ServiceBootstrap.tcp(more), tls, port));
    }

    @Test
    void tlsAsksForTheNameThatAFilterChose() throws Exception {
        try (FakeUpstream upstream = upstream();
                NuncioServer proxy =
                        start(
                                upstream.port(),
                                "envoy.network.upstream_server_name",
                                "chosen.example");
                RawClient client = proxy.client("in")) {
            assertThat(client.readToEnd()).asString().isEqualTo("hello");
            assertThat(askedNames.take()).isEqualTo("chosen.example");
        }
    }

    @Test
    void theUpstreamMustHaveANameThatAFilterDemands() throws Exception {
        try (FakeUpstream upstream = upstream();
                NuncioServer proxy =
                        start(
                                upstream.port(),
                                "envoy.network.upstream_subject_alt_names",
                                "other.example,up.example");
                RawClient client = proxy.client("in")) {
            assertThat(client.readToEnd()).asString().isEqualTo("hello");
        }
        try (FakeUpstream upstream = upstream();
                NuncioServer proxy =
                        start(
                                upstream.port(),
                                "envoy.network.upstream_subject_alt_names",
                                "other.example");
                RawClient client = proxy.client("in")) {
            assertThat(client.readToEnd()).isEmpty();
            proxy.awaitStat("cluster.service.ssl.fail_verify_san", 1);
            proxy.awaitStat("cluster.service.upstream_cx_connect_fail", 1);
        }
    }

    @Test
    void aTunnelAsksForItToo() throws Exception {
        try (FakeUpstream upstream = tunnelEnd();
                NuncioServer proxy =
                        start(
                                upstream.port(),
                                "envoy.network.upstream_server_name",
                                "chosen.example",
                                "tunneling_config: { hostname: 'a:1' }");
                RawClient client = proxy.client("in")) {
            assertThat(client.readToEnd()).asString().isEqualTo("hello");
            assertThat(askedNames.take()).isEqualTo("chosen.example");
        }
    }

    @Test
    void aTunnelDemandsTheNameToo() throws Exception {
        try (FakeUpstream upstream = tunnelEnd();
                NuncioServer proxy =
                        start(
                                upstream.port(),
                                "envoy.network.upstream_subject_alt_names",
                                "other.example",
                                "tunneling_config: { hostname: 'a:1' }");
                RawClient client = proxy.client("in")) {
            assertThat(client.readToEnd()).isEmpty();
            proxy.awaitStat("cluster.service.ssl.fail_verify_san", 1);
        }
    }
}
