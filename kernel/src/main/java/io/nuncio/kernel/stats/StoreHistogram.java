package io.nuncio.kernel.stats;

import io.nuncio.spi.Histogram;
import io.nuncio.spi.internal.LoopThread;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/// A histogram of a [StatsStore]. Each loop thread records into bucket counts of its own, made at
/// its first record; all other threads share one under a lock. The main thread reads them all at
/// each flush: what was added since the last is the *interval*, what was ever recorded the *total*.
public final class StoreHistogram implements Histogram {
    private static final VarHandle COUNTS =
            MethodHandles.arrayElementVarHandle(BucketCounts[].class);

    private final String prefix;
    private final String name;
    private final Unit unit;
    private final int cellCount;
    private final double[] bounds;
    private volatile @Nullable BucketCounts @Nullable [] byThread;
    private volatile HistogramSnapshot interval = HistogramSnapshot.EMPTY;
    private volatile HistogramSnapshot total = HistogramSnapshot.EMPTY;

    /// @param bounds the upper bounds of the buckets that are shown, rising
    /// @param cellCount threads that record for themselves; 0 makes a histogram that ignores
    ///   everything
    StoreHistogram(String prefix, String name, Unit unit, int cellCount, double[] bounds) {
        this.prefix = prefix;
        this.name = name;
        this.unit = unit;
        this.cellCount = cellCount;
        this.bounds = bounds;
    }

    @Override
    public String name() {
        return prefix.concat(name);
    }

    @Override
    public Unit unit() {
        return unit;
    }

    @Override
    public void record(long value) {
        @Nullable BucketCounts[] all = byThread;
        if (all == null && (all = makeByThread()) == null) {
            return;
        }
        int cell = LoopThread.currentCell();
        if (cell == LoopThread.SHARED_CELL) {
            recordShared(all, value);
            return;
        }
        BucketCounts own = all[cell];
        if (own == null) {
            own = new BucketCounts();
            COUNTS.setRelease(all, cell, own);
        }
        own.add(Buckets.of(value));
    }

    private synchronized void recordShared(@Nullable BucketCounts[] all, long value) {
        BucketCounts shared = all[LoopThread.SHARED_CELL];
        if (shared == null) {
            shared = new BucketCounts();
            COUNTS.setRelease(all, LoopThread.SHARED_CELL, shared);
        }
        shared.add(Buckets.of(value));
    }

    private synchronized @Nullable BucketCounts @Nullable [] makeByThread() {
        if (byThread == null && cellCount > 0) {
            byThread = new @Nullable BucketCounts[cellCount];
        }
        return byThread;
    }

    /// Ends the interval; main thread.
    ///
    /// @param scratch zeros, one per bucket of [Buckets]; zeros again afterwards
    void merge(long[] scratch) {
        @Nullable BucketCounts[] all = byThread;
        if (all == null || !hasNews(all)) {
            interval = HistogramSnapshot.EMPTY;
            return;
        }
        for (int cell = 0; cell < all.length; cell++) {
            BucketCounts counts = (BucketCounts) COUNTS.getAcquire(all, cell);
            if (counts != null) {
                counts.addTo(scratch);
            }
        }
        HistogramSnapshot before = total;
        total = HistogramSnapshot.of(scratch);
        before.subtractFrom(scratch);
        interval = HistogramSnapshot.of(scratch);
        Arrays.fill(scratch, 0);
    }

    private boolean hasNews(@Nullable BucketCounts[] all) {
        long recorded = 0;
        for (int cell = 0; cell < all.length; cell++) {
            BucketCounts counts = (BucketCounts) COUNTS.getAcquire(all, cell);
            if (counts != null) {
                recorded += counts.sum();
            }
        }
        return recorded != total.sampleCount();
    }

    /// True once something recorded was merged.
    public boolean used() {
        return total.size() > 0;
    }

    /// What was recorded between the last two merges.
    public HistogramSnapshot interval() {
        return interval;
    }

    /// What was recorded up to the last merge.
    public HistogramSnapshot total() {
        return total;
    }

    /// The interval as it is shown.
    public HistogramStatistics intervalStatistics() {
        return HistogramStatistics.of(interval, unit, bounds);
    }

    /// The total as it is shown.
    public HistogramStatistics totalStatistics() {
        return HistogramStatistics.of(total, unit, bounds);
    }

    @Override
    public String toString() {
        return name();
    }
}
