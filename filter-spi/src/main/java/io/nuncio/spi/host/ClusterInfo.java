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

    /// How long one stream to the upstream may last, in nanoseconds; 0 for no limit.
    long maxStreamDurationNanos();

    /// The statistics that a router counts, under `cluster.<name>.`.
    RequestStats requestStats();

    /// True if another request may be active now (Envoy's max_requests); read only, the pool
    /// counts.
    boolean canCreateRequest(ResourcePriority priority);

    /// True if another connection may be made now (Envoy's max_connections); counted as
    /// `upstream_cx_overflow` if not.
    boolean canCreateConnection(ResourcePriority priority);

    /// The circuit breaker of retries (`max_retries`, `retry_budget`).
    RetryBreaker retryBreaker(ResourcePriority priority);

    /// Counters of responses and times (Envoy: code stats and upstream_rq_*).
    @ProviderType
    interface RequestStats {
        /// Counts `upstream_rq_completed`, `upstream_rq_<n>xx`, `upstream_rq_<code>` and their
        /// `internal.` or `external.` twins.
        void response(int status, boolean internal);

        /// `upstream_rq_time`, in milliseconds, with its `internal.` or `external.` twin.
        void time(long millis, boolean internal);

        Counter timeout();

        /// `upstream_rq_max_duration_reached`.
        Counter maxDurationReached();

        /// Counts a response that is not passed on, since the request is tried again:
        /// `retry.upstream_rq_completed`, `retry.upstream_rq_<n>xx`, `retry.upstream_rq_<code>`.
        void retriedResponse(int status);

        Counter retry();

        Counter retrySuccess();

        Counter retryLimitExceeded();

        Counter retryOverflow();

        Counter retryBackOffExponential();

        Counter retryBackOffRateLimited();

        Counter retryOrShadowAbandoned();

        Counter perTryTimeout();

        Counter perTryIdleTimeout();

        Counter pendingFailureEject();

        Counter maintenanceMode();

        Counter rxReset();

        Counter txReset();

        Counter cancelled();

        Gauge active();

        Histogram connectMillis();

        /// `upstream_cx_connect_attempts_exceeded`: connections of a protocol proxy that tried as
        /// often as they may.
        Counter connectAttemptsExceeded();
    }

    /// How many retries a cluster may have under way at once. Any thread.
    @ProviderType
    interface RetryBreaker {
        /// Begins a retry.
        ///
        /// @return false if there are as many as may be, counted nothing; otherwise call [#release]
        ///   when the retry's outcome is known
        boolean tryAcquire();

        void release();
    }
}
