package io.nuncio.testkit;

import io.nuncio.spi.TlsInfo;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// The facts of a TLS 1.3 connection.
///
/// @param peerCertificates empty if the peer presented none
/// @param localCertificates empty if this side presented none
/// @param peerCertificateValidated true if the peer's was verified
public record FakeTlsInfo(
        List<X509Certificate> peerCertificates,
        List<X509Certificate> localCertificates,
        boolean peerCertificateValidated)
        implements TlsInfo {
    /// The peer's certificate was verified; this side presented none.
    public FakeTlsInfo(List<X509Certificate> peerCertificates) {
        this(peerCertificates, List.of(), !peerCertificates.isEmpty());
    }

    /// For tests that only ask whether there is a certificate: one that cannot be looked at.
    public static FakeTlsInfo withPeerCertificate(boolean present) {
        return new FakeTlsInfo(present ? new ArrayList<>(Collections.nCopies(1, null)) : List.of());
    }

    @Override
    public String version() {
        return "TLSv1.3";
    }

    @Override
    public String cipher() {
        return "TLS_AES_128_GCM_SHA256";
    }

    @Override
    public String sessionId() {
        return "";
    }
}
