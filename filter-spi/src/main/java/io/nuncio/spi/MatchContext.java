package io.nuncio.spi;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/// What a matcher may look at: a connection, or a stream as far as it has come. Thread: the worker.
@ProviderType
public interface MatchContext {
    StreamInfo info();

    /// The downstream connection.
    default ConnectionInfo connection() {
        return info().downstream();
    }

    /// Null where there are none (yet), as for all that follows.
    default @Nullable RequestHeaders requestHeaders() {
        return null;
    }

    default @Nullable Trailers requestTrailers() {
        return null;
    }

    default @Nullable ResponseHeaders responseHeaders() {
        return null;
    }

    default @Nullable Trailers responseTrailers() {
        return null;
    }
}
