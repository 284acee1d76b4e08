package io.nuncio.transportsockets.tls;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.nuncio.spi.Problems;
import io.nuncio.spi.host.PeerVerifier.Cause;
import io.nuncio.spi.host.PeerVerifier.Rejected;

import org.jspecify.annotations.Nullable;

import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertStore;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateParsingException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Whether a chain of certificates ends at a trusted one: of an authority, of an intermediate one,
/// or the peer's own. Immutable; any thread.
final class TrustedAuthorities {
    private static final String ANY_USE = "2.5.29.37.0";

    private final List<X509Certificate> certificates;
    private final Set<TrustAnchor> anchors = new HashSet<>();
    private final String use;

    private TrustedAuthorities(List<X509Certificate> certificates, CommonTls.Side side) {
        this.certificates = List.copyOf(certificates);
        for (X509Certificate certificate : certificates) {
            anchors.add(new TrustAnchor(certificate, null));
        }
        use = side == CommonTls.Side.DOWNSTREAM ? "1.3.6.1.5.5.7.3.2" : "1.3.6.1.5.5.7.3.1";
    }

    /// @return null if no authority is configured, or it cannot be read, which is reported
    static @Nullable TrustedAuthorities from(
            CertificateValidationContext message, CommonTls.Side side, Problems problems) {
        if (!message.hasTrustedCa()) {
            return null;
        }
        List<X509Certificate> certificates =
                Pem.certificates(
                        message.getTrustedCa(),
                        "Failed to load trusted CA certificates from ",
                        problems.in("trusted_ca"));
        return certificates.isEmpty() ? null : new TrustedAuthorities(certificates, side);
    }

    List<X509Certificate> certificates() {
        return certificates;
    }

    /// @return null if the chain is good
    @Nullable Rejected check(List<X509Certificate> chain) {
        X509Certificate own = chain.getFirst();
        try {
            own.checkValidity();
            if (!usable(own)) {
                return rejected(Cause.OTHER, 0, "unsuitable certificate purpose");
            }
            if (!certificates.contains(own)) {
                build(chain, own);
            }
            return null;
        } catch (CertificateExpiredException expired) {
            return rejected(Cause.EXPIRED, 0, "certificate has expired");
        } catch (CertificateNotYetValidException early) {
            return rejected(Cause.NOT_YET_VALID, 0, "certificate is not yet valid");
        } catch (GeneralSecurityException failure) {
            return rejected(Cause.UNKNOWN_ISSUER, 0, "unable to get local issuer certificate");
        }
    }

    private void build(List<X509Certificate> chain, X509Certificate own)
            throws GeneralSecurityException, CertPathBuilderException {
        X509CertSelector target = new X509CertSelector();
        target.setCertificate(own);
        PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, target);
        parameters.setRevocationEnabled(false);
        parameters.addCertStore(
                CertStore.getInstance("Collection", new CollectionCertStoreParameters(chain)));
        CertPathBuilder.getInstance("PKIX").build(parameters);
    }

    private boolean usable(X509Certificate certificate) throws CertificateParsingException {
        List<String> uses = certificate.getExtendedKeyUsage();
        return uses == null || uses.contains(use) || uses.contains(ANY_USE);
    }

    private static Rejected rejected(Cause cause, int depth, String reason) {
        return new Rejected(
                cause,
                "verify cert failed: X509_verify_cert: certificate verification error at depth "
                        + depth
                        + ": "
                        + reason);
    }
}
