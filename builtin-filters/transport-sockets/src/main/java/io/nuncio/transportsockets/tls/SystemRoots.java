package io.nuncio.transportsockets.tls;

import io.nuncio.spi.Problems;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;

/// The authorities that the operating system trusts. Thread: main.
final class SystemRoots {
    /// Where systems keep them, in the order of trying.
    private static final List<String> PLACES =
            List.of(
                    "/etc/ssl/certs/ca-certificates.crt",
                    "/etc/pki/tls/certs/ca-bundle.crt",
                    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
                    "/etc/ssl/ca-bundle.pem",
                    "/etc/ssl/cert.pem");

    private SystemRoots() {}

    /// @return empty if there are none, which is reported
    static List<X509Certificate> read(Problems problems) {
        for (String place : PLACES) {
            try {
                if (Files.isReadable(Path.of(place))) {
                    return Pem.certificates(Files.readString(Path.of(place)));
                }
            } catch (IOException | CertificateException unreadable) {
                problems.add("", "cannot read " + place + ": " + unreadable.getMessage());
                return List.of();
            }
        }
        problems.add("", "none of " + String.join(", ", PLACES) + " is there");
        return List.of();
    }
}
