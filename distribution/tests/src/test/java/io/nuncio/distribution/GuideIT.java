package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.nuncio.kernel.server.StartFailure;
import io.nuncio.testkit.FakeUpstream;
import io.nuncio.testkit.HttpMessage;
import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;
import io.nuncio.testkit.TestCertificates;
import io.nuncio.testkit.TestTls;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLSocket;

/// The configurations of `docs/guide-configurations.md`, as they stand there but for folder and
/// ports: what each of their marked lines is for, and what curl and openssl get.
class GuideIT {
    private static final Path BUNDLES = Distribution.HOME.resolve("bundles");
    private static final String LISTENER = "listener.127.0.0.1_0.";
    private static final String SPIFFE = "spiffe://example.com/service/a";

    private final TestCertificates authority = TestCertificates.authority("Guide CA");

    @TempDir Path folder;

    /// The configurations of the page, in its order.
    enum Fragment {
        LISTENER,
        LISTENER_FILTERS,
        TCP_PROXY,
        DOWNSTREAM_TLS,
        DOWNSTREAM_MTLS,
        UPSTREAM_MTLS;

        List<String> lines(Path certificates) throws IOException {
            String page =
                    Files.readString(Distribution.ROOT.resolve("docs/guide-configurations.md"));
            Matcher block = Pattern.compile("(?s)```yaml\n(.*?)```").matcher(page);
            for (int index = 0; index <= ordinal(); index++) {
                assertThat(block.find()).isTrue();
            }
            return block.group(1)
                    .replace("/etc/envoy/certs", certificates.toString())
                    .replaceAll("port_value: 8\\d+", "port_value: 0")
                    .lines()
                    .toList();
        }
    }

    @BeforeEach
    void certificates() throws IOException {
        write("server", authority.issue("proxy.example"));
        write("client", client(SPIFFE));
        Files.writeString(folder.resolve("ca-cert.pem"), authority.pem());
        Files.writeString(folder.resolve("upstream-ca.pem"), authority.pem());
    }

    private TestCertificates.Identity client(String uri) {
        return authority.request("service a").uri(uri).issue();
    }

    private void write(String name, TestCertificates.Identity identity) throws IOException {
        Files.writeString(folder.resolve(name + "-cert.pem"), identity.certificatePem());
        Files.writeString(folder.resolve(name + "-key.pem"), identity.keyPem());
    }

    private NuncioServer start(List<String> lines) throws StartFailure {
        return NuncioServer.start(
                BUNDLES, String.join("\n", lines), "--file-flush-interval-msec", "50");
    }

    @ParameterizedTest
    @EnumSource
    void withoutALineThatIsDemandedNothingLoads(Fragment fragment) throws Exception {
        List<String> whole = fragment.lines(folder);
        for (int index = 0; index < whole.size(); index++) {
            if (whole.get(index).endsWith("# demanded")) {
                List<String> rest = without(whole, index);
                assertThrows(
                        StartFailure.class,
                        () -> start(rest).close(),
                        "without " + whole.get(index));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void withoutAnyOtherMarkedLineItLoads(Fragment fragment) throws Exception {
        List<String> whole = fragment.lines(folder);
        for (int index = 0; index < whole.size(); index++) {
            if (whole.get(index).matches(".*# (to answer|by Envoy)")) {
                List<String> rest = without(whole, index);
                assertDoesNotThrow(() -> start(rest).close(), "without " + whole.get(index));
            }
        }
    }

    /// Takes away a field with all that stands below it; of the first field of an element of a
    /// list, the place of the field after it.
    private static List<String> without(List<String> lines, int index) {
        String line = lines.get(index);
        boolean element = line.strip().startsWith("- ");
        int column = column(line) + (element ? 2 : 0);
        int next = index + 1;
        while (next < lines.size() && belongs(lines.get(next), column)) {
            next++;
        }
        var rest = new ArrayList<>(lines.subList(0, index));
        if (element) {
            boolean more = next < lines.size() && column(lines.get(next)) == column;
            rest.add(" ".repeat(column - 2) + "- " + (more ? lines.get(next++).strip() : "{}"));
        }
        rest.addAll(lines.subList(next, lines.size()));
        return rest;
    }

    /// True if a line stands below a field in that column.
    private static boolean belongs(String line, int column) {
        return column(line) > column || column(line) == column && line.strip().startsWith("- ");
    }

    private static int column(String line) {
        return line.length() - line.stripLeading().length();
    }

    @Test
    void aChainForOneNameServesNobodyElse() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.answering("api");
                NuncioServer proxy = start(before(upstream.port(), Fragment.LISTENER))) {
            var address =
                    new InetSocketAddress(
                            InetAddress.getLoopbackAddress(),
                            proxy.address("listener_http").getPort());
            try (RawClient client = TestTls.PLAIN.asking("api.example.com").connect(address)) {
                assertThat(
                                client.exchange("GET / HTTP/1.1\r\nhost: api.example.com\r\n\r\n")
                                        .bodyText())
                        .isEqualTo("api");
            }
            assertThrows(
                    UncheckedIOException.class,
                    () -> TestTls.PLAIN.asking("www.example.com").connect(address).close());
            proxy.awaitStat("listener.0.0.0.0_0.no_filter_chain_match", 1);
            proxy.awaitStat("tls_inspector.sni_found", 2);
        }
    }

    @Test
    void theListenerFiltersFindTheClientsOwnAddress() throws Exception {
        try (NuncioServer proxy = start(Fragment.LISTENER_FILTERS.lines(folder));
                RawClient client = proxy.client("inspected")) {
            client.send("PROXY TCP4 192.0.2.7 192.0.2.1 4711 80\r\n");

            HttpMessage answer = client.exchange("GET / HTTP/1.1\r\nhost: a\r\n\r\n");

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("x-client")).isEqualTo("192.0.2.7:4711");
        }
    }

    @Test
    void tcpPassesBothWays() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.answering("tcp");
                NuncioServer proxy = start(before(upstream.port(), Fragment.TCP_PROXY));
                RawClient client = proxy.client("tcp")) {
            assertThat(client.exchange("GET / HTTP/1.1\r\nhost: a\r\n\r\n").bodyText())
                    .isEqualTo("tcp");
            assertThat(proxy.stat("tcp.tcp_stats.downstream_cx_total")).isEqualTo(1);
        }
    }

    @Test
    void downstreamTlsServesCurlWithBothVersionsAndBothProtocols() throws Exception {
        try (NuncioServer proxy = start(Fragment.DOWNSTREAM_TLS.lines(folder))) {
            for (String version : List.of("1.2", "1.3")) {
                for (String protocol : List.of("1.1", "2")) {
                    assertThat(
                                    curl(
                                            proxy,
                                            "--tlsv" + version,
                                            "--tls-max",
                                            version,
                                            "--http" + protocol))
                            .isEqualTo("hello\n200 " + protocol);
                }
            }
            assertThat(proxy.stat(LISTENER + "ssl.versions.TLSv1.2")).isEqualTo(2);
            assertThat(proxy.stat(LISTENER + "ssl.versions.TLSv1.3")).isEqualTo(2);
            assertThat(openssl(proxy, "-tls1_3", "-alpn", "h2"))
                    .contains("Verify return code: 0 (ok)", "ALPN protocol: h2", "TLSv1.3");
            assertThat(openssl(proxy, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"))
                    .contains("Cipher is (NONE)");
        }
    }

    @Test
    void theCertificateIsThatOfTheNameAskedFor() throws Exception {
        write("second", authority.issue("second.example"));
        List<String> lines = new ArrayList<>(Fragment.DOWNSTREAM_TLS.lines(folder));
        int list = lines.indexOf(" ".repeat(12) + "tls_certificates:");
        lines.add(
                list + 1,
                """
                            - certificate_chain: {filename: %1$s/second-cert.pem}
                              private_key: {filename: %1$s/second-key.pem}
                """
                        .formatted(folder));
        try (NuncioServer proxy = start(lines)) {
            assertThat(openssl(proxy, "-servername", "proxy.example"))
                    .contains("subject=CN = proxy.example");
            assertThat(openssl(proxy, "-servername", "second.example"))
                    .contains("subject=CN = second.example");
            assertThat(openssl(proxy, "-noservername")).contains("subject=CN = second.example");
        }
    }

    @Test
    void downstreamMtlsTakesTheRightNameAndRefusesAllElseWithAReason() throws Exception {
        write("stranger", TestCertificates.authority("Strange CA").issue("stranger.example"));
        write("other", client("spiffe://example.com/other"));
        Path log = folder.resolve("access.log");
        try (NuncioServer proxy = start(logging(Fragment.DOWNSTREAM_MTLS.lines(folder), log))) {
            int ended = 0; // one after the other, so that the entries are in that order
            for (String version : List.of("1.2", "1.3")) {
                assertThat(curl(proxy, presenting("client", version))).isEqualTo("hello\n200 1.1");
                proxy.awaitStat(LISTENER + "downstream_cx_destroy", ++ended);
                assertThat(curl(proxy, "--tls-max", version)).endsWith("000 0");
                proxy.awaitStat(LISTENER + "downstream_cx_destroy", ++ended);
                assertThat(curl(proxy, presenting("stranger", version))).endsWith("000 0");
                proxy.awaitStat(LISTENER + "downstream_cx_destroy", ++ended);
                assertThat(curl(proxy, presenting("other", version))).endsWith("000 0");
                proxy.awaitStat(LISTENER + "downstream_cx_destroy", ++ended);
            }
            proxy.awaitStat(LISTENER + "ssl.handshake", 2);
            proxy.awaitStat(LISTENER + "ssl.fail_verify_no_cert", 2);
            proxy.awaitStat(LISTENER + "ssl.fail_verify_error", 2);
            proxy.awaitStat(LISTENER + "ssl.fail_verify_san", 2);
        }
        List<String> entries = LogLines.of(log);
        assertThat(entries).hasSize(8);
        for (List<String> ofOneVersion : List.of(entries.subList(0, 4), entries.subList(4, 8))) {
            assertThat(ofOneVersion.get(0)).isEqualTo("- " + SPIFFE);
            assertThat(ofOneVersion.get(1)).contains("PEER_DID_NOT_RETURN_A_CERTIFICATE");
            assertThat(ofOneVersion.get(2)).contains("CERTIFICATE_VERIFY_FAILED");
            assertThat(ofOneVersion.get(3)).contains("SAN_matcher");
        }
    }

    private static List<String> logging(List<String> lines, Path log) {
        var logging = new ArrayList<>(lines);
        logging.add(
                logging.indexOf("    filter_chains:"),
                """
                    access_log:
                    - name: envoy.access_loggers.file
                      typed_config:
                        "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
                        path: %s
                        log_format:
                          text_format_source:
                            inline_string: "%%DOWNSTREAM_TRANSPORT_FAILURE_REASON%% %%DOWNSTREAM_PEER_URI_SAN%%\\n"
                """
                        .formatted(log));
        return logging;
    }

    @Test
    void upstreamMtlsPresentsItsNameToWhoDemandsIt() throws Exception {
        try (NuncioServer behind = start(Fragment.DOWNSTREAM_MTLS.lines(folder))) {
            int port = behind.address("secure").getPort();
            try (NuncioServer before = start(upstream(port));
                    RawClient client = before.client("plain")) {
                HttpMessage answer = client.exchange("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.bodyText()).isEqualTo("hello\n");
                assertThat(before.stat("cluster.mtls_upstream.ssl.handshake")).isEqualTo(1);
            }
            write("client", client("spiffe://example.com/other"));
            try (NuncioServer before = start(upstream(port));
                    RawClient client = before.client("plain")) {
                assertThat(client.exchange("GET / HTTP/1.1\r\nhost: a\r\n\r\n").status())
                        .isEqualTo(503);
                behind.awaitStat(LISTENER + "ssl.fail_verify_san", 1);
            }
        }
    }

    @Test
    void upstreamMtlsAsksForTheServerNameAndTrustsOnlyItsAuthority() throws Exception {
        var asked = new CompletableFuture<List<SNIServerName>>();
        TestTls known = TestTls.PLAIN.presenting(authority.issue("anything.example"));
        try (FakeUpstream upstream =
                        FakeUpstream.startTls(
                                known,
                                peer -> {
                                    peer.readRequest();
                                    asked.complete(
                                            ((ExtendedSSLSession)
                                                            ((SSLSocket) peer.socket())
                                                                    .getSession())
                                                    .getRequestedServerNames());
                                    peer.send("HTTP/1.1 204 No Content\r\n\r\n");
                                });
                NuncioServer proxy = start(upstream(upstream.port()));
                RawClient client = proxy.client("plain")) {
            assertThat(client.exchange("GET / HTTP/1.1\r\nhost: a\r\n\r\n").status())
                    .isEqualTo(204);
            assertThat(asked.get(10, TimeUnit.SECONDS))
                    .extracting(name -> new String(name.getEncoded()))
                    .containsExactly("upstream.example.com");
        }
        TestTls stranger =
                TestTls.PLAIN.presenting(
                        TestCertificates.authority("Strange CA").issue("upstream.example.com"));
        try (FakeUpstream upstream =
                        FakeUpstream.startTls(stranger, FakeUpstream.Peer::readRequest);
                NuncioServer proxy = start(upstream(upstream.port()));
                RawClient client = proxy.client("plain")) {
            HttpMessage refused = client.exchange("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.bodyText()).contains("CERTIFICATE_VERIFY_FAILED");
            assertThat(proxy.stat("cluster.mtls_upstream.ssl.fail_verify_error")).isPositive();
        }
    }

    private List<String> upstream(int port) throws IOException {
        return before(port, Fragment.UPSTREAM_MTLS);
    }

    private List<String> before(int port, Fragment fragment) throws IOException {
        return fragment.lines(folder).stream()
                .map(line -> line.replace("port_value: 9443", "port_value: " + port))
                .toList();
    }

    private String[] presenting(String name, String version) {
        return new String[] {
            "--cert",
            folder.resolve(name + "-cert.pem").toString(),
            "--key",
            folder.resolve(name + "-key.pem").toString(),
            "--tls-max",
            version
        };
    }

    /// The body, then status and protocol; status 000 if there was no answer.
    private String curl(NuncioServer proxy, String... options) throws Exception {
        int port = proxy.address("secure").getPort();
        var command = new ArrayList<String>();
        command.addAll(List.of("curl", "--silent", "--write-out", "%{http_code} %{http_version}"));
        command.addAll(List.of("--cacert", folder.resolve("ca-cert.pem").toString()));
        command.addAll(List.of("--resolve", "proxy.example:" + port + ":127.0.0.1"));
        command.addAll(List.of(options));
        command.add("https://proxy.example:" + port + "/");
        return Distribution.finish(new ProcessBuilder(command)).output();
    }

    private String openssl(NuncioServer proxy, String... options) throws Exception {
        var command = new ArrayList<String>();
        command.addAll(List.of("openssl", "s_client", "-connect"));
        command.add("127.0.0.1:" + proxy.address("secure").getPort());
        command.addAll(List.of("-CAfile", folder.resolve("ca-cert.pem").toString()));
        command.addAll(List.of(options));
        return Distribution.finish(
                        new ProcessBuilder(command).redirectInput(Path.of("/dev/null").toFile()))
                .output();
    }
}
