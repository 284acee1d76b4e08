package io.nuncio.spi;

import io.nuncio.spi.internal.LoopThread;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// A number that only grows. Incrementing costs a plain add to the calling worker's own cell; any
/// thread may call.
///
/// Obtained from a [StatsScope]; the same name in the same scope gives the same counter.
public final class Counter {
    private static final VarHandle CELLS = MethodHandles.arrayElementVarHandle(long[].class);

    private final String name;
    private final long[] block;
    private final int stride;
    private final int slot;

    /// For the kernel's statistics store: the counter at `slot` of a block laid out cell by cell,
    /// `stride` longs each.
    public Counter(String name, long[] block, int stride, int slot) {
        this.name = name;
        this.block = block;
        this.stride = stride;
        this.slot = slot;
    }

    /// A counter of its own, outside any store; for tests.
    public static Counter detached(String name) {
        return new Counter(name, new long[64], 1, 0);
    }

    public String name() {
        return name;
    }

    public void increment() {
        add(1);
    }

    /// @param amount 0 or more
    public void add(long amount) {
        int cell = LoopThread.currentCell();
        int index = cell * stride + slot;
        if (cell == LoopThread.SHARED_CELL) {
            CELLS.getAndAdd(block, index, amount);
        } else {
            CELLS.setOpaque(block, index, block[index] + amount);
        }
    }

    /// The sum over all threads; may miss increments that run at this moment.
    public long value() {
        long sum = 0;
        for (int index = slot; index < block.length; index += stride) {
            sum += (long) CELLS.getOpaque(block, index);
        }
        return sum;
    }

    /// True once the counter was ever incremented.
    public boolean used() {
        return value() != 0;
    }
}
