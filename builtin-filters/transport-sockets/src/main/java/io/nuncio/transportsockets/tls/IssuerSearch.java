package io.nuncio.transportsockets.tls;

import org.jspecify.annotations.Nullable;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Finds the way from a peer's certificate to a trusted one, as OpenSSL does: each step takes a
/// trusted issuer if there is one, else the first of the peer's that fits by name and key
/// identifier, and never goes back. So whatever a peer presents, the work is at most the square of
/// what one handshake may carry, where a search of all ways doubles with each step. Whether the
/// signatures on the way are good is for others to say. Immutable; any thread.
final class IssuerSearch {
    private static final String OWN_KEY = "2.5.29.14";
    private static final String ISSUERS_KEY = "2.5.29.35";
    private static final int OCTETS = 0x04;
    private static final int SEQUENCE = 0x30;
    private static final int KEY_IDENTIFIER = 0x80;

    private final List<X509Certificate> trusted;

    IssuerSearch(List<X509Certificate> trusted) {
        this.trusted = List.copyOf(trusted);
    }

    /// @param known of whom nobody says yet that they are trusted
    /// @param most as many certificates may stand on the way
    /// @return the certificate and those on the way, without the trusted one; null if there is no
    ///   way; one more than `most` if it is longer
    @Nullable List<X509Certificate> from(
            X509Certificate own, List<X509Certificate> known, int most) {
        List<X509Certificate> left = new ArrayList<>(known);
        List<X509Certificate> way = new ArrayList<>();
        X509Certificate last = own;
        way.add(own);
        while (issuer(last, trusted) == null) {
            left.remove(last);
            X509Certificate next = issuer(last, left);
            if (next == null) {
                return null;
            }
            way.add(next);
            if (way.size() > most) {
                return way;
            }
            last = next;
        }
        return way;
    }

    private static @Nullable X509Certificate issuer(
            X509Certificate of, List<X509Certificate> among) {
        for (X509Certificate each : among) {
            if (each.getSubjectX500Principal().equals(of.getIssuerX500Principal())
                    && sameKey(issuersKey(of), ownKey(each))) {
                return each;
            }
        }
        return null;
    }

    private static boolean sameKey(byte @Nullable [] wanted, byte @Nullable [] found) {
        return wanted == null || found == null || Arrays.equals(wanted, found);
    }

    private static byte @Nullable [] ownKey(X509Certificate certificate) {
        try {
            Der extension = extension(certificate, OWN_KEY);
            return extension == null ? null : extension.next().expect(OCTETS).bytes();
        } catch (IllegalArgumentException unreadable) {
            return null;
        }
    }

    private static byte @Nullable [] issuersKey(X509Certificate certificate) {
        try {
            Der extension = extension(certificate, ISSUERS_KEY);
            if (extension == null) {
                return null;
            }
            Der fields = extension.next().expect(SEQUENCE).contents();
            if (!fields.more()) {
                return null;
            }
            Der.Element first = fields.next();
            return first.tag() == KEY_IDENTIFIER ? first.bytes() : null;
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
