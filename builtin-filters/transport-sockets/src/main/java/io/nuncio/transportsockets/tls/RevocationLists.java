package io.nuncio.transportsockets.tls;

import org.jspecify.annotations.Nullable;

import java.security.GeneralSecurityException;
import java.security.cert.CRL;
import java.security.cert.CRLReason;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import javax.security.auth.x500.X500Principal;

/// The lists of revoked certificates (CRLs, RFC 5280) of the configuration. Nothing is ever
/// fetched: where a certificate says that its list can be had is of no interest. Immutable; any
/// thread.
final class RevocationLists {
    static final String REVOKED = "certificate revoked";
    private static final String NONE = "unable to get certificate CRL";
    private static final String SCOPE = "2.5.29.28";
    private static final String DISTRIBUTION_POINTS = "2.5.29.31";
    private static final int CRL_SIGN = 6;
    private static final int OCTETS = 0x04;
    private static final int SEQUENCE = 0x30;

    private final Map<X500Principal, List<X509CRL>> byIssuer = new HashMap<>();

    RevocationLists(List<CRL> lists) {
        for (CRL each : lists) {
            if (each instanceof X509CRL list) {
                byIssuer.computeIfAbsent(list.getIssuerX500Principal(), name -> new ArrayList<>())
                        .add(list);
            }
        }
    }

    boolean empty() {
        return byIssuer.isEmpty();
    }

    /// For a certificate whose issuer is not at hand, as it is trusted itself: whether a list of
    /// the issuer's name has it.
    boolean revoked(X509Certificate certificate) {
        return of(certificate).stream().anyMatch(list -> has(list, certificate));
    }

    /// For any other: a list of its issuer must be there, and good now.
    ///
    /// @return null if the certificate stands on no list; else why not, in BoringSSL's words
    @Nullable String refusal(X509Certificate certificate, X509Certificate issuer) {
        String refusal = NONE;
        boolean[] uses = issuer.getKeyUsage();
        Date now = new Date();
        boolean found = false;
        for (X509CRL list : of(certificate)) {
            String fault;
            if (uses != null && !uses[CRL_SIGN]) {
                fault = "key usage does not include CRL signing";
            } else if (!signed(list, issuer)) {
                fault = "CRL signature failure";
            } else if (has(list, certificate)) {
                return REVOKED;
            } else {
                fault = fault(list, certificate, now);
            }
            found |= fault == null;
            refusal = fault == null ? refusal : fault;
        }
        return found ? null : refusal;
    }

    private List<X509CRL> of(X509Certificate certificate) {
        return byIssuer.getOrDefault(certificate.getIssuerX500Principal(), List.of());
    }

    private static boolean signed(X509CRL list, X509Certificate issuer) {
        try {
            list.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException otherKey) {
            return false;
        }
    }

    private static boolean has(X509CRL list, X509Certificate certificate) {
        X509CRLEntry entry = list.getRevokedCertificate(certificate);
        return entry != null && entry.getRevocationReason() != CRLReason.REMOVE_FROM_CRL;
    }

    /// Why a list says nothing about a certificate that does not stand on it.
    private static @Nullable String fault(X509CRL list, X509Certificate certificate, Date now) {
        Date next = list.getNextUpdate();
        Set<String> critical = list.getCriticalExtensionOIDs();
        if (list.getThisUpdate().after(now)) {
            return "CRL is not yet valid";
        } else if (next != null && next.before(now)) {
            return "CRL has expired";
        } else if (critical != null && !Set.of(SCOPE).containsAll(critical)) {
            return "unhandled critical CRL extension";
        }
        return covers(list, certificate) ? null : "Different CRL scope";
    }

    /// Whether a list that is for some certificates only (its issuing distribution point) is for
    /// this one.
    private static boolean covers(X509CRL list, X509Certificate certificate) {
        byte[] scope = list.getExtensionValue(SCOPE);
        if (scope == null) {
            return true;
        }
        boolean authority = certificate.getBasicConstraints() >= 0;
        try {
            Der fields = contents(scope).next().expect(SEQUENCE).contents();
            while (fields.more()) {
                Der.Element field = fields.next();
                boolean fits =
                        switch (field.tag()) {
                            case 0xa0 -> pointsTo(certificate, field.contents().next());
                            case 0x81 -> !authority;
                            case 0x82 -> authority;
                            default -> false;
                        };
                if (!fits) {
                    return false;
                }
            }
            return true;
        } catch (IllegalArgumentException unreadable) {
            return false;
        }
    }

    /// Whether one of the certificate's distribution points has one of these names.
    private static boolean pointsTo(X509Certificate certificate, Der.Element names) {
        byte[] points = certificate.getExtensionValue(DISTRIBUTION_POINTS);
        if (points == null || names.tag() != 0xa0) {
            return false;
        }
        Der all = contents(points).next().expect(SEQUENCE).contents();
        while (all.more()) {
            Der point = all.next().expect(SEQUENCE).contents();
            Der.Element first = point.more() ? point.next() : null;
            if (first != null && first.tag() == 0xa0 && !point.more()) {
                Der.Element own = first.contents().next();
                if (own.tag() == 0xa0 && haveCommon(own.contents(), names)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean haveCommon(Der some, Der.Element others) {
        while (some.more()) {
            Der.Element one = some.next();
            Der rest = others.contents();
            while (rest.more()) {
                Der.Element other = rest.next();
                if (one.tag() == other.tag() && Arrays.equals(one.bytes(), other.bytes())) {
                    return true;
                }
            }
        }
        return false;
    }

    private static Der contents(byte[] extension) {
        return new Der(extension, 0, extension.length).next().expect(OCTETS).contents();
    }
}
