package io.nuncio.spi.internal;

/// Gives a counter or a gauge the cells that it counts in, when it is changed for the first time.
/// Implemented by the kernel's statistics store; called on any thread, once per statistic.
public interface CellAllocator {
    /// @return zeroed cells that nobody else uses
    Cells allocate();

    /// Where a statistic counts: the thread of cell `c` writes `block[c * stride + slot]`.
    ///
    /// @param block the numbers of several statistics, cell by cell, so that one worker's numbers
    ///   lie together
    /// @param stride longs per cell
    /// @param slot the statistic's place in each cell
    record Cells(long[] block, int stride, int slot) {}
}
