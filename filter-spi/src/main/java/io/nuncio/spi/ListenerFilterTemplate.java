package io.nuncio.spi;

import org.osgi.annotation.versioning.ConsumerType;

/// A compiled configuration of a listener filter: immutable, shared by all workers.
@FunctionalInterface
@ConsumerType
public interface ListenerFilterTemplate {
    /// Makes the filter of one accepted socket, on its worker. Cannot fail.
    ListenerFilter create(AcceptedSocket socket);

    /// Called once, on the main thread, after the last accepted socket that used the template has
    /// gone.
    default void close() {}
}
