package io.nuncio.spi;

import io.nuncio.spi.internal.CellAllocator;
import io.nuncio.spi.internal.OwnCells;

import org.jspecify.annotations.Nullable;

/// A number that rises and falls. Adding costs a plain add to the calling worker's own cell; any
/// thread may call.
///
/// [#set] replaces the value whatever was added before, and adds that come later count on top of
/// it. When a set and an add run at the same moment on two threads, the add may be lost: let one
/// thread set, or let everybody add.
public final class Gauge extends CountedCells {
    private volatile boolean used;
    private volatile long base; // what `set` stored, less what the cells held then

    /// For the kernel's statistics store; see [Counter#Counter].
    public Gauge(String prefix, String name, @Nullable CellAllocator allocator) {
        super(prefix, name, allocator);
    }

    /// A gauge of its own, outside any store; for tests.
    public static Gauge detached(String name) {
        return new Gauge("", name, new OwnCells());
    }

    public void increment() {
        add(1);
    }

    public void decrement() {
        change(-1);
    }

    /// @param amount may be negative
    public void add(long amount) {
        change(amount);
        if (!used) {
            used = !ignored();
        }
    }

    /// Takes away; does not make an unused gauge used, as in Envoy.
    public void subtract(long amount) {
        change(-amount);
    }

    /// Replaces the value.
    public void set(long value) {
        if (!ignored()) {
            base = value - sum();
            used = true;
        }
    }

    @Override
    public long value() {
        return base + sum();
    }

    /// True once the gauge was ever added to or set.
    public boolean used() {
        return used;
    }
}
