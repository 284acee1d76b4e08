package io.nuncio.kernel.calls;

import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.Timer;
import io.nuncio.spi.Worker;
import io.nuncio.spi.host.RetryPolicy;

import org.jspecify.annotations.Nullable;

/// How long a call may take: all of it from the end of its request, and each attempt.
final class CallClock {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long UNSET = Long.MIN_VALUE;

    private final Worker worker;
    private final long total;
    private final long perTry;
    private final long idle;
    private final Runnable onTotal;
    private final TryTimeout onTry;
    private @Nullable Timer totalTimer;
    private @Nullable Timer tryTimer;
    private @Nullable Timer idleTimer;
    private long requestEndNanos = UNSET;
    private boolean connected;
    private boolean stopped;

    /// What happens when one attempt takes too long.
    @FunctionalInterface
    interface TryTimeout {
        /// @param idle true if its response pauses too long
        void onTimeout(boolean idle);
    }

    /// @param total in nanoseconds, 0 for no limit
    CallClock(Worker worker, long total, RetryPolicy policy, Runnable onTotal, TryTimeout onTry) {
        this.worker = worker;
        this.total = total;
        this.perTry =
                policy.perTryTimeoutNanos() >= total && total > 0 ? 0 : policy.perTryTimeoutNanos();
        this.idle = policy.perTryIdleTimeoutNanos();
        this.onTotal = onTotal;
        this.onTry = onTry;
    }

    void onRequestEnd() {
        if (stopped) {
            return;
        }
        requestEndNanos = worker.nanoTime();
        if (total > 0) {
            totalTimer = worker.timer(onTotal);
            totalTimer.arm(total);
        }
        startTry();
    }

    void onConnected() {
        connected = true;
        startTry();
    }

    private void startTry() {
        if (!connected || requestEndNanos == UNSET || stopped) {
            return;
        }
        if (perTry > 0) {
            Timer timer = tryTimer == null ? worker.timer(() -> onTry.onTimeout(false)) : tryTimer;
            tryTimer = timer;
            timer.arm(perTry);
        }
        if (idle > 0) {
            Timer timer = idleTimer == null ? worker.timer(() -> onTry.onTimeout(true)) : idleTimer;
            idleTimer = timer;
            timer.arm(idle);
        }
    }

    /// Headers or body came.
    void onResponsePart() {
        if (tryTimer != null) {
            tryTimer.disarm();
        }
        if (idleTimer != null && idleTimer.armed()) {
            idleTimer.arm(idle);
        }
    }

    void onAttemptOver() {
        connected = false;
        disarm(tryTimer);
        disarm(idleTimer);
    }

    void stop() {
        stopped = true;
        disarm(totalTimer);
        onAttemptOver();
    }

    private static void disarm(@Nullable Timer timer) {
        if (timer != null) {
            timer.disarm();
        }
    }

    /// -1 if the request has not ended.
    long millisSinceRequestEnd() {
        return requestEndNanos == UNSET
                ? -1
                : (worker.nanoTime() - requestEndNanos) / NANOS_PER_MILLI;
    }

    /// Tells the upstream how long it has.
    void tellUpstream(RequestHeaders headers) {
        long expected = (perTry == 0 ? total : perTry) / NANOS_PER_MILLI;
        if (expected <= 0) {
            return;
        }
        if (total > 0) {
            long left = total / NANOS_PER_MILLI - Math.max(0, millisSinceRequestEnd());
            expected = Math.max(1, Math.min(expected, left)); // no time at all would mean any
        }
        headers.setLong(HeaderName.X_ENVOY_EXPECTED_RQ_TIMEOUT_MS, expected);
    }
}
