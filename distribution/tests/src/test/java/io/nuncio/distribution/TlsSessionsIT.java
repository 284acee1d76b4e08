package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.TestCertificates;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Base64;

/// Sessions that are resumed, with openssl as the peer.
class TlsSessionsIT {
    private static final String UPDATES =
            "listener.secure.server_ssl_socket_factory.ssl_context_update_by_sds";

    private final TestCertificates authority = TestCertificates.authority("Test CA");

    @TempDir private Path folder;

    private NuncioServer start(String downstream) throws Exception {
        return TlsBootstraps.start(
                TlsBootstraps.certificate(authority.issue("proxy.example")), downstream);
    }

    /// Connects twice, the second time with the session of the first.
    ///
    /// @return what the second says
    private String resume(NuncioServer proxy, String... options) throws Exception {
        Path session = folder.resolve("session.pem");
        begin(proxy, session, options);
        return again(proxy, session, options);
    }

    private static void begin(NuncioServer proxy, Path session, String... options)
            throws Exception {
        OpenSsl.client(proxy, String.join(" ", options) + " -sess_out " + session);
    }

    private static String again(NuncioServer proxy, Path session, String... options)
            throws Exception {
        return OpenSsl.client(proxy, String.join(" ", options) + " -sess_in " + session);
    }

    @Test
    void aSessionIsResumedByTicket() throws Exception {
        try (NuncioServer proxy = start("{}")) {
            assertThat(resume(proxy, "-tls1_3")).contains("Reused, TLSv1.3");
            assertThat(proxy.stat("listener.secure.ssl.session_reused")).isEqualTo(1);
            assertThat(proxy.stat("listener.secure.ssl.handshake")).isEqualTo(2);
        }
    }

    @Test
    void withoutTicketsTheProxyRemembers() throws Exception {
        try (NuncioServer proxy = start("disable_stateless_session_resumption: true")) {
            assertThat(resume(proxy, "-tls1_2"))
                    .contains("Reused, TLSv1.2")
                    .doesNotContain("TLS session ticket:");
        }
    }

    @Test
    void withNeitherEverySessionIsNew() throws Exception {
        try (NuncioServer proxy =
                start(
                        "disable_stateless_session_resumption: true\n"
                                + "disable_stateful_session_resumption: true")) {
            Path session = folder.resolve("session.pem");
            begin(proxy, session, "-tls1_2");
            assertThat(session).as("nothing to resume").doesNotExist();
        }
    }

    @Test
    void aSessionLivesAsLongAsConfigured() throws Exception {
        try (NuncioServer proxy = start("session_timeout: 77s")) {
            assertThat(resume(proxy, "-tls1_2")).containsPattern("lifetime hint: 77 \\(seconds\\)");
        }
    }

    /// `session_ticket_keys` with these.
    private static String keys(byte[]... keys) {
        StringBuilder text = new StringBuilder("session_ticket_keys:\n  keys:\n");
        for (byte[] key : keys) {
            text.append("  - inline_bytes: ")
                    .append(Base64.getEncoder().encodeToString(key))
                    .append('\n');
        }
        return text.toString();
    }

    private static byte[] key(int seed) {
        byte[] key = new byte[80];
        Arrays.fill(key, (byte) seed);
        return key;
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void ticketsAreGoodWhereTheKeysAreTheSame(String version) throws Exception {
        Path session = folder.resolve("session.pem");
        TestCertificates.Identity identity = authority.issue("proxy.example");
        String certificate = TlsBootstraps.certificate(identity);
        try (NuncioServer first = TlsBootstraps.start(certificate, keys(key(1)));
                NuncioServer second = TlsBootstraps.start(certificate, keys(key(2), key(1)));
                NuncioServer third = TlsBootstraps.start(certificate, keys(key(2)));
                NuncioServer stricter =
                        TlsBootstraps.start(
                                certificate + TlsBootstraps.trusting(authority), keys(key(1)))) {
            begin(first, session, version);
            assertThat(again(second, session, version)).contains("Reused, ");
            assertThat(again(third, session, version)).contains("New, ");
            assertThat(again(stricter, session, version))
                    .as("where more is demanded of a peer, it is looked at")
                    .contains("New, ");

            begin(second, session, version);
            assertThat(again(third, session, version))
                    .as("the first key makes the tickets")
                    .contains("Reused, ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void whoResumesASessionIsLookedAtAgain(String version) throws Exception {
        Path session = folder.resolve("session.pem");
        TestCertificates.Identity peer = authority.issue("peer.example");
        String own =
                "%s -cert %s -key %s"
                        .formatted(
                                version,
                                Files.writeString(folder.resolve("own.pem"), peer.certificatePem()),
                                Files.writeString(folder.resolve("own.key"), peer.keyPem()));
        String tls =
                TlsBootstraps.certificate(authority.issue("proxy.example"))
                        + TlsBootstraps.trusting(authority);
        String revoking =
                tls
                        + "  crl:\n    inline_string: |\n"
                        + authority.revoking(peer.certificate()).indent(6);
        try (NuncioServer first = TlsBootstraps.start(tls, keys(key(1)));
                NuncioServer second = TlsBootstraps.start(revoking, keys(key(1)))) {
            begin(first, session, own);
            assertThat(again(first, session, own)).contains("Reused, ", "200 OK");
            assertThat(OpenSsl.attempt(second, own + " -sess_in " + session))
                    .doesNotContain("200 OK");
            second.awaitStat("listener.secure.ssl.fail_verify_error", 1);
            assertThat(second.stat("listener.secure.ssl.handshake")).isZero();
        }
    }

    @Test
    void aTicketKeyHasEightyBytes() {
        assertThatThrownBy(() -> start(keys(new byte[48])))
                .hasMessageContaining("session_ticket_keys.keys[0]")
                .hasMessageContaining(
                        "Incorrect TLS session ticket key length. Length 48, expected length 80.");
    }

    @Test
    void ticketKeysChangeWithTheirSecret() throws Exception {
        Path session = folder.resolve("session.pem");
        Path key = Files.write(folder.resolve("key"), key(1));
        Path secret =
                Files.writeString(
                        folder.resolve("secret.yaml"),
                        """
                        resources:
                        - "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret
                          name: tickets
                          session_ticket_keys: {keys: [{filename: %s}]}
                        """
                                .formatted(key));
        String bySecret =
                "session_ticket_keys_sds_secret_config: {name: tickets, sds_config:"
                        + " {path_config_source: {path: %s}}}".formatted(secret);
        TestCertificates.Identity identity = authority.issue("proxy.example");
        String certificate = TlsBootstraps.certificate(identity);
        try (NuncioServer changing = TlsBootstraps.start(certificate, bySecret);
                NuncioServer fixed = TlsBootstraps.start(certificate, keys(key(1)))) {
            begin(fixed, session, "-tls1_3");
            assertThat(again(changing, session, "-tls1_3")).contains("Reused, ");
            long before = changing.stat(UPDATES);
            Path next = Files.write(folder.resolve("next"), key(2));
            Files.move(next, key, StandardCopyOption.ATOMIC_MOVE);
            changing.awaitStat(UPDATES, before + 1);
            begin(fixed, session, "-tls1_3");
            assertThat(again(changing, session, "-tls1_3")).contains("New, ");
        }
    }
}
