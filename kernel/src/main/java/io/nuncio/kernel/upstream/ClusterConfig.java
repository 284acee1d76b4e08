package io.nuncio.kernel.upstream;

import com.google.protobuf.Duration;
import com.google.protobuf.util.Durations;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.BindConfig;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.RoutingPriority;
import io.envoyproxy.envoy.config.core.v3.TcpKeepalive;
import io.nuncio.kernel.network.ConnectOptions;
import io.nuncio.kernel.network.LocalAddresses;
import io.nuncio.spi.Problems;
import io.nuncio.spi.host.ResourcePriority;

import java.util.List;

/// What a cluster does, in the terms of the data path; all defaults of the cluster live here.
///
/// @param observabilityName the name in statistics
/// @param connectTimeoutNanos 5 s by default
/// @param perConnectionBufferLimit in bytes, 1 MiB by default
/// @param panicThreshold in percent, 50 by default
/// @param overprovisioningFactor in percent, 140 by default
/// @param weightedPriorityHealth true to compute a priority's health from weights, not from hosts
/// @param closeOnHostSetChange true to drain all connections whenever the hosts change
/// @param maxRequestsPerConnection 0 for no limit
/// @param idleTimeoutNanos 1 h by default, 0 for none
/// @param maxConnectionDurationNanos 0 for no limit
/// @param maxStreamDurationNanos 0 for no limit
/// @param connectOptions without transport socket
record ClusterConfig(
        String name,
        String observabilityName,
        Metadata metadata,
        long connectTimeoutNanos,
        int perConnectionBufferLimit,
        int panicThreshold,
        int overprovisioningFactor,
        boolean weightedPriorityHealth,
        boolean closeOnHostSetChange,
        CircuitBreakerConfig defaultBreakers,
        CircuitBreakerConfig highBreakers,
        long maxRequestsPerConnection,
        long idleTimeoutNanos,
        long maxConnectionDurationNanos,
        long maxStreamDurationNanos,
        ConnectOptions connectOptions,
        HttpOptions http) {
    private static final long DEFAULT_CONNECT_TIMEOUT = 5_000_000_000L;
    private static final long DEFAULT_IDLE_TIMEOUT = 3_600_000_000_000L;
    private static final int DEFAULT_BUFFER_LIMIT = 1024 * 1024;

    /// @param bindDefault the bootstrap's `cluster_manager.upstream_bind_config`, for clusters
    ///   without their own
    static ClusterConfig from(Cluster cluster, BindConfig bindDefault, Problems problems) {
        int given = cluster.getPerConnectionBufferLimitBytes().getValue();
        int bufferLimit =
                cluster.hasPerConnectionBufferLimitBytes()
                        ? (given < 0 ? Integer.MAX_VALUE : given) // an unsigned number
                        : DEFAULT_BUFFER_LIMIT;
        HttpOptions http = HttpOptions.from(cluster, problems);
        io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions common = http.common();
        var policy = cluster.getLoadAssignment().getPolicy();
        return new ClusterConfig(
                cluster.getName(),
                cluster.getAltStatName().isEmpty() ? cluster.getName() : cluster.getAltStatName(),
                cluster.getMetadata(),
                cluster.hasConnectTimeout()
                        ? nanos(cluster.getConnectTimeout())
                        : DEFAULT_CONNECT_TIMEOUT,
                bufferLimit,
                panicThreshold(cluster),
                policy.hasOverprovisioningFactor()
                        ? policy.getOverprovisioningFactor().getValue()
                        : 140,
                policy.getWeightedPriorityHealth(),
                cluster.getCommonLbConfig().getCloseConnectionsOnHostSetChange(),
                CircuitBreakerConfig.from(cluster, RoutingPriority.DEFAULT),
                CircuitBreakerConfig.from(cluster, RoutingPriority.HIGH),
                Integer.toUnsignedLong(
                        common.hasMaxRequestsPerConnection()
                                ? common.getMaxRequestsPerConnection().getValue()
                                : http.maxRequestsPerConnection()),
                common.hasIdleTimeout() ? nanos(common.getIdleTimeout()) : DEFAULT_IDLE_TIMEOUT,
                common.hasMaxConnectionDuration() ? nanos(common.getMaxConnectionDuration()) : 0,
                common.hasMaxStreamDuration() ? nanos(common.getMaxStreamDuration()) : 0,
                connectOptions(cluster, bindDefault, bufferLimit, problems),
                http);
    }

    CircuitBreakerConfig breakers(ResourcePriority priority) {
        return priority == ResourcePriority.HIGH ? highBreakers : defaultBreakers;
    }

    private static int panicThreshold(Cluster cluster) {
        var common = cluster.getCommonLbConfig();
        return common.hasHealthyPanicThreshold()
                ? (int) Math.round(Math.min(100, common.getHealthyPanicThreshold().getValue()))
                : 50;
    }

    private static ConnectOptions connectOptions(
            Cluster cluster, BindConfig bindDefault, int bufferLimit, Problems problems) {
        LocalAddresses local = BindSettings.of(cluster, bindDefault, problems);
        ConnectOptions.Keepalive keepalive = null;
        if (cluster.getUpstreamConnectionOptions().hasTcpKeepalive()) {
            TcpKeepalive given = cluster.getUpstreamConnectionOptions().getTcpKeepalive();
            keepalive =
                    new ConnectOptions.Keepalive(
                            given.getKeepaliveProbes().getValue(),
                            given.getKeepaliveTime().getValue(),
                            given.getKeepaliveInterval().getValue());
        }
        long noTimeout = 0; // the pool has a timer of its own
        return new ConnectOptions(noTimeout, bufferLimit, local, keepalive, List.of(), null, null);
    }

    private static long nanos(Duration duration) {
        return Durations.toNanos(duration);
    }
}
