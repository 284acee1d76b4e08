package io.nuncio.testkit;

import io.nuncio.spi.Timer;
import io.nuncio.spi.Worker;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/// A worker without a thread: time stands still until the test moves it, posted tasks wait until
/// the test runs them, and random numbers are the same in every run.
public final class FakeWorker implements Worker {
    private final List<FakeTimer> timers = new ArrayList<>();
    private final Queue<Runnable> posted = new ConcurrentLinkedQueue<>();
    private final int index;
    private long nanos = 1_000_000_000L;
    private long randomState = 1;
    private long epochMillis = 1_767_225_600_000L; // 2026-01-01T00:00:00Z

    public FakeWorker() {
        this(0);
    }

    /// @param index which of the workers this is
    public FakeWorker(int index) {
        this.index = index;
    }

    /// Moves time, running the timers that are due on the way, each at its own moment.
    public void advance(Duration by) {
        long target = nanos + by.toNanos();
        for (FakeTimer due = next(target); due != null; due = next(target)) {
            moveTo(Math.max(nanos, due.at));
            due.armed = false;
            due.task.run();
        }
        moveTo(target);
    }

    private void moveTo(long moment) {
        epochMillis += moment / 1_000_000 - nanos / 1_000_000;
        nanos = moment;
    }

    private @Nullable FakeTimer next(long until) {
        FakeTimer first = null;
        for (FakeTimer timer : timers) {
            if (timer.armed && timer.at <= until && (first == null || timer.at < first.at)) {
                first = timer;
            }
        }
        return first;
    }

    /// Runs what was posted, and what that posts in its turn.
    public void runPosted() {
        for (Runnable task = posted.poll(); task != null; task = posted.poll()) {
            task.run();
        }
    }

    /// How many timers are armed.
    public long armedTimers() {
        return timers.stream().filter(FakeTimer::armed).count();
    }

    /// How often any timer was armed so far.
    public long timesArmed() {
        return timers.stream().mapToLong(timer -> timer.timesArmed).sum();
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public long currentTimeMillis() {
        return epochMillis;
    }

    @Override
    public long random() {
        randomState = randomState * 6364136223846793005L + 1442695040888963407L;
        return randomState;
    }

    @Override
    public Timer timer(Runnable task) {
        FakeTimer timer = new FakeTimer(task);
        timers.add(timer);
        return timer;
    }

    @Override
    public boolean post(Runnable task) {
        return posted.add(task);
    }

    @Override
    public boolean current() {
        return true;
    }

    private final class FakeTimer implements Timer {
        private final Runnable task;
        private boolean armed;
        private long at;
        private long timesArmed;

        FakeTimer(Runnable task) {
            this.task = task;
        }

        @Override
        public void arm(long after) {
            armed = true;
            at = nanos + after;
            timesArmed++;
        }

        @Override
        public void disarm() {
            armed = false;
        }

        @Override
        public boolean armed() {
            return armed;
        }
    }
}
