package io.nuncio.spi.host;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/// The clusters that exist.
@ProviderType
public interface Clusters {
    /// The calling worker's view of a cluster, null if there is none of that name or it is still
    /// warming. Worker thread (the main thread has a view of its own).
    @Nullable Cluster get(String name);

    /// True if the configuration has a cluster of that name. Thread: main.
    boolean exists(String name);
}
