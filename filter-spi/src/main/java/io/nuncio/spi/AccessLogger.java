package io.nuncio.spi;

import org.osgi.annotation.versioning.ConsumerType;

/// A compiled access logger, shared by all workers.
@FunctionalInterface
@ConsumerType
public interface AccessLogger {
    /// Writes one entry.
    ///
    /// Thread: the worker of the stream or connection. Must not block: hand the bytes to a
    /// [LogFile].
    void log(FormatContext context);

    /// Called once, on the main thread, when the last user has gone.
    default void close() {}
}
