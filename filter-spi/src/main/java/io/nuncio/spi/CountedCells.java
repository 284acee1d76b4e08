package io.nuncio.spi;

import io.nuncio.spi.internal.CellAllocator;
import io.nuncio.spi.internal.LoopThread;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// A number of which each loop thread adds up its own part; what a [Counter] and a [Gauge] share.
///
/// It owns cells from its first change on, so that the statistics of an idle cluster cost little.
abstract sealed class CountedCells permits Counter, Gauge {
    private static final VarHandle CELLS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle BLOCK;

    static {
        try {
            BLOCK = MethodHandles.lookup().findVarHandle(CountedCells.class, "block", long[].class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final String prefix;
    private final String name;
    private final @Nullable CellAllocator allocator;
    private int layout; // stride << 16 | slot; 0 until there are cells
    private volatile long @Nullable [] block;

    CountedCells(String prefix, String name, @Nullable CellAllocator allocator) {
        this.prefix = prefix;
        this.name = name;
        this.allocator = allocator;
    }

    /// The whole name; put together at each call, so not for the request path.
    public final String name() {
        return prefix.concat(name);
    }

    /// The sum over all threads; may miss changes that run at this moment.
    public long value() {
        return sum();
    }

    @Override
    public final String toString() {
        return name() + ": " + value();
    }

    final boolean ignored() {
        return allocator == null;
    }

    final boolean hasCells() {
        return block != null;
    }

    /// The way of every request: plain reads, so that the compiler is free to look up the thread
    /// once for several statistics. Layout and block are written once each; who does not see both
    /// yet asks again under the lock.
    final void change(long amount) {
        int layout = this.layout;
        long[] cells = (long[]) BLOCK.get(this);
        if (layout == 0 || cells == null) {
            changeFirst(amount);
            return;
        }
        int cell = LoopThread.currentCell();
        int index = cell * (layout >>> 16) + (layout & 0xffff);
        if (cell == LoopThread.SHARED_CELL) {
            CELLS.getAndAdd(cells, index, amount);
        } else {
            cells[index] += amount;
        }
    }

    private synchronized void changeFirst(long amount) {
        if (allocator == null) {
            return;
        }
        if (block == null) {
            CellAllocator.Cells cells = allocator.allocate();
            layout = cells.stride() << 16 | cells.slot();
            block = cells.block();
        }
        change(amount);
    }

    /// What the cells add up to.
    final long sum() {
        long[] cells = block;
        long sum = 0;
        if (cells != null) {
            int stride = layout >>> 16;
            for (int index = layout & 0xffff; index < cells.length; index += stride) {
                sum += (long) CELLS.getOpaque(cells, index);
            }
        }
        return sum;
    }

    /// Takes an amount off without touching the cells of loop threads.
    final void takeAway(long amount) {
        long[] cells = block;
        if (cells != null) {
            CELLS.getAndAdd(cells, layout & 0xffff, -amount);
        }
    }
}
