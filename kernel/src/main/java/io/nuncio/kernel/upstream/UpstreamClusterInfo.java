package io.nuncio.kernel.upstream;

import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.nuncio.spi.Counter;
import io.nuncio.spi.Gauge;
import io.nuncio.spi.Histogram;
import io.nuncio.spi.Protocol;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.TransportSocketTemplate;
import io.nuncio.spi.host.ClusterInfo;
import io.nuncio.spi.host.ResourcePriority;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// What does not change while a cluster lives, with its statistics and circuit breakers. Any
/// thread.
final class UpstreamClusterInfo implements ClusterInfo, ClusterInfo.RequestStats {
    private final ClusterConfig config;
    private final StatsScope scope;
    private final UpstreamProtocol.Choice protocols;
    private final TransportSockets sockets;

    // Made at first use, once: most clusters of a large configuration are idle.
    private @Nullable ClusterStats stats;
    private @Nullable CircuitBreakers defaultPriority;
    private @Nullable CircuitBreakers highPriority;

    /// @param scope the cluster's: `cluster.<name>.`
    /// @param socketMatches the transport sockets of some hosts
    /// @param transportSocket that of all others, null for plaintext
    UpstreamClusterInfo(
            ClusterConfig config,
            StatsScope scope,
            UpstreamCodecs codecs,
            List<TransportSockets.Candidate> socketMatches,
            @Nullable TransportSocketTemplate transportSocket) {
        this.config = config;
        this.scope = scope;
        protocols = codecs.protocols(config.http());
        sockets =
                new TransportSockets(
                        scope, config.connectOptions(), protocols, socketMatches, transportSocket);
        declareStats();
        for (ResourcePriority priority : ResourcePriority.values()) {
            if (config.breakers(priority).trackRemaining()) {
                breakers(priority); // shows what remains from the beginning
            }
        }
    }

    @Override
    public String name() {
        return config.name();
    }

    @Override
    public String observabilityName() {
        return config.observabilityName();
    }

    @Override
    public Metadata metadata() {
        return config.metadata();
    }

    @Override
    public int perConnectionBufferLimit() {
        return config.perConnectionBufferLimit();
    }

    @Override
    public long maxStreamDurationNanos() {
        return config.maxStreamDurationNanos();
    }

    @Override
    public RequestStats requestStats() {
        return this;
    }

    @Override
    public boolean canCreateConnection(ResourcePriority priority) {
        boolean allowed = breakers(priority).connections().canCreate();
        if (!allowed) {
            stats().cxOverflow.increment();
        }
        return allowed;
    }

    @Override
    public boolean canCreateRequest(ResourcePriority priority) {
        return breakers(priority).requests().canCreate();
    }

    @Override
    public RetryBreaker retryBreaker(ResourcePriority priority) {
        return breakers(priority).retries();
    }

    @Override
    public void response(int status, boolean internal) {
        ClusterStats counted = stats();
        counted.responses.response(status);
        (internal ? counted.internalResponses : counted.externalResponses).response(status);
    }

    @Override
    public void time(long millis, boolean internal) {
        ClusterStats counted = stats();
        counted.responses.time(millis);
        (internal ? counted.internalResponses : counted.externalResponses).time(millis);
    }

    @Override
    public Counter maxDurationReached() {
        return stats().rqMaxDurationReached;
    }

    @Override
    public Counter timeout() {
        return stats().rqTimeout;
    }

    @Override
    public void retriedResponse(int status) {
        stats().retriedResponses.response(status);
    }

    @Override
    public Counter retry() {
        return stats().rqRetry;
    }

    @Override
    public Counter retrySuccess() {
        return stats().rqRetrySuccess;
    }

    @Override
    public Counter retryLimitExceeded() {
        return stats().rqRetryLimitExceeded;
    }

    @Override
    public Counter retryOverflow() {
        return stats().rqRetryOverflow;
    }

    @Override
    public Counter retryBackOffExponential() {
        return stats().rqRetryBackOffExponential;
    }

    @Override
    public Counter retryBackOffRateLimited() {
        return stats().rqRetryBackOffRateLimited;
    }

    @Override
    public Counter retryOrShadowAbandoned() {
        return stats().retryOrShadowAbandoned;
    }

    @Override
    public Counter perTryTimeout() {
        return stats().rqPerTryTimeout;
    }

    @Override
    public Counter perTryIdleTimeout() {
        return stats().rqPerTryIdleTimeout;
    }

    @Override
    public Counter pendingFailureEject() {
        return stats().rqPendingFailureEject;
    }

    @Override
    public Counter maintenanceMode() {
        return stats().rqMaintenanceMode;
    }

    @Override
    public Counter rxReset() {
        return stats().rqRxReset;
    }

    @Override
    public Counter txReset() {
        return stats().rqTxReset;
    }

    @Override
    public Counter cancelled() {
        return stats().rqCancelled;
    }

    @Override
    public Gauge active() {
        return stats().rqActive;
    }

    @Override
    public Histogram connectMillis() {
        return stats().cxConnectMillis;
    }

    @Override
    public Counter connectAttemptsExceeded() {
        return stats().cxConnectAttemptsExceeded;
    }

    ClusterConfig config() {
        return config;
    }

    ClusterStats stats() {
        ClusterStats made = stats; // all its fields are final, so a plain read will do
        return made == null ? makeStats() : made;
    }

    CircuitBreakers breakers(ResourcePriority priority) {
        CircuitBreakers made = priority == ResourcePriority.HIGH ? highPriority : defaultPriority;
        return made == null ? makeBreakers(priority) : made;
    }

    /// Shows all statistics of the cluster, and goes on with those that a cluster of the same name
    /// has made before it.
    void declareStats() {
        scope.declare(ClusterStats.DECLARED);
        scope.declare(CircuitBreakers.DECLARED);
    }

    private synchronized ClusterStats makeStats() {
        ClusterStats made = stats;
        if (made == null) {
            made = new ClusterStats(scope);
            stats = made;
        }
        return made;
    }

    private synchronized CircuitBreakers makeBreakers(ResourcePriority priority) {
        boolean high = priority == ResourcePriority.HIGH;
        CircuitBreakers made = high ? highPriority : defaultPriority;
        if (made == null) {
            CircuitBreakerConfig limits = config.breakers(priority);
            if (high) {
                made = CircuitBreakers.ofHighPriority(limits, scope);
                highPriority = made;
            } else {
                made = CircuitBreakers.ofDefaultPriority(limits, scope);
                defaultPriority = made;
            }
        }
        return made;
    }

    /// What a request is sent by.
    ///
    /// @param downstream what it came by, null if it did not
    UpstreamProtocol protocol(@Nullable Protocol downstream) {
        return protocols.of(downstream);
    }

    /// How connections to a host of that metadata are opened. Thread: main.
    Dialing dialing(@Nullable Metadata host, @Nullable Metadata locality) {
        return sockets.choose(host, locality);
    }

    /// Frees what the connections had in common; the last has ended. Thread: main.
    void close() {
        sockets.close();
    }
}
