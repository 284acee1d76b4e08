package io.nuncio.transportsockets.tls;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.nuncio.spi.Counter;
import io.nuncio.spi.Problems;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.host.PeerVerifier;

import org.jspecify.annotations.Nullable;

import java.security.cert.X509Certificate;
import java.util.List;

/// Decides on a peer's certificate, in Envoy's order: first whether a trusted authority vouches for
/// it.
final class PeerCertificates implements PeerVerifier {
    private final @Nullable TrustedAuthorities authorities;
    private final Counter failVerifyError;

    private PeerCertificates(@Nullable TrustedAuthorities authorities, StatsScope ssl) {
        this.authorities = authorities;
        failVerifyError = ssl.counter("fail_verify_error");
        ssl.counter("fail_verify_san");
        ssl.counter("fail_verify_cert_hash");
    }

    /// @param ssl the statistics below `ssl.`
    /// @param problems at the message
    static PeerCertificates from(
            CertificateValidationContext message,
            CommonTls.Side side,
            StatsScope ssl,
            Problems problems) {
        return new PeerCertificates(TrustedAuthorities.from(message, side, problems), ssl);
    }

    /// The certificates that are trusted as such.
    List<X509Certificate> trusted() {
        return authorities == null ? List.of() : authorities.certificates();
    }

    @Override
    public boolean validates() {
        return authorities != null;
    }

    @Override
    public Verdict verify(List<X509Certificate> chain, @Nullable String serverName) {
        if (authorities != null) {
            Rejected rejected = authorities.check(chain);
            if (rejected != null) {
                failVerifyError.increment();
                return rejected;
            }
        }
        return Accepted.VALIDATED;
    }
}
