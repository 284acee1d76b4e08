package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;
import io.nuncio.testkit.TestCertificates;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;

/// Sessions with upstreams, with openssl as the peer.
class UpstreamTlsSessionsIT {
    private static final String GET = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";

    private final TestCertificates authority = TestCertificates.authority("Test CA");

    @TempDir private Path folder;

    private NuncioServer start(OpenSslServer upstream, String version, String more)
            throws Exception {
        return UpstreamTlsIT.start(upstream.port(), tls(version, more), "");
    }

    private NuncioServer startOnJdk(OpenSslServer upstream, String version, String more)
            throws Exception {
        return UpstreamTlsIT.startOnJdk(upstream.port(), tls(version, more), "");
    }

    private String tls(String version, String more) {
        return "common_tls_context:\n  tls_params: {tls_maximum_protocol_version: "
                + version
                + "}\n"
                + TlsBootstraps.trusting(authority).indent(2)
                + more;
    }

    private OpenSslServer upstream(String... options) throws Exception {
        return OpenSslServer.start(folder, authority.issue("up.example"), options);
    }

    private static void get(NuncioServer proxy, int times) {
        for (int time = 0; time < times; time++) {
            try (RawClient client = proxy.client("plain")) {
                assertThat(client.exchange(GET).status()).isEqualTo(200);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1_2", "TLSv1_3"})
    void asManySessionsAreKeptAsConfigured(String version) throws Exception {
        try (OpenSslServer upstream = upstream("-www")) {
            try (NuncioServer proxy = start(upstream, version, "")) {
                get(proxy, 3);
                assertThat(proxy.stat("cluster.up.ssl.handshake")).isEqualTo(3);
                assertThat(proxy.stat("cluster.up.ssl.session_reused")).isEqualTo(2);
            }
            try (NuncioServer proxy = start(upstream, version, "sni: up.example\n")) {
                get(proxy, 2);
                assertThat(proxy.stat("cluster.up.ssl.session_reused")).isEqualTo(1);
            }
            try (NuncioServer proxy = start(upstream, version, "max_session_keys: 0\n")) {
                get(proxy, 3);
                assertThat(proxy.stat("cluster.up.ssl.handshake")).isEqualTo(3);
                assertThat(proxy.stat("cluster.up.ssl.session_reused")).isZero();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1_2", "TLSv1_3"})
    void anUpstreamOfAResumedSessionIsStillKnown(String version) throws Exception {
        Path log = folder.resolve("access.log");
        try (OpenSslServer upstream = upstream("-www");
                NuncioServer proxy =
                        UpstreamTlsIT.startLogging(upstream.port(), tls(version, ""), log)) {
            get(proxy, 3);
            assertThat(proxy.stat("cluster.up.ssl.session_reused")).isEqualTo(2);
        }
        assertThat(LogLines.of(log))
                .containsExactly("CN=up.example", "CN=up.example", "CN=up.example");
    }

    @Test
    void anUpstreamCannotRenegotiate() throws Exception {
        try (OpenSslServer upstream = upstream("-tls1_2");
                NuncioServer proxy = start(upstream, "TLSv1_2", "");
                RawClient client = proxy.client("plain")) {
            client.send(GET);
            upstream.await("host: a");
            upstream.type("r\n");
            assertThat(client.readResponse().status()).isEqualTo(503);
            assertThat(proxy.stat("cluster.up.ssl.handshake")).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1_2", "TLSv1_3"})
    void anRsaKeyMustBeMadeForSignatures(String version) throws Exception {
        TestCertificates.Identity encrypting =
                authority.request("up.example").rsa().forEncryptionOnly().issue();
        try (OpenSslServer upstream = OpenSslServer.start(folder, encrypting, "-www")) {
            try (NuncioServer proxy = start(upstream, version, "enforce_rsa_key_usage: true");
                    RawClient client = proxy.client("plain")) {
                assertThat(client.exchange(GET).bodyText()).contains("KEY_USAGE_BIT_INCORRECT");
                assertThat(proxy.stat("cluster.up.ssl.was_key_usage_invalid")).isPositive();
            }
            assertThatThrownBy(() -> start(upstream, version, "enforce_rsa_key_usage: false"))
                    .hasMessageContaining("enforce_rsa_key_usage")
                    .hasMessageContaining("BoringSSL enforces it");
            for (boolean enforced : new boolean[] {true, false}) {
                try (NuncioServer proxy =
                                startOnJdk(
                                        upstream, version, "enforce_rsa_key_usage: " + enforced);
                        RawClient client = proxy.client("plain")) {
                    assertThat(client.exchange(GET).status()).isEqualTo(enforced ? 503 : 200);
                    assertThat(proxy.stat("cluster.up.ssl.was_key_usage_invalid")).isPositive();
                }
            }
        }
    }
}
