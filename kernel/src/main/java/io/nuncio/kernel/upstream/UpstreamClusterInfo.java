package io.nuncio.kernel.upstream;

import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.nuncio.kernel.network.ConnectOptions;
import io.nuncio.spi.Counter;
import io.nuncio.spi.Gauge;
import io.nuncio.spi.Histogram;
import io.nuncio.spi.Protocol;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.TransportSocketTemplate;
import io.nuncio.spi.host.ClusterInfo;
import io.nuncio.spi.host.ResourcePriority;

import org.jspecify.annotations.Nullable;

/// What does not change while a cluster lives, with its statistics and circuit breakers. Any
/// thread.
final class UpstreamClusterInfo implements ClusterInfo, ClusterInfo.RequestStats {
    private final ClusterConfig config;
    private final ClusterStats stats;
    private final CircuitBreakers defaultPriority;
    private final CircuitBreakers highPriority;
    private final UpstreamProtocol.Choice protocols;
    private final ConnectOptions connectOptions;
    private final ResponseStats responses;
    private final ResponseStats internalResponses;
    private final ResponseStats externalResponses;

    /// @param scope the cluster's: `cluster.<name>.`
    /// @param transportSocket null for plaintext
    UpstreamClusterInfo(
            ClusterConfig config,
            StatsScope scope,
            UpstreamCodecs codecs,
            @Nullable TransportSocketTemplate transportSocket) {
        this.config = config;
        connectOptions = connectOptions(config.connectOptions(), transportSocket);
        stats = new ClusterStats(scope);
        protocols = codecs.protocols(config.http(), stats);
        defaultPriority = CircuitBreakers.ofDefaultPriority(config.defaultBreakers(), scope);
        highPriority = CircuitBreakers.ofHighPriority(config.highBreakers(), scope);
        responses = new ResponseStats(scope, "");
        internalResponses = new ResponseStats(scope, "internal.");
        externalResponses = new ResponseStats(scope, "external.");
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
    public RequestStats requestStats() {
        return this;
    }

    @Override
    public boolean canCreateRequest(ResourcePriority priority) {
        return breakers(priority).requests().canCreate();
    }

    @Override
    public void response(int status, boolean internal) {
        responses.response(status);
        (internal ? internalResponses : externalResponses).response(status);
    }

    @Override
    public void time(long millis, boolean internal) {
        responses.time(millis);
        (internal ? internalResponses : externalResponses).time(millis);
    }

    @Override
    public Counter timeout() {
        return stats.rqTimeout;
    }

    @Override
    public Counter pendingFailureEject() {
        return stats.rqPendingFailureEject;
    }

    @Override
    public Counter maintenanceMode() {
        return stats.rqMaintenanceMode;
    }

    @Override
    public Counter rxReset() {
        return stats.rqRxReset;
    }

    @Override
    public Counter txReset() {
        return stats.rqTxReset;
    }

    @Override
    public Counter cancelled() {
        return stats.rqCancelled;
    }

    @Override
    public Gauge active() {
        return stats.rqActive;
    }

    @Override
    public Histogram connectMillis() {
        return stats.cxConnectMillis;
    }

    ClusterConfig config() {
        return config;
    }

    ClusterStats stats() {
        return stats;
    }

    CircuitBreakers breakers(ResourcePriority priority) {
        return priority == ResourcePriority.HIGH ? highPriority : defaultPriority;
    }

    /// What a request is sent by.
    ///
    /// @param downstream what it came by, null if it did not
    UpstreamProtocol protocol(@Nullable Protocol downstream) {
        return protocols.of(downstream);
    }

    /// How connections to the cluster's hosts are opened.
    ConnectOptions connectOptions() {
        return connectOptions;
    }

    private static ConnectOptions connectOptions(
            ConnectOptions plain, @Nullable TransportSocketTemplate transportSocket) {
        if (transportSocket == null) {
            return plain;
        }
        return new ConnectOptions(
                plain.connectTimeoutNanos(),
                plain.bufferLimit(),
                plain.bindAddress(),
                plain.keepalive(),
                plain.filters(),
                transportSocket,
                plain.serverName());
    }
}
