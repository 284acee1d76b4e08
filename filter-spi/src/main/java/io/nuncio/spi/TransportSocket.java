package io.nuncio.spi;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;

/// Turns the bytes of the wire into those of the connection and back. Thread: the connection's
/// worker.
@ConsumerType
public interface TransportSocket {
    /// The TCP connection stands; begin a handshake if there is one, and call
    /// [TransportSocketContext#connected] when it is done.
    void onTransportConnected();

    /// Bytes from the wire.
    ///
    /// @param wire taken from; what is left comes again with the next bytes
    /// @param plain appended to
    /// @param endStream true if the wire has ended
    Progress read(Buffer wire, Buffer plain, boolean endStream);

    /// Bytes to the wire.
    ///
    /// @param plain taken from; what is left comes again
    /// @param wire appended to
    /// @param endStream true if nothing follows: say goodbye on the wire
    Progress write(Buffer plain, Buffer wire, boolean endStream);

    /// Begins TLS on a connection that stands in plaintext. The first handshake's end is told by
    /// [TransportSocketContext#connected], as ever.
    ///
    /// @return true if everything from now on is secure; false if the socket cannot do that
    default boolean startSecureTransport() {
        return false;
    }

    /// The facts of TLS, null for a socket without.
    default @Nullable TlsInfo tls() {
        return null;
    }

    /// The protocol agreed on by ALPN, null if none was.
    default @Nullable String applicationProtocol() {
        return null;
    }

    /// Why the socket failed, in words for an operator; null if it did not.
    default @Nullable String failureReason() {
        return null;
    }

    default void onDestroy() {}

    /// What became of a read or write.
    enum Progress {
        /// The connection lives.
        OPEN,
        /// The peer said goodbye; nothing more will be read.
        END_OF_STREAM,
        /// The transport is broken: close the connection.
        FAILED
    }
}
