package io.nuncio.spi;

import io.nuncio.spi.internal.CellAllocator;
import io.nuncio.spi.internal.LoopThread;
import io.nuncio.spi.internal.OwnCells;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// A number that only grows. Incrementing costs a plain add to the calling worker's own cell; any
/// thread may call.
///
/// Obtained from a [StatsScope]; the same name in the same scope gives the same counter. A counter
/// that was never incremented owns no cells, so that the statistics of an idle cluster cost little.
public final class Counter {
    private static final VarHandle CELLS = MethodHandles.arrayElementVarHandle(long[].class);

    private final String prefix;
    private final String name;
    private final @Nullable CellAllocator allocator;
    private short stride;
    private short slot;
    private volatile long @Nullable [] block; // written last: who sees it sees stride and slot

    /// For the kernel's statistics store.
    ///
    /// @param prefix the scope's prefix, with its last dot; kept apart so that the statistics of a
    ///   scope share it
    /// @param name the rest of the name
    /// @param allocator asked for cells at the first increment; null makes a counter that ignores
    ///   everything
    public Counter(String prefix, String name, @Nullable CellAllocator allocator) {
        this.prefix = prefix;
        this.name = name;
        this.allocator = allocator;
    }

    /// A counter of its own, outside any store; for tests.
    public static Counter detached(String name) {
        return new Counter("", name, new OwnCells());
    }

    /// The whole name; put together at each call, so not for the request path.
    public String name() {
        return prefix.concat(name);
    }

    public void increment() {
        add(1);
    }

    /// @param amount 0 or more; 0 makes the counter used
    public void add(long amount) {
        long[] cells = block;
        if (cells == null && (cells = bind()) == null) {
            return;
        }
        int cell = LoopThread.currentCell();
        int index = cell * stride + slot;
        if (cell == LoopThread.SHARED_CELL) {
            CELLS.getAndAdd(cells, index, amount);
        } else {
            CELLS.setOpaque(cells, index, cells[index] + amount);
        }
    }

    /// The sum over all threads; may miss increments that run at this moment.
    public long value() {
        long[] cells = block;
        long sum = 0;
        if (cells != null) {
            for (int index = slot; index < cells.length; index += stride) {
                sum += (long) CELLS.getOpaque(cells, index);
            }
        }
        return sum;
    }

    /// True once the counter was ever incremented; a reset does not change that.
    public boolean used() {
        return block != null;
    }

    /// Sets the value back to 0 (`/reset_counters`); increments that run at this moment are not
    /// lost. Any thread.
    ///
    /// @return the value that was taken away
    public long reset() {
        long[] cells = block;
        if (cells == null) {
            return 0;
        }
        long value = value();
        CELLS.getAndAdd(cells, LoopThread.SHARED_CELL * stride + slot, -value);
        return value;
    }

    @Override
    public String toString() {
        return name() + ": " + value();
    }

    private synchronized long @Nullable [] bind() {
        if (block == null && allocator != null) {
            CellAllocator.Cells cells = allocator.allocate();
            stride = (short) cells.stride();
            slot = (short) cells.slot();
            block = cells.block();
        }
        return block;
    }
}
