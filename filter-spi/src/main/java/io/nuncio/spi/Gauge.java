package io.nuncio.spi;

import io.nuncio.spi.internal.LoopThread;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// A number that rises and falls. Adding costs a plain add to the calling worker's own cell; any
/// thread may call.
///
/// Use either [#add] and [#subtract], or [#set] from one thread only: the two do not mix.
public final class Gauge {
    private static final VarHandle CELLS = MethodHandles.arrayElementVarHandle(long[].class);

    private final String name;
    private final long[] block;
    private final int stride;
    private final int slot;
    private volatile boolean used;

    /// For the kernel's statistics store: the gauge at `slot` of a block laid out cell by cell,
    /// `stride` longs each.
    public Gauge(String name, long[] block, int stride, int slot) {
        this.name = name;
        this.block = block;
        this.stride = stride;
        this.slot = slot;
    }

    /// A gauge of its own, outside any store; for tests.
    public static Gauge detached(String name) {
        return new Gauge(name, new long[64], 1, 0);
    }

    public String name() {
        return name;
    }

    public void increment() {
        add(1);
    }

    public void decrement() {
        add(-1);
    }

    /// @param amount may be negative
    public void add(long amount) {
        int cell = LoopThread.currentCell();
        int index = cell * stride + slot;
        if (cell == LoopThread.SHARED_CELL) {
            CELLS.getAndAdd(block, index, amount);
        } else {
            CELLS.setOpaque(block, index, block[index] + amount);
        }
        if (!used) {
            used = true;
        }
    }

    public void subtract(long amount) {
        add(-amount);
    }

    /// Replaces the value; one thread only.
    public void set(long value) {
        CELLS.setOpaque(block, slot, value);
        used = true;
    }

    /// The sum over all threads; may miss changes that run at this moment.
    public long value() {
        long sum = 0;
        for (int index = slot; index < block.length; index += stride) {
            sum += (long) CELLS.getOpaque(block, index);
        }
        return sum;
    }

    /// True once the gauge was ever changed or set.
    public boolean used() {
        return used;
    }
}
