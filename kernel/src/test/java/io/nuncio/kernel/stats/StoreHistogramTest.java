package io.nuncio.kernel.stats;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.spi.Histogram;
import io.nuncio.spi.Histogram.Unit;
import io.nuncio.spi.internal.LoopThread;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

class StoreHistogramTest {
    private final StatsStore store = new StatsStore(2);

    @Test
    void bucketsHaveTwoSignificantDigits() {
        assertThat(range(0)).containsExactly(0, 0);
        assertThat(range(1)).containsExactly(1, 0.1);
        assertThat(range(9)).containsExactly(9, 0.1);
        assertThat(range(10)).containsExactly(10, 1);
        assertThat(range(99)).containsExactly(99, 1);
        assertThat(range(100)).containsExactly(100, 10);
        assertThat(range(123456)).containsExactly(120000, 10000);
        assertThat(range(Long.MAX_VALUE)).containsExactly(9.2 * 1e18, 1e17);
        assertThat(range(-5)).containsExactly(0, 0);
    }

    @Test
    void theNumberOfABucketRisesWithItsValues() {
        int last = -1;
        for (long value = 0; value < 100_000; value++) {
            int bucket = Buckets.of(value);
            assertThat(bucket).isGreaterThanOrEqualTo(last);
            assertThat(Buckets.lowerBound(bucket)).isLessThanOrEqualTo(value + 1e-9);
            last = bucket;
        }
        assertThat(Buckets.of(Long.MAX_VALUE)).isLessThan(Buckets.COUNT);
    }

    @Test
    void quantilesAreInterpolatedInsideABucket() {
        StoreHistogram histogram = recorded(200);
        assertThat(histogram.totalStatistics().quantiles())
                .containsExactly(200, 202.5, 205, 207.5, 209, 209.5, 209.9, 209.95, 209.99, 210);
    }

    @Test
    void quantilesCrossBuckets() {
        StoreHistogram histogram = recorded(200, 100);
        assertThat(histogram.totalStatistics().quantiles())
                .containsExactly(100, 105, 110, 205, 208, 209, 209.8, 209.9, 209.98, 210);
    }

    @Test
    void aHistogramOfZerosHasNothingButZeros() {
        StoreHistogram histogram = recorded(0, 0, 0);
        assertThat(histogram.totalStatistics().quantiles()).containsOnly(0);
    }

    @Test
    void countAndSumCountBucketsByTheirMiddle() {
        HistogramStatistics statistics = recorded(50, 20, 30, 70, 100, 5000, 200).totalStatistics();

        assertThat(statistics.sampleCount()).isEqualTo(7);
        assertThat(statistics.sampleSum()).isEqualTo(5532);
        assertThat(statistics.bucketCounts())
                .containsExactly(0, 0, 0, 0, 1, 2, 4, 6, 6, 6, 6, 6, 7, 7, 7, 7, 7, 7, 7);
        assertThat(statistics.disjointBucketCounts())
                .containsExactly(0, 0, 0, 0, 1, 1, 2, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0);
    }

    @Test
    void theIntervalHoldsWhatWasRecordedSinceTheLastMerge() {
        Histogram histogram = histogram();
        histogram.record(200);
        store.mergeHistograms();
        histogram.record(100);
        store.mergeHistograms();

        assertThat(merged().interval().quantiles(0, 1)).containsExactly(100, 110);
        assertThat(merged().total().sampleCount()).isEqualTo(2);

        store.mergeHistograms();
        assertThat(merged().interval().sampleCount()).isZero();
        assertThat(merged().interval().quantiles(0.5)).containsExactly(Double.NaN);
        assertThat(merged().total().sampleCount()).isEqualTo(2);
    }

    @Test
    void aHistogramIsUsedOnceARecordedValueWasMerged() {
        Histogram histogram = histogram();
        store.mergeHistograms();
        assertThat(merged().used()).isFalse();

        histogram.record(0);
        assertThat(merged().used()).isFalse();

        store.mergeHistograms();
        assertThat(merged().used()).isTrue();
    }

    @Test
    void percentsAreShownAsSharesOfOne() {
        Histogram histogram = store.root().histogram("p", Unit.PERCENT);
        histogram.record(500_000);
        store.mergeHistograms();

        HistogramStatistics statistics =
                Objects.requireNonNull(store.findHistogram("p")).totalStatistics();
        assertThat(statistics.quantiles()[0]).isEqualTo(0.5);
        assertThat(statistics.sampleSum()).isEqualTo(0.505);
        assertThat(statistics.bucketCounts()).startsWith(0, 1, 1);
    }

    @Test
    void noRecordIsLostWhileManyThreadsRecordAndTheMainThreadMerges() throws InterruptedException {
        Histogram histogram = histogram();
        Runnable record =
                () -> {
                    for (int i = 0; i < 100_000; i++) {
                        histogram.record(i);
                    }
                };
        List<Thread> threads = new ArrayList<>();
        for (int cell = 1; cell <= 3; cell++) {
            threads.add(new LoopThread(record, "loop " + cell, cell));
        }
        threads.add(new Thread(record));
        threads.add(new Thread(record));
        threads.forEach(Thread::start);
        long inIntervals = 0;
        while (threads.stream().anyMatch(Thread::isAlive)) {
            store.mergeHistograms();
            inIntervals += merged().interval().sampleCount();
        }
        store.mergeHistograms();
        inIntervals += merged().interval().sampleCount();

        assertThat(merged().total().sampleCount()).isEqualTo(500_000);
        assertThat(inIntervals).isEqualTo(500_000);
        assertThat(merged().total().counts()[0]).isEqualTo(5); // five zeros
    }

    private double[] range(long value) {
        int bucket = Buckets.of(value);
        return new double[] {Buckets.lowerBound(bucket), Buckets.width(bucket)};
    }

    private StoreHistogram recorded(long... values) {
        Histogram histogram = histogram();
        for (long value : values) {
            histogram.record(value);
        }
        store.mergeHistograms();
        return merged();
    }

    private Histogram histogram() {
        return store.root().histogram("h", Unit.MILLISECONDS);
    }

    private StoreHistogram merged() {
        return Objects.requireNonNull(store.findHistogram("h"));
    }
}
