package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.TestCertificates;
import io.nuncio.testkit.TestCertificates.Identity;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.math.BigInteger;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// A listener's certificate that becomes another one again and again, while requests run by HTTP/1
/// and HTTP/2. Under `-Psoak` that goes on for a minute, and there is a report; else it is short.
class RotationIT {
    private static final int ROTATIONS = Integer.getInteger("nuncio.rotations", 3);
    private static final boolean LONG = ROTATIONS >= 30;
    private static final Duration BETWEEN = LONG ? Duration.ofSeconds(2) : Duration.ofMillis(500);
    private static final int PER_SECOND = LONG ? 250 : 50; // by each version of HTTP

    private final TestCertificates authority = TestCertificates.authority("Test CA");
    @TempDir private Path folder;

    /// Puts a certificate and its key in their place by the swap of a link.
    private BigInteger rotate(int number) throws IOException {
        Identity identity = authority.issue("localhost");
        Path version = Files.createDirectory(folder.resolve("version" + number));
        Files.writeString(version.resolve("chain.pem"), identity.certificatePem());
        Files.writeString(version.resolve("key.pem"), identity.keyPem());
        Path fresh = Files.createSymbolicLink(folder.resolve("fresh"), version);
        Files.move(
                fresh,
                folder.resolve("current"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        return identity.certificate().getSerialNumber();
    }

    @Test
    void noRequestFailsWhileTheCertificateIsRotated() throws Exception {
        Set<BigInteger> serials = new HashSet<>();
        serials.add(rotate(0));
        Path home = Files.createDirectory(folder.resolve("proxy"));
        try (BriefUpstream upstream = new BriefUpstream();
                RunningProxy proxy = RunningProxy.start(home, config(upstream.port()))) {
            int port = proxy.port("secure");
            long begin = System.nanoTime();
            RotatingRequests one =
                    RotatingRequests.start(port, HttpClient.Version.HTTP_1_1, PER_SECOND);
            RotatingRequests two =
                    RotatingRequests.start(port, HttpClient.Version.HTTP_2, PER_SECOND);
            try (one;
                    two) {
                for (int number = 1; number <= ROTATIONS; number++) {
                    BigInteger serial = rotate(number);
                    serials.add(serial);
                    one.awaitSerial(serial);
                    two.awaitSerial(serial);
                    TimeUnit.NANOSECONDS.sleep(
                            begin + number * BETWEEN.toNanos() - System.nanoTime());
                }
            }
            double seconds = (System.nanoTime() - begin) / 1e9;

            assertThat(one.failures()).isEmpty();
            assertThat(two.failures()).isEmpty();
            assertThat(serials).hasSize(ROTATIONS + 1);
            assertThat(one.serials()).isSubsetOf(serials).hasSizeGreaterThanOrEqualTo(ROTATIONS);
            assertThat(two.serials()).isSubsetOf(serials).hasSizeGreaterThanOrEqualTo(ROTATIONS);
            proxy.awaitStat("http.secure.downstream_rq_2xx", one.answers() + two.answers());
            assertThat(proxy.stat("listener.secure.ssl.connection_error")).isZero();
            proxy.awaitStat(
                    "listener.secure.server_ssl_socket_factory.ssl_context_update_by_sds",
                    ROTATIONS);
            assertThat(proxy.log()).doesNotContain("[error]");
            if (LONG) {
                report(seconds, one, two);
            }
            assertThat(proxy.end()).isZero();
        }
    }

    private static void report(double seconds, RotatingRequests one, RotatingRequests two)
            throws IOException {
        Path reports = Files.createDirectories(Distribution.ROOT.resolve("docs/reports"));
        long answers = one.answers() + two.answers();
        Files.writeString(
                reports.resolve(LocalDate.now() + "-rotation.md"),
                """
                # A certificate rotated under load, %s

                `RotationIT`: the certificate of a listener replaced %d times in %.0f s by the swap of a link in its `watched_directory`, one
                worker, 5 clients by each version of HTTP, each on a new connection twice a second, with a whole handshake.

                | what | HTTP/1.1 | HTTP/2 |
                | --- | --- | --- |
                | requests | %d | %d |
                | connections | %d | %d |
                | certificates seen | %d | %d |
                | failed requests | 0 | 0 |

                Together %.0f requests a second.
                """
                        .formatted(
                                LocalDate.now(),
                                ROTATIONS,
                                seconds,
                                one.answers(),
                                two.answers(),
                                one.connections(),
                                two.connections(),
                                one.serials().size(),
                                two.serials().size(),
                                answers / seconds));
    }

    private String config(int upstream) {
        return "admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}\n"
                + TlsBootstraps.textBefore(
                        upstream,
                        """
                        alpn_protocols: [h2, http/1.1]
                        tls_certificates:
                        - certificate_chain: {filename: %1$s/current/chain.pem}
                          private_key: {filename: %1$s/current/key.pem}
                          watched_directory: {path: %1$s}
                        """
                                .formatted(folder));
    }
}
