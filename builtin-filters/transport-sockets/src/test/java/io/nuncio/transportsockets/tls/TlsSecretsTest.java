package io.nuncio.transportsockets.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.core.v3.WatchedDirectory;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CombinedCertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher.SanType;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.nuncio.spi.TransportSocketTemplate;
import io.nuncio.spi.host.PeerVerifier.Accepted;
import io.nuncio.spi.host.PeerVerifier.Rejected;
import io.nuncio.testkit.FakeFactoryContext;
import io.nuncio.testkit.FakeSecrets;
import io.nuncio.testkit.TestCertificates;
import io.nuncio.testkit.TestCertificates.Identity;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

class TlsSecretsTest {
    @TempDir Path folder;

    private final TestCertificates authority = TestCertificates.authority("Root");
    private final TestCertificates strangers = TestCertificates.authority("Strange");
    private final FakeFactoryContext context = new FakeFactoryContext();
    private final FakeSecrets secrets = context.platform().secrets();
    private final List<String> taken = new ArrayList<>();

    private static DataSource inline(String text) {
        return DataSource.newBuilder().setInlineString(text).build();
    }

    private static TlsCertificate certificate(Identity identity) {
        return TlsCertificate.newBuilder()
                .setCertificateChain(inline(identity.certificatePem()))
                .setPrivateKey(inline(identity.keyPem()))
                .build();
    }

    private static Secret secret(String name, Identity identity) {
        return Secret.newBuilder().setName(name).setTlsCertificate(certificate(identity)).build();
    }

    private static Secret trusting(String name, TestCertificates by) {
        return Secret.newBuilder()
                .setName(name)
                .setValidationContext(
                        CertificateValidationContext.newBuilder().setTrustedCa(inline(by.pem())))
                .build();
    }

    private static SdsSecretConfig sds(String name) {
        return SdsSecretConfig.newBuilder()
                .setName(name)
                .setSdsConfig(ConfigSource.getDefaultInstance())
                .build();
    }

    private TlsSecrets compile(CommonTlsContext.Builder message) {
        TlsSecrets made = new TlsSecrets(message.build(), CommonTls.Side.UPSTREAM, false, context);
        made.follow(problems -> taken.add(names(made)));
        return made;
    }

    private static String names(TlsSecrets made) {
        return String.join(
                ",",
                made.identities().stream()
                        .map(each -> each.chain().getFirst().getSubjectX500Principal().getName())
                        .toList());
    }

    @Test
    void aConfigurationThatHasAllInItselfStaysAsItIs() {
        TlsSecrets made =
                compile(
                        CommonTlsContext.newBuilder()
                                .addTlsCertificates(certificate(authority.issue("a"))));
        assertThat(made.change()).isFalse();
        assertThat(made.complete()).isTrue();
        assertThat(names(made)).isEqualTo("CN=a");
    }

    @Test
    void allCertificatesAreWaitedFor() {
        TlsSecrets made =
                compile(
                        CommonTlsContext.newBuilder()
                                .addTlsCertificateSdsSecretConfigs(sds("one"))
                                .addTlsCertificateSdsSecretConfigs(sds("two")));
        assertThat(made.complete()).isFalse();
        secrets.deliver(secret("two", authority.issue("b")));
        assertThat(taken).isEmpty();
        secrets.deliver(secret("one", authority.issue("a")));
        assertThat(taken).containsExactly("CN=a,CN=b");
        secrets.deliver(secret("two", authority.issue("c")));
        assertThat(taken).containsExactly("CN=a,CN=b", "CN=a,CN=c");
    }

    @Test
    void aBadCertificateIsRefusedAndTheOneBeforeStays() {
        TlsSecrets made =
                compile(
                        CommonTlsContext.newBuilder()
                                .addTlsCertificateSdsSecretConfigs(sds("one")));
        secrets.deliver(secret("one", authority.issue("a")));
        Secret bad =
                Secret.newBuilder()
                        .setName("one")
                        .setTlsCertificate(
                                certificate(authority.issue("b")).toBuilder()
                                        .setPrivateKey(inline(authority.issue("c").keyPem())))
                        .build();
        assertThat(secrets.deliver(bad))
                .containsExactly(
                        "private_key: Failed to load private key from <inline>, Cause: it does not"
                                + " match the certificate");
        assertThat(names(made)).isEqualTo("CN=a");
        assertThat(taken).hasSize(1);
    }

    @Test
    void aRefusedValidatorWatchesNoFile() throws Exception {
        Path map = Files.writeString(folder.resolve("map.json"), "{");
        var spiffe =
                SPIFFECertValidatorConfig.newBuilder()
                        .setTrustBundles(DataSource.newBuilder().setFilename(map.toString()));
        context.platform()
                .extension("spiffe", new SpiffeExtension().configure(spiffe.build(), context));
        compile(CommonTlsContext.newBuilder().setValidationContextSdsSecretConfig(sds("ca")));
        Secret bad =
                Secret.newBuilder()
                        .setName("ca")
                        .setValidationContext(
                                CertificateValidationContext.newBuilder()
                                        .addMatchTypedSubjectAltNames(
                                                SubjectAltNameMatcher.newBuilder()
                                                        .setSanType(SanType.OTHER_NAME))
                                        .setCustomValidatorConfig(
                                                TypedExtensionConfig.newBuilder()
                                                        .setName("spiffe")))
                        .build();
        assertThat(secrets.deliver(bad)).isNotEmpty();
        assertThatThrownBy(() -> context.changed(map)).hasMessageContaining("nobody watches");
    }

    @Test
    void whatTheLibraryRefusesIsTakenBack() {
        TlsSecrets made =
                compile(
                        CommonTlsContext.newBuilder()
                                .addTlsCertificateSdsSecretConfigs(sds("one")));
        secrets.deliver(secret("one", authority.issue("a")));
        made.follow(problems -> false);
        secrets.deliver(secret("one", authority.issue("b")));
        assertThat(names(made)).isEqualTo("CN=a");
    }

    @Test
    void whatIsDemandedOfPeersMayBeASecretToo() {
        TlsSecrets made =
                compile(
                        CommonTlsContext.newBuilder()
                                .setValidationContextSdsSecretConfig(sds("ca")));
        assertThat(made.complete()).isFalse();
        secrets.deliver(trusting("ca", authority));
        assertThat(made.verifier().verify(authority.issue("a").chain(), null))
                .isEqualTo(Accepted.VALIDATED);
        secrets.deliver(trusting("ca", strangers));
        assertThat(made.verifier().verify(authority.issue("a").chain(), null))
                .isInstanceOf(Rejected.class);
    }

    @Test
    void aSecretAddsToTheDefaultValidationContext() {
        Identity pinned = authority.issue("a");
        TlsSecrets made =
                compile(
                        CommonTlsContext.newBuilder()
                                .setCombinedValidationContext(
                                        CombinedCertificateValidationContext.newBuilder()
                                                .setDefaultValidationContext(
                                                        CertificateValidationContext.newBuilder()
                                                                .addVerifyCertificateHash(
                                                                        hash(pinned)))
                                                .setValidationContextSdsSecretConfig(sds("ca"))));
        secrets.deliver(trusting("ca", authority));
        assertThat(made.verifier().verify(pinned.chain(), null)).isEqualTo(Accepted.VALIDATED);
        assertThat(made.verifier().verify(authority.issue("a").chain(), null))
                .as("trusted, but not the one")
                .isInstanceOf(Rejected.class);
        secrets.deliver(trusting("ca", strangers));
        assertThat(made.verifier().verify(pinned.chain(), null)).isInstanceOf(Rejected.class);
    }

    private static String hash(Identity identity) {
        try {
            return TestCertificates.sha256(identity.certificate().getEncoded());
        } catch (java.security.cert.CertificateEncodingException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatIsDemandedOfPeersIsReadAnewWhenItsFolderChanges() throws Exception {
        Path ca = Files.writeString(folder.resolve("ca.pem"), authority.pem());
        CertificateValidationContext own =
                CertificateValidationContext.newBuilder()
                        .setTrustedCa(DataSource.newBuilder().setFilename(ca.toString()))
                        .setWatchedDirectory(WatchedDirectory.newBuilder().setPath("" + folder))
                        .build();
        TlsSecrets made = compile(CommonTlsContext.newBuilder().setValidationContext(own));
        assertThat(made.change()).isTrue();
        assertThat(made.verifier().issuersPlace()).isEqualTo(ca.toString());
        Files.writeString(ca, strangers.pem());
        secrets.deliver(Secret.newBuilder().setValidationContext(own).build());
        assertThat(made.verifier().verify(strangers.issue("a").chain(), null))
                .isEqualTo(Accepted.VALIDATED);
    }

    @Test
    void certificatesComeFromOnePlace() {
        compile(
                CommonTlsContext.newBuilder()
                        .addTlsCertificates(certificate(authority.issue("a")))
                        .addTlsCertificateSdsSecretConfigs(sds("one")));
        assertThat(context.reported())
                .containsExactly(
                        "common_tls_context.tls_certificate_sds_secret_configs: only one of"
                                + " tls_certificates and tls_certificate_sds_secret_configs may be"
                                + " used");
    }

    @Test
    void aClusterPresentsOneCertificateAtMost() {
        new UpstreamTlsExtension()
                .configure(
                        UpstreamTlsContext.newBuilder()
                                .setCommonTlsContext(
                                        CommonTlsContext.newBuilder()
                                                .addTlsCertificateSdsSecretConfigs(sds("one"))
                                                .addTlsCertificateSdsSecretConfigs(sds("two")))
                                .build(),
                        context);
        assertThat(context.reported())
                .containsExactly(
                        "common_tls_context.tls_certificates: Multiple TLS certificates are not"
                                + " supported for client contexts");
        assertThat(secrets.open()).as("nothing is followed").isZero();
    }

    @Test
    void changesAreCountedAndTheSecretIsLetGoWithTheSocket() {
        TransportSocketTemplate socket =
                new DownstreamTlsExtension()
                        .configure(
                                DownstreamTlsContext.newBuilder()
                                        .setCommonTlsContext(
                                                CommonTlsContext.newBuilder()
                                                        .addTlsCertificateSdsSecretConfigs(
                                                                sds("one")))
                                        .build(),
                                context);
        assertThat(context.reported()).isEmpty();
        String updates = "server_ssl_socket_factory.ssl_context_update_by_sds";
        secrets.deliver(secret("one", authority.issue("a")));
        secrets.deliver(secret("one", authority.issue("b")));
        assertThat(context.counter(updates)).isEqualTo(2);
        assertThat(secrets.open()).isEqualTo(1);
        socket.close();
        assertThat(secrets.open()).isZero();
    }
}
