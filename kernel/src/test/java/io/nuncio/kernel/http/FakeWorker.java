package io.nuncio.kernel.http;

import io.nuncio.spi.Timer;
import io.nuncio.spi.Worker;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/// A worker without a thread: time stands still until the test moves it, posted tasks wait until
/// the test runs them.
public final class FakeWorker implements Worker {
    private final List<FakeTimer> timers = new ArrayList<>();
    private final Queue<Runnable> posted = new ArrayDeque<>();
    private long nanos = 1_000_000_000L;

    /// Moves time, running the timers that are due on the way.
    public void advance(long by) {
        long target = nanos + by;
        while (true) {
            FakeTimer due = null;
            for (FakeTimer timer : timers) {
                if (timer.armed && timer.at <= target && (due == null || timer.at < due.at)) {
                    due = timer;
                }
            }
            if (due == null) {
                break;
            }
            nanos = due.at;
            due.armed = false;
            due.task.run();
        }
        nanos = target;
    }

    /// Runs what was posted.
    public void runPosted() {
        for (Runnable task = posted.poll(); task != null; task = posted.poll()) {
            task.run();
        }
    }

    public long armedTimers() {
        return timers.stream().filter(FakeTimer::armed).count();
    }

    @Override
    public int index() {
        return 0;
    }

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public long currentTimeMillis() {
        return 1_700_000_000_000L + nanos / 1_000_000;
    }

    @Override
    public long random() {
        return 42;
    }

    @Override
    public Timer timer(Runnable task) {
        var timer = new FakeTimer(task);
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

        FakeTimer(Runnable task) {
            this.task = task;
        }

        @Override
        public void arm(long after) {
            armed = true;
            at = nanos + after;
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
