package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.FakeUpstream;
import io.nuncio.testkit.HttpMessage;
import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;
import io.nuncio.testkit.TestCertificates;
import io.nuncio.testkit.TestTls;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/// What a client's certificate means to the requests that follow: `x-forwarded-client-cert` and
/// routes that ask for one.
class ClientCertificateIT {
    private static final String FORGED = "x-forwarded-client-cert: URI=spiffe://forged\r\n";

    private final TestCertificates authority = TestCertificates.authority("Test CA");
    private final TestCertificates.Identity proxyIdentity =
            authority.request("proxy").uri("spiffe://example/proxy").issue();
    private final TestCertificates.Identity clientIdentity =
            authority.request("client").uri("spiffe://example/client").issue();

    /// @param manager fields of the connection manager
    /// @param match more conditions of the only route
    private NuncioServer start(FakeUpstream upstream, String manager, String match)
            throws Exception {
        return TlsBootstraps.startBefore(
                upstream.port(),
                TlsBootstraps.certificate(proxyIdentity) + TlsBootstraps.trusting(authority),
                manager,
                match);
    }

    private static HttpMessage get(NuncioServer proxy, TestTls peer) {
        try (RawClient client = peer.connect(proxy.address("secure"))) {
            HttpMessage first = client.exchange("GET / HTTP/1.1\r\nhost: a\r\n" + FORGED + "\r\n");
            HttpMessage second = client.exchange("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
            assertThat(second.status()).isEqualTo(first.status());
            return first;
        }
    }

    @Test
    void theUpstreamIsToldWhoCallsAndNothingThatTheClientMadeUp() throws Exception {
        String manager =
                """
                forward_client_cert_details: SANITIZE_SET
                set_current_client_cert_details: {subject: true, uri: true}
                """;
        try (FakeUpstream upstream = FakeUpstream.answering("up");
                NuncioServer proxy = start(upstream, manager, "")) {
            assertThat(get(proxy, TestTls.PLAIN.presenting(clientIdentity)).status())
                    .isEqualTo(200);
            String said =
                    "By=spiffe://example/proxy;Hash="
                            + TestCertificates.sha256(clientIdentity.certificate().getEncoded())
                            + ";Subject=\"CN=client\";URI=spiffe://example/client";
            assertThat(upstream.takeRequest().all("x-forwarded-client-cert")).containsExactly(said);
            assertThat(upstream.takeRequest().all("x-forwarded-client-cert")).containsExactly(said);

            assertThat(get(proxy, TestTls.PLAIN).status()).isEqualTo(200);
            assertThat(upstream.takeRequest().header("x-forwarded-client-cert")).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aResumedSessionStillHasTheCertificate(String version) throws Exception {
        String manager =
                """
                forward_client_cert_details: SANITIZE_SET
                set_current_client_cert_details: {uri: true}
                """;
        SSLContext context = TestTls.PLAIN.presenting(clientIdentity).context();
        try (FakeUpstream upstream = FakeUpstream.answering("up");
                NuncioServer proxy = start(upstream, manager, "")) {
            for (int connection = 0; connection < 2; connection++) {
                try (SSLSocket socket =
                                (SSLSocket)
                                        context.getSocketFactory()
                                                .createSocket(
                                                        "127.0.0.1",
                                                        proxy.address("secure").getPort());
                        RawClient client = RawClient.over(socket)) {
                    socket.setEnabledProtocols(new String[] {version});
                    assertThat(client.exchange("GET / HTTP/1.1\r\nhost: a\r\n\r\n").status())
                            .isEqualTo(200);
                    assertThat(upstream.takeRequest().header("x-forwarded-client-cert"))
                            .endsWith(";URI=spiffe://example/client");
                }
            }
            assertThat(proxy.stat("listener.secure.ssl.session_reused")).isEqualTo(1);
        }
    }

    @Test
    void aRouteMayAskForACertificate() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.answering("up");
                NuncioServer proxy =
                        start(upstream, "", ", tls_context: {presented: true, validated: true}")) {
            assertThat(get(proxy, TestTls.PLAIN.presenting(clientIdentity)).status())
                    .isEqualTo(200);
            assertThat(upstream.takeRequest().header("x-forwarded-client-cert")).isNull();
            assertThat(get(proxy, TestTls.PLAIN).status()).isEqualTo(404);
        }
    }
}
