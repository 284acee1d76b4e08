package io.nuncio.spi;

import java.util.ArrayList;
import java.util.List;

/// Names of statistics that a scope shows although nobody may ever count them; see
/// [StatsScope#declare]. Immutable; make one, as a constant, for all scopes that show the same.
public final class DeclaredStats {
    /// No names: where a declaration begins.
    public static final DeclaredStats NONE = new DeclaredStats(List.of(), List.of(), List.of());

    private final List<String> counters;
    private final List<String> gauges;
    private final List<HistogramName> histograms;

    /// The name of a histogram, with what it measures.
    public record HistogramName(String name, Histogram.Unit unit) {}

    private DeclaredStats(
            List<String> counters, List<String> gauges, List<HistogramName> histograms) {
        this.counters = List.copyOf(counters);
        this.gauges = List.copyOf(gauges);
        this.histograms = List.copyOf(histograms);
    }

    /// With these counters, too.
    public DeclaredStats withCounters(String... names) {
        return new DeclaredStats(joined(counters, List.of(names)), gauges, histograms);
    }

    /// With these gauges, too.
    public DeclaredStats withGauges(String... names) {
        return new DeclaredStats(counters, joined(gauges, List.of(names)), histograms);
    }

    /// With these histograms, too.
    public DeclaredStats withHistograms(Histogram.Unit unit, String... names) {
        var added = new ArrayList<HistogramName>();
        for (String name : names) {
            added.add(new HistogramName(name, unit));
        }
        return new DeclaredStats(counters, gauges, joined(histograms, added));
    }

    public List<String> counters() {
        return counters;
    }

    public List<String> gauges() {
        return gauges;
    }

    public List<HistogramName> histograms() {
        return histograms;
    }

    private static <T> List<T> joined(List<T> first, List<T> second) {
        var all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
