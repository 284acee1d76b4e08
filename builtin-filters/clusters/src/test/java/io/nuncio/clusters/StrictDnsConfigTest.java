package io.nuncio.clusters;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.BoolValue;
import com.google.protobuf.Duration;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.extensions.clusters.common.dns.v3.DnsLookupFamily;
import io.envoyproxy.envoy.extensions.clusters.dns.v3.DnsCluster;
import io.nuncio.spi.Problems;
import io.nuncio.spi.Resolver.Family;

import org.junit.jupiter.api.Test;

class StrictDnsConfigTest {
    private static final long SECOND = 1_000_000_000L;

    private final Problems problems = new Problems();

    private static Duration seconds(long seconds) {
        return Duration.newBuilder().setSeconds(seconds).build();
    }

    @Test
    void theDefaultsAreEnvoys() {
        var expected = new StrictDnsConfig(5 * SECOND, 0, 0, 0, false, Family.AUTO, true);
        assertThat(StrictDnsConfig.from(Cluster.getDefaultInstance(), problems))
                .isEqualTo(expected);
        assertThat(
                        StrictDnsConfig.from(
                                DnsCluster.getDefaultInstance(),
                                Cluster.getDefaultInstance(),
                                problems))
                .isEqualTo(expected);
    }

    @Test
    @SuppressWarnings("deprecation")
    void everyFieldOfTheClusterIsRead() {
        Cluster.Builder cluster =
                Cluster.newBuilder()
                        .setDnsRefreshRate(seconds(1))
                        .setDnsJitter(seconds(4))
                        .setRespectDnsTtl(true)
                        .setDnsLookupFamily(Cluster.DnsLookupFamily.V6_ONLY)
                        .setWaitForWarmOnInit(BoolValue.of(false));
        cluster.getDnsFailureRefreshRateBuilder()
                .setBaseInterval(seconds(2))
                .setMaxInterval(seconds(3));
        assertThat(StrictDnsConfig.from(cluster.build(), problems))
                .isEqualTo(
                        new StrictDnsConfig(
                                SECOND,
                                2 * SECOND,
                                3 * SECOND,
                                4 * SECOND,
                                true,
                                Family.V6_ONLY,
                                false));
    }

    @Test
    void everyFieldOfTheExtensionIsRead() {
        DnsCluster.Builder dns =
                DnsCluster.newBuilder()
                        .setDnsRefreshRate(seconds(1))
                        .setDnsJitter(seconds(4))
                        .setRespectDnsTtl(true)
                        .setDnsLookupFamily(DnsLookupFamily.V4_PREFERRED);
        dns.getDnsFailureRefreshRateBuilder()
                .setBaseInterval(seconds(2))
                .setMaxInterval(seconds(7));
        assertThat(StrictDnsConfig.from(dns.build(), Cluster.getDefaultInstance(), problems))
                .isEqualTo(
                        new StrictDnsConfig(
                                SECOND,
                                2 * SECOND,
                                7 * SECOND,
                                4 * SECOND,
                                true,
                                Family.V4_PREFERRED,
                                true));
    }

    @Test
    void theLongestPauseIsTenTimesTheShortest() {
        DnsCluster.Builder dns = DnsCluster.newBuilder();
        dns.getDnsFailureRefreshRateBuilder().setBaseInterval(seconds(2));
        StrictDnsConfig config =
                StrictDnsConfig.from(dns.build(), Cluster.getDefaultInstance(), problems);
        assertThat(config.failureMaxNanos()).isEqualTo(20 * SECOND);
    }

    @Test
    @SuppressWarnings("deprecation")
    void theLongestPauseIsNotBelowTheShortest() {
        Cluster.Builder cluster = Cluster.newBuilder();
        cluster.getDnsFailureRefreshRateBuilder()
                .setBaseInterval(seconds(2))
                .setMaxInterval(seconds(1));
        StrictDnsConfig.from(cluster.build(), problems);
        assertThat(problems.all())
                .singleElement()
                .satisfies(problem ->
                        assertThat(problem.path())
                                .isEqualTo("dns_failure_refresh_rate.max_interval"));
    }
}
