package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.TestCertificates;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/// Sessions that are resumed, with openssl as the peer.
class TlsSessionsIT {
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
        String command = command(proxy, options);
        run(command + " -sess_out " + session);
        return run(command + " -sess_in " + session);
    }

    private static String command(NuncioServer proxy, String... options) {
        return "printf 'GET / HTTP/1.1\\r\\nhost: a\\r\\nconnection: close\\r\\n\\r\\n'"
                + " | openssl s_client -ign_eof -connect 127.0.0.1:"
                + proxy.address("secure").getPort()
                + " "
                + String.join(" ", options);
    }

    private static String run(String command) throws Exception {
        Distribution.Finished finished =
                Distribution.finish(new ProcessBuilder("sh", "-c", command));
        assertThat(finished.exitCode()).as(finished.output()).isZero();
        return finished.output();
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
            run(command(proxy, "-tls1_2", "-sess_out", session.toString()));
            assertThat(session).as("nothing to resume").doesNotExist();
        }
    }

    @Test
    void aSessionLivesAsLongAsConfigured() throws Exception {
        try (NuncioServer proxy = start("session_timeout: 77s")) {
            assertThat(resume(proxy, "-tls1_2")).containsPattern("lifetime hint: 77 \\(seconds\\)");
        }
    }
}
