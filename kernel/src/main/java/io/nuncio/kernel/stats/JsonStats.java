package io.nuncio.kernel.stats;

import io.nuncio.kernel.stats.ShownStats.Shown;
import io.nuncio.spi.TextReadout;

import java.util.List;

/// The JSON page: an object with one array, `stats`; its last element holds all histograms.
final class JsonStats {
    private final PieceWriter out;

    private JsonStats(PieceWriter out) {
        this.out = out;
    }

    static void write(StatsStore store, StatsQuery query, PieceWriter out) {
        ShownStats shown = ShownStats.of(store, query);
        JsonStats page = new JsonStats(out);
        out.add("{\"stats\":[");
        String comma = "";
        for (Shown<TextReadout> textReadout : shown.textReadouts()) {
            out.add(comma);
            page.startNamed(textReadout.name());
            out.add("\"value\":");
            page.writeString(textReadout.statistic().value());
            out.add('}');
            comma = ",";
        }
        for (Shown<Object> number : shown.numbers()) {
            out.add(comma);
            page.startNamed(number.name());
            out.add("\"value\":").add(ShownStats.valueOf(number.statistic())).add('}');
            comma = ",";
        }
        if (!shown.histograms().isEmpty()) {
            out.add(comma).add("{\"histograms\":");
            page.writeHistograms(shown.histograms(), query.histogramView());
            out.add('}');
        }
        out.add("]}");
    }

    private void writeHistograms(
            List<Shown<StoreHistogram>> histograms, StatsQuery.HistogramView view) {
        switch (view) {
            case UNSET, SUMMARY -> {
                startQuantiles("supported_quantiles", "computed_quantiles");
                writeAll(histograms, this::writeQuantiles);
                out.add('}');
            }
            case DETAILED -> {
                startQuantiles("supported_percentiles", "details");
                writeAll(histograms, this::writeDetails);
                out.add('}');
            }
            case CUMULATIVE ->
                    writeAll(
                            histograms,
                            (interval, total, _) ->
                                    writeBuckets(
                                            interval.bounds(),
                                            interval.bucketCounts(),
                                            total.bucketCounts()));
            case DISJOINT ->
                    writeAll(
                            histograms,
                            (interval, total, _) ->
                                    writeBuckets(
                                            interval.bounds(),
                                            interval.disjointBucketCounts(),
                                            total.disjointBucketCounts()));
        }
    }

    private void startQuantiles(String supportedName, String listName) {
        out.add("{\"").add(supportedName).add("\":[");
        String comma = "";
        for (double quantile : HistogramStatistics.supportedQuantiles()) {
            out.add(comma).add(Numbers.general(100 * quantile, 6));
            comma = ",";
        }
        out.add("],\"").add(listName).add("\":");
    }

    private void writeAll(List<Shown<StoreHistogram>> histograms, OneHistogram one) {
        out.add('[');
        String comma = "";
        for (Shown<StoreHistogram> shown : histograms) {
            StoreHistogram histogram = shown.statistic();
            out.add(comma);
            startNamed(shown.name());
            one.write(histogram.intervalStatistics(), histogram.totalStatistics(), histogram);
            out.add('}');
            comma = ",";
        }
        out.add(']');
    }

    private void writeQuantiles(
            HistogramStatistics interval, HistogramStatistics total, StoreHistogram histogram) {
        out.add("\"values\":");
        writeQuantileList(interval, total);
    }

    private void writeDetails(
            HistogramStatistics interval, HistogramStatistics total, StoreHistogram histogram) {
        out.add("\"totals\":");
        writeDetail(histogram.total());
        out.add(",\"intervals\":");
        writeDetail(histogram.interval());
        out.add(",\"percentiles\":");
        writeQuantileList(interval, total);
    }

    private void writeQuantileList(HistogramStatistics interval, HistogramStatistics total) {
        out.add('[');
        for (int i = 0; i < interval.quantiles().length; i++) {
            out.add(i == 0 ? "" : ",").add("{\"cumulative\":").add(number(total.quantiles()[i]));
            out.add(",\"interval\":").add(number(interval.quantiles()[i])).add('}');
        }
        out.add(']');
    }

    private void writeDetail(HistogramSnapshot snapshot) {
        out.add('[');
        for (int i = 0; i < snapshot.size(); i++) {
            out.add(i == 0 ? "" : ",").add("{\"lower_bound\":").add(number(snapshot.lowerBound(i)));
            out.add(",\"width\":").add(number(snapshot.width(i)));
            out.add(",\"count\":").add(snapshot.count(i)).add('}');
        }
        out.add(']');
    }

    private void writeBuckets(double[] bounds, long[] interval, long[] total) {
        out.add("\"buckets\":[");
        for (int i = 0; i < bounds.length; i++) {
            out.add(i == 0 ? "" : ",").add("{\"upper_bound\":").add(number(bounds[i]));
            out.add(",\"interval\":")
                    .add(interval[i])
                    .add(",\"cumulative\":")
                    .add(total[i])
                    .add('}');
        }
        out.add(']');
    }

    private void startNamed(String name) {
        out.add("{\"name\":");
        writeString(name);
        out.add(',');
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "null" : Numbers.shortest(value);
    }

    private void writeString(String text) {
        out.add('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.add("\\\"");
                case '\\' -> out.add("\\\\");
                case '\n' -> out.add("\\n");
                case '\r' -> out.add("\\r");
                case '\t' -> out.add("\\t");
                case '\b' -> out.add("\\b");
                case '\f' -> out.add("\\f");
                default -> {
                    if (c < ' ' || c == 0x7f) {
                        out.add(String.format("\\u%04x", (int) c));
                    } else {
                        out.add(c);
                    }
                }
            }
        }
        out.add('"');
    }

    private interface OneHistogram {
        void write(
                HistogramStatistics interval, HistogramStatistics total, StoreHistogram histogram);
    }
}
