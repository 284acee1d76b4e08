package io.nuncio.kernel.stats;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.metrics.v3.HistogramBucketSettings;
import io.envoyproxy.envoy.config.metrics.v3.StatsConfig;
import io.envoyproxy.envoy.config.metrics.v3.StatsMatcher;
import io.envoyproxy.envoy.type.matcher.v3.ListStringMatcher;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.nuncio.spi.Counter;
import io.nuncio.spi.Histogram;
import io.nuncio.spi.Problems;

import org.junit.jupiter.api.Test;

import java.util.List;

class StatsSettingsTest {
    private final Problems problems = new Problems();

    @Test
    void anExclusionListKeepsWhatItMatchesFromBeing() {
        StatsStore store = excluding(StringMatcher.newBuilder().setPrefix("cluster."));

        Counter excluded = store.root().scope("cluster.a").counter("total");
        excluded.increment();
        store.root().scope("cluster.a").gauge("active").set(4);
        store.root().scope("cluster.a").histogram("time", Histogram.Unit.MILLISECONDS).record(1);
        store.root().scope("cluster.a").textReadout("version").set("x");
        store.root().counter("cluster_manager.total").increment();

        assertThat(excluded.value()).isZero();
        assertThat(excluded.used()).isFalse();
        assertThat(new StatsPages(store).stats(java.util.Map.of()).text())
                .isEqualTo("cluster_manager.total: 1\n");
    }

    @Test
    void anInclusionListLetsOnlyBeWhatItMatches() {
        StatsStore store =
                store(
                        StatsMatcher.newBuilder()
                                .setInclusionList(
                                        ListStringMatcher.newBuilder()
                                                .addPatterns(
                                                        StringMatcher.newBuilder()
                                                                .setSuffix(".total"))
                                                .addPatterns(
                                                        StringMatcher.newBuilder()
                                                                .setExact("server.live"))));

        store.root().counter("a.total");
        store.root().counter("a.totals");
        store.root().gauge("server.live");

        assertThat(store.counters()).extracting(Counter::name).containsExactly("a.total");
        assertThat(store.findGauge("server.live")).isNotNull();
    }

    @Test
    void rejectAllLetsNothingBe() {
        StatsStore store = store(StatsMatcher.newBuilder().setRejectAll(true));
        store.root().counter("a");
        assertThat(store.counters()).isEmpty();
        assertThat(exists(store(StatsMatcher.newBuilder().setRejectAll(false)), "a")).isTrue();
    }

    @Test
    void everyKindOfMatcherMatches() {
        assertThat(exists(excluding(StringMatcher.newBuilder().setContains("rq")), "a.rq.b"))
                .isFalse();
        assertThat(
                        exists(
                                excluding(
                                        StringMatcher.newBuilder()
                                                .setContains("RQ")
                                                .setIgnoreCase(true)),
                                "a.rq.b"))
                .isFalse();
        assertThat(
                        exists(
                                excluding(
                                        StringMatcher.newBuilder()
                                                .setExact("A")
                                                .setIgnoreCase(true)),
                                "a"))
                .isFalse();
        assertThat(
                        exists(
                                excluding(
                                        StringMatcher.newBuilder()
                                                .setPrefix("A")
                                                .setIgnoreCase(true)),
                                "ab"))
                .isFalse();
        assertThat(
                        exists(
                                excluding(
                                        StringMatcher.newBuilder()
                                                .setSuffix("B")
                                                .setIgnoreCase(true)),
                                "ab"))
                .isFalse();
        assertThat(exists(excluding(StringMatcher.newBuilder().setSuffix("abc")), "bc")).isTrue();
        assertThat(exists(excluding(regex("a\\.\\d+")), "a.12")).isFalse();
        assertThat(exists(excluding(regex("a\\.\\d+")), "a.12.b")).isTrue();
    }

    @Test
    void aBrokenRegexIsAProblemWithItsPath() {
        excludingUnchecked(regex("("));

        assertThat(problems.all())
                .singleElement()
                .satisfies(problem ->
                        assertThat(problem.path())
                                .isEqualTo(
                                        "stats_matcher.exclusion_list.patterns[0].safe_regex.regex"));
    }

    @Test
    void theBucketsOfAHistogramAreThoseOfTheFirstRuleThatMatches() {
        StatsConfig config =
                StatsConfig.newBuilder()
                        .addHistogramBucketSettings(buckets("cluster.a.", 10, 1, 5))
                        .addHistogramBucketSettings(buckets("cluster.", 7))
                        .build();
        StatsStore store = new StatsStore(1, StatsSettings.from(config, List.of(), problems));

        assertThat(bounds(store, "cluster.a.time")).containsExactly(1, 5, 10);
        assertThat(bounds(store, "cluster.b.time")).containsExactly(7);
        assertThat(bounds(store, "http.time"))
                .hasSize(19)
                .startsWith(0.5, 1, 5)
                .endsWith(1800000, 3600000);
    }

    private static double[] bounds(StatsStore store, String name) {
        store.root().histogram(name, Histogram.Unit.MILLISECONDS);
        return java.util.Objects.requireNonNull(store.findHistogram(name))
                .totalStatistics()
                .bounds();
    }

    private static HistogramBucketSettings buckets(String prefix, double... bounds) {
        HistogramBucketSettings.Builder settings =
                HistogramBucketSettings.newBuilder()
                        .setMatch(StringMatcher.newBuilder().setPrefix(prefix));
        for (double bound : bounds) {
            settings.addBuckets(bound);
        }
        return settings.build();
    }

    private static boolean exists(StatsStore store, String name) {
        store.root().counter(name);
        return store.findCounter(name) != null;
    }

    private static StringMatcher.Builder regex(String regex) {
        return StringMatcher.newBuilder().setSafeRegex(RegexMatcher.newBuilder().setRegex(regex));
    }

    private StatsStore excluding(StringMatcher.Builder matcher) {
        StatsStore store = excludingUnchecked(matcher);
        assertThat(problems.all()).isEmpty();
        return store;
    }

    private StatsStore excludingUnchecked(StringMatcher.Builder matcher) {
        return store(
                StatsMatcher.newBuilder()
                        .setExclusionList(ListStringMatcher.newBuilder().addPatterns(matcher)));
    }

    private StatsStore store(StatsMatcher.Builder matcher) {
        StatsConfig config = StatsConfig.newBuilder().setStatsMatcher(matcher).build();
        return new StatsStore(1, StatsSettings.from(config, List.of(), problems));
    }
}
