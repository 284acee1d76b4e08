package io.nuncio.spi;

import io.envoyproxy.envoy.config.core.v3.Metadata;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

import java.util.List;

/// The facts of one connection. Thread: the connection's worker.
@ProviderType
public interface ConnectionInfo {
    /// Unique in the process.
    long id();

    /// This side's address, after listener filters may have restored it.
    Address localAddress();

    /// This side's address as the socket has it.
    Address directLocalAddress();

    /// The peer's address, after listener filters and forwarding headers may have changed it.
    Address remoteAddress();

    /// The peer's address as the socket has it.
    Address directRemoteAddress();

    /// Sets [#remoteAddress]; for listener filters.
    void remoteAddress(Address address);

    /// Sets [#localAddress] and marks it restored; for listener filters.
    void localAddress(Address address);

    /// The server name that the peer asked for by TLS, null if it did not.
    @Nullable String requestedServerName();

    /// What the first bytes were found to be, in Envoy's words: `raw_buffer` if nobody looked,
    /// `tls`.
    default String transportProtocol() {
        return "raw_buffer";
    }

    /// The metadata of the listener that serves the connection; empty if there is none.
    default Metadata listenerMetadata() {
        return Metadata.getDefaultInstance();
    }

    /// The metadata of the filter chain that serves the connection; empty if there is none.
    default Metadata filterChainMetadata() {
        return Metadata.getDefaultInstance();
    }

    /// The application protocols that the peer offers, as listener filters found them.
    default List<String> requestedApplicationProtocols() {
        return List.of();
    }

    /// The JA3 fingerprint of the peer's ClientHello, null if no listener filter took it.
    default @Nullable String ja3Hash() {
        return null;
    }

    /// The JA4 fingerprint of the peer's ClientHello, null if no listener filter took it.
    default @Nullable String ja4Hash() {
        return null;
    }

    /// The protocol that ALPN agreed on, null if it did not.
    @Nullable String applicationProtocol();

    /// The facts of TLS, null on a plaintext connection.
    @Nullable TlsInfo tls();

    /// The name of the filter chain that serves the connection, empty if it has none.
    String filterChainName();

    /// Bytes that came from the wire so far, those of the transport's own included.
    default long wireBytesReceived() {
        return 0;
    }

    /// Bytes handed to the wire so far.
    default long wireBytesSent() {
        return 0;
    }

    /// When the socket of a connection to an upstream began to connect, in nanoseconds of
    /// [Worker#nanoTime]; -1 if this side did not make the connection.
    default long connectBeginNanos() {
        return -1;
    }

    /// When it was connected; -1 if it was not yet.
    default long connectEndNanos() {
        return -1;
    }

    /// When TLS's handshake was done; -1 if it was not yet, and on a plaintext connection.
    default long handshakeEndNanos() {
        return -1;
    }

    /// How the connection ended, null before that.
    default @Nullable CloseType detectedCloseType() {
        return null;
    }

    /// Why the transport failed, null if it did not.
    @Nullable String transportFailureReason();

    /// Why this side closed the connection, null if it did not; Envoy's local close reasons.
    @Nullable String localCloseReason();

    /// How a connection ended.
    enum CloseType {
        NORMAL("Normal"),
        /// This side reset it.
        LOCAL_RESET("LocalReset"),
        /// The peer did.
        REMOTE_RESET("RemoteReset");

        private final String text;

        CloseType(String text) {
            this.text = text;
        }

        /// As logs have it.
        @Override
        public String toString() {
            return text;
        }
    }
}
