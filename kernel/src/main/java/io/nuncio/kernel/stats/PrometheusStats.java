package io.nuncio.kernel.stats;

import io.nuncio.spi.Counter;
import io.nuncio.spi.Gauge;
import io.nuncio.spi.TextReadout;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;

/// The page for Prometheus, in its text format 0.0.4: the statistics of one name without tags'
/// values form a group with a `# TYPE` line, the tags are labels.
final class PrometheusStats {
    private static final int DIGITS = 32; // enough never to need an exponent

    /// As names are compared token by token, a dot sorts before everything else.
    private static final Comparator<String> BY_TOKENS = PrometheusStats::compareTokens;

    private final StatsStore store;
    private final StatsQuery query;
    private final PieceWriter out;
    private final TagCache.Round tags;

    private PrometheusStats(StatsStore store, StatsQuery query, PieceWriter out) {
        this.store = store;
        this.query = query;
        this.out = out;
        this.tags = store.tagCache().next();
    }

    static void write(StatsStore store, StatsQuery query, PieceWriter out) {
        PrometheusStats page = new PrometheusStats(store, query, out);
        page.writeNumbers(
                "counter",
                page.groups(store.counters(), Counter::name, Counter::used),
                Counter::value);
        page.writeNumbers(
                "gauge", page.groups(store.gauges(), Gauge::name, Gauge::used), Gauge::value);
        if (query.textReadouts()) {
            page.writeTextReadouts(
                    page.groups(store.textReadouts(), TextReadout::name, TextReadout::used));
        }
        page.writeHistograms(
                page.groups(store.histograms(), StoreHistogram::name, StoreHistogram::used));
    }

    private <T> Map<String, List<Labelled<T>>> groups(
            List<T> statistics, Function<T, String> nameOf, Predicate<T> used) {
        Map<String, List<Labelled<T>>> groups = new TreeMap<>(BY_TOKENS);
        for (T statistic : statistics) {
            String name = nameOf.apply(statistic);
            if (query.shows(name, used.test(statistic))) {
                TaggedName tagged = tags.tags(statistic, name);
                groups.computeIfAbsent(tagged.name(), _ -> new ArrayList<>())
                        .add(new Labelled<>(name, labels(tagged.tags()), statistic));
            }
        }
        groups.values()
                .forEach(group -> group.sort(Comparator.comparing(Labelled::name, BY_TOKENS)));
        return groups;
    }

    private <T> void writeNumbers(
            String type, Map<String, List<Labelled<T>>> groups, Function<T, Long> valueOf) {
        groups.forEach((tagExtractedName, group) -> {
            String metric = metricName(tagExtractedName);
            if (metric != null) {
                writeType(metric, type);
                for (Labelled<T> number : group) {
                    writeLine(
                            metric,
                            "",
                            number.labels,
                            "",
                            Long.toString(valueOf.apply(number.statistic)));
                }
            }
        });
    }

    /// Prometheus knows no text: the value is a label of a gauge that is always 0.
    private void writeTextReadouts(Map<String, List<Labelled<TextReadout>>> groups) {
        groups.forEach((tagExtractedName, group) -> {
            String metric = metricName(tagExtractedName);
            if (metric != null) {
                writeType(metric, "gauge");
                for (Labelled<TextReadout> textReadout : group) {
                    String label = "text_value=\"" + escape(textReadout.statistic.value()) + '"';
                    writeLine(metric, "", textReadout.labels, label, "0");
                }
            }
        });
    }

    private void writeHistograms(Map<String, List<Labelled<StoreHistogram>>> groups) {
        boolean summary = query.histogramView() == StatsQuery.HistogramView.SUMMARY;
        groups.forEach((tagExtractedName, group) -> {
            String metric = metricName(tagExtractedName);
            if (metric != null) {
                writeType(metric, summary ? "summary" : "histogram");
                for (Labelled<StoreHistogram> histogram : group) {
                    if (summary) {
                        writeSummary(
                                metric, histogram.labels, histogram.statistic.intervalStatistics());
                    } else {
                        writeHistogram(
                                metric, histogram.labels, histogram.statistic.totalStatistics());
                    }
                }
            }
        });
    }

    private void writeHistogram(String metric, String labels, HistogramStatistics total) {
        for (int i = 0; i < total.bounds().length; i++) {
            String bound = "le=\"" + Numbers.general(total.bounds()[i], DIGITS) + '"';
            writeLine(metric, "_bucket", labels, bound, Long.toString(total.bucketCounts()[i]));
        }
        writeLine(metric, "_bucket", labels, "le=\"+Inf\"", Long.toString(total.sampleCount()));
        writeSumAndCount(metric, labels, total);
    }

    private void writeSummary(String metric, String labels, HistogramStatistics interval) {
        double[] quantiles = HistogramStatistics.supportedQuantiles();
        for (int i = 0; i < quantiles.length; i++) {
            String quantile = "quantile=\"" + Numbers.shortest(quantiles[i]) + '"';
            writeLine(
                    metric, "", labels, quantile, Numbers.general(interval.quantiles()[i], DIGITS));
        }
        writeSumAndCount(metric, labels, interval);
    }

    private void writeSumAndCount(String metric, String labels, HistogramStatistics statistics) {
        writeLine(metric, "_sum", labels, "", Numbers.general(statistics.sampleSum(), DIGITS));
        writeLine(metric, "_count", labels, "", Long.toString(statistics.sampleCount()));
    }

    private void writeType(String metric, String type) {
        out.add("# TYPE ").add(metric).add(' ').add(type).add('\n');
    }

    private void writeLine(
            String metric, String suffix, String labels, String lastLabel, String value) {
        out.add(metric).add(suffix).add('{').add(labels);
        if (!labels.isEmpty() && !lastLabel.isEmpty()) {
            out.add(',');
        }
        out.add(lastLabel).add("} ").add(value).add('\n');
    }

    /// Null if the statistic cannot be shown under its own name.
    private @Nullable String metricName(String tagExtractedName) {
        int dot = tagExtractedName.indexOf('.');
        if (dot < 0 || !store.isCustomNamespace(tagExtractedName.substring(0, dot))) {
            return "envoy_" + sanitize(tagExtractedName);
        }
        String custom = sanitize(tagExtractedName.substring(dot + 1));
        return custom.isEmpty() || custom.charAt(0) >= '0' && custom.charAt(0) <= '9'
                ? null
                : custom;
    }

    private static String labels(List<Tag> tags) {
        StringBuilder labels = new StringBuilder();
        for (Tag tag : tags) {
            labels.append(labels.isEmpty() ? "" : ",").append(sanitize(tag.name()));
            labels.append("=\"").append(escape(tag.value())).append('"');
        }
        return labels.toString();
    }

    private static String sanitize(String name) {
        StringBuilder sanitized = new StringBuilder(name);
        for (int i = 0; i < sanitized.length(); i++) {
            char c = sanitized.charAt(i);
            boolean allowed =
                    c >= 'a' && c <= 'z'
                            || c >= 'A' && c <= 'Z'
                            || c >= '0' && c <= '9'
                            || c == '_';
            if (!allowed) {
                sanitized.setCharAt(i, '_');
            }
        }
        return sanitized.toString();
    }

    private static String escape(String value) {
        return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\"", "\\\"");
    }

    private static int compareTokens(String left, String right) {
        int common = Math.min(left.length(), right.length());
        for (int i = 0; i < common; i++) {
            char a = left.charAt(i);
            char b = right.charAt(i);
            if (a != b) {
                return a == '.' ? -1 : b == '.' ? 1 : Character.compare(a, b);
            }
        }
        return Integer.compare(left.length(), right.length());
    }

    private record Labelled<T>(String name, String labels, T statistic) {}
}
