package io.nuncio.kernel.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.UInt32Value;

import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers.Thresholds;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers.Thresholds.RetryBudget;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.RoutingPriority;
import io.envoyproxy.envoy.type.v3.Percent;
import io.nuncio.kernel.stats.StatsStore;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryLimitTest {
    private final StatsStore store = StatsStore.detached();

    private CircuitBreakers breakers(Thresholds.Builder thresholds) {
        Cluster.Builder cluster = Cluster.newBuilder();
        cluster.getCircuitBreakersBuilder().addThresholds(thresholds);
        return CircuitBreakers.ofDefaultPriority(
                CircuitBreakerConfig.from(cluster.build(), RoutingPriority.DEFAULT), store.root());
    }

    private static Thresholds.Builder budget(RetryBudget.Builder budget) {
        return Thresholds.newBuilder().setRetryBudget(budget);
    }

    @Test
    void threeRetriesAreUnderWayAtMost() {
        RetryLimit retries = breakers(Thresholds.newBuilder()).retries();
        assertThat(retries.tryAcquire()).isTrue();
        assertThat(retries.tryAcquire()).isTrue();
        assertThat(retries.tryAcquire()).isTrue();
        assertThat(retries.tryAcquire()).isFalse();
        assertThat(store.value("circuit_breakers.default.rq_retry_open")).isEqualTo(1);
        retries.release();
        assertThat(store.value("circuit_breakers.default.rq_retry_open")).isZero();
        assertThat(retries.tryAcquire()).isTrue();
    }

    @Test
    void maxRetriesSaysHowMany() {
        RetryLimit retries =
                breakers(Thresholds.newBuilder().setMaxRetries(UInt32Value.of(0))).retries();
        assertThat(retries.tryAcquire()).isFalse();
        assertThat(retries.max()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 3", "10, 5, 3", "10, 10, 4", "100, 20, 24", "99, 0, 19"})
    void aBudgetIsAFifthOfTheRequestsAndThreeAtLeast(int active, int pending, long max) {
        CircuitBreakers breakers = breakers(budget(RetryBudget.newBuilder()));
        for (int i = 0; i < active; i++) {
            breakers.requests().acquire();
        }
        for (int i = 0; i < pending; i++) {
            breakers.pendingRequests().acquire();
        }
        assertThat(breakers.retries().max()).isEqualTo(max);
    }

    @Test
    void aBudgetTakesThePlaceOfMaxRetries() {
        CircuitBreakers breakers =
                breakers(
                        budget(
                                        RetryBudget.newBuilder()
                                                .setBudgetPercent(Percent.newBuilder().setValue(50))
                                                .setMinRetryConcurrency(UInt32Value.of(1)))
                                .setMaxRetries(UInt32Value.of(100)));
        assertThat(breakers.retries().tryAcquire()).isTrue();
        assertThat(breakers.retries().tryAcquire()).isFalse();
        for (int i = 0; i < 4; i++) {
            breakers.requests().acquire();
        }
        assertThat(breakers.retries().tryAcquire()).isTrue();
        assertThat(breakers.retries().tryAcquire()).isFalse();
    }

    @Test
    void withABudgetNobodyKnowsWhatRemains() {
        breakers(budget(RetryBudget.newBuilder()).setTrackRemaining(true));
        assertThat(store.findGauge("circuit_breakers.default.remaining_retries")).isNotNull();
        assertThat(store.value("circuit_breakers.default.remaining_retries")).isZero();
        assertThat(store.value("circuit_breakers.default.remaining_rq")).isEqualTo(1024);
    }
}
