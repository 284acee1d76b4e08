package io.nuncio.kernel.stats;

import io.nuncio.spi.Counter;
import io.nuncio.spi.DeclaredStats;
import io.nuncio.spi.Gauge;
import io.nuncio.spi.Histogram;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.TextReadout;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.ObjLongConsumer;

/// All statistics of one server.
///
/// Scopes make statistics and share those of the same name; a statistic lives until the last scope
/// that named it is closed. Making, finding and closing take the store's one lock, on any thread;
/// counting takes none.
public final class StatsStore {
    private static final int FOREIGN_AND_MAIN = 2; // cells before the workers': see LoopThread

    private final Object lock = new Object();
    private final int cellCount;
    private final StatsSettings settings;
    private final PrometheusNames prometheusNames;
    private final Set<String> customNamespaces = ConcurrentHashMap.newKeySet();
    private final StoreScope root;
    private final DeclaredNames declared;
    private final StatisticTable<Counter> counters = new StatisticTable<>(Counter::name);
    private final StatisticTable<Gauge> gauges = new StatisticTable<>(Gauge::name);
    private final StatisticTable<StoreHistogram> histograms =
            new StatisticTable<>(StoreHistogram::name);
    private final StatisticTable<TextReadout> textReadouts =
            new StatisticTable<>(TextReadout::name);

    private final RecentLookups lookups = new RecentLookups();

    private final Counter ignoredCounter = new Counter("", "", null);
    private final Gauge ignoredGauge = new Gauge("", "", null);
    private final StoreHistogram ignoredHistogram =
            new StoreHistogram("", "", Histogram.Unit.UNSPECIFIED, 0, new double[0]);
    private final TextReadout ignoredTextReadout = new TextReadout("", "", true);

    /// @param workerCount workers that have cells of their own: `LoopThread` cells 2 to
    ///   `workerCount + 1`
    public StatsStore(int workerCount, StatsSettings settings) {
        this.settings = settings;
        cellCount = FOREIGN_AND_MAIN + workerCount;
        prometheusNames = new PrometheusNames(settings);
        root = new StoreScope(this, null, "", new ScopeCells(cellCount));
        declared = new DeclaredNames(root);
    }

    /// A store with default settings.
    public StatsStore(int workerCount) {
        this(workerCount, StatsSettings.DEFAULT);
    }

    /// A store for tests, with cells for 16 workers.
    public static StatsStore detached() {
        return new StatsStore(16);
    }

    /// The scope without a prefix; everything else is below it.
    public StatsScope root() {
        return root;
    }

    /// The counter of that whole name, if any scope holds or declares it.
    public @Nullable Counter findCounter(String name) {
        synchronized (lock) {
            Counter counter = counters.find(name);
            if (counter == null) {
                var found = declared.find(name, DeclaredStats::counters, Function.identity());
                return found == null ? null : found.scope().counter(found.entry());
            }
            return counter;
        }
    }

    /// The gauge of that whole name, if any scope holds or declares it.
    public @Nullable Gauge findGauge(String name) {
        synchronized (lock) {
            Gauge gauge = gauges.find(name);
            if (gauge == null) {
                var found = declared.find(name, DeclaredStats::gauges, Function.identity());
                return found == null ? null : found.scope().gauge(found.entry());
            }
            return gauge;
        }
    }

    /// The histogram of that whole name, if any scope holds or declares it.
    public @Nullable StoreHistogram findHistogram(String name) {
        synchronized (lock) {
            StoreHistogram histogram = histograms.find(name);
            if (histogram == null) {
                var found =
                        declared.find(
                                name, DeclaredStats::histograms, DeclaredStats.HistogramName::name);
                if (found != null) {
                    found.scope().histogram(found.entry().name(), found.entry().unit());
                    return histograms.find(name);
                }
            }
            return histogram;
        }
    }

    /// The text readout of that whole name, if any scope holds it.
    public @Nullable TextReadout findTextReadout(String name) {
        synchronized (lock) {
            return textReadouts.find(name);
        }
    }

    /// The value of a counter or a gauge; 0 if there is none of that name.
    public long value(String name) {
        synchronized (lock) {
            Counter counter = counters.find(name);
            if (counter != null) {
                return counter.value();
            }
            Gauge gauge = gauges.find(name);
            return gauge == null ? 0 : gauge.value();
        }
    }

    /// A copy, in no order, with a stand-in for each that was declared and not made.
    public List<Counter> counters() {
        synchronized (lock) {
            List<Counter> all = counters.all();
            declared.forEach(
                    DeclaredStats::counters,
                    (scope, name) -> {
                        if (unmade(counters, scope, name)) {
                            all.add(new Counter(scope.prefix(), name, null));
                        }
                    });
            return all;
        }
    }

    /// A copy, in no order, with a stand-in for each that was declared and not made.
    public List<Gauge> gauges() {
        synchronized (lock) {
            List<Gauge> all = gauges.all();
            declared.forEach(
                    DeclaredStats::gauges,
                    (scope, name) -> {
                        if (unmade(gauges, scope, name)) {
                            all.add(new Gauge(scope.prefix(), name, null));
                        }
                    });
            return all;
        }
    }

    /// A copy, in no order, with a stand-in for each that was declared and not made.
    public List<StoreHistogram> histograms() {
        synchronized (lock) {
            List<StoreHistogram> all = histograms.all();
            declared.forEach(
                    DeclaredStats::histograms,
                    (scope, histogram) -> {
                        if (unmade(histograms, scope, histogram.name())) {
                            String fullName = scope.prefix().concat(histogram.name());
                            all.add(
                                    new StoreHistogram(
                                            scope.prefix(),
                                            histogram.name(),
                                            histogram.unit(),
                                            0,
                                            settings.buckets().boundsFor(fullName)));
                        }
                    });
            return all;
        }
    }

    private boolean unmade(StatisticTable<?> table, StoreScope scope, String name) {
        String fullName = scope.prefix().concat(name);
        return table.find(fullName) == null && !settings.rejects(fullName);
    }

    /// A copy, in no order.
    public List<TextReadout> textReadouts() {
        synchronized (lock) {
            return textReadouts.all();
        }
    }

    /// Makes what the histograms recorded since the last merge their interval, and adds it to their
    /// totals. Main thread, at each flush.
    public void mergeHistograms() {
        long[] scratch = new long[Buckets.COUNT];
        List<StoreHistogram> made;
        synchronized (lock) {
            made = histograms.all();
        }
        for (StoreHistogram histogram : made) {
            histogram.merge(scratch);
        }
    }

    /// Shows each used counter with what it grew by since the last call, for sinks that send
    /// deltas. Main thread, at each flush. The consumer must not make or close statistics.
    public void latchCounters(ObjLongConsumer<Counter> consumer) {
        synchronized (lock) {
            counters.mark((counter, latched) -> {
                if (!counter.used()) {
                    return latched;
                }
                long value = counter.value();
                consumer.accept(counter, value - latched);
                return value;
            });
        }
    }

    /// Sets every counter back to 0 (`/reset_counters`). What was counted since the last latch
    /// still reaches the sinks.
    public void resetCounters() {
        synchronized (lock) {
            counters.mark((counter, latched) -> latched - counter.reset());
            lookups.clear();
        }
    }

    /// Makes Prometheus show the statistics whose names begin with that token without `envoy_` and
    /// without the token, as Envoy does for `wasmcustom`. Any thread.
    public void registerCustomNamespace(String token) {
        customNamespaces.add(token);
    }

    boolean isCustomNamespace(String token) {
        return customNamespaces.contains(token);
    }

    PrometheusNames prometheusNames() {
        return prometheusNames;
    }

    String recentLookups() {
        synchronized (lock) {
            return lookups.page();
        }
    }

    void enableRecentLookups(boolean on) {
        synchronized (lock) {
            lookups.enable(on);
        }
    }

    void clearRecentLookups() {
        synchronized (lock) {
            lookups.clear();
        }
    }

    Counter counter(StoreScope scope, String name) {
        String fullName = scope.prefix().concat(name);
        synchronized (lock) {
            lookups.add(fullName);
            Counter counter = counters.find(fullName);
            if (counter != null) {
                hold(scope, counters, counter);
                return counter;
            }
            if (rejects(scope, fullName)) {
                return ignoredCounter;
            }
            counter = new Counter(scope.prefix(), name, scope.cells());
            counters.add(fullName, counter);
            scope.nameNew(counter);
            return counter;
        }
    }

    Gauge gauge(StoreScope scope, String name) {
        String fullName = scope.prefix().concat(name);
        synchronized (lock) {
            lookups.add(fullName);
            Gauge gauge = gauges.find(fullName);
            if (gauge != null) {
                hold(scope, gauges, gauge);
                return gauge;
            }
            if (rejects(scope, fullName)) {
                return ignoredGauge;
            }
            gauge = new Gauge(scope.prefix(), name, scope.cells());
            gauges.add(fullName, gauge);
            scope.nameNew(gauge);
            return gauge;
        }
    }

    Histogram histogram(StoreScope scope, String name, Histogram.Unit unit) {
        String fullName = scope.prefix().concat(name);
        synchronized (lock) {
            lookups.add(fullName);
            StoreHistogram histogram = histograms.find(fullName);
            if (histogram != null) {
                hold(scope, histograms, histogram);
                return histogram;
            }
            if (rejects(scope, fullName)) {
                return ignoredHistogram;
            }
            double[] bounds = settings.buckets().boundsFor(fullName);
            histogram = new StoreHistogram(scope.prefix(), name, unit, cellCount, bounds);
            histograms.add(fullName, histogram);
            scope.nameNew(histogram);
            return histogram;
        }
    }

    TextReadout textReadout(StoreScope scope, String name) {
        String fullName = scope.prefix().concat(name);
        synchronized (lock) {
            lookups.add(fullName);
            TextReadout textReadout = textReadouts.find(fullName);
            if (textReadout != null) {
                hold(scope, textReadouts, textReadout);
                return textReadout;
            }
            if (rejects(scope, fullName)) {
                return ignoredTextReadout;
            }
            textReadout = new TextReadout(scope.prefix(), name, false);
            textReadouts.add(fullName, textReadout);
            scope.nameNew(textReadout);
            return textReadout;
        }
    }

    void declare(StoreScope scope, DeclaredStats names) {
        synchronized (lock) {
            if (!scope.closed()) {
                scope.addDeclared(names);
                for (String name : names.counters()) {
                    holdIfMade(scope, counters, name);
                }
                for (String name : names.gauges()) {
                    holdIfMade(scope, gauges, name);
                }
                for (DeclaredStats.HistogramName histogram : names.histograms()) {
                    holdIfMade(scope, histograms, histogram.name());
                }
            }
        }
    }

    private <T> void holdIfMade(StoreScope scope, StatisticTable<T> table, String name) {
        T made = table.find(scope.prefix().concat(name));
        if (made != null) {
            hold(scope, table, made);
        }
    }

    StatsScope scope(StoreScope parent, String name) {
        String sanitized = StatNames.sanitize(name);
        String prefix = sanitized.isEmpty() ? parent.prefix() : parent.prefix() + sanitized + '.';
        synchronized (lock) {
            ScopeCells cells = parent == root ? new ScopeCells(cellCount) : parent.cells();
            StoreScope scope = new StoreScope(this, parent, prefix, cells);
            if (parent.closed()) {
                scope.end();
            } else {
                parent.adopt(scope);
            }
            return scope;
        }
    }

    void close(StoreScope scope) {
        synchronized (lock) {
            StoreScope parent = scope.parent();
            if (parent != null) {
                parent.forget(scope);
            }
            List<StoreScope> open = new ArrayList<>(List.of(scope));
            while (!open.isEmpty()) {
                StoreScope next = open.removeLast();
                open.addAll(next.children());
                next.end().forEach(this::release);
            }
        }
    }

    private <T> void hold(StoreScope scope, StatisticTable<T> table, T statistic) {
        if (!scope.closed() && scope.name(statistic)) {
            table.hold(statistic);
        }
    }

    private boolean rejects(StoreScope scope, String fullName) {
        return scope.closed() || settings.rejects(fullName);
    }

    private void release(Object statistic) {
        switch (statistic) {
            case Counter counter -> counters.release(counter);
            case Gauge gauge -> gauges.release(gauge);
            case StoreHistogram histogram -> histograms.release(histogram);
            case TextReadout textReadout -> textReadouts.release(textReadout);
            default -> throw new IllegalStateException("not a statistic: " + statistic);
        }
    }
}
