package io.nuncio.spi;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/// The connection as its transport socket sees it. Thread: the connection's worker, except [#post].
@ProviderType
public interface TransportSocketContext {
    ConnectionInfo info();

    Worker worker();

    /// The handshake is done: the connection counts as connected from now on. On one that stands
    /// already, what waits to be written is written.
    void connected();

    /// Asks for a [TransportSocket#write] soon, even if there is no plain data: the socket has
    /// something of its own to say.
    void flush();

    /// Asks for a [TransportSocket#read] soon with the bytes that were left.
    void readMore();

    /// The handshake failed for the given reason; closes the connection.
    void failed(String reason);

    /// Runs `task` on the connection's worker unless the connection has ended; callable from any
    /// thread.
    void post(Runnable task);

    /// The server name to ask for, null for the template's own choice; upstream only.
    @Nullable String serverName();

    /// The name of the host that is connected to, null if it has none; upstream only.
    default @Nullable String hostname() {
        return null;
    }

    /// The host that is connected to, null if the connection is to none of a cluster's; upstream
    /// only.
    default @Nullable Host host() {
        return null;
    }

    /// Says what the other end begins with, if it is an internal listener's in this process; else
    /// nothing happens. To be called while the socket is made.
    default void passOn(PassthroughState state) {}

    /// What whoever asked for the connection wants of its transport; upstream only.
    default TransportOptions options() {
        return TransportOptions.NONE;
    }
}
