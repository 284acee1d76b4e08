package io.nuncio.transportsockets.tls;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.nuncio.spi.Problems;
import io.nuncio.spi.host.PeerVerifier.Cause;
import io.nuncio.spi.host.PeerVerifier.Rejected;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.CRL;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXReason;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;

/// Whether a chain of certificates ends at a trusted one: of an authority, of an intermediate one,
/// or the peer's own. Immutable; any thread.
final class TrustedAuthorities {
    private static final String ANY_USE = "2.5.29.37.0";
    private static final String NAME_CONSTRAINTS = "2.5.29.30";
    private static final String BAD_EXTENSION = "invalid or inconsistent certificate extension";
    private static final String NOT_PERMITTED = "permitted subtree violation";
    private static final int DEFAULT_DEPTH = 100;

    private final List<X509Certificate> certificates;
    private final RevocationLists lists;
    private final Settings settings;
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
        this.lists = new RevocationLists(revoked);
        this.settings = settings;
        issuers =
                new IssuerSearch(
                        certificates.stream()
                                .filter(each ->
                                        !settings.rootsOnly() || IssuerSearch.selfIssued(each))
                                .toList());
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
        Rejected rejected = unusable(own, 0);
        if (rejected != null) {
            return rejected;
        }
        List<X509Certificate> known = new ArrayList<>(chain);
        if (settings.rootsOnly()) {
            known.addAll(certificates);
        }
        IssuerSearch.Way way = issuers.from(own, known, settings.depth() + 1);
        if (way == null) {
            return rejected(Cause.UNKNOWN_ISSUER, 0, "unable to get local issuer certificate");
        }
        if (way.trusted().isEmpty()) {
            return rejected(
                    Cause.CHAIN_TOO_LONG, way.own().size() - 1, "certificate chain too long");
        }
        return check(way);
    }

    private @Nullable Rejected check(IssuerSearch.Way way) {
        List<X509Certificate> all = way.all();
        for (int depth = 1; depth < all.size(); depth++) {
            Rejected rejected = unusable(all.get(depth), depth);
            if (rejected != null) {
                return rejected;
            }
        }
        if (all.size() > 1) {
            Rejected rejected = unfounded(all);
            if (rejected != null) {
                return rejected;
            }
        }
        return lists.empty() ? null : revoked(all);
    }

    /// Dates and use of one certificate.
    private @Nullable Rejected unusable(X509Certificate certificate, int depth) {
        try {
            if (!settings.allowExpired()) {
                certificate.checkValidity();
            }
            return usable(certificate)
                    ? null
                    : rejected(Cause.OTHER, depth, "unsuitable certificate purpose");
        } catch (CertificateExpiredException expired) {
            return rejected(Cause.EXPIRED, depth, "certificate has expired");
        } catch (CertificateNotYetValidException early) {
            return rejected(Cause.NOT_YET_VALID, depth, "certificate is not yet valid");
        } catch (CertificateParsingException unreadable) {
            return rejected(Cause.OTHER, depth, BAD_EXTENSION);
        }
    }

    /// Signatures and constraints. Certificates that may be expired were perhaps never valid at the
    /// same time: each of them is looked at as of its own. From the trusted ones down, so that what
    /// a peer made itself is not looked at further than its first signature.
    private @Nullable Rejected unfounded(List<X509Certificate> all) {
        if (!settings.allowExpired()) {
            return unfounded(all, 0, new Date());
        }
        for (int depth = all.size() - 2; depth >= 0; depth--) {
            Date itsOwn = all.get(depth).getNotAfter();
            Rejected rejected = unfounded(all.subList(0, depth + 2), depth, itsOwn);
            if (rejected != null) {
                return rejected;
            }
        }
        return null;
    }

    /// Whether the last may vouch for those before it, and does, over the others, for that one. The
    /// JDK takes the last for an authority's whatever stands in it.
    private static @Nullable Rejected unfounded(List<X509Certificate> all, int first, Date when) {
        int depth = all.size() - 1;
        X509Certificate last = all.getLast();
        boolean firstVersion = last.getVersion() < 3 && IssuerSearch.selfIssued(last);
        if (last.getBasicConstraints() < 0 && !firstVersion) {
            return rejected(Cause.OTHER, depth, "invalid CA certificate");
        }
        List<X509Certificate> path = all.subList(0, depth);
        long between = path.stream().skip(1).filter(each -> !IssuerSearch.selfIssued(each)).count();
        if (!firstVersion && between > last.getBasicConstraints()) {
            return rejected(Cause.OTHER, depth, "path length constraint exceeded");
        }
        try {
            PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(last, null)));
            parameters.setRevocationEnabled(false);
            parameters.setDate(when);
            CertPathValidator.getInstance("PKIX")
                    .validate(
                            CertificateFactory.getInstance("X.509")
                                    .generateCertPath(path.subList(first, depth)),
                            parameters);
            return misnamed(path, last);
        } catch (GeneralSecurityException failure) {
            return rejected(failure, first);
        }
    }

    /// Whether the name constraints of the last certificate forbid one of those before it.
    private static @Nullable Rejected misnamed(List<X509Certificate> path, X509Certificate last) {
        byte[] value = last.getExtensionValue(NAME_CONSTRAINTS);
        if (value == null) {
            return null;
        }
        X509CertSelector permitted = new X509CertSelector();
        try {
            permitted.setNameConstraints(new Der(value, 0, value.length).next().bytes());
        } catch (IOException | IllegalArgumentException unreadable) {
            return rejected(Cause.OTHER, path.size(), BAD_EXTENSION);
        }
        for (int depth = 0; depth < path.size(); depth++) {
            X509Certificate each = path.get(depth);
            if ((depth == 0 || !IssuerSearch.selfIssued(each)) && !permitted.match(each)) {
                return rejected(Cause.OTHER, depth, NOT_PERMITTED);
            }
        }
        return null;
    }

    private @Nullable Rejected revoked(List<X509Certificate> all) {
        int last = all.size() - 1;
        for (int depth = 0; depth <= (settings.onlyLeafRevoked() ? 0 : last); depth++) {
            X509Certificate certificate = all.get(depth);
            String refusal;
            if (depth < last) {
                refusal = lists.refusal(certificate, all.get(depth + 1));
            } else {
                refusal = lists.revoked(certificate) ? RevocationLists.REVOKED : null;
            }
            if (refusal != null) {
                boolean listed = refusal.equals(RevocationLists.REVOKED);
                return rejected(listed ? Cause.REVOKED : Cause.OTHER, depth, refusal);
            }
        }
        return null;
    }

    private boolean usable(X509Certificate certificate) throws CertificateParsingException {
        List<String> uses = certificate.getExtendedKeyUsage();
        String use = settings.use();
        return use == null || uses == null || uses.contains(use) || uses.contains(ANY_USE);
    }

    /// In OpenSSL's words.
    ///
    /// @param first the depth of the first certificate that was looked at
    private static Rejected rejected(Throwable failure, int first) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof CertPathValidatorException invalid) {
                int depth = first + Math.max(invalid.getIndex(), 0);
                CertPathValidatorException.Reason reason = invalid.getReason();
                if (reason == BasicReason.EXPIRED) {
                    return rejected(Cause.EXPIRED, depth, "certificate has expired");
                } else if (reason == BasicReason.NOT_YET_VALID) {
                    return rejected(Cause.NOT_YET_VALID, depth, "certificate is not yet valid");
                } else if (reason == BasicReason.INVALID_SIGNATURE) {
                    return rejected(Cause.OTHER, depth, "certificate signature failure");
                } else if (reason == PKIXReason.NOT_CA_CERT) {
                    return rejected(Cause.OTHER, depth, "invalid CA certificate");
                } else if (reason == PKIXReason.PATH_TOO_LONG) {
                    return rejected(Cause.OTHER, depth, "path length constraint exceeded");
                } else if (reason == PKIXReason.INVALID_NAME) {
                    return rejected(Cause.OTHER, depth, NOT_PERMITTED);
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
