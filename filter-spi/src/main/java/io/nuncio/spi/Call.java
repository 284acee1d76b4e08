package io.nuncio.spi;

import org.osgi.annotation.versioning.ProviderType;

/// A call that is under way. Thread: its loop.
@ProviderType
public interface Call {
    /// Nobody wants the answer any more: the request is reset, and no callback follows. Does
    /// nothing once the call is over.
    void cancel();
}
