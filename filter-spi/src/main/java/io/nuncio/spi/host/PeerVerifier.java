package io.nuncio.spi.host;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;

import java.security.cert.X509Certificate;
import java.util.List;

/// Decides on the certificate that a peer presents. Thread: the connection's worker, in the middle
/// of the handshake; must not block.
@ConsumerType
public interface PeerVerifier {
    /// Takes every certificate and calls none validated.
    PeerVerifier ACCEPT_ALL =
            new PeerVerifier() {
                @Override
                public Verdict verify(List<X509Certificate> chain, @Nullable String serverName) {
                    return Accepted.UNSEEN;
                }

                @Override
                public boolean validates() {
                    return false;
                }
            };

    /// Looks at a chain. Failures are counted here (`ssl.fail_verify_san` and so on).
    ///
    /// @param chain as the peer sent it, its own certificate first; never empty
    /// @param serverName the name that the handshake asks for, null if for none
    Verdict verify(List<X509Certificate> chain, @Nullable String serverName);

    /// True if what it accepts counts as validated; a resumed session is not looked at again.
    boolean validates();

    /// What becomes of the peer.
    sealed interface Verdict permits Accepted, Rejected {}

    /// The handshake goes on.
    ///
    /// @param validated false if the certificate was taken without having been looked at, or in
    ///   spite of what was seen
    record Accepted(boolean validated) implements Verdict {
        public static final Accepted VALIDATED = new Accepted(true);
        public static final Accepted UNSEEN = new Accepted(false);
    }

    /// The handshake fails.
    ///
    /// @param cause chooses the alert that the peer gets
    /// @param reason for an operator, in Envoy's words
    record Rejected(Cause cause, String reason) implements Verdict {}

    /// What is wrong with a certificate.
    enum Cause {
        EXPIRED,
        NOT_YET_VALID,
        REVOKED,
        UNKNOWN_ISSUER,
        CHAIN_TOO_LONG,
        OTHER
    }
}
