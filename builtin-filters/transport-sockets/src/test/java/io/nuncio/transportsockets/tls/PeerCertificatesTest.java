package io.nuncio.transportsockets.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.google.protobuf.ByteString;
import com.google.protobuf.UInt32Value;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext.TrustChainVerification;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher.SanType;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.nuncio.spi.host.CertificateText;
import io.nuncio.spi.host.PeerVerifier.Accepted;
import io.nuncio.spi.host.PeerVerifier.Cause;
import io.nuncio.spi.host.PeerVerifier.Rejected;
import io.nuncio.spi.host.PeerVerifier.Verdict;
import io.nuncio.testkit.FakeFactoryContext;
import io.nuncio.testkit.TestCertificates;
import io.nuncio.testkit.TestCertificates.Identity;

import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

class PeerCertificatesTest {
    private final TestCertificates authority = TestCertificates.authority("Root");
    private final TestCertificates strangers = TestCertificates.authority("Strange");
    private final FakeFactoryContext context = new FakeFactoryContext();

    private CertificateValidationContext.Builder trusting() {
        return CertificateValidationContext.newBuilder().setTrustedCa(inline(authority.pem()));
    }

    private static DataSource inline(String text) {
        return DataSource.newBuilder().setInlineBytes(ByteString.copyFromUtf8(text)).build();
    }

    private PeerCertificates compile(CertificateValidationContext.Builder message) {
        return PeerCertificates.from(
                message.build(),
                CommonTls.Side.UPSTREAM,
                false,
                PeerCertificates.Stats.in(context.stats()),
                context);
    }

    private Verdict verify(CertificateValidationContext.Builder message, Identity identity) {
        return compile(message).verify(identity.chain(), null);
    }

    private static String reason(Verdict verdict) {
        return verdict instanceof Rejected rejected ? rejected.reason() : "accepted";
    }

    private static SubjectAltNameMatcher.Builder named(SanType type, StringMatcher.Builder text) {
        return SubjectAltNameMatcher.newBuilder().setSanType(type).setMatcher(text);
    }

    private static StringMatcher.Builder exact(String text) {
        return StringMatcher.newBuilder().setExact(text);
    }

    private boolean named(SubjectAltNameMatcher.Builder matcher, Identity identity) {
        return verify(trusting().addMatchTypedSubjectAltNames(matcher), identity)
                == Accepted.VALIDATED;
    }

    private long count(String name) {
        return context.counter("ssl." + name);
    }

    @Test
    void aTrustedAuthorityVouchesForACertificateAlsoOverAnotherOne() {
        assertThat(verify(trusting(), authority.issue("a"))).isEqualTo(Accepted.VALIDATED);
        TestCertificates middle = authority.intermediate("Middle");
        assertThat(verify(trusting(), middle.issue("a"))).isEqualTo(Accepted.VALIDATED);

        Verdict strange = verify(trusting(), strangers.issue("a"));
        assertThat(reason(strange))
                .isEqualTo(
                        "verify cert failed: X509_verify_cert: certificate verification error at"
                                + " depth 0: unable to get local issuer certificate");
        assertThat(count("fail_verify_error")).isEqualTo(1);
    }

    @Test
    void anIntermediateAuthorityOrTheCertificateItselfMayBeTrusted() {
        TestCertificates middle = authority.intermediate("Middle");
        Identity identity = middle.issue("a");
        var trustsMiddle =
                CertificateValidationContext.newBuilder().setTrustedCa(inline(middle.pem()));
        assertThat(verify(trustsMiddle, identity)).isEqualTo(Accepted.VALIDATED);
        assertThat(verify(trustsMiddle, authority.issue("a"))).isInstanceOf(Rejected.class);

        var trustsItself =
                CertificateValidationContext.newBuilder()
                        .setTrustedCa(inline(identity.certificatePem()));
        assertThat(verify(trustsItself, identity)).isEqualTo(Accepted.VALIDATED);
    }

    @Test
    void aCertificateIsForOneSide() {
        Identity client = authority.request("a").forClientsOnly().issue();
        assertThat(reason(verify(trusting(), client))).endsWith("unsuitable certificate purpose");
    }

    @Test
    void theDateCountsUnlessItIsAllowedNotTo() {
        Instant now = Instant.now();
        Identity old =
                authority
                        .request("a")
                        .valid(now.minus(Duration.ofHours(2)), now.minus(Duration.ofHours(1)))
                        .issue();
        assertThat(verify(trusting(), old))
                .isEqualTo(
                        new Rejected(
                                Cause.EXPIRED,
                                "verify cert failed: X509_verify_cert: certificate verification"
                                        + " error at depth 0: certificate has expired"));
        assertThat(verify(trusting().setAllowExpiredCertificate(true), old))
                .isEqualTo(Accepted.VALIDATED);
        Identity early =
                authority
                        .request("a")
                        .valid(now.plus(Duration.ofHours(1)), now.plus(Duration.ofHours(2)))
                        .issue();
        assertThat(reason(verify(trusting(), early))).endsWith("certificate is not yet valid");
        assertThat(verify(trusting().setAllowExpiredCertificate(true), early))
                .isEqualTo(Accepted.VALIDATED);
    }

    @Test
    void aChainMayBeTooLong() {
        Identity identity = authority.intermediate("One").intermediate("Two").issue("a");
        assertThat(verify(trusting().setMaxVerifyDepth(UInt32Value.of(2)), identity))
                .isEqualTo(Accepted.VALIDATED);
        assertThat(reason(verify(trusting().setMaxVerifyDepth(UInt32Value.of(1)), identity)))
                .endsWith("at depth 2: certificate chain too long");
    }

    @Test
    void aPeerCannotMakeTheSearchForAnAuthorityLong() {
        TestCertificates left = strangers;
        TestCertificates right = TestCertificates.authority("Right");
        List<X509Certificate> chain = new ArrayList<>(left.issue("a").chain());
        for (int step = 0; step < 40; step++) {
            TestCertificates nextLeft = TestCertificates.authority("Left " + step);
            TestCertificates nextRight = TestCertificates.authority("Right " + step);
            for (TestCertificates each : List.of(left, right)) {
                chain.add(nextLeft.vouchingFor(each));
                chain.add(nextRight.vouchingFor(each));
            }
            left = nextLeft;
            right = nextRight;
        }
        PeerCertificates own = compile(trusting());

        Verdict verdict =
                assertTimeoutPreemptively(Duration.ofSeconds(20), () -> own.verify(chain, null));

        assertThat(reason(verdict)).endsWith("unable to get local issuer certificate");
    }

    @Test
    void aCertificateThatOnlyNamesItsIssuerIsRefused() {
        Identity forged =
                TestCertificates.authority("Root").request("a").withoutKeyIdentifiers().issue();
        assertThat(reason(verify(trusting(), forged)))
                .isEqualTo(
                        "verify cert failed: X509_verify_cert: certificate verification error at"
                                + " depth 0: certificate signature failure");
    }

    @Test
    void aRevokedCertificateIsRefused() {
        Identity good = authority.issue("a");
        Identity bad = authority.issue("a");
        String list = authority.revoking(bad.certificate());
        assertThat(verify(trusting().setCrl(inline(list)), good)).isEqualTo(Accepted.VALIDATED);
        assertThat(reason(verify(trusting().setCrl(inline(list)), bad)))
                .endsWith("certificate revoked");
    }

    @Test
    void aListOfRevokedCertificatesMayStandAmongTheAuthorities() {
        Identity bad = authority.issue("a");
        var both =
                CertificateValidationContext.newBuilder()
                        .setTrustedCa(
                                inline(authority.pem() + authority.revoking(bad.certificate())));
        assertThat(verify(both, authority.issue("a"))).isEqualTo(Accepted.VALIDATED);
        assertThat(reason(verify(both, bad))).endsWith("certificate revoked");
    }

    @Test
    void onlyThePeersOwnCertificateMayBeLookedUp() {
        TestCertificates middle = authority.intermediate("Middle");
        Identity identity = middle.issue("a");
        var lists = trusting().setCrl(inline(middle.revoking()));
        assertThat(reason(verify(lists, identity)))
                .endsWith("at depth 1: unable to get certificate CRL");
        assertThat(verify(lists.setOnlyVerifyLeafCertCrl(true), identity))
                .isEqualTo(Accepted.VALIDATED);
        assertThat(
                        reason(
                                verify(
                                        lists.setCrl(
                                                inline(middle.revoking(identity.certificate()))),
                                        identity)))
                .endsWith("certificate revoked");
    }

    @Test
    void aNameOfEachKindIsMatched() {
        Identity identity =
                authority
                        .request("a")
                        .dns("www.example.com")
                        .dns("*.wild.example")
                        .uri("spiffe://cluster.local/ns/default/sa/me")
                        .email("me@example.com")
                        .ip((byte) 10, (byte) 0, (byte) 0, (byte) 1)
                        .otherName("2a0304", "other")
                        .issue();
        assertThat(named(named(SanType.DNS, exact("www.example.com")), identity)).isTrue();
        assertThat(named(named(SanType.DNS, exact("WWW.example.com")), identity)).isTrue();
        assertThat(named(named(SanType.DNS, exact("any.wild.example")), identity)).isTrue();
        assertThat(named(named(SanType.DNS, exact("a.b.wild.example")), identity)).isFalse();
        assertThat(named(named(SanType.URI, exact("www.example.com")), identity)).isFalse();
        assertThat(
                        named(
                                named(
                                        SanType.URI,
                                        StringMatcher.newBuilder()
                                                .setPrefix("spiffe://cluster.local/")),
                                identity))
                .isTrue();
        assertThat(named(named(SanType.EMAIL, exact("me@example.com")), identity)).isTrue();
        assertThat(named(named(SanType.IP_ADDRESS, exact("10.0.0.1")), identity)).isTrue();
        assertThat(named(named(SanType.OTHER_NAME, exact("other")).setOid("1.2.3.4"), identity))
                .isTrue();
        assertThat(named(named(SanType.OTHER_NAME, exact("other")).setOid("1.2.3.5"), identity))
                .isFalse();
        assertThat(count("fail_verify_san")).isEqualTo(3);
    }

    @Test
    void anAddressOfIpVersion6HasItsShortForm() {
        byte[] address = InetAddress.ofLiteral("2001:db8::1").getAddress();
        Identity identity = authority.request("a").ip(address).issue();
        assertThat(named(named(SanType.IP_ADDRESS, exact("2001:db8::1")), identity)).isTrue();
        assertThat(CertificateText.names(identity.certificate(), CertificateText.NameKind.IP))
                .containsExactly("2001:db8::1");
    }

    @Test
    void theFailureNamesTheNamesThatAreThere() {
        Identity identity = authority.request("a").dns("one").uri("two:").issue();
        Verdict verdict =
                verify(
                        trusting().addMatchTypedSubjectAltNames(named(SanType.DNS, exact("three"))),
                        identity);
        assertThat(reason(verdict))
                .isEqualTo("verify cert failed: SAN matcher, certificate SANs are [one, two:]");
    }

    @Test
    @SuppressWarnings("deprecation")
    void theDeprecatedConditionIsForEveryKind() {
        var message = trusting().addMatchSubjectAltNames(exact("name"));
        assertThat(verify(message, authority.request("a").uri("name").issue()))
                .isEqualTo(Accepted.VALIDATED);
        assertThat(verify(message, authority.request("a").dns("other").issue()))
                .isInstanceOf(Rejected.class);
    }

    @Test
    void aNameWithANulMatchesNothing() {
        Identity identity = authority.request("a").dns("good.example\0.evil.example").issue();
        StringMatcher.Builder prefix = StringMatcher.newBuilder().setPrefix("good.example");
        assertThat(named(named(SanType.DNS, prefix), identity)).isFalse();
        assertThat(named(named(SanType.DNS, exact("good.example")), identity)).isFalse();
        Identity both = authority.request("a").dns("good.example").dns("x\0.evil.example").issue();
        assertThat(named(named(SanType.DNS, exact("good.example")), both)).isFalse();
    }

    @Test
    void aCertificateOrItsKeyMayBeNamedByDigest() throws Exception {
        Identity identity = authority.issue("a");
        String hash = TestCertificates.sha256(identity.certificate().getEncoded());
        String colons = hash.replaceAll("(..)(?!$)", "$1:");
        String spki =
                Base64.getEncoder()
                        .encodeToString(
                                MessageDigest.getInstance("SHA-256")
                                        .digest(
                                                identity.certificate()
                                                        .getPublicKey()
                                                        .getEncoded()));
        for (CertificateValidationContext.Builder message :
                List.of(
                        CertificateValidationContext.newBuilder().addVerifyCertificateHash(hash),
                        CertificateValidationContext.newBuilder().addVerifyCertificateHash(colons),
                        CertificateValidationContext.newBuilder().addVerifyCertificateSpki(spki),
                        trusting().addVerifyCertificateSpki(spki))) {
            assertThat(verify(message, identity)).isEqualTo(Accepted.VALIDATED);
            assertThat(reason(verify(message, authority.issue("a"))))
                    .isEqualTo("verify cert failed: cert hash and spki");
        }
        assertThat(count("fail_verify_cert_hash")).isEqualTo(4);
        String other = HexFormat.of().formatHex(new byte[32]);
        assertThat(
                        verify(
                                CertificateValidationContext.newBuilder()
                                        .addVerifyCertificateHash(other)
                                        .addVerifyCertificateSpki(spki),
                                identity))
                .as("one of them is enough")
                .isEqualTo(Accepted.VALIDATED);
    }

    @Test
    void aDigestThatIsNoneIsRefused() {
        compile(
                CertificateValidationContext.newBuilder()
                        .addVerifyCertificateHash("x".repeat(64))
                        .addVerifyCertificateSpki("x".repeat(44)));
        assertThat(context.reported())
                .containsExactly(
                        "verify_certificate_hash[0]: Invalid hex-encoded SHA-256 " + "x".repeat(64),
                        "verify_certificate_spki[0]: Invalid base64-encoded SHA-256 "
                                + "x".repeat(44));
    }

    @Test
    void anUntrustedCertificateMayBeAcceptedButIsNotValidated() {
        var message = trusting().setTrustChainVerification(TrustChainVerification.ACCEPT_UNTRUSTED);
        assertThat(verify(message, strangers.issue("a"))).isEqualTo(Accepted.UNSEEN);
        assertThat(verify(message, authority.issue("a"))).isEqualTo(Accepted.VALIDATED);
        assertThat(count("fail_verify_error")).isEqualTo(1);
    }

    @Test
    void theCertificateMustHaveTheNameThatWasAskedForIfSoConfigured() {
        PeerCertificates own =
                PeerCertificates.from(
                        trusting()
                                .addMatchTypedSubjectAltNames(
                                        named(SanType.DNS, exact("not.looked.at")))
                                .build(),
                        CommonTls.Side.UPSTREAM,
                        true,
                        PeerCertificates.Stats.in(context.stats()),
                        context);
        Identity identity = authority.issue("*.example.com");
        assertThat(own.verify(identity.chain(), "a.example.com")).isEqualTo(Accepted.VALIDATED);
        assertThat(own.verify(identity.chain(), "a.example.org")).isInstanceOf(Rejected.class);

        PeerCertificates.from(
                CertificateValidationContext.getDefaultInstance(),
                CommonTls.Side.UPSTREAM,
                true,
                PeerCertificates.Stats.in(context.stats()),
                context);
        assertThat(context.reported())
                .containsExactly(
                        "'auto_sni_san_validation' was configured without configuring a trusted"
                                + " CA");
    }

    @Test
    void theAuthoritiesOfTheSystemAreTrusted() {
        PeerCertificates own =
                compile(
                        CertificateValidationContext.newBuilder()
                                .setSystemRootCerts(
                                        CertificateValidationContext.SystemRootCerts
                                                .getDefaultInstance()));
        if (context.reported().isEmpty()) {
            assertThat(own.acceptedIssuers()).hasSizeGreaterThan(10);
            assertThat(own.verify(authority.issue("a").chain(), null)).isInstanceOf(Rejected.class);
        } else {
            assertThat(context.reported().getFirst()).endsWith("is there");
        }
    }

    @Test
    void whatCannotBeReadIsRefused() {
        compile(
                CertificateValidationContext.newBuilder()
                        .setTrustedCa(inline("nothing"))
                        .setCrl(inline("nothing")));
        assertThat(context.reported())
                .containsExactlyInAnyOrder(
                        "trusted_ca: Failed to load trusted CA certificates from <inline>",
                        "crl: Failed to load CRL from <inline>");
    }
}
