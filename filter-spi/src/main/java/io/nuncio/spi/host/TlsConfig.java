package io.nuncio.spi.host;

import io.nuncio.spi.IpRange;

import org.jspecify.annotations.Nullable;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
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
/// @param downstream what only answering handshakes knows
/// @param upstream what only beginning handshakes knows
/// @param keyLog where the secrets of connections are written, null for nowhere
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
        ServerName serverName,
        Downstream downstream,
        Upstream upstream,
        @Nullable KeyLog keyLog) {
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
                serverName,
                downstream,
                upstream,
                keyLog);
    }

    /// A file with which recorded traffic can be decrypted.
    ///
    /// @param path it is appended to
    /// @param localAddresses this side's that are logged, empty for all
    /// @param remoteAddresses the peers' that are logged, empty for all
    public record KeyLog(String path, List<IpRange> localAddresses, List<IpRange> remoteAddresses) {
        public KeyLog {
            localAddresses = List.copyOf(localAddresses);
            remoteAddresses = List.copyOf(remoteAddresses);
        }
    }

    /// How handshakes are answered.
    ///
    /// @param staplePolicy what becomes of a peer that asks for an OCSP response
    /// @param fullScan where no certificate has the server name, the first that suits the peer is
    ///   presented rather than the first of all
    /// @param preferClientCiphers the peer's order of ciphers decides (TLS 1.2 and older)
    public record Downstream(
            StaplePolicy staplePolicy, boolean fullScan, boolean preferClientCiphers) {
        /// As without any configuration.
        public static final Downstream DEFAULT = new Downstream(StaplePolicy.LENIENT, false, false);
    }

    /// When a handshake goes on without an OCSP response that is good.
    public enum StaplePolicy {
        /// Always.
        LENIENT,
        /// If there is none, not if it has expired.
        STRICT,
        /// Never.
        MUST
    }

    /// How handshakes are begun.
    ///
    /// @param maxSessionKeys how many sessions are kept to be resumed, 0 for none
    /// @param enforceKeyUsage an RSA key must be made for signatures, where its certificate says
    ///   what it is made for
    public record Upstream(int maxSessionKeys, boolean enforceKeyUsage) {
        /// As without any configuration.
        public static final Upstream DEFAULT = new Upstream(1, true);
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
    /// @param staple what is handed to peers that ask for it, null if there is none
    public record Identity(
            List<X509Certificate> chain,
            PrivateKey key,
            String place,
            @Nullable OcspStaple staple) {
        public Identity {
            chain = List.copyOf(chain);
        }

        /// Without the key.
        @Override
        public String toString() {
            return "Identity[" + chain.getFirst().getSubjectX500Principal() + ", [redacted]]";
        }
    }

    /// An authority's word that a certificate is not revoked.
    public static final class OcspStaple {
        private final byte[] response;
        private final Instant from;
        private final @Nullable Instant expires;

        /// @param response in DER
        /// @param from when it was known
        /// @param expires null if it has no such time, which counts as expired
        public OcspStaple(byte[] response, Instant from, @Nullable Instant expires) {
            this.response = response.clone();
            this.from = from;
            this.expires = expires;
        }

        /// In DER; a copy.
        public byte[] response() {
            return response.clone();
        }

        /// When it was known.
        public Instant from() {
            return from;
        }

        /// Until when it is good; null if it has no such time.
        public @Nullable Instant expires() {
            return expires;
        }

        /// True if it is good no more.
        public boolean expired(Instant now) {
            return expires == null || expires.isBefore(now);
        }
    }

    /// A key for session tickets, of 80 bytes as Envoy has them: 16 of its name, 32 for the
    /// signature, 32 for the encryption.
    public static final class TicketKey {
        /// How many bytes a key has.
        public static final int LENGTH = 80;

        private final byte[] bytes;

        public TicketKey(byte[] bytes) {
            if (bytes.length != LENGTH) {
                throw new IllegalArgumentException("a key of " + bytes.length + " bytes");
            }
            this.bytes = bytes.clone();
        }

        /// A copy.
        public byte[] bytes() {
            return bytes.clone();
        }

        /// Without the key.
        @Override
        public String toString() {
            return "TicketKey[redacted]";
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
    /// @param ticketKeys the first makes tickets, all read them; empty for keys of the library's
    ///   own
    /// @param scope what was demanded of the peer, in any words: a session is not resumed where
    ///   something else is demanded
    public record Sessions(
            boolean tickets,
            boolean cache,
            long timeoutSeconds,
            List<TicketKey> ticketKeys,
            String scope) {
        /// Both, for as long as the library likes.
        public static final Sessions DEFAULT = new Sessions(true, true, 0, List.of(), "");

        public Sessions {
            ticketKeys = List.copyOf(ticketKeys);
        }
    }
}
