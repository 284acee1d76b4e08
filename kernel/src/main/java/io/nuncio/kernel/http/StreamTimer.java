package io.nuncio.kernel.http;

import io.nuncio.spi.Timer;

import org.jspecify.annotations.Nullable;

/// A filter's timer: it cannot be armed, nor fire, once the stream is over, and its task is guarded
/// like a callback. All timers of a stream are linked.
final class StreamTimer implements Timer, Runnable {
    private final ActiveFilter filter;
    private final Runnable task;
    private final @Nullable StreamTimer next;
    private final Timer timer;

    @SuppressWarnings("this-escape")
    StreamTimer(ActiveFilter filter, Runnable task, @Nullable StreamTimer next) {
        this.filter = filter;
        this.task = task;
        this.next = next;
        this.timer = filter.worker().timer(this);
    }

    @Nullable StreamTimer next() {
        return next;
    }

    @Override
    public void run() {
        filter.run(task);
    }

    @Override
    public void arm(long nanos) {
        if (!filter.over()) {
            timer.arm(nanos);
        }
    }

    @Override
    public void disarm() {
        timer.disarm();
    }

    @Override
    public boolean armed() {
        return timer.armed();
    }
}
