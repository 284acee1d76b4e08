package io.nuncio.spi;

import org.osgi.annotation.versioning.ProviderType;

/// A file that is written asynchronously and reopened on demand; the same path gives the same file.
@ProviderType
public interface LogFile {
    /// Appends bytes; returns at once. Any thread. When the writer cannot keep up, whole entries
    /// are dropped and counted as `filesystem.write_failed`.
    void write(byte[] bytes, int offset, int length);
}
