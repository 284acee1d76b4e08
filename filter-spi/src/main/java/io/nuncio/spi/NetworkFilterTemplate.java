package io.nuncio.spi;

import org.osgi.annotation.versioning.ConsumerType;

/// A compiled configuration of a network filter: immutable, shared by all workers.
@FunctionalInterface
@ConsumerType
public interface NetworkFilterTemplate {
    /// Makes the filter of one connection, on its worker. Cannot fail.
    NetworkFilter create(NetworkStream stream);

    /// True if the filter consumes what it reads, as the HTTP connection manager and tcp_proxy do:
    /// it must be the last.
    default boolean terminal() {
        return false;
    }

    /// True if `successor`, the template of the same place in a newer configuration, may serve the
    /// connections of this one: new streams then take its filters and no connection drains.
    default boolean accepts(NetworkFilterTemplate successor) {
        return false;
    }

    /// Lets `successor`, which [#accepts] has taken, serve the connections of this template: their
    /// next streams, and those of new connections, are its own. In one step for all workers, before
    /// `successor` makes its first filter. What streams still use of this template stays until they
    /// have ended. Thread: main, once.
    ///
    /// @param released run once, on the main thread, when nothing of this template is in use any
    ///   more; [#close] follows
    default void handOver(NetworkFilterTemplate successor, Runnable released) {
        released.run();
    }

    /// Called once, on the main thread, after the last connection that used the template has ended,
    /// or after it has handed over.
    default void close() {}
}
