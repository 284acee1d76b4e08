package io.nuncio.kernel.compile;

import io.nuncio.kernel.extension.LoadedExtension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.internal.LoopThread;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// One configuration on its way through `configure`, with what it has compiled below itself.
///
/// Thread: the thread that waits and its stand-in.
final class Compilation {
    private static final long LOOK_NANOS = 50_000_000;

    private final long limitNanos;
    private final CountDownLatch done = new CountDownLatch(1);
    private final Deque<Step> steps = new ArrayDeque<>(); // the innermost first
    private @Nullable Result<?> result;
    private @Nullable Throwable failure;
    private @Nullable LoopThread thread;
    private @Nullable Throwable where;
    private boolean paused;
    private boolean over;

    /// An extension that is at work, and its time, which stands still while one below it works.
    private static final class Step {
        final LoadedExtension extension;
        final FactoryContext context;
        long left;
        long since;

        Step(LoadedExtension extension, FactoryContext context, long left, long since) {
            this.extension = extension;
            this.context = context;
            this.left = left;
            this.since = since;
        }
    }

    /// What came out.
    record Result<T>(@Nullable T value) {}

    Compilation(long limitNanos) {
        this.limitNanos = limitNanos;
    }

    /// An extension begins. Its time is the only one that runs.
    synchronized void enter(LoadedExtension extension, FactoryContext context) {
        refuseIfGivenUp();
        long now = System.nanoTime();
        Step outer = steps.peek();
        if (outer != null) {
            outer.left -= now - outer.since;
        }
        steps.push(new Step(extension, context, limitNanos, now));
    }

    /// The innermost extension has ended.
    synchronized void leave() {
        refuseIfGivenUp();
        steps.pop();
        steps.getFirst().since = System.nanoTime();
    }

    /// Something begins that has a limit of its own: nobody's time runs.
    synchronized void pause() {
        refuseIfGivenUp();
        Step step = steps.getFirst();
        step.left -= System.nanoTime() - step.since;
        paused = true;
    }

    synchronized void resume() {
        steps.getFirst().since = System.nanoTime();
        paused = false;
    }

    private void refuseIfGivenUp() {
        if (over) {
            throw new ConfigureLimit.GivenUp();
        }
    }

    synchronized void startedOn(LoopThread standIn) {
        thread = standIn;
    }

    /// Thread: the stand-in.
    synchronized void ended(@Nullable Result<?> made, @Nullable Throwable thrown) {
        result = made;
        failure = thrown;
        done.countDown();
    }

    /// Waits until it has ended or must be given up. Thread: the one that is stood in for.
    ///
    /// @return null if it was given up
    @Nullable Result<?> await() {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    if (done.await(LOOK_NANOS, TimeUnit.NANOSECONDS) || givenUp()) {
                        break;
                    }
                } catch (InterruptedException kept) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        return outcome();
    }

    private synchronized boolean givenUp() {
        Step step = steps.getFirst();
        LoopThread standIn = thread;
        boolean late = step.left - (System.nanoTime() - step.since) <= 0;
        if (paused || done.getCount() == 0 || !late || standIn == null) {
            return false;
        }
        over = true;
        Throwable stack = new Throwable("the thread " + standIn.getName());
        stack.setStackTrace(standIn.getStackTrace());
        where = stack;
        standIn.dismiss();
        standIn.interrupt();
        return true;
    }

    private synchronized @Nullable Result<?> outcome() {
        if (over) {
            return null;
        }
        return switch (failure) {
            case null -> result;
            case RuntimeException bug -> throw bug;
            case Error bug -> throw bug;
            default -> throw new IllegalStateException(failure);
        };
    }

    /// Who was at work when it was given up.
    synchronized LoadedExtension extension() {
        return steps.getFirst().extension;
    }

    synchronized FactoryContext context() {
        return steps.getFirst().context;
    }

    /// Where the thread was when it was given up.
    synchronized @Nullable Throwable whereItHangs() {
        return where;
    }
}
