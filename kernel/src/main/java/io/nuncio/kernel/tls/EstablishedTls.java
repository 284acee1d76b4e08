package io.nuncio.kernel.tls;

import io.netty.handler.ssl.CipherSuiteConverter;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.internal.tcnative.SSL;
import io.nuncio.spi.TlsInfo;
import io.nuncio.spi.host.CertificateNames;
import io.nuncio.spi.host.PeerVerifier;
import io.nuncio.spi.host.PeerVerifier.Accepted;
import io.nuncio.spi.host.PeerVerifier.Rejected;

import org.jspecify.annotations.Nullable;

import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/// What a handshake established. Certificates are decoded when first asked for. Thread: the
/// connection's worker; good after the engine is gone.
final class EstablishedTls implements TlsInfo {
    private final SSLSession session;
    private final String version;
    private final String cipher;
    private final String curve;
    private final String sessionId;
    private final boolean resumed;
    private final boolean peerPresentedCertificate;
    private boolean validated;
    private @Nullable List<X509Certificate> peerCertificates;
    private @Nullable List<X509Certificate> localCertificates;
    private @Nullable CertificateNames peerNames;

    private EstablishedTls(
            SSLSession session, String cipher, String curve, boolean resumed, boolean validates) {
        this.session = session;
        this.version = session.getProtocol();
        this.cipher = cipher;
        this.curve = curve;
        this.sessionId = HexFormat.of().formatHex(session.getId());
        this.resumed = resumed;
        this.peerPresentedCertificate = presented(session);
        Object verdict = session.getValue(PeerTrust.VALIDATED);
        this.validated =
                peerPresentedCertificate && (verdict instanceof Boolean seen ? seen : validates);
    }

    /// @param validates whether a certificate that came with a resumed session counts as validated
    static EstablishedTls of(SSLEngine engine, boolean validates) {
        SSLSession session = engine.getSession();
        if (engine instanceof ReferenceCountedOpenSslEngine boring) {
            long ssl = boring.sslPointer();
            return new EstablishedTls(
                    session,
                    SSL.getCipherForSSL(ssl),
                    group(ssl),
                    SSL.isSessionReused(ssl),
                    validates);
        }
        String cipher = CipherSuiteConverter.toOpenSsl(session.getCipherSuite(), true);
        return new EstablishedTls(
                session, cipher == null ? session.getCipherSuite() : cipher, "", false, validates);
    }

    private static String group(long ssl) {
        try {
            String name = SSL.getGroupName(ssl);
            return name == null ? "" : name;
        } catch (Exception none) {
            return "";
        }
    }

    private static boolean presented(SSLSession session) {
        try {
            return session.getPeerCertificates().length > 0;
        } catch (SSLPeerUnverifiedException none) {
            return false;
        }
    }

    /// Looks at the peer of a resumed session once more, as Envoy does: what was demanded then may
    /// not be enough now.
    ///
    /// @return null if it is accepted
    @Nullable Rejected lookAgain(PeerVerifier verifier) {
        if (!resumed || !peerPresentedCertificate || !verifier.validates()) {
            return null;
        }
        return switch (verifier.verify(peerCertificates(), PeerTrust.serverName(session))) {
            case Accepted(boolean seen) -> {
                validated = seen;
                yield null;
            }
            case Rejected refused -> refused;
        };
    }

    /// The group of the key exchange, empty if there was none or it is not known.
    String curve() {
        return curve;
    }

    boolean resumed() {
        return resumed;
    }

    boolean peerPresentedCertificate() {
        return peerPresentedCertificate;
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
        return sessionId;
    }

    @Override
    public List<X509Certificate> peerCertificates() {
        List<X509Certificate> known = peerCertificates;
        if (known == null) {
            known = peerPresentedCertificate ? peersOwn() : List.of();
            peerCertificates = known;
        }
        return known;
    }

    @Override
    public CertificateNames peerNames() {
        CertificateNames known = peerNames;
        if (known == null) {
            known = CertificateNames.of(peerCertificates());
            peerNames = known;
        }
        return known;
    }

    private List<X509Certificate> peersOwn() {
        try {
            return x509(session.getPeerCertificates());
        } catch (SSLPeerUnverifiedException none) {
            return List.of();
        }
    }

    @Override
    public List<X509Certificate> localCertificates() {
        List<X509Certificate> known = localCertificates;
        if (known == null) {
            known = x509(session.getLocalCertificates());
            localCertificates = known;
        }
        return known;
    }

    private static List<X509Certificate> x509(Certificate @Nullable [] certificates) {
        List<X509Certificate> chain = new ArrayList<>();
        if (certificates != null) {
            for (Certificate each : certificates) {
                if (each instanceof X509Certificate certificate) {
                    chain.add(certificate);
                }
            }
        }
        return List.copyOf(chain);
    }

    @Override
    public boolean peerCertificateValidated() {
        return validated;
    }
}
