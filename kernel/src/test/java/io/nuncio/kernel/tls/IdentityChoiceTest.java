package io.nuncio.kernel.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.kernel.tls.IdentityChoice.Chosen;
import io.nuncio.kernel.tls.IdentityChoice.Staple;
import io.nuncio.spi.host.ClientHello;
import io.nuncio.spi.host.TlsConfig.Downstream;
import io.nuncio.spi.host.TlsConfig.OcspStaple;
import io.nuncio.spi.host.TlsConfig.StaplePolicy;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

class IdentityChoiceTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final int P256 = 0x0403;
    private static final int P384 = 0x0503;
    private static final int RSA = 0x0804;

    private final List<Presentable> identities = new ArrayList<>();
    private Downstream rules = Downstream.DEFAULT;

    private void ec(int curve, String... names) {
        add("EC", curve, null, names);
    }

    private void rsa(String... names) {
        add("RSA", 0, null, names);
    }

    private void add(String keyType, int curve, @Nullable OcspStaple staple, String... names) {
        identities.add(
                new Presentable(identities.size(), Set.of(names), keyType, curve, staple, false));
    }

    private static HelloMaker offering(int... algorithms) {
        return new HelloMaker(0x1301)
                .with(ClientHello.SUPPORTED_VERSIONS)
                .with(ClientHello.SIGNATURE_ALGORITHMS, algorithms);
    }

    private static ClientHello verifying(int... algorithms) {
        return offering(algorithms).make();
    }

    private static ClientHello older(int cipher, int... groups) {
        return new HelloMaker(cipher).with(ClientHello.SUPPORTED_GROUPS, groups).make();
    }

    private Chosen choose(@Nullable String serverName, @Nullable ClientHello hello) {
        return new IdentityChoice(
                        identities,
                        rules,
                        EcdsaCapability.of(
                                List.of("TLSv1.2", "TLSv1.3"),
                                List.of("ECDHE-ECDSA-AES128-GCM-SHA256")))
                .choose(serverName, hello, NOW);
    }

    private int place(@Nullable String serverName, ClientHello hello) {
        return choose(serverName, hello).place();
    }

    @Test
    void anEllipticKeyIsPreferredIfThePeerVerifiesItsCurve() {
        rsa("a.example");
        ec(384, "a.example");
        assertThat(place("a.example", verifying(RSA, P384))).isEqualTo(1);
        assertThat(place("a.example", verifying(RSA, P256))).isEqualTo(0);
        assertThat(place("a.example", verifying(RSA))).isEqualTo(0);
    }

    @Test
    void ofOneKeyTypeTheEarlierHasTheName() {
        ec(256, "a.example");
        ec(384, "a.example");
        assertThat(place("a.example", verifying(P384)))
                .as("the second is not looked at for the name")
                .isEqualTo(0);
    }

    @Test
    void anExactNameGoesBeforeAWildcard() {
        rsa("other.example");
        ec(256, "*.a.example");
        rsa("b.a.example");
        assertThat(place("b.a.example", verifying(RSA, P256))).isEqualTo(2);
        assertThat(place("c.A.example", verifying(RSA, P256))).isEqualTo(1);
        assertThat(place("a.example", verifying(RSA, P256))).isEqualTo(0);
    }

    @Test
    void withoutANameTheFirstThatSuitsIsPresented() {
        rsa("a.example");
        ec(256, "b.example");
        assertThat(place(null, verifying(RSA, P256))).isEqualTo(1);
        assertThat(place(null, verifying(RSA))).isEqualTo(0);
    }

    @Test
    void whereNoneHasTheNameTheFirstIsPresentedUnlessAllAreLookedAt() {
        rsa("a.example");
        ec(256, "b.example");
        assertThat(place("c.example", verifying(RSA, P256))).isEqualTo(0);
        rules = new Downstream(StaplePolicy.LENIENT, true, false);
        assertThat(place("c.example", verifying(RSA, P256))).isEqualTo(1);
        assertThat(place("c.example", verifying(P384))).as("nothing suits").isEqualTo(0);
    }

    @Test
    void olderPeersSpeakOfCurvesAndCiphers() {
        rsa("a.example");
        ec(256, "a.example");
        assertThat(place("a.example", older(0xc02b, 29, 23))).isEqualTo(1);
        assertThat(place("a.example", older(0xc02f, 29, 23))).as("another cipher").isEqualTo(0);
        assertThat(place("a.example", older(0xc02b, 29))).as("another curve").isEqualTo(0);
    }

    @Test
    void ofAPeerWithoutAReadableHelloNothingIsKnown() {
        ec(256, "a.example");
        rsa("a.example");
        assertThat(choose("a.example", null)).isEqualTo(new Chosen(1, Staple.NOT_ASKED));
    }

    @Test
    void anIdentityWhoseResponseThePolicyRefusesIsPassedOver() {
        rules = new Downstream(StaplePolicy.MUST, false, false);
        add("EC", 256, new OcspStaple(new byte[1], NOW, NOW.minusSeconds(1)), "a.example");
        add("RSA", 0, new OcspStaple(new byte[1], NOW, NOW.plusSeconds(1)), "a.example");
        ClientHello asking = offering(RSA, P256).with(ClientHello.STATUS_REQUEST).make();
        assertThat(choose("a.example", asking)).isEqualTo(new Chosen(1, Staple.GIVEN));
        assertThat(choose("a.example", verifying(RSA, P256)))
                .isEqualTo(new Chosen(0, Staple.NOT_ASKED));
    }
}
