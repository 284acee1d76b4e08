package io.nuncio.spi;

import io.nuncio.spi.internal.CellAllocator;
import io.nuncio.spi.internal.LoopThread;
import io.nuncio.spi.internal.OwnCells;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// A number that rises and falls. Adding costs a plain add to the calling worker's own cell; any
/// thread may call.
///
/// [#set] replaces the value whatever was added before, and adds that come later count on top of
/// it. When a set and an add run at the same moment on two threads, the add may be lost: let one
/// thread set, or let everybody add.
public final class Gauge {
    private static final VarHandle CELLS = MethodHandles.arrayElementVarHandle(long[].class);

    private final String prefix;
    private final String name;
    private final @Nullable CellAllocator allocator;
    private short stride;
    private short slot;
    private volatile long @Nullable [] block; // written last: who sees it sees stride and slot
    private volatile boolean used;
    private volatile long base; // what `set` stored, less what the cells held then

    /// For the kernel's statistics store; see [Counter#Counter].
    public Gauge(String prefix, String name, @Nullable CellAllocator allocator) {
        this.prefix = prefix;
        this.name = name;
        this.allocator = allocator;
    }

    /// A gauge of its own, outside any store; for tests.
    public static Gauge detached(String name) {
        return new Gauge("", name, new OwnCells());
    }

    /// The whole name; put together at each call, so not for the request path.
    public String name() {
        return prefix.concat(name);
    }

    public void increment() {
        add(1);
    }

    public void decrement() {
        subtract(1);
    }

    /// @param amount may be negative
    public void add(long amount) {
        change(amount);
        if (!used) {
            used = allocator != null;
        }
    }

    /// Takes away; does not make an unused gauge used, as in Envoy.
    public void subtract(long amount) {
        change(-amount);
    }

    /// Replaces the value.
    public void set(long value) {
        if (allocator == null) {
            return;
        }
        base = value - sumOfCells();
        if (!used) {
            used = true;
        }
    }

    /// The sum over all threads; may miss changes that run at this moment.
    public long value() {
        return base + sumOfCells();
    }

    /// True once the gauge was ever added to or set.
    public boolean used() {
        return used;
    }

    @Override
    public String toString() {
        return name() + ": " + value();
    }

    private void change(long amount) {
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

    private long sumOfCells() {
        long[] cells = block;
        long sum = 0;
        if (cells != null) {
            for (int index = slot; index < cells.length; index += stride) {
                sum += (long) CELLS.getOpaque(cells, index);
            }
        }
        return sum;
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
