package io.nuncio.kernel.upstream;

import io.nuncio.spi.host.ClusterInfo;

import org.jspecify.annotations.Nullable;

/// How many retries a cluster may have under way at once: a number (`max_retries`), or a share of
/// the requests that are active or wait (`retry_budget`). Any thread.
///
/// As in Envoy, the gauge of the open breaker follows the number also where a budget decides.
final class RetryLimit implements ClusterInfo.RetryBreaker {
    private final ResourceLimit limit;
    private final @Nullable Budget budget;
    private final ResourceLimit requests;
    private final ResourceLimit pendingRequests;

    /// A share of the requests, but never less than a number.
    ///
    /// @param percent of active and pending requests, 20 by default
    /// @param min 3 by default
    record Budget(double percent, long min) {}

    /// @param budget null if the number of `limit` decides
    RetryLimit(
            ResourceLimit limit,
            @Nullable Budget budget,
            ResourceLimit requests,
            ResourceLimit pendingRequests) {
        this.limit = limit;
        this.budget = budget;
        this.requests = requests;
        this.pendingRequests = pendingRequests;
    }

    @Override
    public boolean tryAcquire() {
        if (limit.count() >= max()) {
            return false;
        }
        limit.acquire();
        return true;
    }

    @Override
    public void release() {
        limit.release();
    }

    /// As of now.
    long max() {
        if (budget == null) {
            return limit.max();
        }
        long active = requests.count() + pendingRequests.count();
        return Math.max((long) (budget.percent() / 100 * active), budget.min());
    }
}
