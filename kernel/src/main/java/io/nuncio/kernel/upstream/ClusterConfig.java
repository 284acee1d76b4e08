package io.nuncio.kernel.upstream;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.Durations;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.BindConfig;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.RoutingPriority;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.core.v3.TcpKeepalive;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.netty.util.NetUtil;
import io.nuncio.kernel.network.ConnectOptions;
import io.nuncio.spi.Address;
import io.nuncio.spi.Problems;
import io.nuncio.spi.host.CodecConfig;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;

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
        ConnectOptions connectOptions,
        CodecConfig codec) {
    /// The key of `typed_extension_protocol_options` that a cluster's HTTP options stand under.
    static final String HTTP_PROTOCOL_OPTIONS =
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

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
                connectOptions(cluster, bindDefault, bufferLimit, problems),
                http.codec());
    }

    private static int panicThreshold(Cluster cluster) {
        var common = cluster.getCommonLbConfig();
        return common.hasHealthyPanicThreshold()
                ? (int) Math.round(Math.min(100, common.getHealthyPanicThreshold().getValue()))
                : 50;
    }

    private static ConnectOptions connectOptions(
            Cluster cluster, BindConfig bindDefault, int bufferLimit, Problems problems) {
        BindConfig bind =
                cluster.hasUpstreamBindConfig() ? cluster.getUpstreamBindConfig() : bindDefault;
        Address.Ip source = null;
        if (bind.hasSourceAddress()) {
            source = ip(bind.getSourceAddress());
            if (source == null) {
                problems.at("upstream_bind_config.source_address.address")
                        .expected("an IP address")
                        .found(bind.getSourceAddress().getAddress());
            }
        }
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
        return new ConnectOptions(noTimeout, bufferLimit, source, keepalive, List.of(), null, null);
    }

    private static Address.@Nullable Ip ip(SocketAddress address) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(address.getAddress());
        try {
            return bytes == null
                    ? null
                    : new Address.Ip(InetAddress.getByAddress(bytes), address.getPortValue());
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible); // only for a wrong number of bytes
        }
    }

    private static long nanos(Duration duration) {
        return Durations.toNanos(duration);
    }

    /// The HTTP options of a cluster: from the extension options, or from the cluster's own
    /// deprecated fields.
    private record HttpOptions(
            io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions common,
            CodecConfig codec,
            int maxRequestsPerConnection) {
        static HttpOptions from(Cluster cluster, Problems problems) {
            HttpProtocolOptions options = null;
            for (Map.Entry<String, Any> entry :
                    cluster.getTypedExtensionProtocolOptionsMap().entrySet()) {
                String field = "typed_extension_protocol_options[\"" + entry.getKey() + "\"]";
                if (!entry.getKey().equals(HTTP_PROTOCOL_OPTIONS)) {
                    problems.at(field)
                            .expected(HTTP_PROTOCOL_OPTIONS)
                            .because("no extension has options of this name");
                    continue;
                }
                try {
                    options = entry.getValue().unpack(HttpProtocolOptions.class);
                } catch (InvalidProtocolBufferException wrong) {
                    problems.at(field)
                            .expected("a " + HTTP_PROTOCOL_OPTIONS)
                            .found(entry.getValue().getTypeUrl());
                }
            }
            return options == null ? ofCluster(cluster) : of(options, problems);
        }

        @SuppressWarnings("deprecation") // Envoy still reads these fields
        private static HttpOptions ofCluster(Cluster cluster) {
            return new HttpOptions(
                    cluster.getCommonHttpProtocolOptions(),
                    codec(cluster.getCommonHttpProtocolOptions(), cluster.getHttpProtocolOptions()),
                    cluster.getMaxRequestsPerConnection().getValue());
        }

        private static HttpOptions of(HttpProtocolOptions options, Problems problems) {
            Http1ProtocolOptions http1 = options.getExplicitHttpConfig().getHttpProtocolOptions();
            if (!options.getExplicitHttpConfig().hasHttpProtocolOptions()) {
                problems.at("typed_extension_protocol_options[\"" + HTTP_PROTOCOL_OPTIONS + "\"]")
                        .expected("explicit_http_config.http_protocol_options")
                        .because("only HTTP/1.1 is spoken to upstreams so far");
            }
            return new HttpOptions(
                    options.getCommonHttpProtocolOptions(),
                    codec(options.getCommonHttpProtocolOptions(), http1),
                    0);
        }

        private static CodecConfig codec(
                io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions common,
                Http1ProtocolOptions http1) {
            return new CodecConfig(
                    CodecConfig.Type.HTTP1,
                    common,
                    http1,
                    Http2ProtocolOptions.getDefaultInstance(),
                    common.getMaxResponseHeadersKb().getValue());
        }
    }
}
