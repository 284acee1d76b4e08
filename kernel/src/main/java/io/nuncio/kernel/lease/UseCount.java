package io.nuncio.kernel.lease;

import io.nuncio.spi.Worker;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/// How many streams or connections use something, counted by each loop for itself without a word to
/// the others, and known as a whole only when it matters: once the thing is replaced.
///
/// Whoever finds the thing must enter in the same round of its loop, so that a task posted to every
/// loop after the replacement meets nobody who has found it and not yet entered.
public final class UseCount {
    /// Counts of two loops share no cache line.
    private static final int STRIDE = 16;

    private final Worker main;
    private final List<Worker> loops = new ArrayList<>(); // by slot, the main thread first
    private final long[] counts;
    private final boolean[] retired; // each written by its own loop
    private @Nullable Runnable unused;
    private IntConsumer onRetire = _ -> {};
    private int busy; // loops that have not said that they are done; main thread

    /// @param workers in the order of their index; empty where there is one loop only
    public UseCount(Worker main, List<? extends Worker> workers) {
        this.main = main;
        loops.add(main);
        loops.addAll(workers);
        counts = new long[loops.size() * STRIDE];
        retired = new boolean[loops.size() * STRIDE];
    }

    /// The number of loops, the main thread among them.
    public int loops() {
        return loops.size();
    }

    /// Which of the loops this is, 0 for the main thread.
    public int indexOf(Worker loop) {
        return Math.min(loop.index() + 1, loops.size() - 1);
    }

    /// Has the task run on each loop that learns that nobody finds the thing any more, with the
    /// loop's index. Thread: the one that made this, before it is used.
    public void onRetire(IntConsumer task) {
        onRetire = task;
    }

    /// True once the loop has learned that. Thread: the loop.
    public boolean retiredOn(int loop) {
        return retired[loop * STRIDE];
    }

    /// One more uses it. Thread: the loop.
    public void enter(Worker loop) {
        counts[slot(loop)]++;
    }

    /// One that used it has ended. Thread: the loop on which it entered.
    public void exit(Worker loop) {
        int slot = slot(loop);
        if (--counts[slot] == 0 && retired[slot]) {
            // The code that ends may still be on the stack.
            loop.post(() -> main.post(this::loopDone));
        }
    }

    /// Nobody finds it any more; tells when the last who uses it has ended. Thread: main, once.
    ///
    /// @param whenUnused run once, on the main thread
    public void retire(Runnable whenUnused) {
        unused = whenUnused;
        busy = loops.size();
        for (int index = 0; index < loops.size(); index++) {
            int slot = index * STRIDE;
            boolean posted = loops.get(index).post(() -> retireOnLoop(slot));
            if (!posted) {
                loopDone(); // it has ended, and with it all that it had
            }
        }
    }

    private void retireOnLoop(int slot) {
        retired[slot] = true;
        onRetire.accept(slot / STRIDE);
        if (counts[slot] == 0) {
            main.post(this::loopDone);
        }
    }

    private void loopDone() {
        Runnable task = unused;
        if (--busy == 0 && task != null) {
            unused = null;
            task.run();
        }
    }

    private int slot(Worker loop) {
        return indexOf(loop) * STRIDE;
    }
}
