package io.nuncio.transportsockets.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.nuncio.spi.Problems;
import io.nuncio.spi.host.PeerVerifier.Rejected;
import io.nuncio.testkit.TestCertificates;
import io.nuncio.testkit.TestCertificates.Identity;
import io.nuncio.testkit.TestCertificates.Request;

import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Who may vouch for whom, and which lists of revoked certificates count.
class TrustedAuthoritiesTest {
    private final TestCertificates root = TestCertificates.authority("Root");

    private static CertificateValidationContext.Builder trusting(String... pem) {
        return CertificateValidationContext.newBuilder().setTrustedCa(inline(String.join("", pem)));
    }

    private static DataSource inline(String text) {
        return DataSource.newBuilder().setInlineString(text).build();
    }

    private static String pem(X509Certificate certificate) {
        return new Identity(List.of(certificate), TestCertificates.authority("any").own().key())
                .certificatePem();
    }

    /// @return "accepted", or the depth and the reason
    private static String verdict(
            CertificateValidationContext.Builder message, List<X509Certificate> chain) {
        Problems problems = new Problems();
        TrustedAuthorities made =
                Objects.requireNonNull(
                        TrustedAuthorities.from(
                                message.build(), CommonTls.Side.UPSTREAM, problems));
        assertThat(problems.all()).isEmpty();
        Rejected rejected = made.check(chain);
        return rejected == null
                ? "accepted"
                : rejected.reason().replaceFirst(".*verification error at depth ", "");
    }

    private static String verdict(CertificateValidationContext.Builder message, Identity identity) {
        return verdict(message, identity.chain());
    }

    private static Request expired(Request request) {
        Instant now = Instant.now();
        return request.valid(now.minus(Duration.ofDays(9)), now.minus(Duration.ofHours(1)));
    }

    @Test
    void noListIsFetchedFromWhereACertificateSaysThatItIs() throws Exception {
        try (ServerSocket place = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            place.setSoTimeout(300);
            TestCertificates middle = root.intermediate("Middle");
            Identity identity =
                    middle.request("a")
                            .listAt("http://127.0.0.1:" + place.getLocalPort() + "/list")
                            .issue();
            assertThat(verdict(trusting(root.pem()).setCrl(inline(root.revoking())), identity))
                    .isEqualTo("0: unable to get certificate CRL");
            assertThat(catchTimeout(place)).as("nobody came").isTrue();
        }
    }

    private static boolean catchTimeout(ServerSocket place) throws Exception {
        try (var connection = place.accept()) {
            return !connection.isConnected();
        } catch (SocketTimeoutException nobody) {
            return true;
        }
    }

    @Test
    void aPeersOwnCertificateIsLookedUpAlsoIfItIsAnAuthoritys() {
        TestCertificates middle = root.intermediate("Middle");
        String list = root.revoking(middle.own().certificate());
        var message = trusting(root.pem()).setCrl(inline(list)).setOnlyVerifyLeafCertCrl(true);
        assertThat(verdict(message, middle.own())).isEqualTo("0: certificate revoked");
    }

    @Test
    void aListMustBeGoodNowAlsoWhereExpiredCertificatesAreAllowed() {
        String old = root.revoking(Instant.now().minusSeconds(30));
        Identity expired = expired(root.request("a")).issue();
        for (boolean allowed : new boolean[] {true, false}) {
            assertThat(
                            verdict(
                                    trusting(root.pem())
                                            .setCrl(inline(old))
                                            .setAllowExpiredCertificate(allowed),
                                    root.issue("a")))
                    .isEqualTo("0: CRL has expired");
        }
        var good =
                trusting(root.pem())
                        .setCrl(inline(root.revoking()))
                        .setAllowExpiredCertificate(true);
        assertThat(verdict(good, expired)).isEqualTo("accepted");
        assertThat(verdict(good.setCrl(inline(root.revoking(expired.certificate()))), expired))
                .isEqualTo("0: certificate revoked");
    }

    @Test
    void aListMustBeSignedByTheIssuer() {
        String forged = TestCertificates.authority("Root").revoking();
        var message = trusting(root.pem()).setCrl(inline(forged));
        assertThat(verdict(message, root.issue("a"))).isEqualTo("0: CRL signature failure");
        assertThat(verdict(message.setCrl(inline(forged + root.revoking())), root.issue("a")))
                .as("another list is good")
                .isEqualTo("accepted");
    }

    @Test
    void aListForSomeCertificatesSaysNothingOfOthers() {
        Identity one = root.request("a").listAt("http://lists/1").issue();
        Identity two = root.request("a").listAt("http://lists/2").issue();
        var message = trusting(root.pem()).setCrl(inline(root.revokingAt("http://lists/1")));
        assertThat(verdict(message, one)).isEqualTo("accepted");
        assertThat(verdict(message, two)).isEqualTo("0: Different CRL scope");
        assertThat(verdict(message, root.issue("a"))).isEqualTo("0: Different CRL scope");
        String both =
                root.revokingAt("http://lists/1")
                        + root.revokingAt("http://lists/2", two.certificate());
        assertThat(verdict(message.setCrl(inline(both)), one)).isEqualTo("accepted");
        assertThat(verdict(message.setCrl(inline(both)), two)).isEqualTo("0: certificate revoked");
    }

    @Test
    void expiredCertificatesNeedNotHaveBeenValidAtTheSameTime() {
        TestCertificates middle =
                TestCertificates.of(
                        root.request("Middle")
                                .authorityItself()
                                .pathLength(0)
                                .valid(
                                        Instant.now().minusSeconds(60),
                                        Instant.now().plusSeconds(999))
                                .issue());
        var message = trusting(root.pem()).setAllowExpiredCertificate(true);
        assertThat(verdict(message, expired(middle.request("a")).issue())).isEqualTo("accepted");
        assertThat(verdict(message, expired(middle.intermediate("Low").request("a")).issue()))
                .as("the rest counts")
                .isEqualTo("2: path length constraint exceeded");
        Identity forged =
                expired(TestCertificates.authority("Middle").request("a"))
                        .withoutKeyIdentifiers()
                        .issue();
        assertThat(verdict(message, List.of(forged.certificate(), middle.own().certificate())))
                .isEqualTo("0: certificate signature failure");
        Identity unfounded = TestCertificates.authority("Root").intermediate("Middle").issue("a");
        assertThat(verdict(message, unfounded))
                .isEqualTo("0: unable to get local issuer certificate");
    }

    @Test
    void aTrustedCertificateThatIsRevokedIsRefused() {
        TestCertificates middle = root.intermediate("Middle");
        Identity own = middle.issue("a");
        String itself = pem(own.certificate());
        String list = middle.revoking(own.certificate());
        assertThat(verdict(trusting(itself).setCrl(inline(list)), own))
                .isEqualTo("0: certificate revoked");
        assertThat(verdict(trusting(itself).setCrl(inline(middle.revoking())), own))
                .isEqualTo("accepted");
        String lists = root.revoking(middle.own().certificate()) + middle.revoking();
        for (String trusted : List.of(middle.pem(), middle.pem() + root.pem())) {
            assertThat(verdict(trusting(trusted).setCrl(inline(lists)), own))
                    .isEqualTo("1: certificate revoked");
        }
    }

    @Test
    void aTrustedCertificateThatIsNoAuthoritysVouchesForNobodyElse() {
        Identity pinned = TestCertificates.selfSigned("Pinned").issue();
        Identity silent = TestCertificates.selfSigned("Pinned").withoutKeyUsage().issue();
        assertThat(verdict(trusting(pinned.certificatePem()), pinned)).isEqualTo("accepted");
        assertThat(
                        verdict(
                                trusting(pinned.certificatePem()),
                                TestCertificates.of(pinned).issue("a")))
                .isEqualTo("0: unable to get local issuer certificate");
        assertThat(
                        verdict(
                                trusting(silent.certificatePem()),
                                TestCertificates.of(silent).issue("a")))
                .isEqualTo("1: invalid CA certificate");
    }

    @Test
    void theDatesOfAnAuthorityCount() {
        TestCertificates old =
                TestCertificates.of(
                        expired(TestCertificates.selfSigned("Old").authorityItself()).issue());
        assertThat(verdict(trusting(old.pem()), old.issue("a")))
                .isEqualTo("1: certificate has expired");
        assertThat(verdict(trusting(old.pem()).setAllowExpiredCertificate(true), old.issue("a")))
                .isEqualTo("accepted");
    }

    @Test
    void theConstraintsOfAnAuthorityCount() {
        TestCertificates narrow =
                TestCertificates.of(
                        TestCertificates.selfSigned("Narrow")
                                .authorityItself()
                                .pathLength(0)
                                .permittedDomain("example.com")
                                .issue());
        assertThat(verdict(trusting(narrow.pem()), narrow.issue("a.example.com")))
                .isEqualTo("accepted");
        assertThat(verdict(trusting(narrow.pem()), narrow.issue("a.example.org")))
                .isEqualTo("0: permitted subtree violation");
        assertThat(
                        verdict(
                                trusting(narrow.pem()),
                                narrow.intermediate("Middle").issue("a.example.com")))
                .isEqualTo("2: path length constraint exceeded");
    }

    @Test
    void anAuthorityThatIsForTheOtherSideIsNotSuitable() {
        TestCertificates clients =
                TestCertificates.of(
                        root.request("Middle").authorityItself().forClientsOnly().issue());
        assertThat(verdict(trusting(root.pem()), clients.issue("a")))
                .isEqualTo("1: unsuitable certificate purpose");
    }

    @Test
    void aKeyIdentifierTellsAuthoritiesOfOneNameApart() {
        TestCertificates other = TestCertificates.authority("Root");
        for (TestCertificates each : List.of(root, other)) {
            assertThat(verdict(trusting(root.pem(), other.pem()), each.issue("a")))
                    .isEqualTo("accepted");
            assertThat(
                            verdict(
                                    trusting(root.pem(), other.pem()),
                                    each.request("a").withoutKeyIdentifiers().issue()))
                    .as("by the signature")
                    .isEqualTo("accepted");
        }
        TestCertificates one = root.intermediate("Middle");
        TestCertificates two = root.intermediate("Middle");
        List<X509Certificate> chain = new ArrayList<>(two.issue("a").chain());
        chain.add(1, one.own().certificate());
        assertThat(verdict(trusting(root.pem()), chain)).isEqualTo("accepted");
        assertThat(verdict(trusting(root.pem()), one.issue("a").chain().subList(0, 1)))
                .isEqualTo("0: unable to get local issuer certificate");
        assertThat(
                        verdict(
                                trusting(root.pem()),
                                List.of(one.issue("a").certificate(), two.own().certificate())))
                .as("the one of that name has another key")
                .isEqualTo("0: unable to get local issuer certificate");
    }

    @Test
    void anIssuerMayBeNamedByItsOwnIssuerAndNumber() {
        TestCertificates other =
                TestCertificates.of(
                        TestCertificates.selfSigned("Root")
                                .authorityItself()
                                .withKeyOf(root)
                                .issue());
        Identity own = root.request("a").issuerIs(root.own().certificate()).issue();
        assertThat(verdict(trusting(root.pem()), own)).isEqualTo("accepted");
        assertThat(verdict(trusting(other.pem()), own))
                .isEqualTo("0: unable to get local issuer certificate");
    }

    @Test
    void aRootThatAnotherOneVouchesForIsTrustedEitherWay() {
        TestCertificates fresh = TestCertificates.authority("Fresh");
        X509Certificate cross = root.vouchingFor(fresh);
        Identity own = fresh.issue("a");
        List<X509Certificate> chain = List.of(own.certificate(), cross);
        for (String trusted : List.of(root.pem(), fresh.pem(), root.pem() + fresh.pem())) {
            assertThat(verdict(trusting(trusted), chain)).isEqualTo("accepted");
        }
        assertThat(verdict(trusting(pem(cross), root.pem()), own)).isEqualTo("accepted");
        assertThat(
                        verdict(
                                trusting(root.pem()),
                                List.of(own.certificate(), fresh.own().certificate(), cross)))
                .as("what the peer signed itself leads nowhere")
                .isEqualTo("accepted");
        TestCertificates old =
                TestCertificates.of(
                        expired(TestCertificates.selfSigned("Old").authorityItself()).issue());
        String legacy = pem(old.vouchingFor(fresh)) + old.pem();
        assertThat(verdict(trusting(legacy), own)).isEqualTo("2: certificate has expired");
        assertThat(verdict(trusting(legacy, fresh.pem()), own)).isEqualTo("accepted");
    }

    @Test
    void anAuthoritysValidCertificateGoesBeforeItsExpiredOne() {
        TestCertificates middle = root.intermediate("Middle");
        X509Certificate old =
                expired(root.request("Middle").authorityItself().withKeyOf(middle))
                        .issue()
                        .certificate();
        Identity own = middle.issue("a");
        List<X509Certificate> chain = List.of(own.certificate(), old, middle.own().certificate());
        assertThat(verdict(trusting(root.pem()), chain)).isEqualTo("accepted");
        assertThat(verdict(trusting(pem(old), middle.pem()), own)).isEqualTo("accepted");
        assertThat(verdict(trusting(root.pem()), chain.subList(0, 2)))
                .isEqualTo("1: certificate has expired");
    }
}
