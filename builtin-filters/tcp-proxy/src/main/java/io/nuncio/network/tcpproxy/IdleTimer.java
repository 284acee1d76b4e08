package io.nuncio.network.tcpproxy;

import io.nuncio.spi.NetworkStream;
import io.nuncio.spi.Timer;
import io.nuncio.spi.Worker;

import java.util.function.LongSupplier;

/// Notices that nothing passes for a time. The timer is not moved with each byte: it looks when it
/// fires. Bytes that a slow side has read since then count, too. Thread: the connection's worker.
final class IdleTimer {
    private final Worker worker;
    private final long timeoutNanos;
    private final LongSupplier unsent;
    private final Runnable whenIdle;
    private final Timer timer;
    private long activeNanos; // when bytes last came
    private long unsentWhenArmed;

    private IdleTimer(
            NetworkStream stream, long timeoutNanos, LongSupplier unsent, Runnable whenIdle) {
        worker = stream.worker();
        this.timeoutNanos = timeoutNanos;
        this.unsent = unsent;
        this.whenIdle = whenIdle;
        timer = stream.timer(this::onTimer);
    }

    /// @param timeoutNanos more than 0
    /// @param unsent how many bytes wait to be written, on either side
    static IdleTimer start(
            NetworkStream stream, long timeoutNanos, LongSupplier unsent, Runnable whenIdle) {
        var started = new IdleTimer(stream, timeoutNanos, unsent, whenIdle);
        started.passed();
        started.arm(timeoutNanos);
        return started;
    }

    /// Bytes have come.
    void passed() {
        activeNanos = worker.nanoTime();
    }

    private void arm(long nanos) {
        unsentWhenArmed = unsent.getAsLong();
        timer.arm(nanos);
    }

    private void onTimer() {
        long left = activeNanos + timeoutNanos - worker.nanoTime();
        if (left > 0) {
            arm(left);
        } else if (unsent.getAsLong() != unsentWhenArmed) {
            arm(timeoutNanos);
        } else {
            whenIdle.run();
        }
    }
}
