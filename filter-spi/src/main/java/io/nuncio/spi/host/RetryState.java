package io.nuncio.spi.host;

import io.nuncio.spi.Counter;
import io.nuncio.spi.Host;
import io.nuncio.spi.HostSet;
import io.nuncio.spi.PriorityLoad;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseFlag;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.RetryHostPredicate;
import io.nuncio.spi.RetryPriority;
import io.nuncio.spi.Timer;
import io.nuncio.spi.Worker;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.function.Consumer;

/// The retries of one request: decides after each attempt whether another one follows, and starts
/// the wait for it. Holds a place in the cluster's circuit breaker from that decision until the
/// outcome of the retry is known. Thread: the request's worker.
public final class RetryState {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final RetryRules rules;
    private final RetryPolicy policy;
    private final RetryRuntime runtime;
    private final ClusterInfo cluster;
    private final ResourcePriority priority;
    private final Consumer<ResponseFlag> flags;
    private final Worker worker;
    private final Timer timer;
    private final RetryHostPredicate[] predicates;
    private final @Nullable RetryPriority retryPriority;
    private @Nullable JitteredBackOff exponential;
    private ClusterInfo.@Nullable RetryBreaker held;
    private long retriesLeft;
    private boolean anythingSent;
    private boolean afterTimeout;
    private boolean denied;

    /// @param timer its task begins the next attempt
    /// @param flags is told of retries that are wanted and not made
    public RetryState(
            RetryRules rules,
            RetryPolicy policy,
            RetryRuntime runtime,
            ClusterInfo cluster,
            ResourcePriority priority,
            Worker worker,
            Timer timer,
            Consumer<ResponseFlag> flags) {
        this.rules = rules;
        this.policy = policy;
        this.runtime = runtime;
        this.cluster = cluster;
        this.priority = priority;
        this.flags = flags;
        this.worker = worker;
        this.timer = timer;
        retriesLeft = rules.retries();
        predicates = new RetryHostPredicate[policy.hosts().predicates().size()];
        for (int i = 0; i < predicates.length; i++) {
            predicates[i] = policy.hosts().predicates().get(i).create();
        }
        retryPriority =
                policy.hosts().priority() == null ? null : policy.hosts().priority().create();
    }

    /// True if the request must be kept for another attempt.
    public boolean enabled() {
        return rules.any();
    }

    /// @return true if another attempt follows this response
    public boolean afterResponse(ResponseHeaders response, RequestHeaders request) {
        afterTimeout = false;
        RetryRules.Verdict verdict = rules.afterResponse(response, request);
        return decide(verdict, verdict == RetryRules.Verdict.BACK_OFF ? askedMillis(response) : 0);
    }

    /// True if another attempt would follow this response, had there not been one already.
    public boolean wouldRetry(ResponseHeaders response, RequestHeaders request) {
        return rules.afterResponse(response, request) != RetryRules.Verdict.NO;
    }

    /// @param sent true if the attempt had a connection
    /// @param timeout true if we broke it off since it took too long
    /// @return true if another attempt follows one that broke off
    public boolean afterReset(ResetReason reason, boolean sent, boolean timeout) {
        afterTimeout = timeout;
        anythingSent |= sent;
        return decide(rules.afterReset(reason, anythingSent), 0);
    }

    /// An attempt takes too long and goes on.
    ///
    /// @return true if another one is made beside it
    public boolean afterSlowness() {
        afterTimeout = true;
        return decide(RetryRules.Verdict.BACK_OFF, 0);
    }

    /// @param askedMillis how long the upstream wants us to wait, 0 if it did not say
    private boolean decide(RetryRules.Verdict verdict, long askedMillis) {
        ClusterInfo.RequestStats stats = cluster.requestStats();
        denied = false;
        if (held != null && verdict == RetryRules.Verdict.NO) {
            stats.retrySuccess().increment();
        }
        release();
        if (verdict == RetryRules.Verdict.NO) {
            return false;
        }
        if (retriesLeft == 0) {
            deny(stats.retryLimitExceeded(), ResponseFlag.UPSTREAM_RETRY_LIMIT_EXCEEDED);
            return false;
        }
        retriesLeft--;
        ClusterInfo.RetryBreaker breaker = cluster.retryBreaker(priority);
        if (!breaker.tryAcquire()) {
            deny(stats.retryOverflow(), ResponseFlag.UPSTREAM_OVERFLOW);
            return false;
        }
        held = breaker;
        if (!runtime.enabled().includes(worker.random())) {
            release();
            return false;
        }
        stats.retry().increment();
        long millis = verdict == RetryRules.Verdict.AT_ONCE ? 0 : backOff(askedMillis);
        timer.arm(millis * NANOS_PER_MILLI);
        return true;
    }

    private void deny(Counter counter, ResponseFlag flag) {
        denied = true;
        counter.increment();
        flags.accept(flag);
    }

    /// True if another attempt was wanted last, and is not made.
    public boolean denied() {
        return denied;
    }

    /// True while the wait for another attempt goes on.
    public boolean pending() {
        return timer.armed();
    }

    /// True if the attempt before took too long.
    public boolean afterTimeout() {
        return afterTimeout;
    }

    private long backOff(long askedMillis) {
        if (askedMillis > 1) {
            cluster.requestStats().retryBackOffRateLimited().increment();
            return JitteredBackOff.afterLimit(askedMillis, worker.random());
        }
        cluster.requestStats().retryBackOffExponential().increment();
        JitteredBackOff waits = exponential;
        if (waits == null) {
            long set = policy.backOff().baseMillis();
            long base = set > 0 ? set : Math.max(1, runtime.baseMillis().getAsLong());
            long max = policy.backOff().maxMillis();
            waits = new JitteredBackOff(base, max > 0 ? Math.max(base, max) : base * 10);
            exponential = waits;
        }
        return waits.nextMillis(worker.random());
    }

    private long askedMillis(ResponseHeaders response) {
        List<RetryPolicy.ResetHeader> headers = policy.rateLimitedBackOff().headers();
        for (RetryPolicy.ResetHeader header : headers) {
            long seconds = response.getLong(header.name(), -1);
            if (header.timestamp() && seconds >= 0) {
                seconds -= worker.currentTimeMillis() / 1000;
            }
            if (seconds >= 0 && seconds <= policy.rateLimitedBackOff().maxMillis() / 1000) {
                return seconds * 1000;
            }
        }
        return 0;
    }

    // Which host the next attempt goes to.

    public void onHostAttempted(Host host) {
        for (RetryHostPredicate predicate : predicates) {
            predicate.onHostAttempted(host);
        }
        if (retryPriority != null) {
            retryPriority.onHostAttempted(host);
        }
    }

    /// How often a host is picked again if it is refused.
    public int hostAttempts() {
        return policy.hosts().attempts();
    }

    public boolean refuses(Host host) {
        for (RetryHostPredicate predicate : predicates) {
            if (predicate.refuses(host)) {
                return true;
            }
        }
        return false;
    }

    public PriorityLoad priorityLoad(List<HostSet> priorities, PriorityLoad original) {
        return retryPriority == null ? original : retryPriority.load(priorities, original);
    }

    /// No attempt follows any more.
    public void close() {
        timer.disarm();
        release();
    }

    private void release() {
        if (held != null) {
            held.release();
            held = null;
        }
    }
}
