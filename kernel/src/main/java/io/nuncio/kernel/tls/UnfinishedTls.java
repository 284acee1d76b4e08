package io.nuncio.kernel.tls;

import io.nuncio.spi.TlsInfo;

import java.security.cert.X509Certificate;
import java.util.List;

/// What is known before a handshake is done, or if it fails: that there is TLS.
enum UnfinishedTls implements TlsInfo {
    INSTANCE;

    @Override
    public String version() {
        return "";
    }

    @Override
    public String cipher() {
        return "";
    }

    @Override
    public String sessionId() {
        return "";
    }

    @Override
    public List<X509Certificate> peerCertificates() {
        return List.of();
    }

    @Override
    public List<X509Certificate> localCertificates() {
        return List.of();
    }

    @Override
    public boolean peerCertificateValidated() {
        return false;
    }
}
