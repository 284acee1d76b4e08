package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nuncio.spi.host.CertificateText;
import io.nuncio.testkit.FakeUpstream;
import io.nuncio.testkit.HttpMessage;
import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;
import io.nuncio.testkit.TestCertificates;
import io.nuncio.testkit.TestCertificates.Identity;
import io.nuncio.testkit.TestTls;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;

/// Certificates and what is demanded of peers by name and from files, which become others while
/// requests run.
class SecretDiscoveryIT {
    private static final String GET = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";

    @TempDir Path folder;

    private final TestCertificates authority = TestCertificates.authority("Test CA");

    /// Moves a file into place, as a person who cares would.
    private Path write(String name, String content) throws IOException {
        Path fresh = Files.writeString(folder.resolve(name + ".new"), content);
        return Files.move(
                fresh,
                folder.resolve(name),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    private static String resource(String secret) {
        return "resources:\n"
                + "- \"@type\":"
                + " type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret\n"
                + secret.indent(2);
    }

    private static String inline(String field, String text) {
        return field + ":\n  inline_string: |\n" + text.indent(4);
    }

    private static String certificate(String name, Identity identity) {
        return "name: "
                + name
                + "\ntls_certificate:\n"
                + inline("certificate_chain", identity.certificatePem()).indent(2)
                + inline("private_key", identity.keyPem()).indent(2);
    }

    private static String trusting(String name, TestCertificates authority) {
        return "name: "
                + name
                + "\nvalidation_context:\n"
                + inline("trusted_ca", authority.pem()).indent(2);
    }

    private String sds(String name, String file) {
        return "{name: %s, sds_config: {path_config_source: {path: %s/%s}}}"
                .formatted(name, folder, file);
    }

    /// @param secrets of the bootstrap, as a list
    private static NuncioServer start(String common, String secrets) throws Exception {
        return NuncioServer.start(
                Distribution.HOME.resolve("bundles"),
                "admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}\n"
                        + TlsBootstraps.text(common)
                        + (secrets.isEmpty() ? "" : "  secrets:\n" + secrets.indent(2)));
    }

    private static String list(String secret) {
        return "- " + secret.indent(2).strip() + "\n";
    }

    private static RawClient connect(NuncioServer proxy) {
        return TestTls.PLAIN.connect(proxy.address("secure"));
    }

    /// The serial number of the certificate that the proxy presents.
    private static String presented(NuncioServer proxy) {
        try (RawClient client = connect(proxy)) {
            return serial(client);
        }
    }

    private static String serial(RawClient client) {
        try {
            return serial(
                    (X509Certificate)
                            ((SSLSocket) client.socket()).getSession().getPeerCertificates()[0]);
        } catch (SSLPeerUnverifiedException e) {
            throw new AssertionError(e);
        }
    }

    private static String serial(Identity identity) {
        return serial(identity.certificate());
    }

    private static String serial(X509Certificate certificate) {
        return CertificateText.serial(certificate);
    }

    private static String admin(NuncioServer proxy, String path) {
        try (RawClient client = RawClient.connect(proxy.admin())) {
            HttpMessage answer = client.exchange("GET " + path + " HTTP/1.1\r\nhost: a\r\n\r\n");
            assertThat(answer.status()).isEqualTo(200);
            return answer.bodyText();
        }
    }

    @Test
    void aSecretOfTheBootstrapIsFoundByItsName() throws Exception {
        Identity identity = authority.issue("proxy.example");
        String secrets = list(certificate("server", identity)) + list(trusting("ca", authority));
        String common =
                """
                tls_certificate_sds_secret_configs: [{name: server}]
                validation_context_sds_secret_config: {name: ca}
                """;
        try (NuncioServer proxy = start(common, secrets)) {
            try (RawClient client =
                    TestTls.PLAIN
                            .presenting(authority.issue("client"))
                            .connect(proxy.address("secure"))) {
                assertThat(client.exchange(GET).status()).isEqualTo(200);
                assertThat(serial(client)).isEqualTo(serial(identity));
            }
            String dump = admin(proxy, "/config_dump?resource=static_secrets");
            assertThat(dump)
                    .contains("\"server\"", "[redacted]", "BEGIN CERTIFICATE")
                    .doesNotContain("PRIVATE KEY");
        }
        assertThatThrownBy(() -> start(common.replace("name: ca", "name: cx"), secrets))
                .hasMessageContaining(
                        "common_tls_context.validation_context_sds_secret_config.name")
                .hasMessageContaining("Unknown static secret: cx; expected one of ca");
    }

    @Test
    void aBadSecretOfTheBootstrapIsRefusedWhereItIsUsed() {
        Identity identity = authority.issue("proxy.example");
        String secrets =
                list(certificate("server", identity).replace("BEGIN PRIVATE KEY", "BEGIN NOTHING"));
        assertThatThrownBy(() ->
                        start("tls_certificate_sds_secret_configs: [{name: server}]", secrets))
                .hasMessageContaining("tls_certificate_sds_secret_configs[0]")
                .hasMessageContaining("Failed to load private key from <inline>");
    }

    @Test
    void aListenersCertificateChangesWithoutAFailedRequest() throws Exception {
        Identity one = authority.issue("proxy.example");
        Identity two = authority.issue("proxy.example");
        write("sds.yaml", resource(certificate("server", one)));
        try (NuncioServer proxy =
                start(
                        "tls_certificate_sds_secret_configs: [" + sds("server", "sds.yaml") + "]",
                        "")) {
            Set<String> seen = ConcurrentHashMap.newKeySet();
            try (RawClient old = connect(proxy);
                    SteadyRequests requests =
                            SteadyRequests.over(() -> {
                                RawClient client = connect(proxy);
                                seen.add(serial(client));
                                return client;
                            })) {
                assertThat(old.exchange(GET).status()).isEqualTo(200);
                requests.awaitAnswers("ok");
                write("sds.yaml", resource(certificate("server", two)));
                proxy.awaitStat("sds.server.update_success", 2);
                requests.reconnect();
                requests.awaitAnswers("ok");
                assertThat(presented(proxy)).isEqualTo(serial(two));
                assertThat(old.exchange(GET).status()).as("of an old connection").isEqualTo(200);
                assertThat(requests.failures()).isEmpty();
            }
            assertThat(seen).containsExactlyInAnyOrder(serial(one), serial(two));
            proxy.awaitStat(
                    "listener.secure.server_ssl_socket_factory.ssl_context_update_by_sds", 2);
            assertThat(proxy.stat("listener.secure.ssl.connection_error")).isZero();
        }
    }

    @Test
    void aBadSecretLeavesTheOneThatServes() throws Exception {
        Identity one = authority.issue("proxy.example");
        write("sds.yaml", resource(certificate("server", one)));
        try (NuncioServer proxy =
                start(
                        "tls_certificate_sds_secret_configs: [" + sds("server", "sds.yaml") + "]",
                        "")) {
            Identity two = authority.issue("proxy.example");
            write(
                    "sds.yaml",
                    resource(certificate("server", new Identity(two.chain(), one.key()))));
            proxy.awaitStat("sds.server.update_rejected", 1);
            assertThat(presented(proxy)).isEqualTo(serial(one));
            write("sds.yaml", resource(certificate("another", two)));
            proxy.awaitStat("sds.server.update_rejected", 2);
            assertThat(presented(proxy)).isEqualTo(serial(one));
            write("sds.yaml", resource(certificate("server", two)));
            proxy.awaitStat("sds.server.update_success", 2);
            assertThat(presented(proxy)).isEqualTo(serial(two));
        }
    }

    @Test
    void connectionsThatComeBeforeTheSecretAreClosedAndCounted() throws Exception {
        write("sds.yaml", "resources: []");
        try (NuncioServer proxy =
                start(
                        "tls_certificate_sds_secret_configs: [" + sds("server", "sds.yaml") + "]",
                        "")) {
            assertThatThrownBy(() -> connect(proxy)).hasRootCauseInstanceOf(IOException.class);
            proxy.awaitStat(
                    "listener.secure.server_ssl_socket_factory.downstream_context_secrets_not_ready",
                    1);
            assertThat(admin(proxy, "/config_dump?resource=dynamic_warming_secrets"))
                    .contains("\"server\"", "uninitialized");
            Identity identity = authority.issue("proxy.example");
            write("sds.yaml", resource(certificate("server", identity)));
            proxy.awaitStat("sds.server.update_success", 1);
            assertThat(presented(proxy)).isEqualTo(serial(identity));
            assertThat(admin(proxy, "/config_dump?resource=dynamic_active_secrets"))
                    .contains("\"server\"", "[redacted]")
                    .doesNotContain("PRIVATE KEY");
        }
    }

    @Test
    void theFilesThatASecretNamesAreReadAnewWithALinkThatIsSwapped() throws Exception {
        Identity one = authority.issue("proxy.example");
        Identity two = authority.issue("proxy.example");
        version("one", one);
        version("two", two);
        link("one");
        write(
                "sds.yaml",
                resource(
                        """
                        name: server
                        tls_certificate:
                          certificate_chain: {filename: %1$s/current/chain.pem}
                          private_key: {filename: %1$s/current/key.pem}
                          watched_directory: {path: %1$s}
                        """
                                .formatted(folder)));
        try (NuncioServer proxy =
                start(
                        "tls_certificate_sds_secret_configs: [" + sds("server", "sds.yaml") + "]",
                        "")) {
            assertThat(presented(proxy)).isEqualTo(serial(one));
            link("two");
            proxy.awaitStat(
                    "listener.secure.server_ssl_socket_factory.ssl_context_update_by_sds", 2);
            assertThat(presented(proxy)).isEqualTo(serial(two));
            assertThat(proxy.stat("sds.server.key_rotation_failed")).isZero();
            assertThat(admin(proxy, "/certs"))
                    .contains("\"path\": \"" + folder + "/current/chain.pem\"")
                    .contains("\"serial_number\": \"" + serial(two) + "\"")
                    .contains("\"dns\": \"proxy.example\"")
                    .contains("\"days_until_expiration\": \"29\"")
                    .doesNotContain(serial(one));
            assertThat(proxy.stat("server.days_until_first_cert_expiring")).isEqualTo(29);
        }
    }

    private void version(String name, Identity identity) throws IOException {
        Path made = Files.createDirectory(folder.resolve(name));
        Files.writeString(made.resolve("chain.pem"), identity.certificatePem());
        Files.writeString(made.resolve("key.pem"), identity.keyPem());
    }

    private void link(String version) throws IOException {
        Path fresh =
                Files.createSymbolicLink(folder.resolve("current.new"), folder.resolve(version));
        Files.move(
                fresh,
                folder.resolve("current"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void aCertificateInTheConfigurationIsReadAnewWhenItsFolderChanges() throws Exception {
        Identity one = authority.issue("proxy.example");
        Identity two = authority.issue("proxy.example");
        version("one", one);
        version("two", two);
        link("one");
        String common =
                """
                tls_certificates:
                - certificate_chain: {filename: %1$s/current/chain.pem}
                  private_key: {filename: %1$s/current/key.pem}
                  watched_directory: {path: %1$s}
                """
                        .formatted(folder);
        try (NuncioServer proxy = start(common, "")) {
            assertThat(presented(proxy)).isEqualTo(serial(one));
            link("two");
            proxy.awaitStat(
                    "listener.secure.server_ssl_socket_factory.ssl_context_update_by_sds", 1);
            assertThat(presented(proxy)).isEqualTo(serial(two));
        }
    }

    @Test
    void aClustersCertificateAndAuthorityChangeWithoutAFailedRequest() throws Exception {
        Identity one = authority.issue("proxy.example");
        Identity two = authority.issue("proxy.example");
        write("own.yaml", resource(certificate("own", one)));
        write("ca.yaml", resource(trusting("ca", authority)));
        String tls =
                """
                common_tls_context:
                  tls_certificate_sds_secret_configs: [%s]
                  validation_context_sds_secret_config: %s
                """
                        .formatted(sds("own", "own.yaml"), sds("ca", "ca.yaml"));
        try (FakeUpstream upstream =
                        FakeUpstream.startTls(
                                TestTls.PLAIN.presenting(authority.issue("up.example")),
                                peer -> {
                                    while (true) {
                                        peer.readRequest();
                                        peer.answer("up");
                                    }
                                });
                NuncioServer proxy =
                        UpstreamTlsIT.start(
                                upstream.port(), tls, "max_requests_per_connection: 20");
                SteadyRequests requests = SteadyRequests.to(proxy.address("plain"))) {
            requests.awaitAnswers("up");
            write("own.yaml", resource(certificate("own", two)));
            proxy.awaitStat("sds.own.update_success", 2);
            write(
                    "ca.yaml",
                    resource(
                            "name: ca\nvalidation_context:\n"
                                    + inline(
                                                    "trusted_ca",
                                                    authority.pem()
                                                            + TestCertificates.authority("New")
                                                                    .pem())
                                            .indent(2)));
            proxy.awaitStat("sds.ca.update_success", 2);
            long before = proxy.stat("cluster.up.ssl.handshake");
            proxy.awaitStat("cluster.up.ssl.handshake", n -> n > before + 4, "some more");
            assertThat(requests.failures()).isEmpty();
            // Once both were there, and one for each change.
            proxy.awaitStat("cluster.up.client_ssl_socket_factory.ssl_context_update_by_sds", 3);
            write("ca.yaml", resource(trusting("ca", TestCertificates.authority("Strange"))));
            proxy.awaitStat("cluster.up.ssl.fail_verify_error", n -> n > 0, "above 0");
        }
    }
}
