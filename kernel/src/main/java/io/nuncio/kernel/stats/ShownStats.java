package io.nuncio.kernel.stats;

import io.nuncio.spi.Counter;
import io.nuncio.spi.Gauge;
import io.nuncio.spi.TextReadout;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The statistics that a query shows, in the order of the text and JSON pages: text readouts, then
/// counters and gauges together, then histograms, each by name.
///
/// @param numbers counters and gauges
record ShownStats(
        List<Shown<TextReadout>> textReadouts,
        List<Shown<Object>> numbers,
        List<Shown<StoreHistogram>> histograms) {
    /// A statistic with its name, which is put together only once.
    record Shown<T>(String name, T statistic) {}

    static ShownStats of(StatsStore store, StatsQuery query) {
        StatsQuery.Type type = query.type();
        boolean all = type == StatsQuery.Type.ALL;
        List<Shown<TextReadout>> textReadouts = new ArrayList<>();
        if (all || type == StatsQuery.Type.TEXT_READOUTS) {
            for (TextReadout textReadout : store.textReadouts()) {
                add(textReadouts, query, textReadout.name(), textReadout.used(), textReadout);
            }
        }
        List<Shown<Object>> numbers = new ArrayList<>();
        if (all || type == StatsQuery.Type.COUNTERS) {
            for (Counter counter : store.counters()) {
                add(numbers, query, counter.name(), counter.used(), counter);
            }
        }
        if (all || type == StatsQuery.Type.GAUGES) {
            for (Gauge gauge : store.gauges()) {
                add(numbers, query, gauge.name(), gauge.used(), gauge);
            }
        }
        List<Shown<StoreHistogram>> histograms = new ArrayList<>();
        if (all || type == StatsQuery.Type.HISTOGRAMS) {
            for (StoreHistogram histogram : store.histograms()) {
                add(histograms, query, histogram.name(), histogram.used(), histogram);
            }
        }
        sort(textReadouts);
        sort(numbers);
        sort(histograms);
        return new ShownStats(textReadouts, numbers, histograms);
    }

    /// The value of one of [#numbers].
    static long valueOf(Object number) {
        return number instanceof Counter counter ? counter.value() : ((Gauge) number).value();
    }

    private static <T> void add(
            List<Shown<T>> shown, StatsQuery query, String name, boolean used, T statistic) {
        if (query.shows(name, used)) {
            shown.add(new Shown<>(name, statistic));
        }
    }

    private static <T> void sort(List<Shown<T>> shown) {
        shown.sort(Comparator.comparing(Shown::name));
    }
}
