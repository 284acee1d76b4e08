package io.nuncio.kernel.upstream;

import io.nuncio.spi.Timer;
import io.nuncio.spi.Worker;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/// A loop that does nothing until the test says so: [#run] runs what was posted, [#advance] moves
/// the time and fires the timers that are due.
final class FakeWorker implements Worker {
    private final int index;
    private final Queue<Runnable> posted = new ArrayDeque<>();
    private final List<FakeTimer> timers = new ArrayList<>();
    private long nanos = 1_000_000_000L;
    private long random;

    FakeWorker(int index) {
        this.index = index;
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
        return nanos / 1_000_000;
    }

    @Override
    public long random() {
        return random++;
    }

    @Override
    public Timer timer(Runnable task) {
        var timer = new FakeTimer(task);
        timers.add(timer);
        return timer;
    }

    @Override
    public boolean post(Runnable task) {
        posted.add(task);
        return true;
    }

    @Override
    public boolean current() {
        return true;
    }

    void run() {
        Runnable task = posted.poll();
        while (task != null) {
            task.run();
            task = posted.poll();
        }
    }

    void advance(long by) {
        nanos += by;
        for (FakeTimer timer : List.copyOf(timers)) {
            if (timer.due != Long.MAX_VALUE && timer.due <= nanos) {
                timer.due = Long.MAX_VALUE;
                timer.task.run();
            }
        }
    }

    private final class FakeTimer implements Timer {
        private final Runnable task;
        private long due = Long.MAX_VALUE;

        FakeTimer(Runnable task) {
            this.task = task;
        }

        @Override
        public void arm(long after) {
            due = nanos + after;
        }

        @Override
        public void disarm() {
            due = Long.MAX_VALUE;
        }

        @Override
        public boolean armed() {
            return due != Long.MAX_VALUE;
        }
    }
}
