package io.nuncio.spi;

import org.osgi.annotation.versioning.ProviderType;

/// A file or a folder that is watched for an extension ([FactoryContext#watch]). Thread: main.
@ProviderType
public interface WatchedFile extends AutoCloseable {
    /// Nothing is told any more. A second call does nothing.
    @Override
    void close();
}
