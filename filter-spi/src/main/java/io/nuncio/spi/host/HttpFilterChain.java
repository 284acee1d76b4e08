package io.nuncio.spi.host;

import io.nuncio.spi.Connection;
import io.nuncio.spi.Worker;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/// A compiled chain of HTTP filters: immutable, shared by all workers.
@ProviderType
public interface HttpFilterChain {
    /// Begins one stream; its filters are made when the request headers come. Thread: the worker.
    ///
    /// @param connection the downstream connection, null for a stream that the proxy made itself
    HttpStream start(Worker worker, @Nullable Connection connection, HttpStream.Sink sink);

    /// No stream begins any more, or only such as have found the chain already and begin in this
    /// round of their loop. Runs the task when the last has ended. Thread: main, once.
    ///
    /// @param task run once, on the main thread
    void whenUnused(Runnable task);

    /// No new configurations of filters are wanted (ECDS). Thread: main.
    default void close() {}
}
