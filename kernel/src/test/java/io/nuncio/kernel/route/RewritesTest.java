package io.nuncio.kernel.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.host.RouteEntry;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RewritesTest {
    private final RouteFixture fixture = new RouteFixture();

    @ParameterizedTest
    @CsvSource({
        "prefix: /api/, /v1/, /api/users?x=1, /v1/users?x=1",
        "prefix: /api, /, /api/users, //users",
        "prefix: /, /base/, /users, /base/users",
        "path: /exact, /other, /exact?q, /other?q",
        "path_separated_prefix: /api, /v1, /api/users, /v1/users",
        "path_separated_prefix: /api, /v1, /api, /v1"
    })
    void prefixRewriteReplacesWhatTheRouteMatched(
            String match, String rewrite, String path, String expected) {
        fixture.routes(
                "- {match: {%s}, route: {cluster: web, prefix_rewrite: %s}}"
                        .formatted(match, rewrite));

        RequestHeaders headers = fixture.forwarded("a.com" + path);

        assertThat(headers.path()).isEqualTo(expected);
        assertThat(headers.get(HeaderName.X_ENVOY_ORIGINAL_PATH)).isEqualTo(path);
    }

    @Test
    void prefixRewriteOfAnExpressionReplacesTheWholePath() {
        fixture.routes(
                "- {match: {safe_regex: {regex: \"/a.*\"}}, route: {cluster: web, prefix_rewrite:"
                        + " /new}}");

        assertThat(fixture.forwarded("a.com/abc/d?q").path()).isEqualTo("/new?q");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "^/service/([^/]+)(/.*)$ | \\\\2/instance/\\\\1 | /service/foo/v1/api |"
                        + " /v1/api/instance/foo",
                "one | two | /xxx/one/yyy/one/zzz | /xxx/two/yyy/two/zzz",
                "^(.*?)one(.*)$ | \\\\1two\\\\2 | /xxx/one/yyy/one/zzz | /xxx/two/yyy/one/zzz",
                "(?i)/xxx/ | /yyy/ | /aaa/XxX/bbb?XxX | /aaa/yyy/bbb?XxX",
                "a* | - | /baac | -/-b-c-",
                "b | [\\\\0\\\\\\\\] | /abc | /a[b\\]c"
            })
    void regexRewriteChangesThePathButNotTheQuery(
            String regex, String substitution, String path, String expected) {
        fixture.routes(
                "- {match: {prefix: /}, route: {cluster: web, regex_rewrite: {pattern: {regex: \"%s\"}, substitution: \"%s\"}}}"
                        .formatted(regex, substitution));

        assertThat(fixture.context.reported()).isEmpty();
        assertThat(fixture.forwarded("a.com" + path).path()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a(b) | \\\\2 | has `\\2`, but the pattern has 1 groups",
                "a | \\\\x | has `\\x`; after a backslash expected a digit or a backslash",
                "a | x\\\\ | ends with a backslash; write two for one"
            })
    void wrongSubstitutionIsReported(String regex, String substitution, String message) {
        fixture.routes(
                "- {match: {prefix: /}, route: {cluster: web, regex_rewrite: {pattern: {regex: \"%s\"}, substitution: \"%s\"}}}"
                        .formatted(regex, substitution));

        assertThat(fixture.context.reported())
                .containsExactly(
                        "route_config.virtual_hosts[0].routes[0].route.regex_rewrite.substitution: "
                                + message);
    }

    @Test
    void hostMayBeReplaced() {
        fixture.routes(
                "- {match: {prefix: /}, route: {cluster: web, host_rewrite_literal: b.com}}");

        RequestHeaders headers = fixture.forwarded("a.com/");

        assertThat(headers.authority()).isEqualTo("b.com");
        assertThat(headers.get(HeaderName.X_ENVOY_ORIGINAL_HOST)).isEqualTo("a.com");
    }

    @Test
    void hostMayComeFromAHeader() {
        fixture.routes(
                "- {match: {prefix: /}, route: {cluster: web, host_rewrite_header: x-host}}");

        assertThat(fixture.forwarded(RouteFixture.request("a.com/", "x-host", "b.com")).authority())
                .isEqualTo("b.com");
        assertThat(fixture.forwarded("a.com/").authority()).isEqualTo("a.com");
    }

    @Test
    void hostMayBeMadeOfThePath() {
        fixture.routes(
                "- {match: {prefix: /}, route: {cluster: web, host_rewrite_path_regex: {pattern:"
                        + " {regex: \"^/(.+)/.+$\"}, substitution: \"\\\\1.com\"}}}");

        assertThat(fixture.forwarded("a.com/b/c?d").authority()).isEqualTo("b.com");
    }

    @Test
    void oldHostMayBeAddedToForwardedHostOnce() {
        fixture.routes(
                "- {match: {prefix: /}, route: {cluster: web, host_rewrite_literal: b.com,"
                        + " append_x_forwarded_host: true}}");

        assertThat(fixture.forwarded("a.com/").get(HeaderName.X_FORWARDED_HOST)).isEqualTo("a.com");
        assertThat(
                        fixture.forwarded(
                                        RouteFixture.request("a.com/", "x-forwarded-host", "z.com"))
                                .get(HeaderName.X_FORWARDED_HOST))
                .isEqualTo("z.com,a.com");
        assertThat(
                        fixture.forwarded(
                                        RouteFixture.request(
                                                "a.com/", "x-forwarded-host", "z.com,a.com"))
                                .get(HeaderName.X_FORWARDED_HOST))
                .isEqualTo("z.com,a.com");
    }

    @Test
    void originalsAreNotKeptIfNotWanted() {
        fixture.routes(
                "- {match: {prefix: /a}, route: {cluster: web, prefix_rewrite: /b,"
                        + " host_rewrite_literal: b.com}}");
        RequestHeaders headers = RouteFixture.request("a.com/a");

        ((RouteEntry) fixture.route(headers)).finalizeRequestHeaders(headers, fixture.info, false);

        assertThat(headers.path()).isEqualTo("/b");
        assertThat(headers.contains(HeaderName.X_ENVOY_ORIGINAL_PATH)).isFalse();
        assertThat(headers.contains(HeaderName.X_ENVOY_ORIGINAL_HOST)).isFalse();
    }

    @Test
    void weightedClusterMayReplaceTheHost() {
        fixture.routes(
                """
                - match: {prefix: /}
                  route:
                    weighted_clusters:
                      clusters: [ {name: web, weight: 1, host_rewrite_literal: c.com} ]
                """);

        assertThat(fixture.forwarded("a.com/").authority()).isEqualTo("c.com");
    }
}
