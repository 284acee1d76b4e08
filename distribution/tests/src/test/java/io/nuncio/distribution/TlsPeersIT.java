package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.TestCertificates;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Files;
import java.nio.file.Path;

/// Downstreams as operators have them: curl and `openssl s_client`, with and without certificates.
class TlsPeersIT {
    private static final String FORMAT =
            "%DOWNSTREAM_PEER_SUBJECT%|%DOWNSTREAM_PEER_URI_SAN%|%DOWNSTREAM_TRANSPORT_FAILURE_REASON%";

    private final TestCertificates authority = TestCertificates.authority("Test CA");

    @TempDir private Path folder;

    private String mutual() {
        return TlsBootstraps.certificate(authority.issue("proxy.example"))
                + TlsBootstraps.trusting(authority);
    }

    /// The options by which openssl presents a certificate.
    private String presenting(TestCertificates.Identity own) throws Exception {
        Path certificate = Files.writeString(folder.resolve("own.pem"), own.certificatePem());
        Path key = Files.writeString(folder.resolve("own.key"), own.keyPem());
        return " -cert " + certificate + " -key " + key;
    }

    /// @return the status, 000 if there was none
    private String curl(NuncioServer proxy, String options) throws Exception {
        Path roots = Files.writeString(folder.resolve("roots.pem"), authority.pem());
        int port = proxy.address("secure").getPort();
        return Distribution.finish(
                        new ProcessBuilder(
                                "sh",
                                "-c",
                                "curl -s -o /dev/null -w '%{http_code} %{http_version}' --cacert "
                                        + roots
                                        + " --connect-to ::127.0.0.1:"
                                        + port
                                        + " "
                                        + options))
                .output()
                .strip();
    }

    @Test
    void curlIsPresentedTheCertificateOfTheNameItAsksFor() throws Exception {
        String several =
                "tls_certificates:\n"
                        + one(authority.issue("one.example"))
                        + one(authority.issue("two.example"))
                        + "alpn_protocols: [h2, http/1.1]";
        try (NuncioServer proxy = TlsBootstraps.start(several)) {
            for (String version : new String[] {"--tlsv1.2 --tls-max 1.2", "--tlsv1.3"}) {
                assertThat(curl(proxy, version + " https://one.example/")).isEqualTo("200 2");
                assertThat(curl(proxy, version + " --http1.1 https://two.example/"))
                        .isEqualTo("200 1.1");
                assertThat(curl(proxy, version + " https://three.example/"))
                        .as("the first is not for that name")
                        .isEqualTo("000 0");
            }
        }
    }

    private static String one(TestCertificates.Identity identity) {
        return TlsBootstraps.oneCertificate(identity.certificatePem(), identity.keyPem());
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void aCertificateIsAcceptedOrRefusedWithTheReason(String version) throws Exception {
        Path log = folder.resolve("access.log");
        TestCertificates strangers = TestCertificates.authority("Strange CA");
        try (NuncioServer proxy =
                TlsBootstraps.startLogging(
                        mutual()
                                + "  match_typed_subject_alt_names:\n"
                                + "  - {san_type: URI, matcher: {prefix: 'spiffe://example/'}}\n",
                        "require_client_certificate: true",
                        log,
                        FORMAT)) {
            assertThat(
                            OpenSsl.client(
                                    proxy,
                                    version
                                            + presenting(
                                                    authority
                                                            .request("good")
                                                            .uri("spiffe://example/a")
                                                            .issue())))
                    .contains("200 OK");
            OpenSsl.refused(
                    proxy,
                    version
                            + presenting(
                                    authority.request("other").uri("spiffe://other/a").issue()));
            proxy.awaitStat("listener.secure.ssl.fail_verify_san", 1);
            OpenSsl.refused(
                    proxy,
                    version
                            + presenting(
                                    strangers.request("bad").uri("spiffe://example/a").issue()));
            proxy.awaitStat("listener.secure.ssl.fail_verify_error", 1);
            OpenSsl.refused(proxy, version);
            proxy.awaitStat("listener.secure.ssl.fail_verify_no_cert", 1);
            proxy.awaitStat("listener.secure.downstream_cx_destroy", 4);
        }

        assertThat(LogLines.of(log))
                .satisfiesExactlyInAnyOrder(
                        line -> assertThat(line).isEqualTo("CN=good|spiffe://example/a|-"),
                        line ->
                                assertThat(line)
                                        .contains(
                                                "CERTIFICATE_VERIFY_FAILED:verify_cert_failed:_SAN_matcher"),
                        line ->
                                assertThat(line)
                                        .contains(
                                                "unable_to_get_local_issuer_certificate:TLS_error_end"),
                        line -> assertThat(line).contains("PEER_DID_NOT_RETURN_A_CERTIFICATE"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void whoResumesASessionIsStillKnown(String version) throws Exception {
        Path log = folder.resolve("access.log");
        Path session = folder.resolve("session.pem");
        try (NuncioServer proxy =
                TlsBootstraps.startLogging(
                        mutual(), "require_client_certificate: true", log, FORMAT)) {
            String own = presenting(authority.request("known").uri("spiffe://a/b").issue());
            OpenSsl.client(proxy, version + own + " -sess_out " + session);
            assertThat(OpenSsl.client(proxy, version + own + " -sess_in " + session))
                    .contains("Reused, ");
            proxy.awaitStat("listener.secure.downstream_cx_destroy", 2);
        }

        assertThat(LogLines.of(log))
                .containsExactly("CN=known|spiffe://a/b|-", "CN=known|spiffe://a/b|-");
    }

    @Test
    void whatDoesNotSuitThePeerIsTheReason() throws Exception {
        Path log = folder.resolve("access.log");
        try (NuncioServer proxy =
                TlsBootstraps.startLogging(
                        TlsBootstraps.certificate(authority.issue("proxy.example")),
                        "{}",
                        log,
                        "%DOWNSTREAM_TRANSPORT_FAILURE_REASON%")) {
            OpenSsl.refused(proxy, "-tls1_3 -sigalgs rsa_pss_rsae_sha256");
            proxy.awaitStat("listener.secure.downstream_cx_destroy", 1); // its entry is the first
            OpenSsl.refused(proxy, "-tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256");
            proxy.awaitStat("listener.secure.downstream_cx_destroy", 2);
            proxy.awaitStat("listener.secure.ssl.connection_error", 2);
        }
        assertThat(LogLines.of(log))
                .satisfiesExactly(
                        line -> assertThat(line).contains("NO_COMMON_SIGNATURE_ALGORITHMS"),
                        line -> assertThat(line).contains("NO_SHARED_CIPHER"));
    }

    @Test
    void statisticsTellWhenCertificatesExpire() throws Exception {
        TestCertificates.Identity own = authority.issue("proxy.example");
        try (NuncioServer proxy =
                TlsBootstraps.start(
                        TlsBootstraps.certificate(own) + TlsBootstraps.trusting(authority))) {
            assertThat(expiration(proxy, "unnamed_cert_", own.certificatePem()))
                    .isEqualTo(own.certificate().getNotAfter().getTime() / 1000);
            assertThat(expiration(proxy, "unnamed_ca_cert_", authority.pem()))
                    .isEqualTo(authority.own().certificate().getNotAfter().getTime() / 1000);
        }
    }

    private static long expiration(NuncioServer proxy, String prefix, String pem) {
        String digest = TestCertificates.sha256(pem.getBytes(UTF_8)).substring(0, 8);
        return proxy.stat(
                "listener.secure.ssl.certificate."
                        + prefix
                        + digest
                        + ".expiration_unix_time_seconds");
    }
}
