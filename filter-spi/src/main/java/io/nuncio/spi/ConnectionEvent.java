package io.nuncio.spi;

/// What happens to a connection as a whole.
public enum ConnectionEvent {
    /// It stands; for TLS, the handshake is done.
    CONNECTED,
    /// The peer ended it.
    REMOTE_CLOSE,
    /// This side ended it.
    LOCAL_CLOSE
}
