package io.nuncio.spi.internal;

import io.netty.util.concurrent.FastThreadLocalThread;

import org.jspecify.annotations.Nullable;

/// A thread that owns an event loop: the main thread (cell 1) or a worker (cells 2 and up).
///
/// Its cell number selects the plain long that it alone writes in every counter, gauge and
/// histogram; all other threads share cell 0 and add to it atomically.
public final class LoopThread extends FastThreadLocalThread {
    /// The cell of every thread that is not a loop thread.
    public static final int SHARED_CELL = 0;

    private int cell; // changed by dismiss() alone; not volatile, since each count reads it
    private final HeaderStorage headerStorage = new HeaderStorage();
    private volatile @Nullable Thread owner;
    private volatile boolean dismissed;

    /// @param cell 1 for the main thread, 2 + worker index for a worker
    public LoopThread(Runnable task, String name, int cell) {
        super(task, name);
        this.cell = cell;
    }

    public int cell() {
        return cell;
    }

    HeaderStorage headerStorage() {
        return headerStorage;
    }

    /// From now on this thread does the work of another, which waits meanwhile and does nothing.
    public void standInFor(Thread waiting) {
        owner = waiting;
    }

    /// The thread for which this one stood in has given it up: nothing that it still does counts,
    /// and what it counts all the same is not in the other's cell.
    public void dismiss() {
        owner = null;
        cell = SHARED_CELL;
        dismissed = true;
    }

    /// True if the calling thread has been given up by the one for which it stood in.
    public static boolean currentDismissed() {
        return Thread.currentThread() instanceof LoopThread loop && loop.dismissed;
    }

    /// The thread as which the calling one acts: itself, or the one for which it stands in.
    public static Thread acting() {
        Thread current = Thread.currentThread();
        Thread owner = current instanceof LoopThread loop ? loop.owner : null;
        return owner == null ? current : owner;
    }

    /// The cell that the calling thread writes.
    public static int currentCell() {
        return Thread.currentThread() instanceof LoopThread loop ? loop.cell : SHARED_CELL;
    }
}
