package io.nuncio.spi;

import io.nuncio.spi.host.CertificateNames;

import org.osgi.annotation.versioning.ProviderType;

import java.security.cert.X509Certificate;
import java.util.List;

/// What TLS established on a connection. Complete once the connection is connected.
@ProviderType
public interface TlsInfo {
    /// Such as `TLSv1.3`.
    String version();

    /// The cipher suite's name as OpenSSL has it.
    String cipher();

    /// Lower-case hexadecimal, empty if there is none.
    String sessionId();

    /// The peer's chain, its own certificate first; empty if it presented none.
    List<X509Certificate> peerCertificates();

    /// This side's chain; empty if it presented none.
    List<X509Certificate> localCertificates();

    /// The names in the peer's own certificate; none if it presented none. The kernel's connections
    /// compute them once, when they are first asked for.
    default CertificateNames peerNames() {
        return CertificateNames.of(peerCertificates());
    }

    /// True if the peer presented a certificate and it was verified.
    boolean peerCertificateValidated();
}
