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
}
