package io.nuncio.kernel.stats;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.spi.Counter;
import io.nuncio.spi.DeclaredStats;
import io.nuncio.spi.Gauge;
import io.nuncio.spi.Histogram.Unit;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.TextReadout;
import io.nuncio.spi.internal.LoopThread;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

class StatsStoreTest {
    private final StatsStore store = new StatsStore(2);
    private final StatsScope root = store.root();

    @Test
    void theSameNameIsTheSameStatistic() {
        Counter counter = root.counter("a.b");

        assertThat(root.counter("a.b")).isSameAs(counter);
        assertThat(root.scope("a").counter("b")).isSameAs(counter);
        assertThat(store.findCounter("a.b")).isSameAs(counter);
        assertThat(store.findCounter("a.c")).isNull();
    }

    @Test
    void aScopeAddsItsPrefixAndADot() {
        assertThat(root.scope("cluster.x").counter("upstream_cx_total").name())
                .isEqualTo("cluster.x.upstream_cx_total");
        assertThat(root.scope("http.").scope("ingress.").prefix()).isEqualTo("http.ingress.");
        assertThat(root.scope("http").scope("").prefix()).isEqualTo("http.");
    }

    @Test
    void theNameOfAScopeIsSanitizedAsEnvoyDoes() {
        assertThat(StatNames.sanitize("a.b.c.")).isEqualTo("a.b.c");
        assertThat(StatNames.sanitize(".a.b.c")).isEqualTo("a.b.c");
        assertThat(StatNames.sanitize("a::b")).isEqualTo("a__b");
        assertThat(StatNames.sanitize("a.\0")).isEqualTo("a._");
        assertThat(StatNames.sanitize("a://b")).isEqualTo("a_b");
        assertThat(StatNames.sanitize("a/b")).isEqualTo("a_b");
        assertThat(StatNames.sanitize(".")).isEmpty();
        assertThat(root.scope("listener.[::]:80").prefix()).isEqualTo("listener.[__]_80.");
    }

    @Test
    void aStatisticDisappearsWithTheLastScopeThatNamedIt() {
        StatsScope first = root.scope("cluster.x");
        StatsScope second = root.scope("cluster.x");
        Counter counter = first.counter("upstream_cx_total");
        second.counter("upstream_cx_total");
        second.counter("upstream_cx_total");

        first.close();
        assertThat(store.findCounter("cluster.x.upstream_cx_total")).isSameAs(counter);

        second.close();
        assertThat(store.findCounter("cluster.x.upstream_cx_total")).isNull();
        assertThat(store.counters()).isEmpty();
    }

    @Test
    void everyKindOfStatisticDisappears() {
        StatsScope scope = root.scope("cluster.x");
        scope.counter("c").increment();
        scope.gauge("g").set(1);
        scope.histogram("h", Unit.MILLISECONDS).record(1);
        scope.textReadout("t").set("x");

        scope.close();

        assertThat(store.counters()).isEmpty();
        assertThat(store.gauges()).isEmpty();
        assertThat(store.histograms()).isEmpty();
        assertThat(store.textReadouts()).isEmpty();
    }

    @Test
    void closingAScopeClosesTheScopesMadeFromIt() {
        StatsScope cluster = root.scope("cluster.x");
        cluster.scope("ssl").scope("ciphers").counter("AES").increment();

        cluster.close();

        assertThat(store.counters()).isEmpty();
    }

    @Test
    void aNameThatReturnsStartsFromZeroWhileTheOldHolderCountsForNobody() {
        StatsScope before = root.scope("cluster.x");
        Counter old = before.counter("upstream_cx_total");
        old.add(5);
        before.close();

        Counter fresh = root.scope("cluster.x").counter("upstream_cx_total");
        old.add(7);

        assertThat(fresh.value()).isZero();
        assertThat(old.value()).isEqualTo(12);
    }

    @Test
    void aClosedScopeMakesOnlyStatisticsThatNobodySees() {
        StatsScope scope = root.scope("x");
        scope.close();
        scope.close();

        Counter counter = scope.counter("c");
        counter.increment();
        scope.scope("y").gauge("g").set(3);

        assertThat(counter.value()).isZero();
        assertThat(store.counters()).isEmpty();
        assertThat(store.gauges()).isEmpty();
    }

    @Test
    void aStatisticIsUsedOnceItWasChanged() {
        Counter counter = root.counter("c");
        Gauge added = root.gauge("added");
        Gauge set = root.gauge("set");
        TextReadout text = root.textReadout("t");
        assertThat(counter.used() || added.used() || set.used() || text.used()).isFalse();

        counter.add(0);
        added.add(0);
        set.set(0);
        text.set("");

        assertThat(counter.used() && added.used() && set.used() && text.used()).isTrue();
    }

    @Test
    void subtractingFromAGaugeDoesNotMakeItUsed() {
        Gauge gauge = root.gauge("g");
        gauge.subtract(0);
        assertThat(gauge.used()).isFalse();
    }

    @Test
    void settingAGaugeReplacesWhatWasAddedBefore() throws InterruptedException {
        Gauge gauge = root.gauge("g");
        gauge.add(5);
        onCell(2, () -> gauge.add(10));
        assertThat(gauge.value()).isEqualTo(15);

        gauge.set(3);
        assertThat(gauge.value()).isEqualTo(3);

        gauge.increment();
        onCell(3, gauge::decrement);
        onCell(2, gauge::decrement);
        assertThat(gauge.value()).isEqualTo(2);
    }

    @Test
    void workersTheMainThreadAndForeignThreadsSumUp() throws InterruptedException {
        Counter counter = root.counter("c");
        counter.add(1);
        onCell(1, () -> counter.add(10));
        onCell(2, () -> counter.add(100));
        onCell(3, () -> counter.add(1000));

        assertThat(counter.value()).isEqualTo(1111);
    }

    @Test
    void countsAreExactAfterManyThreadsCountedAtOnce() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        Counter[] counters = new Counter[100];
        for (int i = 0; i < counters.length; i++) {
            counters[i] = root.scope("s").counter("c" + i);
        }
        Runnable count =
                () -> {
                    for (int round = 0; round < 1000; round++) {
                        for (Counter counter : counters) {
                            counter.increment();
                        }
                    }
                };
        for (int cell = 1; cell <= 3; cell++) {
            threads.add(new LoopThread(count, "loop " + cell, cell));
        }
        threads.add(new Thread(count));
        threads.add(new Thread(count));
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(counters).allSatisfy(counter -> assertThat(counter.value()).isEqualTo(5000));
    }

    @Test
    void resettingSetsCountersToZeroAndLeavesThemUsed() throws InterruptedException {
        Counter counter = root.counter("c");
        root.gauge("g").set(4);
        onCell(2, () -> counter.add(7));

        store.resetCounters();

        assertThat(counter.value()).isZero();
        assertThat(counter.used()).isTrue();
        assertThat(store.value("g")).isEqualTo(4);
        onCell(2, counter::increment);
        assertThat(counter.value()).isEqualTo(1);
    }

    @Test
    void latchingGivesWhatACounterGrewByEvenAcrossAReset() {
        Counter counter = root.counter("c");
        root.counter("never");
        assertThat(latched()).isEmpty();

        counter.add(3);
        assertThat(latched()).isEqualTo(Map.of("c", 3L));
        assertThat(latched()).isEqualTo(Map.of("c", 0L));

        counter.add(4);
        store.resetCounters();
        counter.add(1);
        assertThat(latched()).isEqualTo(Map.of("c", 5L));
    }

    @Test
    void tenThousandClustersComeAndGo() {
        List<StatsScope> scopes = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            StatsScope scope = root.scope("cluster.c" + i);
            scope.counter("upstream_cx_total").add(i);
            scope.counter("upstream_rq_total");
            scopes.add(scope);
        }
        assertThat(store.counters()).hasSize(20_000);
        assertThat(store.value("cluster.c9999.upstream_cx_total")).isEqualTo(9999);

        scopes.subList(0, 9_990).forEach(StatsScope::close);

        assertThat(store.counters()).hasSize(20);
        for (int i = 9_990; i < 10_000; i++) {
            assertThat(store.value("cluster.c" + i + ".upstream_cx_total")).isEqualTo(i);
        }
        assertThat(store.findCounter("cluster.c5.upstream_cx_total")).isNull();
    }

    // Declared names.

    private static final DeclaredStats DECLARED =
            DeclaredStats.NONE
                    .withCounters("c", "d")
                    .withGauges("g")
                    .withHistograms(Unit.MILLISECONDS, "h");

    @Test
    void whatIsDeclaredIsShownAsIfItWereMade() {
        StatsScope scope = root.scope("cluster.x");
        scope.declare(DECLARED);
        scope.counter("d").increment();

        assertThat(store.counters())
                .extracting(Counter::name)
                .containsExactlyInAnyOrder("cluster.x.c", "cluster.x.d");
        assertThat(store.gauges()).extracting(Gauge::name).containsExactly("cluster.x.g");
        assertThat(store.histograms())
                .extracting(StoreHistogram::name)
                .containsExactly("cluster.x.h");
        assertThat(store.counters()).filteredOn(Counter::used).hasSize(1);
        assertThat(store.value("cluster.x.d")).isEqualTo(1);
    }

    @Test
    void whatIsDeclaredIsMadeWhenItIsLookedFor() {
        StatsScope scope = root.scope("cluster.x");
        scope.declare(DECLARED);

        assertThat(store.findCounter("cluster.x.c")).isSameAs(scope.counter("c"));
        assertThat(store.findGauge("cluster.x.g")).isSameAs(scope.gauge("g"));
        assertThat(store.findHistogram("cluster.x.h"))
                .isSameAs(scope.histogram("h", Unit.UNSPECIFIED));
        assertThat(store.findCounter("cluster.x.g")).isNull();
        assertThat(store.findCounter("cluster.y.c")).isNull();
    }

    @Test
    void scopesOfOnePrefixShowWhatTheyDeclareOnce() {
        StatsScope first = root.scope("cluster.x");
        StatsScope second = root.scope("cluster.x");
        first.declare(DECLARED);
        second.declare(DECLARED);
        assertThat(store.counters()).hasSize(2);

        first.close();
        assertThat(store.counters()).hasSize(2);
        second.close();
        assertThat(store.counters()).isEmpty();
        second.declare(DECLARED);
        assertThat(store.counters()).isEmpty();
    }

    @Test
    void whatAScopeOfTheSamePrefixMadeStaysWithTheNextThatDeclaresIt() {
        StatsScope first = root.scope("cluster.x");
        first.counter("c").increment();
        StatsScope second = root.scope("cluster.x");
        second.declare(DECLARED);
        first.counter("d").increment();
        first.gauge("g").set(3);
        first.counter("other").increment();
        second.declare(DECLARED);
        first.close();

        assertThat(store.value("cluster.x.c")).isEqualTo(1);
        assertThat(store.value("cluster.x.d")).isEqualTo(1);
        assertThat(store.value("cluster.x.g")).isEqualTo(3);
        assertThat(store.counters()).hasSize(2);
        second.close();
        assertThat(store.counters()).isEmpty();
    }

    private Map<String, Long> latched() {
        Map<String, Long> latched = new HashMap<>();
        store.latchCounters((counter, delta) -> latched.put(counter.name(), delta));
        return latched;
    }

    static void onCell(int cell, Runnable task) throws InterruptedException {
        Thread thread = new LoopThread(task, "cell " + cell, cell);
        thread.start();
        thread.join();
    }
}
