package io.nuncio.spi.host;

import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.nuncio.spi.Counter;
import io.nuncio.spi.Gauge;
import io.nuncio.spi.Histogram;

import org.osgi.annotation.versioning.ProviderType;

/// What does not change while a cluster lives. Any thread.
@ProviderType
public interface ClusterInfo {
    String name();

    /// `alt_stat_name` if there is one, otherwise the name.
    String observabilityName();

    Metadata metadata();

    int perConnectionBufferLimit();

    /// The statistics that a router counts, under `cluster.<name>.`.
    RequestStats requestStats();

    /// True if another request may be active now (Envoy's max_requests); read only, the pool
    /// counts.
    boolean canCreateRequest(ResourcePriority priority);

    /// Counters of responses and times (Envoy: code stats and upstream_rq_*).
    @ProviderType
    interface RequestStats {
        /// Counts `upstream_rq_completed`, `upstream_rq_<n>xx`, `upstream_rq_<code>` and their
        /// `internal.` or `external.` twins.
        void response(int status, boolean internal);

        /// `upstream_rq_time`, in milliseconds, with its `internal.` or `external.` twin.
        void time(long millis, boolean internal);

        Counter timeout();

        Counter pendingFailureEject();

        Counter maintenanceMode();

        Counter rxReset();

        Counter txReset();

        Counter cancelled();

        Gauge active();

        Histogram connectMillis();
    }
}
