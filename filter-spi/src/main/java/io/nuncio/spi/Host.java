package io.nuncio.spi;

import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.Metadata;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/// One address of a cluster. Lives as long as the cluster's discovery names it; its counts are
/// shared by all threads.
@ProviderType
public interface Host {
    Address address();

    /// The name it was configured or resolved from, empty if it has none.
    String hostname();

    String cluster();

    Locality locality();

    @Nullable Metadata metadata();

    /// 1 or more.
    int weight();

    /// 0 is served first.
    int priority();

    /// Whether it may get traffic now.
    Health health();

    /// True if new connections to it are encrypted by a transport socket such as TLS.
    default boolean secure() {
        return false;
    }

    /// Requests under way over all workers.
    long activeRequests();

    /// The states that a load balancer tells apart.
    enum Health {
        HEALTHY,
        DEGRADED,
        UNHEALTHY
    }
}
