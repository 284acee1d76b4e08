package io.nuncio.spi.host;

import org.osgi.annotation.versioning.ProviderType;

import java.util.Set;

/// One subscription to resources of one type. Thread: main.
@ProviderType
public interface Subscription extends AutoCloseable {
    /// Begins; the watcher may be told before this returns.
    ///
    /// @param names what is asked for; empty for everything there is
    void start(Set<String> names);

    /// What comes now, in words for `/init_dump`, such as the file that is read.
    String source();

    /// Ends; the watcher is told nothing more.
    @Override
    void close();
}
