package io.nuncio.spi.host;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/// How connections are encrypted, in what a TLS library understands.
///
/// @param identities what this side may present; the first is the default
/// @param versions such as `TLSv1.2` and `TLSv1.3`, oldest first, without gaps
/// @param cipherSuites for TLS 1.2 and older, in OpenSSL's names and syntax
/// @param curves for the key exchange, such as `X25519`, the favourite first
/// @param applicationProtocols for ALPN, the favourite first; empty for no ALPN
/// @param peerCertificate whether a downstream is asked for a certificate; upstreams always present
///   one
/// @param acceptedIssuers named to a downstream that is asked
/// @param issuersPlace where those come from, for operators: a file, or `<inline>`
/// @param verifier looks at the certificate that the peer presents
/// @param sessions whether and how connections may begin with what an earlier one agreed on
/// @param serverName what an upstream is asked for
public record TlsConfig(
        List<Identity> identities,
        List<String> versions,
        List<String> cipherSuites,
        List<String> curves,
        List<String> applicationProtocols,
        PeerCertificate peerCertificate,
        List<X509Certificate> acceptedIssuers,
        String issuersPlace,
        PeerVerifier verifier,
        Sessions sessions,
        ServerName serverName) {
    public TlsConfig {
        identities = List.copyOf(identities);
        versions = List.copyOf(versions);
        cipherSuites = List.copyOf(cipherSuites);
        curves = List.copyOf(curves);
        applicationProtocols = List.copyOf(applicationProtocols);
        acceptedIssuers = List.copyOf(acceptedIssuers);
    }

    /// The same with other protocols for ALPN.
    public TlsConfig withApplicationProtocols(List<String> protocols) {
        return new TlsConfig(
                identities,
                versions,
                cipherSuites,
                curves,
                protocols,
                peerCertificate,
                acceptedIssuers,
                issuersPlace,
                verifier,
                sessions,
                serverName);
    }

    /// What an upstream is asked for, unless its connection was told a name.
    ///
    /// @param name empty for nothing
    /// @param hostsOwn the host's own name goes before, where it has one
    public record ServerName(String name, boolean hostsOwn) {
        public static final ServerName NONE = new ServerName("", false);
    }

    /// A certificate and what belongs to it.
    ///
    /// @param chain this side's certificate first
    /// @param place where the chain comes from, for operators: a file, or `<inline>`
    public record Identity(List<X509Certificate> chain, PrivateKey key, String place) {
        public Identity {
            chain = List.copyOf(chain);
        }

        /// Without the key.
        @Override
        public String toString() {
            return "Identity[" + chain.getFirst().getSubjectX500Principal() + ", [redacted]]";
        }
    }

    /// What a downstream has to show.
    public enum PeerCertificate {
        /// It is not asked.
        NONE,
        /// It is asked, and may show none.
        OPTIONAL,
        /// It is asked, and the handshake fails if it shows none.
        REQUIRED
    }

    /// Resumption.
    ///
    /// @param tickets the peer keeps the session, encrypted (stateless)
    /// @param cache this side keeps the session (stateful, TLS 1.2 and older)
    /// @param timeoutSeconds how long a session may be resumed, 0 for the library's choice
    public record Sessions(boolean tickets, boolean cache, long timeoutSeconds) {
        /// Both, for as long as the library likes.
        public static final Sessions DEFAULT = new Sessions(true, true, 0);
    }
}
