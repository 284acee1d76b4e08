package io.nuncio.spi.internal;

import io.netty.util.concurrent.FastThreadLocalThread;

/// A thread that owns an event loop: the main thread (cell 1) or a worker (cells 2 and up).
///
/// Its cell number selects the plain long that it alone writes in every counter, gauge and
/// histogram; all other threads share cell 0 and add to it atomically.
public final class LoopThread extends FastThreadLocalThread {
    /// The cell of every thread that is not a loop thread.
    public static final int SHARED_CELL = 0;

    private final int cell;
    private final HeaderStorage headerStorage = new HeaderStorage();

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

    /// The cell that the calling thread writes.
    public static int currentCell() {
        return Thread.currentThread() instanceof LoopThread loop ? loop.cell : SHARED_CELL;
    }
}
