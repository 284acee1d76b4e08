package io.nuncio.micro;

import io.nuncio.spi.Timer;
import io.nuncio.spi.Worker;

import java.util.ArrayDeque;
import java.util.Queue;

/// A worker whose clock stands and whose timers never end; what is posted runs when asked to.
final class QuietWorker implements Worker {
    private final Queue<Runnable> posted = new ArrayDeque<>();

    void runPosted() {
        for (Runnable task = posted.poll(); task != null; task = posted.poll()) {
            task.run();
        }
    }

    @Override
    public int index() {
        return 0;
    }

    @Override
    public long nanoTime() {
        return 1_000_000_000L;
    }

    @Override
    public long currentTimeMillis() {
        return 1_767_225_600_000L;
    }

    @Override
    public long random() {
        return 1;
    }

    @Override
    public Timer timer(Runnable task) {
        return new Timer() {
            private boolean armed;

            @Override
            public void arm(long nanos) {
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
        };
    }

    @Override
    public boolean post(Runnable task) {
        return posted.add(task);
    }

    @Override
    public boolean current() {
        return true;
    }
}
