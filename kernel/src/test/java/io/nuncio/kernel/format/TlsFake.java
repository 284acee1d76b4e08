package io.nuncio.kernel.format;

import io.nuncio.spi.TlsInfo;

import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;

/// What TLS established, as a test says.
final class TlsFake implements TlsInfo {
    private static final Map<String, Integer> NAMES =
            Map.of("othername", 0, "email", 1, "dns", 2, "uri", 6, "ip", 7);

    private final List<X509Certificate> peer = new ArrayList<>();
    private final List<X509Certificate> local = new ArrayList<>();
    private String version = "";
    private String cipher = "";
    private String session = "";

    /// @param fact `version`, `cipher`, `session`, or `peer` or `local` with what its certificate
    ///   has; empty for nothing of all that
    void set(String fact, String value) {
        switch (fact) {
            case "" -> {}
            case "version" -> version = value;
            case "cipher" -> cipher = value;
            case "session" -> session = value;
            case "peer" -> peer.add(new FakeCertificate());
            case "local" -> local.add(new FakeCertificate());
            case "peer.serials" -> {
                for (String serial : value.split(",")) {
                    FakeCertificate certificate = new FakeCertificate();
                    certificate.serial = new BigInteger(serial, 16);
                    peer.add(certificate);
                }
            }
            default -> {
                FakeCertificate certificate = new FakeCertificate();
                (fact.startsWith("peer.") ? peer : local).add(certificate);
                set(certificate, fact.substring(fact.indexOf('.') + 1), value);
            }
        }
    }

    private static void set(FakeCertificate certificate, String fact, String value) {
        switch (fact) {
            case "subject" -> certificate.subject = value;
            case "issuer" -> certificate.issuer = value;
            case "start" -> certificate.start = new Date(Long.parseLong(value));
            case "end" -> certificate.end = new Date(Long.parseLong(value));
            default -> {
                for (String name : value.split(",")) {
                    certificate.names.add(List.of(NAMES.get(fact), name));
                }
            }
        }
    }

    @Override
    public String version() {
        return version;
    }

    @Override
    public String cipher() {
        return cipher;
    }

    @Override
    public String sessionId() {
        return session;
    }

    @Override
    public List<X509Certificate> peerCertificates() {
        return peer;
    }

    @Override
    public List<X509Certificate> localCertificates() {
        return local;
    }

    @Override
    public boolean peerCertificateValidated() {
        return !peer.isEmpty();
    }
}
