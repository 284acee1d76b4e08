package io.nuncio.kernel.stats;

import io.nuncio.spi.Histogram;

/// What is shown of a histogram over some time, in its unit.
///
/// @param quantiles the values of [#supportedQuantiles()]; NaN without samples
/// @param bounds the upper bounds of the buckets, rising
/// @param bucketCounts per bound, how many samples lie below it
/// @param sampleCount how many values were recorded
/// @param sampleSum about their sum
public record HistogramStatistics(
        double[] quantiles,
        double[] bounds,
        long[] bucketCounts,
        long sampleCount,
        double sampleSum) {
    private static final double PERCENT_SCALE = 1_000_000;
    private static final double[] SUPPORTED = {
        0, 0.25, 0.5, 0.75, 0.90, 0.95, 0.99, 0.995, 0.999, 1
    };

    /// The quantiles that Envoy computes of every histogram, as shares of 1.
    public static double[] supportedQuantiles() {
        return SUPPORTED.clone();
    }

    static HistogramStatistics of(
            HistogramSnapshot snapshot, Histogram.Unit unit, double[] bounds) {
        double scale = unit == Histogram.Unit.PERCENT ? PERCENT_SCALE : 1;
        double[] quantiles = snapshot.quantiles(SUPPORTED);
        for (int i = 0; i < quantiles.length; i++) {
            quantiles[i] /= scale;
        }
        long[] counts = new long[bounds.length];
        for (int i = 0; i < bounds.length; i++) {
            counts[i] = snapshot.countBelow(bounds[i] * scale);
        }
        return new HistogramStatistics(
                quantiles, bounds, counts, snapshot.sampleCount(), snapshot.sampleSum() / scale);
    }

    /// The counts without those of the buckets below.
    public long[] disjointBucketCounts() {
        long[] disjoint = new long[bucketCounts.length];
        long below = 0;
        for (int i = 0; i < disjoint.length; i++) {
            disjoint[i] = bucketCounts[i] - below;
            below = bucketCounts[i];
        }
        return disjoint;
    }
}
