package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nuncio.testkit.FakeUpstream;
import io.nuncio.testkit.HttpMessage;
import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;
import io.nuncio.testkit.TestCertificates;
import io.nuncio.testkit.TestTls;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;

import javax.net.ssl.SSLSocket;

/// TLS towards downstreams: the JDK, curl and openssl s_client as peers.
class DownstreamTlsIT {
    private static final String GET = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";

    private final TestCertificates authority = TestCertificates.authority("Test CA");
    private final TestCertificates.Identity identity = authority.issue("proxy.example");

    @TempDir private Path folder;

    private NuncioServer start(String tls) throws Exception {
        return TlsBootstraps.start(tls);
    }

    private String inline() {
        return TlsBootstraps.certificate(identity);
    }

    private static HttpMessage get(NuncioServer proxy, TestTls peer) {
        try (RawClient client = peer.connect(proxy.address("secure"))) {
            return client.exchange(GET);
        }
    }

    private static String negotiated(NuncioServer proxy, TestTls peer) {
        try (RawClient client = peer.connect(proxy.address("secure"))) {
            return ((SSLSocket) client.socket()).getSession().getProtocol();
        }
    }

    @Test
    void aCertificateComesInTextFileBytesOrEnvironment() throws Exception {
        Path chain = Files.writeString(folder.resolve("chain.pem"), identity.certificatePem());
        Path key = Files.writeString(folder.resolve("key.pem"), identity.keyPem());
        for (String tls :
                List.of(
                        inline(),
                        """
                        tls_certificates:
                        - certificate_chain: {filename: %s}
                          private_key: {filename: %s}
                        """
                                .formatted(chain, key),
                        """
                        tls_certificates:
                        - certificate_chain: {inline_bytes: %s}
                          private_key: {inline_bytes: %s}
                        """
                                .formatted(
                                        base64(identity.certificatePem()),
                                        base64(identity.keyPem())))) {
            try (NuncioServer proxy = start(tls)) {
                assertThat(get(proxy, TestTls.PLAIN).status()).isEqualTo(200);
                assertThat(proxy.stat("listener.secure.ssl.handshake")).isEqualTo(1);
            }
        }
        assertThatThrownBy(() ->
                        start(
                                """
                                tls_certificates:
                                - certificate_chain: {environment_variable: NO_SUCH_VARIABLE}
                                  private_key: {filename: /no/such/file}
                                """))
                .hasMessageContaining("the environment has no variable NO_SUCH_VARIABLE")
                .hasMessageContaining("cannot read /no/such/file: no such file");
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void anEncryptedKeyIsReadWithItsPassword() throws Exception {
        Path plain = Files.writeString(folder.resolve("plain.pem"), identity.keyPem());
        Path encrypted = folder.resolve("encrypted.pem");
        run(
                "openssl",
                "pkcs8",
                "-topk8",
                "-in",
                plain.toString(),
                "-out",
                encrypted.toString(),
                "-passout",
                "pass:secret");
        String tls =
                """
                tls_certificates:
                - certificate_chain: {inline_bytes: %s}
                  private_key: {filename: %s}
                  password: {inline_string: %s}
                """;
        String chain = base64(identity.certificatePem());
        try (NuncioServer proxy = start(tls.formatted(chain, encrypted, "secret"))) {
            assertThat(get(proxy, TestTls.PLAIN).status()).isEqualTo(200);
        }
        assertThatThrownBy(() -> start(tls.formatted(chain, encrypted, "wrong")))
                .hasMessageContaining("Failed to load private key from " + encrypted)
                .hasMessageNotContaining("wrong");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rsa", "ec"})
    void keysInTheFormatOfTheirAlgorithmAreRead(String algorithm) throws Exception {
        TestCertificates.Request request = authority.request("proxy.example");
        TestCertificates.Identity own = (algorithm.equals("rsa") ? request.rsa() : request).issue();
        Path plain = Files.writeString(folder.resolve("plain.pem"), own.keyPem());
        Path old = folder.resolve("old.pem");
        run(
                "openssl",
                algorithm,
                "-in",
                plain.toString(),
                "-out",
                old.toString(),
                algorithm.equals("rsa") ? "-traditional" : "-check");
        assertThat(old).content().contains(algorithm.equals("rsa") ? "BEGIN RSA" : "BEGIN EC");

        try (NuncioServer proxy =
                start(
                        """
                        tls_certificates:
                        - certificate_chain: {inline_bytes: %s}
                          private_key: {filename: %s}
                        """
                                .formatted(base64(own.certificatePem()), old))) {
            assertThat(get(proxy, TestTls.PLAIN).status()).isEqualTo(200);
            assertThat(get(proxy, TestTls.PLAIN.version("TLSv1.2")).status()).isEqualTo(200);
        }
    }

    @Test
    void whatCannotServeIsRefusedWithAReasonAndWithoutTheKey() {
        String foreign = authority.issue("another.example").keyPem();
        assertThatThrownBy(
                        () -> start(TlsBootstraps.certificate(identity.certificatePem(), foreign)))
                .hasMessageContaining("it does not match the certificate")
                .hasMessageNotContaining(foreign.lines().skip(1).findFirst().orElseThrow());
        assertThatThrownBy(() -> start("{}"))
                .hasMessageContaining("No TLS certificates found for server context");
        assertThatThrownBy(() -> start("tls_params: {cipher_suites: [ALL, NONSENSE]}\n" + inline()))
                .hasMessageContaining("Failed to initialize cipher suites ALL:NONSENSE")
                .hasMessageContaining("rejected when tried individually: NONSENSE");
        assertThatThrownBy(() -> start("tls_params: {ecdh_curves: [P-1]}\n" + inline()))
                .hasMessageContaining("Failed to initialize ECDH curves P-1");
        assertThatThrownBy(() ->
                        start(
                                "tls_params: {tls_minimum_protocol_version: TLSv1_3,"
                                        + " tls_maximum_protocol_version: TLSv1_2}\n"
                                        + inline()))
                .hasMessageContaining("was `TLSv1.2`, expected not older than the minimum");
    }

    @Test
    void theVersionsAreThoseOfTheConfiguration() throws Exception {
        try (NuncioServer proxy = start(inline())) {
            assertThat(negotiated(proxy, TestTls.PLAIN)).isEqualTo("TLSv1.3");
            assertThat(negotiated(proxy, TestTls.PLAIN.version("TLSv1.2"))).isEqualTo("TLSv1.2");
            proxy.awaitStat("listener.secure.ssl.versions.TLSv1.3", 1);
            proxy.awaitStat("listener.secure.ssl.versions.TLSv1.2", 1);
        }
        try (NuncioServer proxy =
                start("tls_params: {tls_maximum_protocol_version: TLSv1_2}\n" + inline())) {
            assertThat(negotiated(proxy, TestTls.PLAIN)).isEqualTo("TLSv1.2");
        }
        try (NuncioServer proxy =
                start("tls_params: {tls_minimum_protocol_version: TLSv1_3}\n" + inline())) {
            TestTls old = TestTls.PLAIN.version("TLSv1.2");
            assertThatThrownBy(() -> negotiated(proxy, old)).hasMessageContaining("protocol");
            proxy.awaitStat("listener.secure.ssl.connection_error", 1);
            assertThat(proxy.stat("listener.secure.ssl.handshake")).isZero();
        }
    }

    @Test
    void ciphersAndCurvesAreThoseOfTheConfiguration() throws Exception {
        try (NuncioServer proxy =
                start(
                        "tls_params: {cipher_suites: [ECDHE-ECDSA-AES256-GCM-SHA384],"
                                + " ecdh_curves: [P-384]}\n"
                                + inline())) {
            assertThat(get(proxy, TestTls.PLAIN.version("TLSv1.2")).status()).isEqualTo(200);
            assertThat(proxy.stat("listener.secure.ssl.ciphers.ECDHE-ECDSA-AES256-GCM-SHA384"))
                    .isEqualTo(1);
            assertThat(proxy.stat("listener.secure.ssl.curves.P-384")).isEqualTo(1);
            assertThat(proxy.stat("listener.secure.ssl.no_certificate")).isEqualTo(1);
        }
        try (NuncioServer proxy = start(inline())) {
            assertThat(get(proxy, TestTls.PLAIN.version("TLSv1.2")).status()).isEqualTo(200);
            assertThat(get(proxy, TestTls.PLAIN).status()).isEqualTo(200);
            assertThat(proxy.stat("listener.secure.ssl.curves.X25519")).isEqualTo(2);
        }
    }

    @Test
    void theProtocolIsThatOfAlpn() throws Exception {
        try (NuncioServer proxy = start("alpn_protocols: [h2, http/1.1]\n" + inline())) {
            try (RawClient client =
                    TestTls.PLAIN.alpn("http/1.1", "h2").connect(proxy.address("secure"))) {
                assertThat(((SSLSocket) client.socket()).getApplicationProtocol()).isEqualTo("h2");
            }
            try (RawClient client =
                    TestTls.PLAIN.alpn("http/1.1").connect(proxy.address("secure"))) {
                assertThat(((SSLSocket) client.socket()).getApplicationProtocol())
                        .isEqualTo("http/1.1");
                assertThat(client.exchange(GET).status()).isEqualTo(200);
            }
            assertThat(get(proxy, TestTls.PLAIN).status()).as("without ALPN").isEqualTo(200);
        }
    }

    @Test
    void aCertificateIsRequiredOfThePeerAndLookedAt() throws Exception {
        TestCertificates strangers = TestCertificates.authority("Strange CA");
        try (NuncioServer proxy =
                TlsBootstraps.start(
                        inline() + TlsBootstraps.trusting(authority),
                        "require_client_certificate: true")) {
            TestTls known = TestTls.PLAIN.presenting(authority.issue("client.example"));
            assertThat(get(proxy, known).status()).isEqualTo(200);
            assertThat(proxy.stat("listener.secure.ssl.no_certificate")).isZero();

            for (String version : List.of("TLSv1.2", "TLSv1.3")) {
                TestTls stranger =
                        TestTls.PLAIN
                                .presenting(strangers.issue("client.example"))
                                .version(version);
                assertThatThrownBy(() -> get(proxy, stranger)).isNotNull();
                TestTls nobody = TestTls.PLAIN.version(version);
                assertThatThrownBy(() -> get(proxy, nobody)).isNotNull();
            }
            proxy.awaitStat("listener.secure.ssl.fail_verify_error", 2);
            proxy.awaitStat("listener.secure.ssl.fail_verify_no_cert", 2);
            assertThat(proxy.stat("listener.secure.ssl.connection_error")).isZero();
            assertThat(proxy.stat("listener.secure.ssl.handshake")).isEqualTo(1);
        }
    }

    @Test
    void anAuthorityAloneAsksForACertificateButRequiresNone() throws Exception {
        try (NuncioServer proxy = start(inline() + TlsBootstraps.trusting(authority))) {
            assertThat(get(proxy, TestTls.PLAIN).status()).isEqualTo(200);
            assertThat(proxy.stat("listener.secure.ssl.no_certificate")).isEqualTo(1);
            TestTls known =
                    TestTls.PLAIN.presenting(
                            authority.intermediate("Middle CA").issue("client.example"));
            assertThat(get(proxy, known).status()).isEqualTo(200);
            assertThat(proxy.stat("listener.secure.ssl.no_certificate")).isEqualTo(1);
            TestTls forServers =
                    TestTls.PLAIN.presenting(
                            authority.request("client.example").forServersOnly().issue());
            assertThatThrownBy(() -> get(proxy, forServers)).isNotNull();
            proxy.awaitStat("listener.secure.ssl.fail_verify_error", 1);
        }
    }

    @Test
    void theReasonOfAFailureIsLogged() throws Exception {
        Path log = folder.resolve("access.log");
        try (NuncioServer proxy =
                TlsBootstraps.startLogging(
                        inline() + TlsBootstraps.trusting(authority),
                        "require_client_certificate: true",
                        log,
                        "%DOWNSTREAM_TRANSPORT_FAILURE_REASON%")) {
            try (RawClient client = proxy.client("secure")) {
                client.send(GET);
                assertThat(client.closedByPeer()).isTrue();
            }
            proxy.awaitStat("listener.secure.downstream_cx_destroy", 1); // and its entry is first
            TestTls stranger =
                    TestTls.PLAIN.presenting(
                            TestCertificates.authority("Strange CA").issue("client.example"));
            assertThatThrownBy(() -> get(proxy, stranger)).isNotNull();
            proxy.awaitStat("listener.secure.downstream_cx_destroy", 2);
        }
        assertThat(LogLines.of(log))
                .containsExactly(
                        "TLS_error:|268435703:SSL_routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end",
                        "TLS_error:|268435581:SSL_routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED:verify_cert_failed:_X509_verify_cert:_certificate_verification_error_at_depth_0:_unable_to_get_local_issuer_certificate:TLS_error_end");
    }

    @Test
    void theCertificateIsThatOfTheServerName() throws Exception {
        String several =
                "tls_certificates:\n"
                        + one(authority.request("first.example").rsa().issue())
                        + one(authority.issue("*.wild.example"))
                        + one(authority.issue("second.example"));
        try (NuncioServer proxy = start(several)) {
            for (String version : List.of("TLSv1.2", "TLSv1.3")) {
                assertThat(presented(proxy, "second.example", version))
                        .isEqualTo("CN=second.example");
                assertThat(presented(proxy, "any.wild.example", version))
                        .isEqualTo("CN=*.wild.example");
                assertThat(presented(proxy, "first.example", version))
                        .as("by the common name, though another key type is asked for first")
                        .isEqualTo("CN=first.example");
                assertThat(presented(proxy, "unknown.example", version))
                        .isEqualTo("CN=first.example");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theKeyIsOneThatTheDownstreamCanVerify(boolean jdk) throws Exception {
        String both =
                "tls_certificates:\n"
                        + one(authority.request("rsa").dns("both.example").rsa().issue())
                        + one(authority.request("ec").dns("both.example").issue());
        try (NuncioServer proxy =
                jdk ? TlsBootstraps.startOnJdk(both, "{}") : TlsBootstraps.start(both, "{}")) {
            for (String version : List.of("-tls1_2", "-tls1_3")) {
                assertThat(subject(proxy, version)).isEqualTo("CN = ec");
                assertThat(subject(proxy, version, "-sigalgs rsa_pss_rsae_sha256:RSA+SHA256"))
                        .isEqualTo("CN = rsa");
            }
            assertThat(subject(proxy, "-tls1_2", "-cipher ECDHE-RSA-AES128-GCM-SHA256"))
                    .isEqualTo("CN = rsa");
            assertThat(subject(proxy, "-tls1_3", "-servername both.example")).isEqualTo("CN = ec");
        }
    }

    @Test
    void theFirstCertificateIsPresentedUnlessAllAreLookedAt() throws Exception {
        String both =
                "tls_certificates:\n"
                        + one(authority.request("rsa").dns("a.example").rsa().issue())
                        + one(authority.request("ec").dns("b.example").issue());
        try (NuncioServer proxy = start(both)) {
            assertThat(subject(proxy, "-servername unknown.example")).isEqualTo("CN = rsa");
        }
        try (NuncioServer proxy =
                TlsBootstraps.start(both, "full_scan_certs_on_sni_mismatch: true")) {
            assertThat(subject(proxy, "-servername unknown.example")).isEqualTo("CN = ec");
        }
    }

    /// Of the certificate that openssl is presented.
    private static String subject(NuncioServer proxy, String... options) throws Exception {
        return OpenSsl.client(proxy, options)
                .lines()
                .filter(line -> line.startsWith("subject="))
                .findFirst()
                .map(line -> line.substring("subject=".length()))
                .orElse("nobody");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theDownstreamsOrderOfCiphersMayDecide(boolean jdk) throws Exception {
        String ciphers =
                "tls_params: {cipher_suites: [ECDHE-ECDSA-AES128-GCM-SHA256,"
                        + " ECDHE-ECDSA-AES256-GCM-SHA384]}\n"
                        + inline();
        String[] peer = {
            "-tls1_2", "-cipher ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256"
        };
        try (NuncioServer proxy =
                jdk
                        ? TlsBootstraps.startOnJdk(ciphers, "{}")
                        : TlsBootstraps.start(ciphers, "{}")) {
            assertThat(OpenSsl.client(proxy, peer))
                    .contains("Cipher is ECDHE-ECDSA-AES128-GCM-SHA256");
        }
        String preferring = "prefer_client_ciphers: true";
        try (NuncioServer proxy =
                jdk
                        ? TlsBootstraps.startOnJdk(ciphers, preferring)
                        : TlsBootstraps.start(ciphers, preferring)) {
            assertThat(OpenSsl.client(proxy, peer))
                    .contains("Cipher is ECDHE-ECDSA-AES256-GCM-SHA384");
        }
    }

    @Test
    void aCertificateComesInPkcs12() throws Exception {
        Path pem =
                Files.writeString(
                        folder.resolve("both.pem"), identity.certificatePem() + identity.keyPem());
        Path store = folder.resolve("identity.p12");
        OpenSsl.run(
                "openssl pkcs12 -export -in %s -out %s -passout pass:s3cret".formatted(pem, store));
        String tls =
                """
                tls_certificates:
                - pkcs12: {filename: %s}
                  password: {inline_string: %s}
                """;
        try (NuncioServer proxy = start(tls.formatted(store, "s3cret"))) {
            assertThat(subject(proxy)).isEqualTo("CN = proxy.example");
        }
        assertThatThrownBy(() -> start(tls.formatted(store, "wr0ng")))
                .hasMessageContaining("Failed to load pkcs12 from " + store)
                .hasMessageNotContaining("wr0ng");
        assertThatThrownBy(() ->
                        start(
                                tls.formatted(store, "s3cret")
                                        + "  private_key: {filename: "
                                        + pem
                                        + "}\n"))
                .hasMessageContaining(
                        "Certificate configuration can't have both pkcs12 and private_key");
    }

    @Test
    void anEdwardsKeyServesWhoVerifiesIt() throws Exception {
        TestCertificates.Identity own = authority.request("ed").ed25519().issue();
        try (NuncioServer proxy = start(TlsBootstraps.certificate(own))) {
            assertThat(OpenSsl.client(proxy, "-tls1_3"))
                    .contains("subject=CN = ed", "Peer signature type: ed25519");
            OpenSsl.refused(proxy, "-tls1_3", "-sigalgs ecdsa_secp256r1_sha256");
        }
    }

    @Test
    void keysThatAreTooShortAreRefused() throws Exception {
        Path key = folder.resolve("short.key");
        Path certificate = folder.resolve("short.pem");
        OpenSsl.run(
                "openssl req -x509 -newkey rsa:1024 -nodes -subj /CN=short -keyout %s -out %s"
                        .formatted(key, certificate));
        assertThatThrownBy(() ->
                        start(
                                """
                                tls_certificates:
                                - certificate_chain: {filename: %s}
                                  private_key: {filename: %s}
                                """
                                        .formatted(certificate, key)))
                .hasMessageContaining(
                        "Failed to load certificate chain from "
                                + certificate
                                + ", only RSA certificates with 2048-bit or larger keys are"
                                + " supported");
    }

    @Test
    void aCommonNameIsNotEmpty() {
        assertThatThrownBy(() -> start(TlsBootstraps.certificate(authority.request("").issue())))
                .hasMessageContaining("Invalid TLS context has an empty subject CN");
    }

    @Test
    void aCertificateHasAName() throws Exception {
        String nobody = TestCertificates.NO_COMMON_NAME;
        assertThatThrownBy(() ->
                        start(
                                TlsBootstraps.certificate(
                                        authority.request(nobody).email("a@b").issue())))
                .hasMessageContaining("Invalid TLS context has neither subject CN nor SAN names");
        start(TlsBootstraps.certificate(authority.request(nobody).dns("a.b").issue())).close();
    }

    @Test
    void aDownstreamCannotRenegotiate() throws Exception {
        try (NuncioServer proxy = start(inline())) {
            try (OpenSslProcess client =
                    OpenSslProcess.start(
                            folder.resolve("client.log"),
                            "s_client",
                            "-tls1_2",
                            "-connect",
                            "127.0.0.1:" + proxy.address("secure").getPort())) {
                client.await("Verify return code");
                client.type("R\n");
                client.await("RENEGOTIATING");
                client.await("no renegotiation");
            }
            assertThat(proxy.stat("listener.secure.ssl.handshake")).isEqualTo(1);
        }
    }

    private static String one(TestCertificates.Identity identity) {
        return TlsBootstraps.oneCertificate(identity.certificatePem(), identity.keyPem());
    }

    private static String presented(NuncioServer proxy, String serverName, String version)
            throws Exception {
        try (RawClient client =
                TestTls.PLAIN
                        .asking(serverName)
                        .version(version)
                        .connect(proxy.address("secure"))) {
            return ((SSLSocket) client.socket()).getSession().getPeerPrincipal().getName();
        }
    }

    @Test
    void theJdksOwnTlsServesByChoice() throws Exception {
        try (NuncioServer proxy =
                TlsBootstraps.startOnJdk(
                        "alpn_protocols: [h2, http/1.1]\n"
                                + inline()
                                + TlsBootstraps.trusting(authority),
                        "require_client_certificate: true")) {
            TestTls known = TestTls.PLAIN.presenting(authority.issue("client.example"));
            assertThat(get(proxy, known.alpn("http/1.1")).status()).isEqualTo(200);
            assertThat(get(proxy, known.version("TLSv1.2")).status()).isEqualTo(200);
            proxy.awaitStat("listener.secure.ssl.handshake", 2);
            assertThat(proxy.stat("listener.secure.ssl.versions.TLSv1.2")).isEqualTo(1);

            assertThatThrownBy(() -> get(proxy, TestTls.PLAIN)).isNotNull();
            proxy.awaitStat("listener.secure.ssl.fail_verify_no_cert", 1);
            TestTls stranger =
                    TestTls.PLAIN.presenting(
                            TestCertificates.authority("Strange CA").issue("client.example"));
            assertThatThrownBy(() -> get(proxy, stranger)).isNotNull();
            proxy.awaitStat("listener.secure.ssl.fail_verify_error", 1);
        }
    }

    @Test
    void aSlowHandshakeIsCutOff() throws Exception {
        try (NuncioServer proxy = TlsBootstraps.startWithHandshakeTimeout(inline(), "0.3s");
                RawClient client = proxy.client("secure")) {
            client.send(new byte[] {22, 3, 1, 2, 0, 1});
            assertThat(client.closedByPeer()).isTrue();
            proxy.awaitStat("listener.secure.downstream_cx_transport_socket_connect_timeout", 1);
        }
    }

    @Test
    void bodiesOfManyRecordsPassBothWays() throws Exception {
        byte[] body = new byte[3_000_000];
        for (int index = 0; index < body.length; index++) {
            body[index] = (byte) ('a' + index % 23);
        }
        Path file = Files.write(folder.resolve("body"), body);
        for (String alpn : List.of("h2", "http/1.1")) {
            try (FakeUpstream upstream = echoing();
                    NuncioServer proxy =
                            TlsBootstraps.startBefore(
                                    upstream.port(),
                                    "alpn_protocols: [" + alpn + "]\n" + inline())) {
                Path answer = folder.resolve("answer-" + alpn.replace('/', '-'));
                run(
                        "curl",
                        "-sk",
                        "--data-binary",
                        "@" + file,
                        "-o",
                        answer.toString(),
                        "https://127.0.0.1:" + proxy.address("secure").getPort() + "/");
                assertThat(Files.mismatch(file, answer)).as(alpn).isEqualTo(-1);
            }
        }
    }

    private static FakeUpstream echoing() {
        return FakeUpstream.start(peer -> {
            HttpMessage request = peer.readRequest();
            peer.send("HTTP/1.1 200 OK\r\ncontent-length: " + request.body().length + "\r\n\r\n");
            peer.send(request.body());
        });
    }

    @Test
    void opensslSeesTheChainAndAGoodbye() throws Exception {
        TestCertificates middle = authority.intermediate("Middle CA");
        Path roots = Files.writeString(folder.resolve("roots.pem"), authority.pem());
        try (NuncioServer proxy = start(TlsBootstraps.certificate(middle.issue("proxy.example")))) {
            String seen =
                    run(
                            "sh",
                            "-c",
                            "printf 'GET / HTTP/1.1\\r\\nhost: a\\r\\nconnection:"
                                    + " close\\r\\n\\r\\n' | openssl s_client -ign_eof -CAfile "
                                    + roots
                                    + " -verify_return_error -connect 127.0.0.1:"
                                    + proxy.address("secure").getPort());
            assertThat(seen)
                    .contains("Verify return code: 0 (ok)", "HTTP/1.1 200 OK", "\nclosed")
                    .doesNotContain("unexpected eof");
        }
    }

    private static String run(String... command) throws Exception {
        Distribution.Finished finished = Distribution.finish(new ProcessBuilder(command));
        assertThat(finished.exitCode()).as(finished.output()).isZero();
        return finished.output();
    }
}
