package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.time.temporal.ChronoUnit.SECONDS;

import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;
import io.nuncio.testkit.TestCertificates;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;

/// OCSP responses that are handed to downstreams, with openssl as the peer.
class OcspStaplingIT {
    private static final String UPDATES =
            "listener.secure.server_ssl_socket_factory.ssl_context_update_by_sds";
    private static final String GOOD = "OCSP Response Status: successful";
    private static final String NONE = "OCSP response: no response sent";

    private final TestCertificates authority = TestCertificates.authority("Test CA");
    private final TestCertificates.Identity identity = authority.issue("proxy.example");
    private final Instant now = Instant.now();

    @TempDir private Path folder;

    private byte[] fresh(TestCertificates.Identity own) {
        return authority.vouching(
                own.certificate(), now.minusSeconds(60), now.plus(Duration.ofDays(1)));
    }

    private byte[] expired(TestCertificates.Identity own) {
        return authority.vouching(
                own.certificate(), now.minus(Duration.ofDays(2)), now.minusSeconds(60));
    }

    private static String certificate(TestCertificates.Identity own, byte[] staple) {
        return TlsBootstraps.certificate(own)
                + "  ocsp_staple: {inline_bytes: "
                + Base64.getEncoder().encodeToString(staple)
                + "}\n";
    }

    private static NuncioServer start(String certificate, String policy) throws Exception {
        return TlsBootstraps.start(certificate, "ocsp_staple_policy: " + policy);
    }

    private static void awaitCount(NuncioServer proxy, String name, int count) {
        proxy.awaitStat("listener.secure.ssl.ocsp_staple_" + name, count);
    }

    @Test
    void aPeerThatAsksIsHandedTheResponse() throws Exception {
        try (NuncioServer proxy =
                TlsBootstraps.startWithAdmin(
                        certificate(identity, fresh(identity)),
                        "ocsp_staple_policy: MUST_STAPLE")) {
            for (String version : new String[] {"-tls1_2", "-tls1_3"}) {
                assertThat(OpenSsl.client(proxy, "-status", version))
                        .contains(GOOD, "Cert Status: good");
            }
            assertThat(OpenSsl.client(proxy)).doesNotContain(GOOD);
            awaitCount(proxy, "requests", 2);
            awaitCount(proxy, "responses", 2);
            awaitCount(proxy, "omitted", 0);
            awaitCount(proxy, "failed", 0);
            assertThat(proxy.stat("server.seconds_until_first_ocsp_response_expiring"))
                    .isBetween(80_000L, 86_400L);
            try (RawClient client = RawClient.connect(proxy.admin())) {
                assertThat(client.exchange("GET /certs HTTP/1.1\r\nhost: a\r\n\r\n").bodyText())
                        .contains("\"ocsp_details\"")
                        .contains(now.plus(Duration.ofDays(1)).truncatedTo(SECONDS).toString());
            }
        }
    }

    @Test
    void withoutAResponseOnlyTheStrictestPolicyRefuses() throws Exception {
        for (String policy : new String[] {"LENIENT_STAPLING", "STRICT_STAPLING"}) {
            try (NuncioServer proxy = start(TlsBootstraps.certificate(identity), policy)) {
                assertThat(OpenSsl.client(proxy, "-status")).contains(NONE);
                awaitCount(proxy, "omitted", 1);
            }
        }
        assertThatThrownBy(() -> start(TlsBootstraps.certificate(identity), "MUST_STAPLE"))
                .hasMessageContaining("Required OCSP response is missing from TLS context");
    }

    @Test
    void anExpiredResponseIsNotHandedOut() throws Exception {
        String certificate = certificate(identity, expired(identity));
        try (NuncioServer proxy = start(certificate, "LENIENT_STAPLING")) {
            assertThat(OpenSsl.client(proxy, "-status")).contains(NONE);
            awaitCount(proxy, "omitted", 1);
        }
        for (String policy : new String[] {"STRICT_STAPLING", "MUST_STAPLE"}) {
            try (NuncioServer proxy = start(certificate, policy)) {
                OpenSsl.refused(proxy, "-status");
                awaitCount(proxy, "failed", 1);
                assertThat(OpenSsl.client(proxy)).as("who does not ask").contains("200 OK");
            }
        }
    }

    @Test
    void aCertificateThatPromisesAResponseNeedsOne() throws Exception {
        TestCertificates.Identity promising =
                authority.request("proxy.example").mustStaple().issue();
        assertThatThrownBy(() -> start(TlsBootstraps.certificate(promising), "LENIENT_STAPLING"))
                .hasMessageContaining("OCSP response is required for must-staple certificate");
        try (NuncioServer proxy =
                start(certificate(promising, expired(promising)), "LENIENT_STAPLING")) {
            OpenSsl.refused(proxy, "-status");
            awaitCount(proxy, "failed", 1);
        }
    }

    @Test
    void whatIsNoResponseForTheCertificateIsRefused() {
        TestCertificates.Identity other = authority.issue("other.example");
        assertThatThrownBy(() -> start(certificate(identity, fresh(other)), "LENIENT_STAPLING"))
                .hasMessageContaining("OCSP response does not match its TLS certificate");
        assertThatThrownBy(() ->
                        start(certificate(identity, new byte[] {1, 2, 3}), "LENIENT_STAPLING"))
                .hasMessageContaining("ocsp_staple")
                .hasMessageContaining("OCSP response cannot be used");
    }

    @Test
    void aResponseInAFileIsReadAnewWithItsSecret() throws Exception {
        Path response = Files.write(folder.resolve("response.der"), expired(identity));
        Path chain = Files.writeString(folder.resolve("chain.pem"), identity.certificatePem());
        Path key = Files.writeString(folder.resolve("key.pem"), identity.keyPem());
        Path secret =
                Files.writeString(
                        folder.resolve("secret.yaml"),
                        """
                        resources:
                        - "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret
                          name: own
                          tls_certificate:
                            certificate_chain: {filename: %s}
                            private_key: {filename: %s}
                            ocsp_staple: {filename: %s}
                        """
                                .formatted(chain, key, response));
        try (NuncioServer proxy =
                start(
                        "tls_certificate_sds_secret_configs: [{name: own, sds_config:"
                                + " {path_config_source: {path: "
                                + secret
                                + "}}}]",
                        "LENIENT_STAPLING")) {
            assertThat(OpenSsl.client(proxy, "-status")).contains(NONE);
            long before = proxy.stat(UPDATES);
            Path next = Files.write(folder.resolve("next"), fresh(identity));
            Files.move(next, response, StandardCopyOption.ATOMIC_MOVE);
            proxy.awaitStat(UPDATES, before + 1);
            assertThat(OpenSsl.client(proxy, "-status")).contains(GOOD);
        }
    }

    @Test
    void theJdksOwnTlsHasNoResponses() {
        assertThatThrownBy(() ->
                        TlsBootstraps.startOnJdk(certificate(identity, fresh(identity)), "{}"))
                .hasMessageContaining("ocsp_staple needs BoringSSL");
    }
}
