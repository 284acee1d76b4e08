package io.nuncio.kernel.upstream;

import io.nuncio.spi.Counter;
import io.nuncio.spi.StatsScope;

/// The statistics of one cluster that discovery changes. They are looked up each time, since that
/// is rare, and there are many clusters. Thread: main.
///
/// @param scope the cluster's
record MembershipStats(StatsScope scope) {
    Counter updateAttempt() {
        return scope.counter("update_attempt");
    }

    Counter updateSuccess() {
        return scope.counter("update_success");
    }

    Counter updateFailure() {
        return scope.counter("update_failure");
    }

    Counter updateNoRebuild() {
        return scope.counter("update_no_rebuild");
    }

    Counter change() {
        return scope.counter("membership_change");
    }

    void warming(boolean warming) {
        scope.gauge("warming_state").set(warming ? 1 : 0);
    }

    void members(long total, long healthy, long degraded, long maxWeight) {
        scope.gauge("membership_total").set(total);
        scope.gauge("membership_healthy").set(healthy);
        scope.gauge("membership_degraded").set(degraded);
        scope.gauge("membership_excluded").set(0);
        scope.gauge("max_host_weight").set(maxWeight);
    }
}
