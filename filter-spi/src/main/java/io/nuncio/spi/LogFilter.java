package io.nuncio.spi;

import org.osgi.annotation.versioning.ConsumerType;

/// Decides which entries of an access log are written (Envoy: AccessLog::Filter). Immutable, shared
/// by all workers.
@FunctionalInterface
@ConsumerType
public interface LogFilter {
    /// Whether the entry is to be written. Thread: the worker of the stream or connection; must not
    /// block.
    boolean evaluate(FormatContext context);
}
