package io.nuncio.transportsockets.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig.TrustDomain;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher.SanType;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.nuncio.spi.TransportSocketTemplate;
import io.nuncio.spi.host.PeerVerifier.Accepted;
import io.nuncio.spi.host.PeerVerifier.Rejected;
import io.nuncio.testkit.FakeFactoryContext;
import io.nuncio.testkit.TestCertificates;
import io.nuncio.testkit.TestCertificates.Identity;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;

class SpiffeValidatorTest {
    private final TestCertificates authority = TestCertificates.authority("Root");
    private final TestCertificates others = TestCertificates.authority("Other");
    private final FakeFactoryContext context = new FakeFactoryContext();

    private static DataSource inline(String text) {
        return DataSource.newBuilder().setInlineString(text).build();
    }

    private static TrustDomain domain(String name, String pem) {
        return TrustDomain.newBuilder().setName(name).setTrustBundle(inline(pem)).build();
    }

    private SPIFFECertValidatorConfig.Builder two() {
        return SPIFFECertValidatorConfig.newBuilder()
                .addTrustDomains(domain("one.org", authority.pem()))
                .addTrustDomains(domain("two.org", others.pem()));
    }

    private SpiffeValidator compile(SPIFFECertValidatorConfig.Builder message) {
        return compile(message, CertificateValidationContext.newBuilder());
    }

    private SpiffeValidator compile(
            SPIFFECertValidatorConfig.Builder message,
            CertificateValidationContext.Builder around) {
        return (SpiffeValidator)
                new SpiffeExtension()
                        .configure(message.build(), context)
                        .in(around.build(), context);
    }

    private static String verdict(SpiffeValidator validator, Identity identity) {
        return validator.verify(identity.chain(), null) instanceof Rejected rejected
                ? rejected.reason()
                : "accepted";
    }

    private static Identity peer(TestCertificates by, String uri) {
        return by.request("peer").uri(uri).issue();
    }

    @Test
    void theAuthoritiesOfItsTrustDomainVouchForAPeer() {
        SpiffeValidator validator = compile(two());
        assertThat(verdict(validator, peer(authority, "spiffe://one.org/a"))).isEqualTo("accepted");
        assertThat(verdict(validator, peer(others, "spiffe://two.org/a"))).isEqualTo("accepted");
        assertThat(verdict(validator, peer(others, "spiffe://one.org/a")))
                .endsWith("depth 0: unable to get local issuer certificate");
        assertThat(context.counter("ssl.fail_verify_error")).isEqualTo(1);
        assertThat(validator.demands()).isTrue();
        assertThat(validator.acceptedIssuers())
                .containsExactly(authority.own().certificate(), others.own().certificate());
    }

    @Test
    void whoHasNoIdentityOfAKnownDomainIsRefused() {
        SpiffeValidator validator = compile(two());
        for (Identity identity :
                new Identity[] {
                    peer(authority, "spiffe://three.org/a"),
                    peer(authority, "spiffe://one.org"),
                    peer(authority, "https://one.org/a"),
                    authority.issue("one.org"),
                    authority.request("peer").uri("https://a/").uri("spiffe://one.org/a").issue()
                }) {
            assertThat(verdict(validator, identity))
                    .isEqualTo("verify cert failed: no trust bundle store");
        }
    }

    @Test
    void anAuthorityIsNoPeer() {
        assertThat(verdict(compile(two()), authority.own()))
                .isEqualTo("verify cert failed: cert precheck");
    }

    @Test
    void onlyTheUriIsMatched() {
        var around =
                CertificateValidationContext.newBuilder()
                        .addMatchTypedSubjectAltNames(
                                SubjectAltNameMatcher.newBuilder()
                                        .setSanType(SanType.DNS)
                                        .setMatcher(
                                                StringMatcher.newBuilder().setExact("elsewhere")));
        Identity peer = peer(authority, "spiffe://one.org/a");
        assertThat(verdict(compile(two(), around), peer)).isEqualTo("accepted");
        around.addMatchTypedSubjectAltNames(
                SubjectAltNameMatcher.newBuilder()
                        .setSanType(SanType.URI)
                        .setMatcher(StringMatcher.newBuilder().setPrefix("spiffe://one.org/b")));
        assertThat(verdict(compile(two(), around), peer))
                .isEqualTo("verify cert failed: SAN match");
        assertThat(context.counter("ssl.fail_verify_san")).isEqualTo(1);
    }

    @Test
    void expiredCertificatesAreTakenIfAllowed() {
        Identity old =
                authority
                        .request("peer")
                        .uri("spiffe://one.org/a")
                        .valid(
                                Instant.now().minus(Duration.ofHours(5)),
                                Instant.now().minus(Duration.ofHours(4)))
                        .issue();
        assertThat(verdict(compile(two()), old)).endsWith("certificate has expired");
        assertThat(
                        verdict(
                                compile(
                                        two(),
                                        CertificateValidationContext.newBuilder()
                                                .setAllowExpiredCertificate(true)),
                                old))
                .isEqualTo("accepted");
    }

    @Test
    void revokedCertificatesOfABundleAreRefused() {
        Identity good = peer(authority, "spiffe://one.org/a");
        Identity bad = peer(authority, "spiffe://one.org/b");
        SpiffeValidator validator =
                compile(
                        SPIFFECertValidatorConfig.newBuilder()
                                .addTrustDomains(
                                        domain(
                                                "one.org",
                                                authority.pem()
                                                        + authority.revoking(bad.certificate()))));
        assertThat(verdict(validator, good)).isEqualTo("accepted");
        assertThat(verdict(validator, bad)).endsWith("certificate revoked");
    }

    @Test
    void bundlesComeInOneMap() throws CertificateEncodingException {
        SpiffeValidator validator = compile(two().setTrustBundles(inline(map(authority))));
        assertThat(context.problems().all()).isEmpty();
        assertThat(verdict(validator, peer(authority, "spiffe://one.org/a"))).isEqualTo("accepted");
        assertThat(verdict(validator, peer(others, "spiffe://two.org/a")))
                .as("the map goes before the list")
                .isEqualTo("verify cert failed: no trust bundle store");
        assertThat(validator.verify(peer(authority, "spiffe://one.org/a").chain(), null))
                .isEqualTo(Accepted.VALIDATED);
    }

    private static String map(TestCertificates authority) throws CertificateEncodingException {
        return """
        {"trust_domains": {"one.org": {"sequence_number": 1, "keys": [
          {"kty": "EC", "use": "x509-svid", "x5c": ["%s"]}]}}}
        """
                .formatted(base64(authority));
    }

    private static String base64(TestCertificates authority) throws CertificateEncodingException {
        return Base64.getEncoder().encodeToString(authority.own().certificate().getEncoded());
    }

    @Test
    void theFileOfTheMapIsLetGoWithTheSocketOrWithWhatIsRefused(@TempDir Path folder)
            throws Exception {
        Path map = Files.writeString(folder.resolve("map.json"), map(authority));
        var message =
                SPIFFECertValidatorConfig.newBuilder()
                        .setTrustBundles(DataSource.newBuilder().setFilename(map.toString()));
        context.platform()
                .extension("spiffe", new SpiffeExtension().configure(message.build(), context));

        TransportSocketTemplate socket = upstream("P-256");
        context.changed(map);
        socket.close();
        assertThatThrownBy(() -> context.changed(map)).hasMessageContaining("nobody watches");

        upstream("no-such-curve");
        assertThat(context.reported())
                .containsExactly("Failed to initialize ECDH curves no-such-curve");
        assertThatThrownBy(() -> context.changed(map)).hasMessageContaining("nobody watches");
    }

    private TransportSocketTemplate upstream(String curve) {
        return new UpstreamTlsExtension()
                .configure(
                        UpstreamTlsContext.newBuilder()
                                .setCommonTlsContext(
                                        CommonTlsContext.newBuilder()
                                                .setTlsParams(
                                                        TlsParameters.newBuilder()
                                                                .addEcdhCurves(curve))
                                                .setValidationContext(
                                                        CertificateValidationContext.newBuilder()
                                                                .setCustomValidatorConfig(
                                                                        TypedExtensionConfig
                                                                                .newBuilder()
                                                                                .setName(
                                                                                        "spiffe"))))
                                .build(),
                        context);
    }

    @Test
    void whatIsWrongIsReported() throws CertificateEncodingException {
        compile(two().addTrustDomains(domain("one.org", authority.pem())));
        compile(
                SPIFFECertValidatorConfig.newBuilder()
                        .addTrustDomains(domain("bad.org", "nothing")));
        for (String map :
                new String[] {
                    "{",
                    "{}",
                    "{\"trust_domains\": {\"a.org\": {\"keys\": []}}}",
                    "{\"trust_domains\": {\"a.org\": {\"keys\": [{\"use\": \"jwt-svid\"}]}}}",
                    "{\"trust_domains\": {\"a.org\": {\"keys\": [{\"use\": \"x509-svid\"}]}}}",
                    "{\"trust_domains\": {\"a.org\": {\"keys\": [{\"use\": \"x509-svid\","
                            + " \"x5c\": [\"AAAA\"]}]}}}"
                }) {
            compile(two().setTrustBundles(inline(map)));
        }
        assertThat(context.problems().all().stream().map(String::valueOf))
                .satisfiesExactly(
                        each ->
                                assertThat(each)
                                        .contains(
                                                "Multiple trust bundles are given for one trust"
                                                        + " domain for one.org"),
                        each ->
                                assertThat(each)
                                        .contains(
                                                "Failed to load trusted CA certificate for"
                                                        + " bad.org"),
                        each -> assertThat(each).contains("Invalid JSON found in SPIFFE bundle"),
                        each -> assertThat(each).contains("No trust domains found"),
                        each -> assertThat(each).contains("No keys found"),
                        each -> assertThat(each).contains("missing or invalid 'use' field"),
                        each -> assertThat(each).contains("missing or empty 'x5c' field"),
                        each -> assertThat(each).contains("Invalid x509 object in certs"));
    }
}
