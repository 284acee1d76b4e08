package io.nuncio.kernel.http2;

import io.nuncio.spi.Timer;
import io.nuncio.spi.Worker;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/// A loop that does nothing until the test says so.
final class FakeWorker implements Worker {
    private final Queue<Runnable> posted = new ArrayDeque<>();
    private final List<FakeTimer> timers = new ArrayList<>();
    private long nanos = 1_000_000_000L;
    private long random;

    /// What [#random] says from now on.
    void random(long number) {
        random = number;
    }

    /// Runs what was posted, and what that posts.
    void run() {
        for (Runnable task = posted.poll(); task != null; task = posted.poll()) {
            task.run();
        }
    }

    /// Moves the time and fires what is due.
    void advanceMillis(long millis) {
        nanos += millis * 1_000_000;
        for (FakeTimer timer : List.copyOf(timers)) {
            if (timer.armed && timer.at <= nanos) {
                timer.armed = false;
                timer.task.run();
            }
        }
        run();
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
        return nanos / 1_000_000;
    }

    @Override
    public long random() {
        return random;
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
        private long at;
        private boolean armed;

        FakeTimer(Runnable task) {
            this.task = task;
        }

        @Override
        public void arm(long after) {
            at = nanos + after;
            armed = true;
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
