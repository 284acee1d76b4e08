package io.nuncio.kernel.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.kernel.upstream.PriorityLoads.Counts;

import org.junit.jupiter.api.Test;

/// The numbers are those of Envoy's documentation of priorities, degraded hosts and panic.
class PriorityLoadsTest {
    private static Counts hosts(int all, int healthy, int degraded) {
        return new Counts(all, healthy, degraded, all, healthy, degraded);
    }

    private static PriorityLoads loads(Counts... priorities) {
        return PriorityLoads.of(priorities, 50, 140);
    }

    @Test
    void theFirstPriorityGetsEverythingWhileSeventyTwoPercentAreHealthy() {
        assertThat(loads(hosts(100, 100, 0), hosts(100, 100, 0)).healthy()).containsExactly(100, 0);
        assertThat(loads(hosts(100, 72, 0), hosts(100, 100, 0)).healthy()).containsExactly(100, 0);
        assertThat(loads(hosts(100, 71, 0), hosts(100, 100, 0)).healthy()).containsExactly(99, 1);
        assertThat(loads(hosts(100, 50, 0), hosts(100, 100, 0)).healthy()).containsExactly(70, 30);
        assertThat(loads(hosts(100, 25, 0), hosts(100, 100, 0)).healthy()).containsExactly(35, 65);
        assertThat(loads(hosts(100, 0, 0), hosts(100, 100, 0)).healthy()).containsExactly(0, 100);
        assertThat(loads(hosts(100, 25, 0), hosts(100, 25, 0)).healthy()).containsExactly(50, 50);
    }

    @Test
    void threePrioritiesShareWhatTheFirstCannotTake() {
        assertThat(loads(hosts(100, 25, 0), hosts(100, 25, 0), hosts(100, 100, 0)).healthy())
                .containsExactly(35, 35, 30);
        assertThat(loads(hosts(100, 20, 0), hosts(100, 20, 0), hosts(100, 10, 0)).healthy())
                .satisfies(healthy -> assertThat(sum(healthy)).isEqualTo(100));
    }

    @Test
    void degradedHostsGetWhatHealthyOnesCannotTake() {
        PriorityLoads loads = loads(hosts(100, 50, 50));
        assertThat(loads.healthy()).containsExactly(70);
        assertThat(loads.degraded()).containsExactly(30);

        assertThat(loads(hosts(100, 0, 100)).degraded()).containsExactly(100);
    }

    @Test
    void healthOfOtherPrioritiesKeepsAPriorityOutOfPanic() {
        assertThat(loads(hosts(100, 10, 0), hosts(100, 100, 0)).panic())
                .containsExactly(false, false);
    }

    @Test
    void tooFewHealthyHostsInAllAreAPanic() {
        PriorityLoads loads = loads(hosts(100, 20, 0));
        assertThat(loads.panic()).containsExactly(true);
        assertThat(loads.healthy()).containsExactly(100);
    }

    @Test
    void onePriorityCanBeInPanicAlone() {
        PriorityLoads loads = loads(hosts(10, 0, 0), hosts(10, 6, 0));
        assertThat(loads.panic()).containsExactly(true, false);
        assertThat(loads.healthy()).containsExactly(0, 100);
    }

    @Test
    void inTotalPanicTheLoadIsSharedByTheNumberOfHosts() {
        PriorityLoads loads = loads(hosts(10, 0, 0), hosts(30, 0, 0), hosts(20, 0, 0));
        assertThat(loads.panic()).containsExactly(true, true, true);
        assertThat(loads.healthy()).containsExactly(17, 50, 33);
    }

    @Test
    void aClusterWithoutHostsSendsEverythingToItsFirstPriority() {
        assertThat(loads(hosts(0, 0, 0)).healthy()).containsExactly(100);
        assertThat(loads(hosts(0, 0, 0), hosts(0, 0, 0)).healthy()).containsExactly(100, 0);
    }

    @Test
    void aThresholdOfZeroMeansNoPanic() {
        PriorityLoads loads = PriorityLoads.of(new Counts[] {hosts(10, 0, 0)}, 0, 140);
        assertThat(loads.panic()).containsExactly(false);
        assertThat(loads.healthy()).containsExactly(100);
    }

    @Test
    void weightsDecideIfTheyAreAskedFor() {
        var heavy = new Counts(2, 1, 0, 100, 90, 0);
        assertThat(loads(heavy, hosts(10, 10, 0)).healthy()).containsExactly(100, 0);
    }

    private static int sum(int[] values) {
        int sum = 0;
        for (int value : values) {
            sum += value;
        }
        return sum;
    }
}
