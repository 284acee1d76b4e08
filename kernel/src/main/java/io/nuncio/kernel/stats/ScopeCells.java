package io.nuncio.kernel.stats;

import io.nuncio.spi.internal.CellAllocator;
import io.nuncio.spi.internal.LoopThread;

/// The cells of the statistics of one scope and of the scopes below it: a few blocks, each laid out
/// thread by thread, so that the statistics that one worker writes lie together and no two threads
/// write the same cache line.
///
/// A block belongs to the statistics in it: when their scope is closed and the last holder forgets
/// them, it is garbage. So a stream that outlives its cluster counts into cells that nobody else
/// was given. Blocks grow from 8 statistics to 56, because most scopes use only a few of their
/// statistics. The first, for what the main thread counts when it makes a thing, has 2 and no gaps:
/// for many a thing it remains the only one.
final class ScopeCells implements CellAllocator {
    private static final int FIRST_OF_MAIN = 2;
    private static final int SMALLEST = 8;
    private static final int LARGEST = 56;
    private static final int MAIN_CELL = 1;
    private static final int GAP = 8; // a cache line between what two threads write

    private final int cellCount;
    private long[] block = {};
    private int slots;
    private int stride;
    private int nextSlot;

    /// @param cellCount threads that own a cell, with the shared cell 0
    ScopeCells(int cellCount) {
        this.cellCount = cellCount;
    }

    @Override
    public synchronized Cells allocate() {
        if (nextSlot == slots) {
            begin();
        }
        return new Cells(block, stride, nextSlot++);
    }

    private void begin() {
        if (slots == 0 && LoopThread.currentCell() == MAIN_CELL) {
            slots = FIRST_OF_MAIN;
            stride = slots;
        } else {
            slots = slots < SMALLEST ? SMALLEST : Math.min(slots * 2, LARGEST);
            stride = slots + GAP;
        }
        block = new long[cellCount * stride];
        nextSlot = 0;
    }
}
