package io.nuncio.clusters;

import com.google.protobuf.Duration;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.extensions.clusters.dns.v3.DnsCluster;
import io.nuncio.spi.Problems;
import io.nuncio.spi.Resolver;

/// How a cluster's names are looked up.
///
/// @param refreshNanos after an answer, 5 s by default
/// @param failureBaseNanos after a failure: the bound of the first random pause; 0 for always
///   `refreshNanos`
/// @param failureMaxNanos the bound of the longest; 10 times the base by default
/// @param jitterNanos up to so much is added to every pause
/// @param respectTtl true to look up again when the answer's time to live is over
/// @param waitForWarm false to serve before the first answer is there
record StrictDnsConfig(
        long refreshNanos,
        long failureBaseNanos,
        long failureMaxNanos,
        long jitterNanos,
        boolean respectTtl,
        Resolver.Family family,
        boolean waitForWarm) {
    private static final long DEFAULT_REFRESH = 5_000_000_000L;
    private static final long DEFAULT_MAX_OF_BASE = 10;

    /// From the cluster's own fields.
    @SuppressWarnings("deprecation") // they are the usual way
    static StrictDnsConfig from(Cluster cluster, Problems problems) {
        return checked(
                cluster.hasDnsRefreshRate() ? nanos(cluster.getDnsRefreshRate()) : DEFAULT_REFRESH,
                nanos(cluster.getDnsFailureRefreshRate().getBaseInterval()),
                nanos(cluster.getDnsFailureRefreshRate().getMaxInterval()),
                nanos(cluster.getDnsJitter()),
                cluster.getRespectDnsTtl(),
                switch (cluster.getDnsLookupFamily()) {
                    case AUTO, UNRECOGNIZED -> Resolver.Family.AUTO;
                    case V4_ONLY -> Resolver.Family.V4_ONLY;
                    case V6_ONLY -> Resolver.Family.V6_ONLY;
                    case V4_PREFERRED -> Resolver.Family.V4_PREFERRED;
                    case ALL -> Resolver.Family.ALL;
                },
                waitForWarm(cluster),
                problems);
    }

    /// From the extension's message.
    static StrictDnsConfig from(DnsCluster dns, Cluster cluster, Problems problems) {
        return checked(
                dns.hasDnsRefreshRate() ? nanos(dns.getDnsRefreshRate()) : DEFAULT_REFRESH,
                nanos(dns.getDnsFailureRefreshRate().getBaseInterval()),
                nanos(dns.getDnsFailureRefreshRate().getMaxInterval()),
                nanos(dns.getDnsJitter()),
                dns.getRespectDnsTtl(),
                switch (dns.getDnsLookupFamily()) {
                    case UNSPECIFIED, AUTO, UNRECOGNIZED -> Resolver.Family.AUTO;
                    case V4_ONLY -> Resolver.Family.V4_ONLY;
                    case V6_ONLY -> Resolver.Family.V6_ONLY;
                    case V4_PREFERRED -> Resolver.Family.V4_PREFERRED;
                    case ALL -> Resolver.Family.ALL;
                },
                waitForWarm(cluster),
                problems);
    }

    private static StrictDnsConfig checked(
            long refresh,
            long failureBase,
            long failureMax,
            long jitter,
            boolean respectTtl,
            Resolver.Family family,
            boolean waitForWarm,
            Problems problems) {
        long max = failureMax == 0 ? failureBase * DEFAULT_MAX_OF_BASE : failureMax;
        if (max < failureBase) {
            problems.at("dns_failure_refresh_rate.max_interval")
                    .expected("at least the base_interval")
                    .found(java.time.Duration.ofNanos(max));
        }
        return new StrictDnsConfig(
                refresh, failureBase, max, jitter, respectTtl, family, waitForWarm);
    }

    private static boolean waitForWarm(Cluster cluster) {
        return !cluster.hasWaitForWarmOnInit() || cluster.getWaitForWarmOnInit().getValue();
    }

    private static long nanos(Duration duration) {
        return duration.getSeconds() * 1_000_000_000L + duration.getNanos();
    }
}
