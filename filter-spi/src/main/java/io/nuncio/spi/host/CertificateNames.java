package io.nuncio.spi.host;

import io.nuncio.spi.host.CertificateText.NameKind;

import org.jspecify.annotations.Nullable;

import java.security.cert.X509Certificate;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// The names in one certificate, as [CertificateText] has them: each kind is computed when it is
/// first asked for, and kept. Thread: the connection's worker.
public final class CertificateNames {
    private final @Nullable X509Certificate certificate;
    private final Map<NameKind, List<String>> alternatives = new EnumMap<>(NameKind.class);
    private @Nullable String subject;

    private CertificateNames(@Nullable X509Certificate certificate) {
        this.certificate = certificate;
    }

    /// Those of the first of a chain; none if the chain is empty.
    public static CertificateNames of(List<X509Certificate> chain) {
        return new CertificateNames(chain.isEmpty() ? null : chain.getFirst());
    }

    /// The subject, empty if there is no certificate.
    public String subject() {
        String known = subject;
        if (known == null) {
            known = certificate == null ? "" : CertificateText.subject(certificate);
            subject = known;
        }
        return known;
    }

    /// The alternative names of one kind, in the certificate's order.
    public List<String> alternatives(NameKind kind) {
        List<String> known = alternatives.get(kind);
        if (known == null) {
            known = certificate == null ? List.of() : CertificateText.names(certificate, kind);
            alternatives.put(kind, known);
        }
        return known;
    }
}
