package io.nuncio.kernel.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.spi.host.ResourcePriority;
import io.nuncio.spi.host.RouteEntry;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

class RoutesTest {
    private final RouteFixture fixture = new RouteFixture();

    @Test
    void firstRouteThatMatchesIsTaken() {
        fixture.routes(
                """
                - {match: {prefix: /a}, route: {cluster: web}}
                - {match: {prefix: /a/b}, route: {cluster: api}}
                - {match: {prefix: /}, route: {cluster: other}}
                """);

        assertThat(fixture.cluster("a.com/a/b")).isEqualTo("web");
        assertThat(fixture.cluster("a.com/b")).isEqualTo("other");
    }

    @ParameterizedTest
    @CsvSource({
        "/foo, web",
        "/foobar, web",
        "/foo?x, web",
        "/fo, -",
        "/FOO, -",
        "/?/foo, -",
        "/foo#bar, web"
    })
    void prefixMatchesHowThePathBegins(String path, String cluster) {
        fixture.routes("- {match: {prefix: /foo}, route: {cluster: web}}");

        assertThat(fixture.cluster("a.com" + path)).isEqualTo(cluster);
    }

    @ParameterizedTest
    @CsvSource({
        "/foo, web",
        "/foo?x=/bar, web",
        "/foo#x, web",
        "/foo/, -",
        "/foobar, -",
        "/Foo, -"
    })
    void pathMatchesTheWholePath(String path, String cluster) {
        fixture.routes("- {match: {path: /foo}, route: {cluster: web}}");

        assertThat(fixture.cluster("a.com" + path)).isEqualTo(cluster);
    }

    @ParameterizedTest
    @CsvSource({"/foo, web", "/foo/, web", "/foo/bar, web", "/foo?x, web", "/foobar, -", "/fo, -"})
    void separatedPrefixEndsAtASlashOrTheEnd(String path, String cluster) {
        fixture.routes("- {match: {path_separated_prefix: /foo}, route: {cluster: web}}");

        assertThat(fixture.cluster("a.com" + path)).isEqualTo(cluster);
    }

    @ParameterizedTest
    @CsvSource({"/b123, web", "/b123?x, web", "/b12, -", "/b1234, -", "/xb123, -"})
    void expressionMatchesTheWholePath(String path, String cluster) {
        fixture.routes("- {match: {safe_regex: {regex: \"/b[0-9]{3}\"}}, route: {cluster: web}}");

        assertThat(fixture.cluster("a.com" + path)).isEqualTo(cluster);
    }

    @ParameterizedTest
    @CsvSource({"prefix: /Foo", "path: /Foo", "path_separated_prefix: /Foo"})
    void caseMayBeIgnored(String path) {
        fixture.routes(
                "- {match: {%s, case_sensitive: false}, route: {cluster: web}}".formatted(path));

        assertThat(fixture.cluster("a.com/fOO")).isEqualTo("web");
        assertThat(fixture.cluster("a.com/bar")).isEqualTo("-");
    }

    @Test
    void pathParametersMayBeIgnored() {
        fixture.compile(
                """
                ignore_path_parameters_in_path_matching: true
                virtual_hosts:
                - { name: one, domains: ["*"], routes: [ {match: {path: /foo}, route: {cluster: web}} ] }
                """);

        assertThat(fixture.cluster("a.com/foo;v=1?x")).isEqualTo("web");
    }

    @Test
    void headersMustMatchToo() {
        fixture.routes(
                """
                - {match: {prefix: /, headers: [{name: x-a, string_match: {exact: b}}]}, route: {cluster: web}}
                - {match: {prefix: /}, route: {cluster: other}}
                """);

        assertThat(fixture.cluster(RouteFixture.request("a.com/", "x-a", "b"))).isEqualTo("web");
        assertThat(fixture.cluster("a.com/")).isEqualTo("other");
    }

    @ParameterizedTest
    @CsvSource({
        "/?id=7, web",
        "/?a=1&id=7&b, web",
        "/?id=8, other",
        "/?id=8&id=7, other",
        "/?xid=7, other",
        "/, other",
        "/?flag, api",
        "/?flag=, api",
        "/?flag=1&id=9, api"
    })
    void queryParametersMustMatchToo(String path, String cluster) {
        fixture.routes(
                """
                - {match: {prefix: /, query_parameters: [{name: id, string_match: {exact: "7"}}]}, route: {cluster: web}}
                - {match: {prefix: /, query_parameters: [{name: flag, present_match: true}]}, route: {cluster: api}}
                - {match: {prefix: /}, route: {cluster: other}}
                """);

        assertThat(fixture.cluster("a.com" + path)).isEqualTo(cluster);
    }

    @ParameterizedTest
    @CsvSource({"/, web", "/?other=1, web", "/?flag, other"})
    void queryParameterMayHaveToBeAbsent(String path, String cluster) {
        fixture.routes(
                """
                - {match: {prefix: /, query_parameters: [{name: flag, present_match: false}]}, route: {cluster: web}}
                - {match: {prefix: /}, route: {cluster: other}}
                """);

        assertThat(fixture.cluster("a.com" + path)).isEqualTo(cluster);
    }

    @ParameterizedTest
    @CsvSource({
        "application/grpc, web",
        "application/grpc+proto, web",
        "application/grpc-web, other"
    })
    void grpcMayBeRequired(String contentType, String cluster) {
        fixture.routes(
                """
                - {match: {prefix: /, grpc: {}}, route: {cluster: web}}
                - {match: {prefix: /}, route: {cluster: other}}
                """);

        assertThat(fixture.cluster(RouteFixture.request("a.com/", "content-type", contentType)))
                .isEqualTo(cluster);
        assertThat(fixture.cluster("a.com/")).isEqualTo("other");
    }

    @ParameterizedTest
    @CsvSource({
        "HUNDRED, 29, web",
        "HUNDRED, 30, other",
        "HUNDRED, 129, web",
        "TEN_THOUSAND, 29, web",
        "TEN_THOUSAND, 130, other",
        "MILLION, 1000029, web",
        "MILLION, -1, other"
    })
    void fractionTakesTheStreamsRandomNumber(String denominator, long random, String cluster) {
        fixture.random = random;
        fixture.routes(
                """
                - {match: {prefix: /, runtime_fraction: {default_value: {numerator: 30, denominator: %s}}}, route: {cluster: web}}
                - {match: {prefix: /}, route: {cluster: other}}
                """
                        .formatted(denominator));

        assertThat(fixture.cluster("a.com/")).isEqualTo(cluster);
    }

    @Test
    void fractionFollowsItsRuntimeKey() {
        fixture.random = 40;
        fixture.routes(
                """
                - {match: {prefix: /, runtime_fraction: {default_value: {numerator: 30}, runtime_key: canary}}, route: {cluster: web}}
                - {match: {prefix: /}, route: {cluster: other}}
                """);
        assertThat(fixture.cluster("a.com/")).isEqualTo("other");

        fixture.context.runtime.override(Map.of("canary", "41"));
        assertThat(fixture.cluster("a.com/")).isEqualTo("web");
        fixture.context.runtime.override(Map.of("canary", "{numerator: 1, denominator: MILLION}"));
        assertThat(fixture.cluster("a.com/")).isEqualTo("other");
    }

    // Clusters.

    @Test
    void clusterMayBeNamedByAHeader() {
        fixture.routes("- {match: {prefix: /}, route: {cluster_header: x-cluster}}");

        assertThat(fixture.cluster(RouteFixture.request("a.com/", "x-cluster", "api")))
                .isEqualTo("api");
        assertThat(fixture.cluster("a.com/")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0, web", "9, web", "10, api", "29, api", "30, other", "99, other", "100, web"})
    void clusterMayBePickedByWeight(long random, String cluster) {
        fixture.random = random;
        fixture.routes(
                """
                - match: {prefix: /}
                  route:
                    weighted_clusters:
                      clusters:
                      - {name: web, weight: 10}
                      - {name: api, weight: 20}
                      - {name: other, weight: 70}
                """);

        assertThat(fixture.cluster("a.com/")).isEqualTo(cluster);
    }

    @Test
    void weightsMayComeFromTheRuntime() {
        fixture.random = 50;
        fixture.routes(
                """
                - match: {prefix: /}
                  route:
                    weighted_clusters:
                      runtime_key_prefix: split
                      clusters: [ {name: web, weight: 33}, {name: api, weight: 67} ]
                """);
        assertThat(fixture.cluster("a.com/")).isEqualTo("api");

        fixture.context.runtime.override(Map.of("split.web", "67", "split.api", "33"));
        assertThat(fixture.cluster("a.com/")).isEqualTo("web");
        fixture.context.runtime.override(Map.of("split.web", "0", "split.api", "0"));
        assertThat(fixture.route("a.com/")).isSameAs(io.nuncio.spi.Route.NONE);
    }

    @ParameterizedTest
    @CsvSource({"5, web", "15, api", "x, web", "'', web"})
    void headerMayTakeThePlaceOfTheRandomNumber(String value, String cluster) {
        fixture.routes(
                """
                - match: {prefix: /}
                  route:
                    weighted_clusters:
                      header_name: x-random
                      clusters: [ {name: web, weight: 10}, {name: api, weight: 10} ]
                """);

        assertThat(fixture.cluster(RouteFixture.request("a.com/", "x-random", value)))
                .isEqualTo(cluster);
    }

    @Test
    void weightedClusterMayBeNamedByAHeader() {
        fixture.routes(
                """
                - match: {prefix: /}
                  route:
                    weighted_clusters:
                      clusters: [ {cluster_header: x-cluster, weight: 1} ]
                """);

        assertThat(fixture.cluster(RouteFixture.request("a.com/", "x-cluster", "api")))
                .isEqualTo("api");
    }

    @Test
    void totalWeightIsNotLookedAt() {
        fixture.random = 15;
        fixture.routes(
                """
                - match: {prefix: /}
                  route:
                    weighted_clusters:
                      total_weight: 100
                      clusters: [ {name: web, weight: 10}, {name: api, weight: 10} ]
                """);

        assertThat(fixture.context.reported()).isEmpty();
        assertThat(fixture.cluster("a.com/")).isEqualTo("api");
    }

    @Test
    void weightsThatSumUpToNothingAreRefused() {
        fixture.routes(
                """
                - match: {prefix: /}
                  route:
                    weighted_clusters:
                      clusters: [ {name: web, weight: 0}, {name: api} ]
                """);

        assertThat(fixture.context.reported())
                .containsExactly(
                        "route_config.virtual_hosts[0].routes[0].route.weighted_clusters.clusters:"
                                + " the sum of the weights must be greater than 0");
    }

    @Test
    void weightsThatSumUpToTooMuchAreRefused() {
        fixture.routes(
                """
                - match: {prefix: /}
                  route:
                    weighted_clusters:
                      clusters: [ {name: web, weight: 4294967295}, {name: api, weight: 1} ]
                """);

        assertThat(fixture.context.reported())
                .containsExactly(
                        "route_config.virtual_hosts[0].routes[0].route.weighted_clusters.clusters:"
                                + " the sum of the weights must not exceed 4294967295");
    }

    @Test
    void weightedClusterNeedsOneNameOrOneHeader() {
        fixture.routes(
                """
                - match: {prefix: /}
                  route:
                    weighted_clusters:
                      clusters: [ {weight: 1}, {name: web, cluster_header: x, weight: 1} ]
                """);

        assertThat(fixture.context.reported())
                .containsExactly(
                        "route_config.virtual_hosts[0].routes[0].route.weighted_clusters.clusters[0]:"
                            + " expected exactly one of name and cluster_header",
                        "route_config.virtual_hosts[0].routes[0].route.weighted_clusters.clusters[1]:"
                            + " expected exactly one of name and cluster_header");
    }

    @Test
    void unknownClusterIsRefused() {
        fixture.routes(
                """
                - {match: {prefix: /a}, route: {cluster: nowhere}}
                - match: {prefix: /}
                  route: { weighted_clusters: { clusters: [ {name: nobody, weight: 1} ] } }
                """);

        assertThat(fixture.context.reported())
                .containsExactly(
                        "route_config.virtual_hosts[0].routes[0].route.cluster: unknown cluster"
                                + " 'nowhere'; define it, or set validate_clusters to false",
                        "route_config.virtual_hosts[0].routes[1].route.weighted_clusters.clusters[0].name:"
                            + " unknown weighted cluster 'nobody'; define it, or set"
                            + " validate_clusters to false");
    }

    @Test
    void unknownClusterIsAcceptedWithoutValidation() {
        fixture.compile(
                """
                validate_clusters: false
                virtual_hosts:
                - { name: one, domains: ["*"], routes: [ {match: {prefix: /}, route: {cluster: nowhere}} ] }
                """);

        assertThat(fixture.context.reported()).isEmpty();
        assertThat(fixture.cluster("a.com/")).isEqualTo("nowhere");
    }

    @ParameterizedTest
    @CsvSource({"SERVICE_UNAVAILABLE, 503", "NOT_FOUND, 404", "INTERNAL_SERVER_ERROR, 500"})
    void statusForAMissingClusterIsConfigurable(String code, int status) {
        fixture.routes(
                "- {match: {prefix: /}, route: {cluster: web, cluster_not_found_response_code: %s}}"
                        .formatted(code));

        assertThat(fixture.entry("a.com/").clusterNotFoundStatus()).isEqualTo(status);
    }

    @Test
    void priorityIsTheRoutes() {
        fixture.routes(
                """
                - {match: {prefix: /high}, route: {cluster: web, priority: HIGH}}
                - {match: {prefix: /weighted}, route: {priority: HIGH, weighted_clusters: {clusters: [{name: web, weight: 1}]}}}
                - {match: {prefix: /}, route: {cluster: web}}
                """);

        assertThat(fixture.entry("a.com/").priority()).isEqualTo(ResourcePriority.DEFAULT);
        assertThat(fixture.entry("a.com/high").priority()).isEqualTo(ResourcePriority.HIGH);
        assertThat(fixture.entry("a.com/weighted").priority()).isEqualTo(ResourcePriority.HIGH);
    }

    @Test
    void timeoutIsFifteenSecondsByDefault() {
        fixture.routes(
                """
                - {match: {prefix: /none}, route: {cluster: web, timeout: 0s}}
                - {match: {prefix: /short}, route: {cluster: web, timeout: 0.25s}}
                - {match: {prefix: /}, route: {cluster: web}}
                """);

        assertThat(fixture.entry("a.com/").timeoutNanos()).isEqualTo(TimeUnit.SECONDS.toNanos(15));
        assertThat(fixture.entry("a.com/none").timeoutNanos()).isZero();
        assertThat(fixture.entry("a.com/short").timeoutNanos())
                .isEqualTo(TimeUnit.MILLISECONDS.toNanos(250));
    }

    // Configurations of filters.

    @Test
    void filterGetsTheMostSpecificConfiguration() {
        perFilter();

        assertThat(fixture.route("a.com/route").perFilter("f")).isEqualTo("route");
        assertThat(fixture.route("a.com/").perFilter("f")).isEqualTo("host");
        assertThat(fixture.route("b.com/").perFilter("f")).isEqualTo("table");
        assertThat(fixture.route("b.com/").perFilter("g")).isNull();
        assertThat(fixture.route("a.com/weighted").perFilter("f")).isEqualTo("cluster");
    }

    @Test
    void filterGetsTheConfigurationsOfAllLevels() {
        perFilter();

        assertThat(levels("a.com/route")).isEqualTo(List.of("table", "host", "route"));
        assertThat(levels("a.com/weighted")).isEqualTo(List.of("table", "host", "cluster"));
        assertThat(levels("b.com/")).isEqualTo(List.of("table"));
        assertThat(fixture.route("b.com/").perFilterOfAllLevels("g")).isEmpty();
    }

    private List<?> levels(String url) {
        return fixture.route(url).perFilterOfAllLevels("f");
    }

    @Test
    void filterMayBeSwitchedOffAndOnAgain() {
        perFilter();

        assertThat(fixture.route("a.com/off").filterEnabled("f", true)).isFalse();
        assertThat(fixture.route("a.com/off").perFilter("f")).isEqualTo("host");
        assertThat(fixture.route("a.com/on").filterEnabled("g", false)).isTrue();
        assertThat(fixture.route("a.com/").filterEnabled("f", false)).isTrue();
        assertThat(fixture.route("a.com/").filterEnabled("g", false)).isFalse();
    }

    private void perFilter() {
        fixture.compile(
                """
                typed_per_filter_config:
                  f: {"@type": test/google.protobuf.Struct, value: {from: table}}
                virtual_hosts:
                - name: a
                  domains: [a.com]
                  typed_per_filter_config:
                    f: {"@type": test/google.protobuf.Struct, value: {from: host}}
                  routes:
                  - match: {prefix: /route}
                    route: {cluster: web}
                    typed_per_filter_config:
                      f: {"@type": test/google.protobuf.Struct, value: {from: route}}
                  - match: {prefix: /off}
                    route: {cluster: web}
                    typed_per_filter_config:
                      f: {"@type": test/envoy.config.route.v3.FilterConfig, disabled: true}
                  - match: {prefix: /on}
                    route: {cluster: web}
                    typed_per_filter_config:
                      g: {"@type": test/envoy.config.route.v3.FilterConfig, config: {}}
                  - match: {prefix: /weighted}
                    route:
                      weighted_clusters:
                        clusters:
                        - name: web
                          weight: 1
                          typed_per_filter_config:
                            f: {"@type": test/google.protobuf.Struct, value: {from: cluster}}
                  - match: {prefix: /}
                    route: {cluster: web}
                - name: b
                  domains: [b.com]
                  routes: [ {match: {prefix: /}, route: {cluster: web}} ]
                """);
        assertThat(fixture.context.reported()).isEmpty();
    }

    @Test
    void filterThatNobodyHasMayBeOptional() {
        fixture.routes(
                """
                - match: {prefix: /}
                  route: {cluster: web}
                  typed_per_filter_config:
                    f:
                      "@type": test/envoy.config.route.v3.FilterConfig
                      is_optional: true
                      config: {"@type": test/google.protobuf.Empty}
                """);

        assertThat(fixture.context.reported()).isEmpty();
        assertThat(fixture.route("a.com/").perFilter("f")).isNull();
    }

    @Test
    void emptyFilterConfigurationIsRefused() {
        fixture.routes(
                """
                - match: {prefix: /}
                  route: {cluster: web}
                  typed_per_filter_config:
                    f: {"@type": type.googleapis.com/envoy.config.route.v3.FilterConfig}
                """);

        assertThat(fixture.context.reported())
                .containsExactly(
                        "route_config.virtual_hosts[0].routes[0].typed_per_filter_config[\"f\"].config:"
                            + " is missing: expected the filter's configuration, or disabled:"
                            + " true");
    }

    @Test
    void allProblemsOfARouteAreReported() {
        fixture.routes(
                """
                - {match: {safe_regex: {regex: "("}}, route: {cluster: nowhere}}
                - {match: {prefix: /}, route: {cluster: nowhere, prefix_rewrite: /a, regex_rewrite: {pattern: {regex: a}, substitution: b}}}
                - {match: {connect_matcher: {}}, route: {cluster: web}}
                - {match: {prefix: /}, route: {cluster: web, auto_host_rewrite: true}}
                """);

        assertThat(fixture.context.reported())
                .anyMatch(p -> p.contains("routes[0].match.safe_regex.regex: `(`"))
                .anyMatch(p -> p.contains("routes[0].route.cluster: unknown cluster"))
                .anyMatch(p ->
                        p.contains("routes[1].route: has both prefix_rewrite and regex_rewrite"))
                .anyMatch(p -> p.contains("routes[2].match.connect_matcher: is not supported yet"))
                .anyMatch(
                        p -> p.contains("routes[3].route.auto_host_rewrite: is not supported yet"));
    }

    @Test
    void routeToAClusterAnswersNothingItself() {
        fixture.routes("- {match: {prefix: /}, route: {cluster: web}}");

        RouteEntry entry = fixture.entry("a.com/");
        assertThat(entry.directResponse()).isNull();
    }
}
