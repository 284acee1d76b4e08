package io.nuncio.transportsockets.tls;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.nuncio.spi.Problems;
import io.nuncio.spi.host.PeerVerifier.Cause;
import io.nuncio.spi.host.PeerVerifier.Rejected;

import org.jspecify.annotations.Nullable;

import java.security.GeneralSecurityException;
import java.security.cert.CRL;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertStore;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateParsingException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXReason;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Date;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Whether a chain of certificates ends at a trusted one: of an authority, of an intermediate one,
/// or the peer's own. Immutable; any thread.
final class TrustedAuthorities {
    private static final String ANY_USE = "2.5.29.37.0";
    private static final int DEFAULT_DEPTH = 100;

    private final List<X509Certificate> certificates;
    private final List<CRL> revoked;
    private final Settings settings;
    private final Set<TrustAnchor> anchors = new HashSet<>();
    private final IssuerSearch issuers;

    /// @param use the extended key usage that a peer's certificate needs, null if any will do
    /// @param depth how many certificates may stand between the peer's own and a trusted one
    /// @param rootsOnly a chain must end at a certificate that signs itself
    private record Settings(
            @Nullable String use,
            int depth,
            boolean allowExpired,
            boolean onlyLeafRevoked,
            boolean rootsOnly) {}

    private TrustedAuthorities(
            List<X509Certificate> certificates, List<CRL> revoked, Settings settings) {
        this.certificates = List.copyOf(certificates);
        this.revoked = List.copyOf(revoked);
        this.settings = settings;
        List<X509Certificate> trusted = new ArrayList<>();
        for (X509Certificate certificate : certificates) {
            if (!settings.rootsOnly()
                    || certificate
                            .getSubjectX500Principal()
                            .equals(certificate.getIssuerX500Principal())) {
                anchors.add(new TrustAnchor(certificate, null));
                trusted.add(certificate);
            }
        }
        issuers = new IssuerSearch(trusted);
    }

    /// A trust bundle, whatever the peer uses its certificate for.
    static TrustedAuthorities bundle(
            List<X509Certificate> certificates, List<CRL> revoked, boolean allowExpired) {
        return new TrustedAuthorities(
                certificates,
                revoked,
                new Settings(null, DEFAULT_DEPTH, allowExpired, false, true));
    }

    /// @param problems at the message
    /// @return null if no authority is configured, or it cannot be read, which is reported
    static @Nullable TrustedAuthorities from(
            CertificateValidationContext message, CommonTls.Side side, Problems problems) {
        List<CRL> revoked = new ArrayList<>();
        if (message.hasCrl()) {
            revoked.addAll(Pem.revoked(message.getCrl(), problems.in("crl")));
        }
        List<X509Certificate> certificates;
        if (message.hasTrustedCa()) {
            certificates =
                    Pem.certificates(
                            message.getTrustedCa(),
                            "Failed to load trusted CA certificates from ",
                            problems.in("trusted_ca"));
            if (!certificates.isEmpty()) {
                revoked.addAll(Pem.revokedAmong(message.getTrustedCa(), problems.in("trusted_ca")));
            }
        } else if (message.hasSystemRootCerts()) {
            certificates = SystemRoots.read(problems.in("system_root_certs"));
        } else {
            return null;
        }
        return certificates.isEmpty()
                ? null
                : new TrustedAuthorities(
                        certificates,
                        revoked,
                        new Settings(
                                side == CommonTls.Side.DOWNSTREAM
                                        ? "1.3.6.1.5.5.7.3.2"
                                        : "1.3.6.1.5.5.7.3.1",
                                message.hasMaxVerifyDepth()
                                        ? message.getMaxVerifyDepth().getValue()
                                        : DEFAULT_DEPTH,
                                message.getAllowExpiredCertificate(),
                                message.getOnlyVerifyLeafCertCrl(),
                                false));
    }

    List<X509Certificate> certificates() {
        return certificates;
    }

    /// @return null if the chain is good
    @Nullable Rejected check(List<X509Certificate> chain) {
        X509Certificate own = chain.getFirst();
        try {
            if (!settings.allowExpired()) {
                own.checkValidity();
            }
            if (!usable(own)) {
                return rejected(Cause.OTHER, 0, "unsuitable certificate purpose");
            }
            return settings.rootsOnly() || !certificates.contains(own)
                    ? validate(chain, own)
                    : null;
        } catch (CertificateExpiredException expired) {
            return rejected(Cause.EXPIRED, 0, "certificate has expired");
        } catch (CertificateNotYetValidException early) {
            return rejected(Cause.NOT_YET_VALID, 0, "certificate is not yet valid");
        } catch (GeneralSecurityException failure) {
            return rejected(failure);
        }
    }

    private @Nullable Rejected validate(List<X509Certificate> chain, X509Certificate own)
            throws GeneralSecurityException {
        List<X509Certificate> known = new ArrayList<>(chain);
        if (settings.rootsOnly()) {
            known.addAll(certificates);
        }
        List<X509Certificate> way = issuers.from(own, known, settings.depth() + 1);
        if (way == null) {
            return rejected(Cause.UNKNOWN_ISSUER, 0, "unable to get local issuer certificate");
        }
        if (way.size() > settings.depth() + 1) {
            return rejected(Cause.CHAIN_TOO_LONG, way.size() - 1, "certificate chain too long");
        }
        PKIXParameters parameters = new PKIXParameters(anchors);
        CertPathValidator validator = CertPathValidator.getInstance("PKIX");
        parameters.setRevocationEnabled(!revoked.isEmpty());
        if (!revoked.isEmpty()) {
            lookUpRevoked(parameters, validator);
        }
        if (settings.allowExpired()) {
            parameters.setDate(whenAllWereValid(way));
        }
        validator.validate(
                CertificateFactory.getInstance("X.509").generateCertPath(way), parameters);
        return null;
    }

    private void lookUpRevoked(PKIXParameters parameters, CertPathValidator validator)
            throws GeneralSecurityException {
        parameters.addCertStore(
                CertStore.getInstance("Collection", new CollectionCertStoreParameters(revoked)));
        if (validator.getRevocationChecker() instanceof PKIXRevocationChecker checker) {
            checker.setOptions(
                    settings.onlyLeafRevoked()
                            ? EnumSet.of(
                                    PKIXRevocationChecker.Option.PREFER_CRLS,
                                    PKIXRevocationChecker.Option.NO_FALLBACK,
                                    PKIXRevocationChecker.Option.ONLY_END_ENTITY)
                            : EnumSet.of(
                                    PKIXRevocationChecker.Option.PREFER_CRLS,
                                    PKIXRevocationChecker.Option.NO_FALLBACK));
            parameters.addCertPathChecker(checker);
        }
    }

    /// Now, or the last moment before the first of them expired.
    private static Date whenAllWereValid(List<X509Certificate> chain) {
        Date when = new Date();
        for (X509Certificate each : chain) {
            if (each.getNotAfter().before(when)) {
                when = each.getNotAfter();
            }
        }
        return when;
    }

    private boolean usable(X509Certificate certificate) throws CertificateParsingException {
        List<String> uses = certificate.getExtendedKeyUsage();
        String use = settings.use();
        return use == null || uses == null || uses.contains(use) || uses.contains(ANY_USE);
    }

    /// In OpenSSL's words.
    private static Rejected rejected(Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof CertPathValidatorException invalid) {
                int depth = Math.max(invalid.getIndex(), 0);
                CertPathValidatorException.Reason reason = invalid.getReason();
                if (reason == BasicReason.EXPIRED) {
                    return rejected(Cause.EXPIRED, depth, "certificate has expired");
                } else if (reason == BasicReason.NOT_YET_VALID) {
                    return rejected(Cause.NOT_YET_VALID, depth, "certificate is not yet valid");
                } else if (reason == BasicReason.REVOKED) {
                    return rejected(Cause.REVOKED, depth, "certificate revoked");
                } else if (reason == BasicReason.UNDETERMINED_REVOCATION_STATUS) {
                    return rejected(Cause.OTHER, depth, "unable to get certificate CRL");
                } else if (reason == BasicReason.INVALID_SIGNATURE) {
                    return rejected(Cause.OTHER, depth, "certificate signature failure");
                } else if (reason == PKIXReason.NOT_CA_CERT) {
                    return rejected(Cause.OTHER, depth, "invalid CA certificate");
                } else if (reason == PKIXReason.PATH_TOO_LONG) {
                    return rejected(Cause.OTHER, depth, "path length constraint exceeded");
                } else if (reason == PKIXReason.INVALID_NAME) {
                    return rejected(Cause.OTHER, depth, "permitted subtree violation");
                }
            }
        }
        return rejected(Cause.UNKNOWN_ISSUER, 0, "unable to get local issuer certificate");
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
