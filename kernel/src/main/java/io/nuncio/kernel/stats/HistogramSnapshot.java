package io.nuncio.kernel.stats;

import java.util.Arrays;

/// What a histogram recorded over some time: the buckets that are not empty, in rising order, with
/// their counts. The computations are circllhist's, so the numbers equal Envoy's.
///
/// @param buckets numbers of [Buckets], rising
/// @param counts one per bucket, each above 0
public record HistogramSnapshot(int[] buckets, long[] counts) {
    static final HistogramSnapshot EMPTY = new HistogramSnapshot(new int[0], new long[0]);

    /// @param sums a count for each bucket of [Buckets]
    static HistogramSnapshot of(long[] sums) {
        int size = 0;
        for (long sum : sums) {
            if (sum > 0) {
                size++;
            }
        }
        if (size == 0) {
            return EMPTY;
        }
        int[] buckets = new int[size];
        long[] counts = new long[size];
        int next = 0;
        for (int bucket = 0; bucket < sums.length; bucket++) {
            if (sums[bucket] > 0) {
                buckets[next] = bucket;
                counts[next++] = sums[bucket];
            }
        }
        return new HistogramSnapshot(buckets, counts);
    }

    /// Takes this snapshot's counts off `sums`.
    void subtractFrom(long[] sums) {
        for (int i = 0; i < buckets.length; i++) {
            sums[buckets[i]] -= counts[i];
        }
    }

    int size() {
        return buckets.length;
    }

    double lowerBound(int index) {
        return Buckets.lowerBound(buckets[index]);
    }

    double width(int index) {
        return Buckets.width(buckets[index]);
    }

    long count(int index) {
        return counts[index];
    }

    public long sampleCount() {
        return Arrays.stream(counts).sum();
    }

    /// The sum of the values, each taken as the middle of its bucket.
    public double sampleSum() {
        double sum = 0;
        for (int i = 0; i < buckets.length; i++) {
            sum += Buckets.midpoint(buckets[i]) * counts[i];
        }
        return sum;
    }

    /// The values below which these shares of the samples lie, interpolated inside a bucket; NaN
    /// without samples.
    ///
    /// @param quantiles from 0 to 1, rising
    public double[] quantiles(double... quantiles) {
        double[] values = new double[quantiles.length];
        if (buckets.length == 0) {
            Arrays.fill(values, Double.NaN);
            return values;
        }
        double total = sampleCount();
        int at = 0;
        double below = 0;
        double upTo = counts[0];
        for (int i = 0; i < quantiles.length; i++) {
            double rank = total * quantiles[i];
            while (at < buckets.length - 1 && upTo < rank) {
                at++;
                below = upTo;
                upTo += counts[at];
            }
            double left = Buckets.lowerBound(buckets[at]);
            double width = Buckets.width(buckets[at]);
            if (below == rank) {
                values[i] = left;
            } else if (upTo == rank) {
                values[i] = left + width;
            } else {
                values[i] = left + (rank - below) / (upTo - below) * width;
            }
        }
        return values;
    }

    /// How many samples lie at or below the bound, counting only buckets that lie there wholly.
    long countBelow(double bound) {
        long count = 0;
        for (int i = 0; i < buckets.length; i++) {
            double upper = Buckets.lowerBound(buckets[i]) + Buckets.width(buckets[i]);
            if (upper > bound) {
                break;
            }
            count += counts[i];
        }
        return count;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof HistogramSnapshot that
                && Arrays.equals(buckets, that.buckets)
                && Arrays.equals(counts, that.counts);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(buckets) + Arrays.hashCode(counts);
    }
}
