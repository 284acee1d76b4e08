package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;
import io.nuncio.testkit.TestCertificates;
import io.nuncio.testkit.TestTls;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;

/// What peers may send without end during a handshake, and where it ends.
class HostileTlsPeersIT {
    private static final int MANY = 1000;

    private final TestCertificates authority = TestCertificates.authority("Test CA");
    private final TestCertificates.Identity identity = authority.issue("proxy.example");

    @Test
    void aMessageOf16MegabytesEndsWithItsFirstRecord() throws Exception {
        byte[] record = new byte[5 + 16 * 1024];
        System.arraycopy(new byte[] {22, 3, 1, 0x40, 0, 1, -1, -1, -1}, 0, record, 0, 9);
        try (NuncioServer proxy = TlsBootstraps.start(TlsBootstraps.certificate(identity));
                RawClient client = RawClient.connect(proxy.address("secure"))) {
            client.send(record);
            assertThat(client.readToEnd()).as("an alert").startsWith(21, 3);
            proxy.awaitStat("listener.secure.ssl.connection_error", 1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aChainOfAThousandCertificatesIsNotTaken(String version) throws Exception {
        TestCertificates.Identity own = authority.issue("client");
        List<X509Certificate> chain = Collections.nCopies(MANY, own.certificate());
        TestTls client =
                TestTls.PLAIN
                        .presenting(new TestCertificates.Identity(chain, own.key()))
                        .version(version);
        try (NuncioServer proxy =
                TlsBootstraps.start(
                        TlsBootstraps.certificate(identity) + TlsBootstraps.trusting(authority),
                        "require_client_certificate: true")) {
            assertThatThrownBy(() -> {
                try (RawClient connection = client.connect(proxy.address("secure"))) {
                    connection.exchange("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
                }
            });
            proxy.awaitStat("listener.secure.ssl.connection_error", 1);
            assertThat(proxy.stat("listener.secure.ssl.handshake")).isZero();
        }
    }
}
