package io.nuncio.spi;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;

import java.util.List;

/// A compiled configuration of a transport socket: immutable, shared by all workers.
@ConsumerType
public interface TransportSocketTemplate {
    /// Makes the socket of one connection, on its worker. Cannot fail.
    TransportSocket create(TransportSocketContext context);

    /// True if the sockets change no byte: the kernel then leaves them out of the data path. Nobody
    /// asks them for a [#sharingKey], nor for what [TransportOptions] wish.
    default boolean passThrough() {
        return false;
    }

    /// True if the sockets authenticate and encrypt, as TLS does.
    default boolean secure() {
        return false;
    }

    /// True if the sockets negotiate an application protocol (ALPN).
    default boolean supportsAlpn() {
        return false;
    }

    /// What downstream connections must have in common for the streams of one to go to an upstream
    /// connection that was made for another: two keys that are equal. Asked for each request, on
    /// the worker.
    ///
    /// @return null if connections are the same for all
    default @Nullable Object sharingKey(Connection downstream) {
        return null;
    }

    /// The template for connections that speak these protocols: its sockets offer them by ALPN,
    /// unless the configuration names protocols of its own. Thread: main. What is made is closed
    /// with this template.
    default TransportSocketTemplate withApplicationProtocols(List<String> protocols) {
        return this;
    }

    /// Called once, on the main thread, after the last connection that used the template has ended.
    default void close() {}
}
