package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;
import io.nuncio.testkit.TestCertificates;
import io.nuncio.testkit.TestTls;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Base64;

/// Peers with identities of SPIFFE.
class SpiffeIT {
    private final TestCertificates authority = TestCertificates.authority("Example CA");
    private final TestCertificates others = TestCertificates.authority("Other CA");

    @TempDir private Path folder;

    private String spiffe(String more) throws Exception {
        Path example = Files.writeString(folder.resolve("example.pem"), authority.pem());
        Path other = Files.writeString(folder.resolve("other.pem"), others.pem());
        return TlsBootstraps.certificate(authority.issue("proxy.example"))
                + """
                validation_context:
                  custom_validator_config:
                    name: envoy.tls.cert_validator.spiffe
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig
                      trust_domains:
                      - {name: example.org, trust_bundle: {filename: %s}}
                      - {name: other.org, trust_bundle: {filename: %s}}
                """
                        .formatted(example, other)
                + more.indent(2);
    }

    private static TestTls peer(TestCertificates by, String uri) {
        return TestTls.PLAIN.presenting(by.request("peer").uri(uri).issue());
    }

    private static int status(NuncioServer proxy, TestTls peer) {
        try (RawClient client = peer.connect(proxy.address("secure"))) {
            return client.exchange("GET / HTTP/1.1\r\nhost: a\r\n\r\n").status();
        }
    }

    @Test
    void aPeerOfATrustDomainIsAcceptedAndAnotherRefusedWithTheReason() throws Exception {
        Path log = folder.resolve("access.log");
        try (NuncioServer proxy =
                TlsBootstraps.startLogging(
                        spiffe(""), "{}", log, "%DOWNSTREAM_TRANSPORT_FAILURE_REASON%")) {
            assertThat(status(proxy, peer(authority, "spiffe://example.org/a"))).isEqualTo(200);
            assertThat(status(proxy, peer(others, "spiffe://other.org/a"))).isEqualTo(200);

            TestTls forged = peer(others, "spiffe://example.org/a");
            assertThatThrownBy(() -> status(proxy, forged)).isNotNull();
            proxy.awaitStat("listener.secure.ssl.fail_verify_error", 1);
            TestTls unknown = peer(authority, "spiffe://unknown.org/a");
            assertThatThrownBy(() -> status(proxy, unknown)).isNotNull();
            proxy.awaitStat("listener.secure.ssl.fail_verify_error", 2);
            assertThatThrownBy(() -> status(proxy, TestTls.PLAIN)).isNotNull();
            proxy.awaitStat("listener.secure.ssl.fail_verify_no_cert", 1);
            proxy.awaitStat("listener.secure.downstream_cx_destroy", 5);
        }

        assertThat(LogLines.of(log))
                .anyMatch(line -> line.contains("unable_to_get_local_issuer_certificate"))
                .anyMatch(line -> line.contains("no_trust_bundle_store"));
    }

    @Test
    void theIdentityMayBeDemandedToo() throws Exception {
        try (NuncioServer proxy =
                TlsBootstraps.start(
                        spiffe(
                                "match_typed_subject_alt_names:\n"
                                        + "- {san_type: URI, matcher: {prefix:"
                                        + " 'spiffe://example.org/good/'}}"))) {
            assertThat(status(proxy, peer(authority, "spiffe://example.org/good/a")))
                    .isEqualTo(200);
            TestTls other = peer(authority, "spiffe://example.org/bad");
            assertThatThrownBy(() -> status(proxy, other)).isNotNull();
            proxy.awaitStat("listener.secure.ssl.fail_verify_san", 1);
        }
    }

    @Test
    void theMapOfTrustBundlesIsReadAnewWhenItsFileChanges() throws Exception {
        Path map = Files.writeString(folder.resolve("map.json"), map("example.org"));
        String tls =
                spiffe("")
                        .replace(
                                "      trust_domains:\n",
                                "      trust_bundles: {filename: "
                                        + map
                                        + "}\n      trust_domains:\n");
        TestTls peer = peer(authority, "spiffe://renamed.org/a");
        try (NuncioServer proxy = TlsBootstraps.start(tls)) {
            assertThat(status(proxy, peer(authority, "spiffe://example.org/a"))).isEqualTo(200);
            assertThatThrownBy(() -> status(proxy, peer)).isNotNull();
            Path next = Files.writeString(folder.resolve("next.json"), map("renamed.org"));
            Files.move(next, map, StandardCopyOption.ATOMIC_MOVE);
            Instant end = Instant.now().plusSeconds(20);
            while (!accepted(proxy, peer)) {
                assertThat(Instant.now()).isBefore(end);
            }
        }
    }

    private static boolean accepted(NuncioServer proxy, TestTls peer) {
        try {
            return status(proxy, peer) == 200;
        } catch (RuntimeException | AssertionError refused) {
            return false;
        }
    }

    private String map(String domain) throws Exception {
        return "{\"trust_domains\": {\"%s\": {\"keys\": [{\"use\": \"x509-svid\", \"x5c\": [\"%s\"]}]}}}"
                .formatted(
                        domain,
                        Base64.getEncoder()
                                .encodeToString(authority.own().certificate().getEncoded()));
    }
}
