package io.nuncio.spi;

import org.osgi.annotation.versioning.ProviderType;

/// A file that is written asynchronously and reopened on demand; the same path gives the same file.
@ProviderType
public interface LogFile extends AutoCloseable {
    /// Appends bytes; returns at once. Any thread. When the writer cannot keep up, whole entries
    /// are dropped and counted as `filesystem.write_failed`.
    void write(byte[] bytes, int offset, int length);

    /// Lets the file go: no writes after this. What was written before is kept, and the file is
    /// closed when its last user has let it go. Once, any thread.
    @Override
    default void close() {}
}
