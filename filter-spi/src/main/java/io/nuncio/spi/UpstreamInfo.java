package io.nuncio.spi;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/// The upstream side of a stream.
@ProviderType
public interface UpstreamInfo {
    Host host();

    /// The upstream connection's facts, null if no connection was made.
    @Nullable ConnectionInfo connection();

    @Nullable Protocol protocol();

    /// Why the upstream transport failed, null if it did not.
    @Nullable String transportFailureReason();

    /// What the stream has taken of the upstream connection.
    default ByteCounts bytes() {
        return ByteCounts.NONE;
    }

    /// An object that extensions on the upstream side share, null if there is none of that key.
    default @Nullable Object filterState(String key) {
        return null;
    }

    default void filterState(String key, Object value) {}

    /// How many requests the upstream connection had carried before this one.
    long connectionRequests();
}
