package io.nuncio.transportsockets.tls;

import org.jspecify.annotations.Nullable;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import java.util.stream.Stream;

import javax.security.auth.x500.X500Principal;

/// Finds the way from a peer's certificate to a trusted one: each step takes a trusted issuer if
/// there is one, else one of the peer's, and never goes back. From the first trusted one it goes on
/// among the trusted ones, up to one that signs itself if there is such a one. Of several that fit
/// by name and key identifier and whose key may sign certificates, those that are valid now go
/// first, then, of the trusted ones, those that sign themselves, and of the peer's, those that do
/// not; of trusted ones only those count whose signature it is, if there are any. So whatever a
/// peer presents, the work is at most the square of what one handshake may carry, where a search of
/// all ways doubles with each step. Whether the signatures on the way are good is for others to
/// say. Immutable; any thread.
final class IssuerSearch {
    private static final String OWN_KEY = "2.5.29.14";
    private static final String ISSUERS_KEY = "2.5.29.35";
    private static final int OCTETS = 0x04;
    private static final int SEQUENCE = 0x30;
    private static final int KEY_IDENTIFIER = 0x80;
    private static final int ISSUER = 0xa1;
    private static final int SERIAL_NUMBER = 0x82;
    private static final int DIRECTORY_NAME = 0xa4;
    private static final int KEY_CERT_SIGN = 5;

    private final List<X509Certificate> trusted;

    IssuerSearch(List<X509Certificate> trusted) {
        this.trusted = List.copyOf(trusted);
    }

    /// Certificates, each of which the next one issued.
    ///
    /// @param own the peer's own and those that lead to a trusted one; empty if it is trusted
    ///   itself
    /// @param trusted the rest of the way; empty if that is longer than it may be
    record Way(List<X509Certificate> own, List<X509Certificate> trusted) {
        List<X509Certificate> all() {
            return Stream.concat(own.stream(), trusted.stream()).toList();
        }
    }

    /// @param known of whom nobody says yet that they are trusted
    /// @param most as many certificates may stand before the first trusted one
    /// @return null if there is no way; one more than `most` if it is longer
    @Nullable Way from(X509Certificate own, List<X509Certificate> known, int most) {
        if (trusted.contains(own)) {
            return new Way(List.of(), upwards(own));
        }
        List<X509Certificate> left = new ArrayList<>(known);
        List<X509Certificate> way = new ArrayList<>();
        X509Certificate last = own;
        while (true) {
            way.add(last);
            if (way.size() > most) {
                return new Way(way, List.of());
            }
            List<X509Certificate> vouching = fitting(last, trusted);
            if (!vouching.isEmpty()) {
                List<X509Certificate> signers = signers(last, vouching);
                return new Way(way, upwards(best(signers.isEmpty() ? vouching : signers, true)));
            }
            left.remove(last);
            List<X509Certificate> next = fitting(last, left);
            if (next.isEmpty()) {
                return null;
            }
            last = best(next, false);
        }
    }

    private List<X509Certificate> upwards(X509Certificate first) {
        List<X509Certificate> way = new ArrayList<>();
        List<X509Certificate> left = new ArrayList<>(trusted);
        X509Certificate last = first;
        while (true) {
            way.add(last);
            left.remove(last);
            List<X509Certificate> next = selfIssued(last) ? List.of() : signers(last, left);
            if (next.isEmpty()) {
                return way;
            }
            last = best(next, true);
        }
    }

    /// Whether it bears the name of its issuer.
    static boolean selfIssued(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
    }

    private static List<X509Certificate> fitting(X509Certificate of, List<X509Certificate> among) {
        List<X509Certificate> fitting = new ArrayList<>();
        for (X509Certificate each : among) {
            if (each.getSubjectX500Principal().equals(of.getIssuerX500Principal())
                    && maySign(each)
                    && isMeant(each, of)) {
                fitting.add(each);
            }
        }
        return fitting;
    }

    private static List<X509Certificate> signers(X509Certificate of, List<X509Certificate> among) {
        return fitting(of, among).stream().filter(each -> signed(of, each)).toList();
    }

    private static boolean signed(X509Certificate certificate, X509Certificate by) {
        try {
            certificate.verify(by.getPublicKey());
            return true;
        } catch (GeneralSecurityException otherKey) {
            return false;
        }
    }

    /// @param end whether the way may end there, as it does at one that bears its own issuer's name
    private static X509Certificate best(List<X509Certificate> fitting, boolean end) {
        Date now = new Date();
        return Collections.min(
                fitting,
                Comparator.comparing((X509Certificate each) -> !valid(each, now))
                        .thenComparing(each -> selfIssued(each) != end));
    }

    private static boolean valid(X509Certificate certificate, Date now) {
        return !now.before(certificate.getNotBefore()) && !now.after(certificate.getNotAfter());
    }

    private static boolean maySign(X509Certificate certificate) {
        boolean[] uses = certificate.getKeyUsage();
        return uses == null || uses[KEY_CERT_SIGN];
    }

    /// Whether what a certificate says about its issuer's key and certificate fits to this one.
    private static boolean isMeant(X509Certificate issuer, X509Certificate of) {
        try {
            Der extension = extension(of, ISSUERS_KEY);
            if (extension == null) {
                return true;
            }
            Der fields = extension.next().expect(SEQUENCE).contents();
            while (fields.more()) {
                Der.Element field = fields.next();
                boolean fits =
                        switch (field.tag()) {
                            case KEY_IDENTIFIER -> isOrUnknown(field.bytes(), ownKey(issuer));
                            case SERIAL_NUMBER ->
                                    new BigInteger(field.bytes()).equals(issuer.getSerialNumber());
                            case ISSUER -> names(field.contents(), issuer.getIssuerX500Principal());
                            default -> true;
                        };
                if (!fits) {
                    return false;
                }
            }
            return true;
        } catch (IllegalArgumentException unreadable) {
            return true;
        }
    }

    /// Whether the first directory name among these, if there is one, is that one.
    private static boolean names(Der names, X500Principal name) {
        while (names.more()) {
            Der.Element each = names.next();
            if (each.tag() == DIRECTORY_NAME) {
                return new X500Principal(each.bytes()).equals(name);
            }
        }
        return true;
    }

    private static boolean isOrUnknown(byte[] wanted, byte @Nullable [] found) {
        return found == null || Arrays.equals(wanted, found);
    }

    private static byte @Nullable [] ownKey(X509Certificate certificate) {
        try {
            Der extension = extension(certificate, OWN_KEY);
            return extension == null ? null : extension.next().expect(OCTETS).bytes();
        } catch (IllegalArgumentException unreadable) {
            return null;
        }
    }

    private static @Nullable Der extension(X509Certificate certificate, String oid) {
        byte[] value = certificate.getExtensionValue(oid);
        return value == null
                ? null
                : new Der(value, 0, value.length).next().expect(OCTETS).contents();
    }
}
