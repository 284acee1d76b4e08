package io.nuncio.spi;

import org.osgi.annotation.versioning.ProviderType;

/// A compiled format: immutable, shared by all workers.
@ProviderType
public interface Format {
    /// One formatted entry, with a line end where the format has one. Thread: the worker.
    String format(FormatContext context);
}
