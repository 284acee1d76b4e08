package io.nuncio.kernel.stats;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;

import io.envoyproxy.envoy.config.metrics.v3.HistogramBucketSettings;
import io.envoyproxy.envoy.config.metrics.v3.StatsConfig;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.nuncio.spi.Histogram.Unit;
import io.nuncio.spi.Problems;
import io.nuncio.spi.StatsScope;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

class StatsPagesTest {
    private static final StatsSettings FOUR_BUCKETS =
            StatsSettings.from(
                    StatsConfig.newBuilder()
                            .addHistogramBucketSettings(
                                    HistogramBucketSettings.newBuilder()
                                            .setMatch(StringMatcher.newBuilder().setPrefix("h"))
                                            .addAllBuckets(List.of(1.0, 2.0, 3.0, 4.0)))
                            .build(),
                    List.of(),
                    new Problems());

    private StatsStore store = new StatsStore(1);

    @Test
    void theTextPageHasALinePerStatisticSortedWithinItsKind() {
        StatsScope root = store.root();
        root.counter("c2").add(20);
        root.counter("c1").add(10);
        root.textReadout("t").set("hello world");
        root.gauge("c1x").set(-1);
        root.histogram("h1", Unit.UNSPECIFIED).record(200);
        root.histogram("h2", Unit.UNSPECIFIED);
        store.mergeHistograms();

        assertThat(page("").status()).isEqualTo(200);
        assertThat(page("").contentType()).isEqualTo("text/plain; charset=UTF-8");
        assertThat(page("").text())
                .isEqualTo(
                        """
                        t: "hello world"
                        c1: 10
                        c1x: -1
                        c2: 20
                        h1: P0(200,200) P25(202.5,202.5) P50(205,205) P75(207.5,207.5) P90(209,209) P95(209.5,209.5)\
                         P99(209.9,209.9) P99.5(209.95,209.95) P99.9(209.99,209.99) P100(210,210)
                        h2: No recorded values
                        """);
    }

    @Test
    void anIntervalWithoutValuesIsNan() {
        store.root().histogram("h", Unit.UNSPECIFIED).record(1);
        store.mergeHistograms();
        store.mergeHistograms();

        assertThat(page("").text()).startsWith("h: P0(nan,1) P25(nan,1.025) ");
    }

    @Test
    void countersAndGaugesAreSortedTogether() {
        store.root().gauge("s4");
        store.root().counter("s3");
        store.root().counter("s1");
        store.root().gauge("s2");
        assertThat(page("").text()).isEqualTo("s1: 0\ns2: 0\ns3: 0\ns4: 0\n");
        assertThat(page("type=Gauges").text()).isEqualTo("s2: 0\ns4: 0\n");
        assertThat(page("type=Counters").text()).isEqualTo("s1: 0\ns3: 0\n");
        assertThat(page("type=All").text()).hasLineCount(4);
        assertThat(page("type=Histograms").text()).isEmpty();
        assertThat(page("type=TextReadouts").text()).isEmpty();
    }

    @Test
    void usedonlyAndFilterNarrowThePage() {
        StatsScope server = store.root().scope("server");
        server.counter("used").add(0);
        server.counter("unused");
        store.root().gauge("other.used").set(0);
        store.root().histogram("server.time", Unit.MILLISECONDS);

        assertThat(page("usedonly").text()).isEqualTo("other.used: 0\nserver.used: 0\n");
        assertThat(page("usedonly&filter=^server").text()).isEqualTo("server.used: 0\n");
        assertThat(page("filter=r\\.u").text())
                .isEqualTo("other.used: 0\nserver.unused: 0\nserver.used: 0\n");
        assertThat(page("hidden=include&filter=^server.used$").text())
                .isEqualTo("server.used: 0\n");
        assertThat(page("hidden=exclude&filter=^server.used$").text())
                .isEqualTo("server.used: 0\n");
        assertThat(page("hidden=showonly").text()).isEmpty();
    }

    @Test
    void bucketsAreShownCumulativeDisjointOrInDetail() {
        StatsScope root = store.root();
        root.histogram("x", Unit.UNSPECIFIED).record(200);
        root.histogram("x", Unit.UNSPECIFIED).record(300);
        store.mergeHistograms();
        root.histogram("x", Unit.UNSPECIFIED).record(300);
        store.mergeHistograms();

        assertThat(page("histogram_buckets=cumulative").text())
                .isEqualTo(
                        """
                        x: B0.5(0,0) B1(0,0) B5(0,0) B10(0,0) B25(0,0) B50(0,0) B100(0,0) B250(0,1) B500(1,3) B1000(1,3)\
                         B2500(1,3) B5000(1,3) B10000(1,3) B30000(1,3) B60000(1,3) B300000(1,3) B600000(1,3) B1.8e+06(1,3)\
                         B3.6e+06(1,3)
                        """);
        assertThat(page("histogram_buckets=disjoint").text())
                .isEqualTo(
                        """
                        x: B0.5(0,0) B1(0,0) B5(0,0) B10(0,0) B25(0,0) B50(0,0) B100(0,0) B250(0,1) B500(1,2) B1000(0,0)\
                         B2500(0,0) B5000(0,0) B10000(0,0) B30000(0,0) B60000(0,0) B300000(0,0) B600000(0,0) B1.8e+06(0,0)\
                         B3.6e+06(0,0)
                        """);
        assertThat(page("histogram_buckets=detailed").text())
                .startsWith(
                        """
                        x:
                          totals=200,10:1, 300,10:2
                          intervals=300,10:1
                          summary=P0(300,200) P25(302.5,207.5)\
                        """);
        assertThat(page("histogram_buckets=none").text()).startsWith("x: P0(300,200) ");
        assertThat(page("histogram_buckets=summary").text()).startsWith("x: P0(300,200) ");
    }

    @Test
    void theJsonPageIsEnvoys() throws IOException {
        store.root().counter("c1").add(10);
        store.root().counter("c2").add(20);
        store.root().textReadout("t").set("hello \"world\"\n");
        store.root().histogram("h", Unit.UNSPECIFIED).record(200);
        store.mergeHistograms();

        assertThat(page("format=json").contentType()).isEqualTo("application/json");
        assertThat(page("format=json").text())
                .isEqualTo(
                        "{\"stats\":[{\"name\":\"t\",\"value\":\"hello \\\"world\\\"\\n\"},"
                            + "{\"name\":\"c1\",\"value\":10},{\"name\":\"c2\",\"value\":20},"
                            + "{\"histograms\":{\"supported_quantiles\":[0,25,50,75,90,95,99,99.5,99.9,100],"
                            + "\"computed_quantiles\":[{\"name\":\"h\",\"values\":["
                            + "{\"cumulative\":200,\"interval\":200},{\"cumulative\":202.5,\"interval\":202.5},"
                            + "{\"cumulative\":205,\"interval\":205},{\"cumulative\":207.5,\"interval\":207.5},"
                            + "{\"cumulative\":209,\"interval\":209},{\"cumulative\":209.5,\"interval\":209.5},"
                            + "{\"cumulative\":209.9,\"interval\":209.9},{\"cumulative\":209.95,\"interval\":209.95},"
                            + "{\"cumulative\":209.99,\"interval\":209.99},{\"cumulative\":210,\"interval\":210}]}]}}]}");
        assertThat(new ObjectMapper().readTree(page("format=json").text()).get("stats")).hasSize(4);
    }

    @Test
    void jsonHasNullForAnEmptyIntervalAndNoHistogramsObjectWithoutHistograms() {
        assertThat(page("format=json").text()).isEqualTo("{\"stats\":[]}");

        store.root().histogram("h", Unit.UNSPECIFIED);
        assertThat(page("format=json&usedonly").text()).isEqualTo("{\"stats\":[]}");
        assertThat(page("format=json").text())
                .contains(
                        "\"computed_quantiles\":[{\"name\":\"h\",\"values\":[{\"cumulative\":null,\"interval\":null},");
    }

    @Test
    void jsonBucketsAreCumulativeDisjointOrInDetail() {
        store = new StatsStore(1, FOUR_BUCKETS);
        StatsScope root = store.root();
        root.counter("c1").add(10);
        root.histogram("h1", Unit.UNSPECIFIED).record(1);
        root.histogram("h1", Unit.UNSPECIFIED).record(2);
        store.mergeHistograms();
        root.histogram("h1", Unit.UNSPECIFIED).record(2);
        store.mergeHistograms();

        assertThat(page("format=json&histogram_buckets=cumulative").text())
                .isEqualTo(
                        "{\"stats\":[{\"name\":\"c1\",\"value\":10},{\"histograms\":[{\"name\":\"h1\",\"buckets\":["
                            + "{\"upper_bound\":1,\"interval\":0,\"cumulative\":0},"
                            + "{\"upper_bound\":2,\"interval\":0,\"cumulative\":1},"
                            + "{\"upper_bound\":3,\"interval\":1,\"cumulative\":3},"
                            + "{\"upper_bound\":4,\"interval\":1,\"cumulative\":3}]}]}]}");
        assertThat(page("format=json&histogram_buckets=disjoint").text())
                .contains(
                        "[{\"upper_bound\":1,\"interval\":0,\"cumulative\":0},"
                                + "{\"upper_bound\":2,\"interval\":0,\"cumulative\":1},"
                                + "{\"upper_bound\":3,\"interval\":1,\"cumulative\":2},"
                                + "{\"upper_bound\":4,\"interval\":0,\"cumulative\":0}]");
        assertThat(page("format=json&histogram_buckets=detailed").text())
                .contains(
                        "{\"histograms\":{\"supported_percentiles\":[0,25,50,75,90,95,99,99.5,99.9,100],"
                            + "\"details\":[{\"name\":\"h1\",\"totals\":[{\"lower_bound\":1,\"width\":0.1,\"count\":1},"
                            + "{\"lower_bound\":2,\"width\":0.1,\"count\":2}],"
                            + "\"intervals\":[{\"lower_bound\":2,\"width\":0.1,\"count\":1}],"
                            + "\"percentiles\":[{\"cumulative\":1,\"interval\":2},")
                .endsWith("{\"cumulative\":2.1,\"interval\":2.1}]}]}}]}");
    }

    @Test
    void thePrometheusPageGroupsByNameAndHasTagsAsLabels() {
        store = new StatsStore(1, FOUR_BUCKETS);
        StatsScope root = store.root();
        root.counter("cluster.b.upstream_rq_200").add(2);
        root.counter("cluster.a.upstream_rq_200").add(1);
        root.counter("cluster.a.upstream_rq").add(3);
        root.gauge("server.live").set(1);
        root.gauge("cluster.a.upstream-cx.active").set(4);
        root.textReadout("control_plane.identifier").set("cp\"1\\\n");
        root.histogram("http.in.rq_time", Unit.MILLISECONDS).record(2);
        root.histogram("hx", Unit.MILLISECONDS);
        store.mergeHistograms();

        assertThat(page("format=prometheus").text())
                .isEqualTo(
                        """
                        # TYPE envoy_cluster_upstream_rq counter
                        envoy_cluster_upstream_rq{envoy_cluster_name="a"} 3
                        envoy_cluster_upstream_rq{envoy_response_code="200",envoy_cluster_name="a"} 1
                        envoy_cluster_upstream_rq{envoy_response_code="200",envoy_cluster_name="b"} 2
                        # TYPE envoy_cluster_upstream_cx_active gauge
                        envoy_cluster_upstream_cx_active{envoy_cluster_name="a"} 4
                        # TYPE envoy_server_live gauge
                        envoy_server_live{} 1
                        # TYPE envoy_http_rq_time histogram
                        envoy_http_rq_time_bucket{envoy_http_conn_manager_prefix="in",le="1"} 0
                        envoy_http_rq_time_bucket{envoy_http_conn_manager_prefix="in",le="2"} 0
                        envoy_http_rq_time_bucket{envoy_http_conn_manager_prefix="in",le="3"} 1
                        envoy_http_rq_time_bucket{envoy_http_conn_manager_prefix="in",le="4"} 1
                        envoy_http_rq_time_bucket{envoy_http_conn_manager_prefix="in",le="+Inf"} 1
                        envoy_http_rq_time_sum{envoy_http_conn_manager_prefix="in"} 2.049999999999999822364316059975
                        envoy_http_rq_time_count{envoy_http_conn_manager_prefix="in"} 1
                        # TYPE envoy_hx histogram
                        envoy_hx_bucket{le="1"} 0
                        envoy_hx_bucket{le="2"} 0
                        envoy_hx_bucket{le="3"} 0
                        envoy_hx_bucket{le="4"} 0
                        envoy_hx_bucket{le="+Inf"} 0
                        envoy_hx_sum{} 0
                        envoy_hx_count{} 0
                        """);
        assertThat(page("format=prometheus&text_readouts&filter=control_plane").text())
                .isEqualTo(
                        """
                        # TYPE envoy_control_plane_identifier gauge
                        envoy_control_plane_identifier{text_value="cp\\"1\\\\\\n"} 0
                        """);
        assertThat(new StatsPages(store).prometheus(parameters("filter=live")).text())
                .isEqualTo(
                        """
                        # TYPE envoy_server_live gauge
                        envoy_server_live{} 1
                        """);
    }

    @Test
    void prometheusShowsTheDefaultBucketsInFull() {
        store.root().histogram("time", Unit.MILLISECONDS).record(50);
        store.mergeHistograms();

        assertThat(page("format=prometheus").text())
                .contains(
                        "envoy_time_bucket{le=\"0.5\"} 0\n",
                        "envoy_time_bucket{le=\"1800000\"} 1\n")
                .contains(
                        "envoy_time_bucket{le=\"3600000\"} 1\nenvoy_time_bucket{le=\"+Inf\"} 1\n");
    }

    @Test
    void prometheusShowsSummariesOnRequest() {
        store.root().histogram("histogram1", Unit.MILLISECONDS);
        assertThat(page("format=prometheus&histogram_buckets=summary").text())
                .isEqualTo(
                        """
                        # TYPE envoy_histogram1 summary
                        envoy_histogram1{quantile="0"} nan
                        envoy_histogram1{quantile="0.25"} nan
                        envoy_histogram1{quantile="0.5"} nan
                        envoy_histogram1{quantile="0.75"} nan
                        envoy_histogram1{quantile="0.9"} nan
                        envoy_histogram1{quantile="0.95"} nan
                        envoy_histogram1{quantile="0.99"} nan
                        envoy_histogram1{quantile="0.995"} nan
                        envoy_histogram1{quantile="0.999"} nan
                        envoy_histogram1{quantile="1"} nan
                        envoy_histogram1_sum{} 0
                        envoy_histogram1_count{} 0
                        """);
    }

    @Test
    void aCustomNamespaceIsShownWithoutPrefix() {
        store.registerCustomNamespace("wasmcustom");
        store.root().counter("wasmcustom.my.metric").increment();
        store.root().counter("wasmcustom.1metric").increment();

        assertThat(page("format=prometheus").text())
                .isEqualTo("# TYPE my_metric counter\nmy_metric{} 1\n");
    }

    @Test
    void tagsAreRememberedFromOnePageToTheNext() {
        store.root().counter("cluster.a.x").increment();
        String first = page("format=prometheus").text();
        store.root().scope("cluster.b").counter("x").increment();

        assertThat(page("format=prometheus").text())
                .isEqualTo(first + "envoy_cluster_x{envoy_cluster_name=\"b\"} 1\n");
    }

    @Test
    void aWrongQueryIsAnsweredWith400() {
        assertRefused("filter=*.test", "Invalid re2 regex");
        assertRefused("format=prometheus&filter=*.test", "Invalid re2 regex");
        assertRefused(
                "format=blergh",
                "usage: /stats?format=(html|active-html|json|prometheus|text)\n\n");
        assertRefused(
                "histogram_buckets=x",
                "usage: /stats?histogram_buckets=(cumulative|disjoint|detailed|summary)\n");
        assertRefused("type=Sinks", "invalid &type= param");
        assertRefused(
                "format=prometheus&histogram_buckets=detailed",
                "unsupported prometheus histogram bucket mode");
        assertThat(
                        new StatsPages(store)
                                .prometheus(parameters("histogram_buckets=disjoint"))
                                .status())
                .isEqualTo(400);
    }

    @Test
    void resettingAnswersOk() {
        store.root().counter("c").add(4);
        store.root().gauge("g").set(4);

        assertThat(new StatsPages(store).resetCounters().text()).isEqualTo("OK\n");

        assertThat(page("").text()).isEqualTo("c: 0\ng: 4\n");
    }

    @Test
    void recentLookupsAreShownOnceTheyAreEnabled() {
        StatsPages pages = new StatsPages(store);
        store.root().counter("before");
        assertThat(pages.recentLookups().text())
                .isEqualTo(
                        "Lookup tracking is not enabled. Use /stats/recentlookups/enable to"
                                + " enable.\n\n"
                                + "total: 1\n");

        assertThat(pages.enableRecentLookups(true).text()).isEqualTo("OK\n");
        store.root().counter("alpha");
        store.root().gauge("beta");
        store.root().counter("alpha");
        assertThat(pages.recentLookups().text())
                .isEqualTo("   Count Lookup\n       1 beta\n       2 alpha\n\ntotal: 4\n");

        pages.clearRecentLookups();
        assertThat(pages.recentLookups().text()).isEqualTo("   Count Lookup\n\ntotal: 0\n");

        pages.enableRecentLookups(false);
        assertThat(pages.recentLookups().text()).startsWith("Lookup tracking is not enabled.");
    }

    @Test
    void onlyTheLastHundredLookupsAreKept() {
        StatsPages pages = new StatsPages(store);
        pages.enableRecentLookups(true);
        store.root().counter("first");
        for (int i = 0; i < 100; i++) {
            store.root().counter("later");
        }
        assertThat(pages.recentLookups().text())
                .contains("     100 later\n")
                .doesNotContain("first");
    }

    @Test
    void aLargePageComesInPieces() {
        StatsScope scope = store.root().scope("a.long.prefix.for.many.names");
        for (int i = 0; i < 5_000; i++) {
            scope.counter("counter" + i);
        }
        List<String> pieces = new ArrayList<>();

        page("").writeTo(pieces::add);

        assertThat(pieces)
                .hasSizeGreaterThan(5)
                .allSatisfy(piece -> assertThat(piece.length()).isLessThan(20_000));
        assertThat(String.join("", pieces)).hasLineCount(5_000);
    }

    private void assertRefused(String query, String text) {
        assertThat(page(query).status()).isEqualTo(400);
        assertThat(page(query).text()).isEqualTo(text);
    }

    private StatsPage page(String query) {
        return new StatsPages(store).stats(parameters(query));
    }

    private static Map<String, String> parameters(String query) {
        Map<String, String> parameters = new HashMap<>();
        for (String parameter : query.isEmpty() ? new String[0] : query.split("&")) {
            int equals = parameter.indexOf('=');
            parameters.put(
                    equals < 0 ? parameter : parameter.substring(0, equals),
                    equals < 0 ? "" : parameter.substring(equals + 1));
        }
        return parameters;
    }
}
