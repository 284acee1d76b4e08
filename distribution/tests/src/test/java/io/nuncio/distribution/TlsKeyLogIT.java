package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;
import io.nuncio.testkit.TestCertificates;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.List;

/// The secrets of connections in a file: those that openssl wrote of the same connections.
class TlsKeyLogIT {
    private static final String OK = "200 OK";

    private final TestCertificates authority = TestCertificates.authority("Test CA");

    @TempDir private Path folder;

    private Path ours() {
        return folder.resolve("ours.log");
    }

    private Path theirs() {
        return folder.resolve("theirs.log");
    }

    /// @param more fields of the `TlsKeyLog`
    private String logging(String more) {
        return "key_log: {path: %s%s}\n".formatted(ours(), more);
    }

    private String presenting() {
        return TlsBootstraps.certificate(authority.issue("proxy.example"));
    }

    /// What openssl wrote, without its comment.
    private List<String> secrets() throws Exception {
        return LogLines.of(theirs()).stream().filter(line -> !line.startsWith("#")).toList();
    }

    private static List<String> labels(List<String> lines) {
        return lines.stream().map(line -> line.substring(0, line.indexOf(' '))).sorted().toList();
    }

    @Test
    void aDownstreamOfTls12HasOneLine() throws Exception {
        assertLogged("-tls1_2", "CLIENT_RANDOM");
    }

    @Test
    void aDownstreamOfTls13HasOneForEachSecret() throws Exception {
        assertLogged(
                "-tls1_3",
                "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
                "CLIENT_TRAFFIC_SECRET_0",
                "EXPORTER_SECRET",
                "SERVER_HANDSHAKE_TRAFFIC_SECRET",
                "SERVER_TRAFFIC_SECRET_0");
    }

    private void assertLogged(String version, String... labels) throws Exception {
        try (NuncioServer proxy = TlsBootstraps.start(presenting() + logging(""))) {
            assertThat(OpenSsl.client(proxy, version, "-keylogfile", theirs().toString()))
                    .contains(OK);
        }
        List<String> written = LogLines.of(ours());
        assertThat(labels(written)).containsExactly(labels);
        assertThat(written).containsExactlyInAnyOrderElementsOf(secrets());
    }

    /// Both jars with the library's package have to be of one class loader.
    @Test
    void itWorksWithTheLaunchersClassPath() throws Exception {
        String admin = "admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}\n";
        String bootstrap = TlsBootstraps.text(presenting() + logging(""));
        try (RunningProxy proxy = RunningProxy.start(folder, bootstrap + admin)) {
            OpenSsl.client(proxy.port("secure"), "-keylogfile", theirs().toString());
            assertThat(proxy.end()).isZero();
        }
        assertThat(LogLines.of(ours())).hasSize(5).containsExactlyInAnyOrderElementsOf(secrets());
    }

    @ParameterizedTest
    @CsvSource({"TLSv1_2, 1", "TLSv1_3, 5"})
    void anUpstreamIsLoggedToo(String version, int lines) throws Exception {
        String tls =
                "common_tls_context:\n  tls_params: {tls_maximum_protocol_version: "
                        + version
                        + "}\n"
                        + (TlsBootstraps.trusting(authority) + logging("")).indent(2);
        try (OpenSslServer upstream =
                        OpenSslServer.start(
                                folder,
                                authority.issue("up.example"),
                                "-www",
                                "-keylogfile",
                                theirs().toString());
                NuncioServer proxy = UpstreamTlsIT.start(upstream.port(), tls, "");
                RawClient client = proxy.client("plain")) {
            assertThat(client.exchange("GET / HTTP/1.1\r\nhost: a\r\n\r\n").status())
                    .isEqualTo(200);
        }
        assertThat(LogLines.of(ours()))
                .hasSize(lines)
                .containsExactlyInAnyOrderElementsOf(secrets());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "remote_address_range: [{address_prefix: 127.0.0.2, prefix_len: 32}]",
                "remote_address_range: [{address_prefix: 192.0.2.0, prefix_len: 24},"
                        + " {address_prefix: 127.0.0.2, prefix_len: 31}],"
                        + " local_address_range: [{address_prefix: 127.0.0.0, prefix_len: 8}]"
            })
    void onlyConnectionsWithinTheRangesAreLogged(String ranges) throws Exception {
        try (NuncioServer proxy = TlsBootstraps.start(presenting() + logging(", " + ranges))) {
            assertThat(OpenSsl.client(proxy, "-bind 127.0.0.1:0")).contains(OK);
            assertThat(OpenSsl.client(proxy, "-bind 127.0.0.2:0 -keylogfile", theirs().toString()))
                    .contains(OK);
            assertThat(OpenSsl.client(proxy, "-bind 127.0.0.4:0")).contains(OK);
        }
        assertThat(LogLines.of(ours())).hasSize(5).containsExactlyInAnyOrderElementsOf(secrets());
    }

    @Test
    void bothAddressesHaveToBeWithinTheRanges() throws Exception {
        String ranges =
                ", local_address_range: [{address_prefix: 192.0.2.0, prefix_len: 24}],"
                        + " remote_address_range: [{address_prefix: 127.0.0.0, prefix_len: 8}]";
        try (NuncioServer proxy = TlsBootstraps.start(presenting() + logging(ranges))) {
            assertThat(OpenSsl.client(proxy)).contains(OK);
        }
        assertThat(ours()).isEmptyFile();
    }

    @Test
    void aRangeIsOfIpAddresses() {
        String wrong = ", remote_address_range: [{address_prefix: everywhere}]";
        assertThatThrownBy(() -> TlsBootstraps.start(presenting() + logging(wrong)))
                .hasMessageContaining("key_log.remote_address_range[0].address_prefix")
                .hasMessageContaining("everywhere");
    }

    @Test
    void aFileThatCannotBeOpenedIsAnErrorWhenLoaded() {
        Path nowhere = folder.resolve("missing/keys.log");
        String common = presenting() + "key_log: {path: " + nowhere + "}\n";
        assertThatThrownBy(() -> TlsBootstraps.start(common))
                .hasMessageContaining("common_tls_context.key_log.path")
                .hasMessageContaining("cannot open log file " + nowhere + ": no such folder");
    }

    @Test
    void theJdksTlsCannotDoIt() {
        assertThatThrownBy(() -> TlsBootstraps.startOnJdk(presenting() + logging(""), "{}"))
                .hasMessageContaining("key_log needs BoringSSL");
        assertThat(ours()).doesNotExist();
    }
}
