package io.nuncio.kernel.tls;

import io.nuncio.spi.host.CertificateText;
import io.nuncio.spi.host.CertificateText.NameKind;

import java.security.cert.X509Certificate;
import java.util.List;

/// The names of which a peer's certificate must have one, since whoever asked for the connection
/// said so.
final class DemandedNames {
    private DemandedNames() {}

    /// @param chain of the peer, its own certificate first; empty if it has none
    static boolean found(List<X509Certificate> chain, List<String> names) {
        if (chain.isEmpty()) {
            return false;
        }
        X509Certificate own = chain.getFirst();
        for (NameKind kind : NameKind.values()) {
            for (String name : CertificateText.names(own, kind)) {
                if (names.stream().anyMatch(wanted -> matches(kind, name, wanted))) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean matches(NameKind kind, String name, String wanted) {
        return kind == NameKind.DNS ? CertificateText.covers(name, wanted) : name.equals(wanted);
    }
}
