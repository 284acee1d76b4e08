package io.nuncio.kernel.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderMutationsTest {
    private static final HeaderName X = HeaderName.of("x");
    private static final HeaderName GONE = HeaderName.of("gone");

    private static final String THREE_LEVELS =
            """
            most_specific_header_mutations_wins: %s
            request_headers_to_add: [ {header: {key: x, value: table}, append_action: %s} ]
            response_headers_to_add: [ {header: {key: x, value: table}, append_action: %s} ]
            virtual_hosts:
            - name: one
              domains: ["*"]
              request_headers_to_add: [ {header: {key: x, value: host}, append_action: %s} ]
              response_headers_to_add: [ {header: {key: x, value: host}, append_action: %s} ]
              routes:
              - match: {prefix: /}
                route: {cluster: web}
                request_headers_to_add: [ {header: {key: x, value: route}, append_action: %s} ]
                response_headers_to_add: [ {header: {key: x, value: route}, append_action: %s} ]
            """;

    private final RouteFixture fixture = new RouteFixture();

    @Test
    void leastSpecificLevelIsAppliedLast() {
        threeLevels(false, "OVERWRITE_IF_EXISTS_OR_ADD");

        assertThat(fixture.forwarded("a.com/").getAll(X)).containsExactly("table");
        assertThat(fixture.returned("a.com/", ResponseHeaders.of(200)).getAll(X))
                .containsExactly("table");
    }

    @Test
    void mostSpecificLevelMayBeAppliedLast() {
        threeLevels(true, "OVERWRITE_IF_EXISTS_OR_ADD");

        assertThat(fixture.forwarded("a.com/").getAll(X)).containsExactly("route");
        assertThat(fixture.returned("a.com/", ResponseHeaders.of(200)).getAll(X))
                .containsExactly("route");
    }

    @Test
    void levelsAppendInTheirOrder() {
        threeLevels(false, "APPEND_IF_EXISTS_OR_ADD");

        assertThat(fixture.forwarded(RouteFixture.request("a.com/", "x", "mine")).getAll(X))
                .containsExactly("mine", "route", "host", "table");
    }

    @Test
    void firstLevelThatAddsWins() {
        threeLevels(false, "ADD_IF_ABSENT");

        assertThat(fixture.forwarded("a.com/").getAll(X)).containsExactly("route");
        assertThat(fixture.forwarded(RouteFixture.request("a.com/", "x", "mine")).getAll(X))
                .containsExactly("mine");
    }

    @Test
    void absentHeaderIsNotOverwritten() {
        threeLevels(false, "OVERWRITE_IF_EXISTS");

        assertThat(fixture.forwarded("a.com/").contains(X)).isFalse();
        assertThat(fixture.forwarded(RouteFixture.request("a.com/", "x", "mine")).getAll(X))
                .containsExactly("table");
    }

    private void threeLevels(boolean mostSpecificWins, String action) {
        fixture.compile(
                THREE_LEVELS.formatted(
                        mostSpecificWins, action, action, action, action, action, action));
    }

    @Test
    void removalComesBeforeAddition() {
        onRequest(
                "request_headers_to_remove: [x], request_headers_to_add: [ {header: {key: X, value:"
                        + " new}} ]");

        assertThat(fixture.forwarded(RouteFixture.request("a.com/", "x", "old")).getAll(X))
                .containsExactly("new");
    }

    @ParameterizedTest
    @ValueSource(strings = {"table", "host", "route", "cluster"})
    void everyLevelMayRemoveAndAdd(String level) {
        String changes =
                "request_headers_to_remove: [gone], response_headers_to_remove: [gone],"
                        + " request_headers_to_add: [ {header: {key: x, value: new}} ],"
                        + " response_headers_to_add: [ {header: {key: x, value: new}} ]";
        fixture.compile(
                """
                {
                  %s virtual_hosts: [{
                    name: one, domains: ["*"],
                    %s routes: [{
                      match: {prefix: /},
                      %s route: {weighted_clusters: {clusters: [{name: web, weight: 1, %s}]}}
                    }]
                  }]
                }
                """
                        .formatted(
                                level.equals("table") ? changes + "," : "",
                                level.equals("host") ? changes + "," : "",
                                level.equals("route") ? changes + "," : "",
                                level.equals("cluster") ? changes : ""));

        RequestHeaders request = fixture.forwarded(RouteFixture.request("a.com/", "gone", "old"));
        assertThat(request.contains(GONE)).isFalse();
        assertThat(request.getAll(X)).containsExactly("new");
        ResponseHeaders response = ResponseHeaders.of(200);
        response.add(GONE, "old");
        response = fixture.returned("a.com/", response);
        assertThat(response.contains(GONE)).isFalse();
        assertThat(response.getAll(X)).containsExactly("new");
    }

    @Test
    void overwritingComesBeforeAppending() {
        onRequest(
                "request_headers_to_add: [ {header: {key: x, value: appended}}, {header: {key: x,"
                        + " value: set}, append_action: OVERWRITE_IF_EXISTS_OR_ADD} ]");

        assertThat(fixture.forwarded(RouteFixture.request("a.com/", "x", "old")).getAll(X))
                .containsExactly("set", "appended");
    }

    @ParameterizedTest
    @CsvSource({"true, 'old,new'", "false, new"})
    void deprecatedAppendStillWorks(boolean append, String values) {
        onRequest(
                "request_headers_to_add: [ {header: {key: x, value: new}, append: %s} ]"
                        .formatted(append));

        assertThat(fixture.forwarded(RouteFixture.request("a.com/", "x", "old")).getAll(X))
                .containsExactly(values.split(","));
    }

    @Test
    void appendAndAppendActionTogetherAreRefused() {
        onRequest(
                "request_headers_to_add: [ {header: {key: x, value: new}, append: true,"
                        + " append_action: ADD_IF_ABSENT} ]");

        assertThat(fixture.context.reported())
                .containsExactly(
                        "route_config.virtual_hosts[0].routes[0].request_headers_to_add[0]: has"
                                + " both append and append_action; expected only append_action");
    }

    @Test
    void emptyValueIsLeftOutUnlessItIsKept() {
        onRequest(
                "request_headers_to_add: [ {header: {key: x, value: \"\"}}, {header: {key: y,"
                        + " value: \"\"}, keep_empty_value: true} ]");

        RequestHeaders headers = fixture.forwarded("a.com/");
        assertThat(headers.contains(X)).isFalse();
        assertThat(headers.get(HeaderName.of("y"))).isEmpty();
    }

    @Test
    void valuesMayHaveCommandOperators() {
        fixture.context.operators.put("REQ(:PATH)", context -> context.requestHeaders().path());
        onRequest(
                "request_headers_to_add: [ {header: {key: x, value: \"path=%REQ(:PATH)% 100%%\"}}"
                        + " ]");

        assertThat(fixture.forwarded("a.com/foo").get(X)).isEqualTo("path=/foo 100%");
    }

    @Test
    void operatorsOfResponseHeadersSeeBothSides() {
        fixture.context.operators.put(
                "BOTH",
                context ->
                        context.requestHeaders().path() + " " + context.responseHeaders().status());
        onRequest("response_headers_to_add: [ {header: {key: x, value: \"%BOTH%\"}} ]");

        assertThat(fixture.returned("a.com/foo", ResponseHeaders.of(201)).get(X))
                .isEqualTo("/foo 201");
    }

    @Test
    void operatorThatYieldsNothingAddsNothing() {
        fixture.context.operators.put("NOTHING", context -> "");
        onRequest("request_headers_to_add: [ {header: {key: x, value: \"%NOTHING%\"}} ]");

        assertThat(fixture.forwarded("a.com/").contains(X)).isFalse();
    }

    @Test
    void operatorThatYieldsALineBreakAddsNothing() {
        fixture.context.operators.put("EVIL", context -> "a\r\nx-injected: b");
        onRequest("request_headers_to_add: [ {header: {key: x, value: \"%EVIL%\"}} ]");

        assertThat(fixture.forwarded("a.com/").contains(X)).isFalse();
    }

    @Test
    void wrongOperatorIsReportedWithItsPlace() {
        onRequest("request_headers_to_add: [ {header: {key: x, value: \"%NO_SUCH%\"}} ]");

        assertThat(fixture.context.reported())
                .containsExactly(
                        "route_config.virtual_hosts[0].routes[0].request_headers_to_add[0].header.value:"
                            + " unknown command operator NO_SUCH");
    }

    @Test
    void valueIsSentInUtf8() {
        onRequest("request_headers_to_add: [ {header: {key: x, value: \"größe\"}} ]");

        assertThat(fixture.forwarded("a.com/").get(X)).isEqualTo("gr\u00c3\u00b6\u00c3\u009fe");
    }

    @ParameterizedTest
    @ValueSource(strings = {":path", "Host", ":authority"})
    void pseudoHeadersAndHostCannotBeChanged(String name) {
        onRequest(
                "request_headers_to_remove: [\"%s\"], request_headers_to_add: [ {header: {key: \"%s\", value: a}} ]"
                        .formatted(name, name));

        assertThat(fixture.context.reported())
                .containsExactly(
                        "route_config.virtual_hosts[0].routes[0].request_headers_to_add[0].header.key: `%s`: :-prefixed or host headers may not be modified"
                                .formatted(name),
                        "route_config.virtual_hosts[0].routes[0].request_headers_to_remove[0]: `%s`: :-prefixed or host headers may not be modified"
                                .formatted(name));
    }

    @Test
    void weightedClusterChangesHeadersFirst() {
        fixture.routes(
                """
                - match: {prefix: /}
                  request_headers_to_add: [ {header: {key: x, value: route}} ]
                  response_headers_to_add: [ {header: {key: x, value: route}} ]
                  route:
                    weighted_clusters:
                      clusters:
                      - name: web
                        weight: 1
                        request_headers_to_add: [ {header: {key: x, value: cluster}} ]
                        response_headers_to_add: [ {header: {key: x, value: cluster}} ]
                """);

        assertThat(fixture.forwarded("a.com/").getAll(X)).containsExactly("cluster", "route");
        assertThat(fixture.returned("a.com/", ResponseHeaders.of(200)).getAll(X))
                .containsExactly("cluster", "route");
    }

    @Test
    void attemptCountMayBeSentBothWays() {
        fixture.compile(
                """
                virtual_hosts:
                - name: one
                  domains: ["*"]
                  include_request_attempt_count: true
                  include_attempt_count_in_response: true
                  routes: [ {match: {prefix: /}, route: {cluster: web}} ]
                """);

        assertThat(fixture.forwarded("a.com/").get(HeaderName.X_ENVOY_ATTEMPT_COUNT))
                .isEqualTo("1");
        fixture.info.attemptCount(2);
        assertThat(
                        fixture.returned("a.com/", ResponseHeaders.of(200))
                                .get(HeaderName.X_ENVOY_ATTEMPT_COUNT))
                .isEqualTo("2");
    }

    private void onRequest(String fields) {
        fixture.routes("- {match: {prefix: /}, route: {cluster: web}, %s}".formatted(fields));
    }
}
