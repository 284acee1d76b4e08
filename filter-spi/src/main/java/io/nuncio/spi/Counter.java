package io.nuncio.spi;

import io.nuncio.spi.internal.CellAllocator;
import io.nuncio.spi.internal.OwnCells;

import org.jspecify.annotations.Nullable;

/// A number that only grows. Incrementing costs a plain add to the calling worker's own cell; any
/// thread may call.
///
/// Obtained from a [StatsScope]; the same name in the same scope gives the same counter.
public final class Counter extends CountedCells {
    /// For the kernel's statistics store.
    ///
    /// @param prefix the scope's prefix, with its last dot; kept apart so that the statistics of a
    ///   scope share it
    /// @param name the rest of the name
    /// @param allocator asked for cells at the first increment; null makes a counter that ignores
    ///   everything
    public Counter(String prefix, String name, @Nullable CellAllocator allocator) {
        super(prefix, name, allocator);
    }

    /// A counter of its own, outside any store; for tests.
    public static Counter detached(String name) {
        return new Counter("", name, new OwnCells());
    }

    public void increment() {
        change(1);
    }

    /// @param amount 0 or more; 0 makes the counter used
    public void add(long amount) {
        change(amount);
    }

    /// True once the counter was ever incremented; a reset does not change that.
    public boolean used() {
        return hasCells();
    }

    /// Sets the value back to 0 (`/reset_counters`); increments that run at this moment are not
    /// lost. Any thread.
    ///
    /// @return the value that was taken away
    public long reset() {
        long value = sum();
        takeAway(value);
        return value;
    }
}
