package io.nuncio.kernel.tls;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/// The names of which a peer's certificate must have one, since whoever asked for the connection
/// said so.
final class DemandedNames {
    private static final int DNS = 2;
    private static final int URI = 6;
    private static final int IP = 7;

    private DemandedNames() {}

    /// @param chain of the peer, its own certificate first; empty if it has none
    static boolean found(List<X509Certificate> chain, List<String> names) {
        if (chain.isEmpty()) {
            return false;
        }
        try {
            Collection<List<?>> all = chain.getFirst().getSubjectAlternativeNames();
            return all != null && all.stream().anyMatch(each -> matches(each, names));
        } catch (CertificateParsingException unreadable) {
            return false;
        }
    }

    private static boolean matches(List<?> name, List<String> names) {
        int type = (Integer) name.getFirst();
        if (type == DNS) {
            String text = String.valueOf(name.get(1)).toLowerCase(Locale.ROOT);
            return names.stream().anyMatch(wanted -> dns(text, wanted.toLowerCase(Locale.ROOT)));
        }
        return (type == URI || type == IP) && names.contains(String.valueOf(name.get(1)));
    }

    /// A star stands for one whole label, the first (RFC 6125, 6.4.3).
    private static boolean dns(String pattern, String name) {
        if (!pattern.startsWith("*.")) {
            return pattern.equals(name);
        }
        int dot = name.indexOf('.');
        return dot > 0 && name.substring(dot).equals(pattern.substring(1));
    }
}
