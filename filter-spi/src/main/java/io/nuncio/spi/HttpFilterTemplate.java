package io.nuncio.spi;

import org.osgi.annotation.versioning.ConsumerType;

/// A compiled configuration of an HTTP filter: immutable, shared by all workers, alive until the
/// last stream that uses it ends.
@FunctionalInterface
@ConsumerType
public interface HttpFilterTemplate {
    /// Makes the filter of one stream.
    ///
    /// Thread: the stream's worker. Must neither block nor fail: it is a constructor with
    /// ready-made values.
    HttpFilter create(Stream stream);

    /// True if the filter answers every request itself, as the router does: it must be the last of
    /// its chain, and only the last may be terminal.
    default boolean terminal() {
        return false;
    }

    /// Called once, on the main thread, after the last stream that used the template has ended.
    /// Releases what the template holds beyond memory.
    default void close() {}
}
