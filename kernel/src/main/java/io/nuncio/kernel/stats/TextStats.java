package io.nuncio.kernel.stats;

import io.nuncio.kernel.stats.ShownStats.Shown;
import io.nuncio.spi.TextReadout;

/// The text page: a line `name: value` for each statistic.
final class TextStats {
    private final PieceWriter out;
    private final StatsQuery.HistogramView view;

    private TextStats(PieceWriter out, StatsQuery.HistogramView view) {
        this.out = out;
        this.view = view;
    }

    static void write(StatsStore store, StatsQuery query, PieceWriter out) {
        ShownStats shown = ShownStats.of(store, query);
        TextStats page = new TextStats(out, query.histogramView());
        for (Shown<TextReadout> textReadout : shown.textReadouts()) {
            out.add(textReadout.name())
                    .add(": \"")
                    .add(textReadout.statistic().value())
                    .add("\"\n");
        }
        for (Shown<Object> number : shown.numbers()) {
            out.add(number.name()).add(": ").add(ShownStats.valueOf(number.statistic())).add('\n');
        }
        for (Shown<StoreHistogram> histogram : shown.histograms()) {
            out.add(histogram.name()).add(':');
            page.writeHistogram(histogram.statistic());
            out.add('\n');
        }
    }

    private void writeHistogram(StoreHistogram histogram) {
        if (!histogram.used()) {
            out.add(" No recorded values");
            return;
        }
        HistogramStatistics interval = histogram.intervalStatistics();
        HistogramStatistics total = histogram.totalStatistics();
        switch (view) {
            case UNSET, SUMMARY -> {
                out.add(' ');
                writeQuantiles(interval, total);
            }
            case CUMULATIVE ->
                    writeBuckets(interval.bounds(), interval.bucketCounts(), total.bucketCounts());
            case DISJOINT ->
                    writeBuckets(
                            interval.bounds(),
                            interval.disjointBucketCounts(),
                            total.disjointBucketCounts());
            case DETAILED -> {
                out.add("\n  totals=");
                writeDetail(histogram.total());
                out.add("\n  intervals=");
                writeDetail(histogram.interval());
                out.add("\n  summary=");
                writeQuantiles(interval, total);
            }
        }
    }

    private void writeQuantiles(HistogramStatistics interval, HistogramStatistics total) {
        double[] quantiles = HistogramStatistics.supportedQuantiles();
        for (int i = 0; i < quantiles.length; i++) {
            out.add(i == 0 ? "P" : " P").add(Numbers.general(100 * quantiles[i], 6));
            out.add('(').add(Numbers.shortest(interval.quantiles()[i]));
            out.add(',').add(Numbers.shortest(total.quantiles()[i])).add(')');
        }
    }

    private void writeBuckets(double[] bounds, long[] interval, long[] total) {
        for (int i = 0; i < bounds.length; i++) {
            out.add(" B").add(Numbers.general(bounds[i], 6));
            out.add('(').add(interval[i]).add(',').add(total[i]).add(')');
        }
    }

    private void writeDetail(HistogramSnapshot snapshot) {
        for (int i = 0; i < snapshot.size(); i++) {
            out.add(i == 0 ? "" : ", ").add(Numbers.general(snapshot.lowerBound(i), 6));
            out.add(',').add(Numbers.general(snapshot.width(i), 6)).add(':').add(snapshot.count(i));
        }
    }
}
