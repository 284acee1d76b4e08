package io.nuncio.kernel.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.UInt32Value;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.RoutingPriority;
import io.nuncio.kernel.stats.StatsStore;
import io.nuncio.spi.Gauge;

import org.junit.jupiter.api.Test;

class ResourceLimitTest {
    private final Gauge open = Gauge.detached("open");
    private final Gauge remaining = Gauge.detached("remaining");
    private final ResourceLimit limit = new ResourceLimit(2, open, remaining);

    @Test
    void admitsUpToItsMaximum() {
        limit.acquire();
        assertThat(limit.canCreate()).isTrue();
        limit.acquire();
        assertThat(limit.canCreate()).isFalse();
        limit.release();
        assertThat(limit.canCreate()).isTrue();
    }

    @Test
    void isOpenWhileItIsAtOrOverItsMaximum() {
        limit.acquire();
        assertThat(open.value()).isZero();
        limit.acquire();
        limit.acquire();
        assertThat(open.value()).isEqualTo(1);
        limit.release();
        assertThat(open.value()).isEqualTo(1);
        limit.release();
        assertThat(open.value()).isZero();
    }

    @Test
    void whatRemainsIsNeverNegative() {
        assertThat(remaining.value()).isEqualTo(2);
        limit.acquire();
        limit.acquire();
        limit.acquire();
        assertThat(remaining.value()).isZero();
        limit.release();
        assertThat(remaining.value()).isZero();
        limit.release();
        assertThat(remaining.value()).isEqualTo(1);
    }

    @Test
    void theDefaultsAreEnvoys() {
        var config =
                CircuitBreakerConfig.from(Cluster.getDefaultInstance(), RoutingPriority.DEFAULT);

        assertThat(config)
                .isEqualTo(
                        new CircuitBreakerConfig(1024, 1024, 1024, 3, null, Long.MAX_VALUE, false));
    }

    @Test
    void eachPriorityHasItsOwnLimits() {
        Cluster.Builder cluster = Cluster.newBuilder();
        cluster.getCircuitBreakersBuilder()
                .addThresholdsBuilder()
                .setPriority(RoutingPriority.HIGH)
                .setMaxRequests(UInt32Value.of(7));

        assertThat(CircuitBreakerConfig.from(cluster.build(), RoutingPriority.HIGH).maxRequests())
                .isEqualTo(7);
        assertThat(
                        CircuitBreakerConfig.from(cluster.build(), RoutingPriority.DEFAULT)
                                .maxRequests())
                .isEqualTo(1024);
    }

    @Test
    void everyThresholdIsRead() {
        Cluster.Builder cluster = Cluster.newBuilder();
        cluster.getCircuitBreakersBuilder()
                .addThresholdsBuilder()
                .setMaxConnections(UInt32Value.of(1))
                .setMaxPendingRequests(UInt32Value.of(2))
                .setMaxRequests(UInt32Value.of(3))
                .setMaxRetries(UInt32Value.of(4))
                .setMaxConnectionPools(UInt32Value.of(5))
                .setTrackRemaining(true);

        assertThat(CircuitBreakerConfig.from(cluster.build(), RoutingPriority.DEFAULT))
                .isEqualTo(new CircuitBreakerConfig(1, 2, 3, 4, null, 5, true));
    }

    @Test
    void whatRemainsIsShownOnlyIfTracked() {
        StatsStore store = StatsStore.detached();
        CircuitBreakers.ofDefaultPriority(
                new CircuitBreakerConfig(1, 2, 3, 4, null, 5, false), store.root());
        CircuitBreakers.ofHighPriority(
                new CircuitBreakerConfig(1, 2, 3, 4, null, 5, true), store.root());

        assertThat(store.findGauge("circuit_breakers.default.remaining_cx")).isNull();
        assertThat(store.gauges())
                .extracting(Gauge::name)
                .contains("circuit_breakers.high.remaining_cx")
                .doesNotContain("circuit_breakers.default.remaining_cx");
        assertThat(store.value("circuit_breakers.high.remaining_cx")).isEqualTo(1);
        assertThat(store.value("circuit_breakers.high.remaining_pending")).isEqualTo(2);
        assertThat(store.value("circuit_breakers.high.remaining_rq")).isEqualTo(3);
        assertThat(store.value("circuit_breakers.high.remaining_retries")).isEqualTo(4);
        assertThat(store.value("circuit_breakers.high.remaining_cx_pools")).isEqualTo(5);
    }
}
