package io.nuncio.kernel.compile;

import io.nuncio.spi.internal.LoopThread;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/// The threads that stand in for the one that compiles: one, and one more for each that was given
/// up. A thread that has nothing to do for some seconds ends.
final class StandIns {
    private static final long IDLE_SECONDS = 5;

    private final SynchronousQueue<Task> tasks = new SynchronousQueue<>();
    private final AtomicInteger alive = new AtomicInteger();
    private final Map<Thread, Compilation> current = new ConcurrentHashMap<>();

    /// What a stand-in is to do, and for whom.
    private record Task(Compilation compilation, Thread owner, Runnable work) {}

    /// What the calling thread compiles, null if it stands in for nobody.
    @Nullable Compilation current() {
        return current.get(Thread.currentThread());
    }

    /// Runs the work on another thread, and waits.
    ///
    /// @return null if it was given up
    @SuppressWarnings("unchecked") // the result is of the work
    <T> Compilation.@Nullable Result<T> run(Compilation compilation, Supplier<@Nullable T> work) {
        give(
                new Task(
                        compilation,
                        LoopThread.acting(),
                        () -> {
                            try {
                                compilation.ended(new Compilation.Result<>(work.get()), null);
                            } catch (Throwable thrown) {
                                compilation.ended(null, thrown);
                            }
                        }));
        return (Compilation.Result<T>) compilation.await();
    }

    /// A thread that is about to be idle gets a moment; if there is none, one is made.
    private void give(Task task) {
        boolean interrupted = false;
        boolean made = false;
        while (true) {
            try {
                if (!made && (alive.get() == 0 || !tasks.offer(task, 1, TimeUnit.MILLISECONDS))) {
                    made = true;
                    start();
                }
                if (made) {
                    tasks.put(task);
                }
                break;
            } catch (InterruptedException kept) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void start() {
        alive.incrementAndGet();
        int cell = LoopThread.currentCell(); // who waits counts nothing meanwhile
        LoopThread thread = new LoopThread(this::work, "main configure", cell);
        thread.setDaemon(true);
        thread.start();
    }

    private void work() {
        LoopThread thread = (LoopThread) Thread.currentThread();
        try {
            while (!LoopThread.currentDismissed()) {
                Task task = tasks.poll(IDLE_SECONDS, TimeUnit.SECONDS);
                if (task == null) {
                    break;
                }
                thread.standInFor(task.owner());
                task.compilation().startedOn(thread);
                current.put(thread, task.compilation());
                task.work().run();
                current.remove(thread);
            }
        } catch (InterruptedException ended) {
            thread.interrupt();
        } finally {
            alive.decrementAndGet();
        }
    }
}
