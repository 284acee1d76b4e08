package io.nuncio.kernel.upstream;

import com.google.protobuf.Any;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.util.Timestamps;

import io.envoyproxy.envoy.admin.v3.ClusterStatus;
import io.envoyproxy.envoy.admin.v3.Clusters;
import io.envoyproxy.envoy.admin.v3.ClustersConfigDump;
import io.envoyproxy.envoy.admin.v3.HostHealthStatus;
import io.envoyproxy.envoy.admin.v3.HostStatus;
import io.envoyproxy.envoy.admin.v3.SimpleMetric;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers.Thresholds;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.EnvoyInternalAddress;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.Pipe;
import io.envoyproxy.envoy.config.core.v3.RoutingPriority;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;

import java.util.Map;
import java.util.TreeMap;

/// What the admin server shows of the clusters: `/clusters` as text and as a message, and their
/// part of `/config_dump`. Thread: main.
public final class ClustersAdmin {
    private static final String[] COUNTS = {
        "cx_active",
        "cx_connect_fail",
        "cx_total",
        "rq_error",
        "rq_success",
        "rq_timeout",
        "rq_total"
    };

    private ClustersAdmin() {}

    /// `/clusters`.
    public static String text(ClusterManager manager) {
        var out = new StringBuilder();
        for (UpstreamCluster cluster : manager.activeClusters()) {
            String name = cluster.info().name();
            line(out, name, "observability_name", cluster.info().observabilityName());
            limits(out, name, "default", cluster.info().config().defaultBreakers());
            limits(out, name, "high", cluster.info().config().highBreakers());
            line(out, name, "added_via_api", cluster.addedViaApi());
            String service = cluster.message().getEdsClusterConfig().getServiceName();
            if (!service.isEmpty()) {
                line(out, name, "eds_service_name", service);
            }
            for (UpstreamHost host : cluster.hosts()) {
                host(out, name + "::" + host.address(), host);
            }
        }
        return out.toString();
    }

    /// `/clusters?format=json`.
    public static Clusters message(ClusterManager manager) {
        Clusters.Builder all = Clusters.newBuilder();
        for (UpstreamCluster cluster : manager.activeClusters()) {
            UpstreamClusterInfo info = cluster.info();
            ClusterStatus.Builder status =
                    all.addClusterStatusesBuilder()
                            .setName(info.name())
                            .setAddedViaApi(cluster.addedViaApi())
                            .setObservabilityName(info.observabilityName());
            status.getCircuitBreakersBuilder()
                    .addThresholds(limits(RoutingPriority.DEFAULT, info.config().defaultBreakers()))
                    .addThresholds(limits(RoutingPriority.HIGH, info.config().highBreakers()));
            status.setEdsServiceName(cluster.message().getEdsClusterConfig().getServiceName());
            for (UpstreamHost host : cluster.hosts()) {
                status.addHostStatuses(host(host));
            }
        }
        return all.build();
    }

    /// The clusters' part of `/config_dump`.
    public static ClustersConfigDump configDump(ClusterManager manager) {
        ClustersConfigDump.Builder dump = ClustersConfigDump.newBuilder();
        dump.setVersionInfo(manager.cdsVersion());
        for (UpstreamCluster cluster : manager.activeClusters()) {
            if (cluster.addedViaApi()) {
                dump.addDynamicActiveClusters(dynamic(cluster));
            } else {
                dump.addStaticClusters(fixed(cluster));
            }
        }
        for (UpstreamCluster cluster : manager.warmingClusters()) {
            if (cluster.addedViaApi()) {
                dump.addDynamicWarmingClusters(dynamic(cluster));
            } else {
                dump.addStaticClusters(fixed(cluster));
            }
        }
        return dump.build();
    }

    private static ClustersConfigDump.StaticCluster fixed(UpstreamCluster cluster) {
        return ClustersConfigDump.StaticCluster.newBuilder()
                .setCluster(Any.pack(cluster.message()))
                .setLastUpdated(Timestamps.fromMillis(cluster.addedMillis()))
                .build();
    }

    private static ClustersConfigDump.DynamicCluster dynamic(UpstreamCluster cluster) {
        return ClustersConfigDump.DynamicCluster.newBuilder()
                .setVersionInfo(cluster.version())
                .setCluster(Any.pack(cluster.message()))
                .setLastUpdated(Timestamps.fromMillis(cluster.addedMillis()))
                .build();
    }

    private static void limits(
            StringBuilder out, String cluster, String priority, CircuitBreakerConfig breakers) {
        String prefix = cluster + "::" + priority + "_priority";
        line(out, prefix, "max_connections", breakers.maxConnections());
        line(out, prefix, "max_pending_requests", breakers.maxPendingRequests());
        line(out, prefix, "max_requests", breakers.maxRequests());
        line(out, prefix, "max_retries", breakers.maxRetries());
    }

    private static void host(StringBuilder out, String prefix, UpstreamHost host) {
        counts(host).forEach((name, value) -> line(out, prefix, name, value));
        line(out, prefix, "hostname", host.hostname());
        line(out, prefix, "health_flags", HealthFlag.toText(host.healthFlags()));
        line(out, prefix, "weight", host.weight());
        line(out, prefix, "region", host.locality().getRegion());
        line(out, prefix, "zone", host.locality().getZone());
        line(out, prefix, "sub_zone", host.locality().getSubZone());
        line(out, prefix, "canary", host.canary());
        line(out, prefix, "priority", host.priority());
        line(out, prefix, "success_rate", "-1");
        line(out, prefix, "local_origin_success_rate", "-1");
    }

    private static void line(StringBuilder out, String prefix, String name, Object value) {
        out.append(prefix).append("::").append(name).append("::").append(value).append('\n');
    }

    private static Map<String, Long> counts(UpstreamHost host) {
        Map<String, Long> counts = new TreeMap<>();
        for (int which = 0; which < HostCounts.SIZE; which++) {
            counts.put(COUNTS[which], host.count(which));
        }
        counts.put("rq_active", host.activeRequests());
        return counts;
    }

    private static Thresholds limits(RoutingPriority priority, CircuitBreakerConfig breakers) {
        return Thresholds.newBuilder()
                .setPriority(priority)
                .setMaxConnections(wrap(breakers.maxConnections()))
                .setMaxPendingRequests(wrap(breakers.maxPendingRequests()))
                .setMaxRequests(wrap(breakers.maxRequests()))
                .setMaxRetries(wrap(breakers.maxRetries()))
                .build();
    }

    private static UInt32Value wrap(long value) {
        return UInt32Value.of((int) value);
    }

    private static HostStatus host(UpstreamHost host) {
        HostStatus.Builder status =
                HostStatus.newBuilder()
                        .setAddress(address(host.address()))
                        .setHostname(host.hostname())
                        .setLocality(host.locality())
                        .setWeight(host.weight())
                        .setPriority(host.priority())
                        .setHealthStatus(health(host.healthFlags()));
        counts(host)
                .forEach((name, value) ->
                        status.addStatsBuilder()
                                .setName(name)
                                .setValue(value)
                                .setType(
                                        name.endsWith("_active")
                                                ? SimpleMetric.Type.GAUGE
                                                : SimpleMetric.Type.COUNTER));
        return status.build();
    }

    private static HostHealthStatus health(int flags) {
        HealthStatus eds = HealthStatus.HEALTHY;
        if (has(flags, HealthFlag.FAILED_EDS_HEALTH)) {
            eds = HealthStatus.UNHEALTHY;
        } else if (has(flags, HealthFlag.EDS_STATUS_DRAINING)) {
            eds = HealthStatus.DRAINING;
        } else if (has(flags, HealthFlag.DEGRADED_EDS_HEALTH)) {
            eds = HealthStatus.DEGRADED;
        }
        return HostHealthStatus.newBuilder()
                .setEdsHealthStatus(eds)
                .setFailedActiveHealthCheck(has(flags, HealthFlag.FAILED_ACTIVE_HC))
                .setFailedOutlierCheck(has(flags, HealthFlag.FAILED_OUTLIER_CHECK))
                .setFailedActiveDegradedCheck(has(flags, HealthFlag.DEGRADED_ACTIVE_HC))
                .setPendingDynamicRemoval(has(flags, HealthFlag.PENDING_DYNAMIC_REMOVAL))
                .setPendingActiveHc(has(flags, HealthFlag.PENDING_ACTIVE_HC))
                .setExcludedViaImmediateHcFail(
                        has(flags, HealthFlag.EXCLUDED_VIA_IMMEDIATE_HC_FAIL))
                .setActiveHcTimeout(has(flags, HealthFlag.ACTIVE_HC_TIMEOUT))
                .build();
    }

    private static boolean has(int flags, HealthFlag flag) {
        return (flags & flag.bit()) != 0;
    }

    private static Address address(io.nuncio.spi.Address address) {
        return switch (address) {
            case io.nuncio.spi.Address.Ip ip ->
                    Address.newBuilder()
                            .setSocketAddress(
                                    SocketAddress.newBuilder()
                                            .setAddress(ip.host())
                                            .setPortValue(ip.port()))
                            .build();
            case io.nuncio.spi.Address.Pipe pipe ->
                    Address.newBuilder()
                            .setPipe(Pipe.newBuilder().setPath(pipe.path()).setMode(pipe.mode()))
                            .build();
            case io.nuncio.spi.Address.Internal internal ->
                    Address.newBuilder()
                            .setEnvoyInternalAddress(
                                    EnvoyInternalAddress.newBuilder()
                                            .setServerListenerName(internal.listener())
                                            .setEndpointId(internal.endpointId()))
                            .build();
        };
    }
}
