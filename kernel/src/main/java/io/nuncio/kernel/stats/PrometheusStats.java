package io.nuncio.kernel.stats;

import io.nuncio.spi.Counter;
import io.nuncio.spi.Gauge;
import io.nuncio.spi.TextReadout;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
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

    private PrometheusStats(StatsStore store, StatsQuery query, PieceWriter out) {
        this.store = store;
        this.query = query;
        this.out = out;
    }

    static void write(StatsStore store, StatsQuery query, PieceWriter out) {
        PrometheusStats page = new PrometheusStats(store, query, out);
        SortedMap<String, List<Labelled<Counter>>> counters;
        SortedMap<String, List<Labelled<Gauge>>> gauges;
        SortedMap<String, List<Labelled<TextReadout>>> textReadouts;
        SortedMap<String, List<Labelled<StoreHistogram>>> histograms;
        PrometheusNames names = store.prometheusNames();
        synchronized (names) {
            PrometheusNames.Round round = names.next();
            counters = page.groups(store.counters(), Counter::name, Counter::used, round);
            gauges = page.groups(store.gauges(), Gauge::name, Gauge::used, round);
            textReadouts =
                    query.textReadouts()
                            ? page.groups(
                                    store.textReadouts(),
                                    TextReadout::name,
                                    TextReadout::used,
                                    round)
                            : new TreeMap<>();
            histograms =
                    page.groups(
                            store.histograms(), StoreHistogram::name, StoreHistogram::used, round);
        }
        page.writeNumbers("counter", counters, Counter::value);
        page.writeNumbers("gauge", gauges, Gauge::value);
        page.writeTextReadouts(textReadouts);
        page.writeHistograms(histograms);
    }

    private <T> SortedMap<String, List<Labelled<T>>> groups(
            List<T> statistics,
            Function<T, String> nameOf,
            Predicate<T> used,
            PrometheusNames.Round names) {
        Map<String, List<Labelled<T>>> groups = new HashMap<>();
        for (T statistic : statistics) {
            String name = nameOf.apply(statistic);
            if (query.shows(name, used.test(statistic))) {
                PrometheusNames.Name made = names.of(statistic, name);
                groups.computeIfAbsent(made.group(), _ -> new ArrayList<>())
                        .add(new Labelled<>(name, made.labels(), statistic));
            }
        }
        groups.values()
                .forEach(group -> group.sort(Comparator.comparing(Labelled::name, BY_TOKENS)));
        SortedMap<String, List<Labelled<T>>> sorted = new TreeMap<>(BY_TOKENS);
        sorted.putAll(groups);
        return sorted;
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
                    String label =
                            "text_value=\""
                                    + PrometheusNames.escape(textReadout.statistic.value())
                                    + '"';
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
            return "envoy_" + PrometheusNames.sanitize(tagExtractedName);
        }
        String custom = PrometheusNames.sanitize(tagExtractedName.substring(dot + 1));
        return custom.isEmpty() || custom.charAt(0) >= '0' && custom.charAt(0) <= '9'
                ? null
                : custom;
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
