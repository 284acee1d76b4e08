package io.nuncio.kernel.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.host.RouteEntry;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedirectsTest {
    private final RouteFixture fixture = new RouteFixture();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "host_redirect: new.com | a.com/foo?x=1 | http://new.com/foo?x=1",
                "https_redirect: true | a.com/foo | https://a.com/foo",
                "https_redirect: true | a.com:80/foo | https://a.com/foo",
                "https_redirect: true | a.com:8080/foo | https://a.com:8080/foo",
                "https_redirect: true, port_redirect: 8443 | a.com:8080/ | https://a.com:8443/",
                "https_redirect: true | [::1]:80/foo | https://[::1]/foo",
                "https_redirect: true | [::1]/foo | https://[::1]/foo",
                "scheme_redirect: ftp | a.com:80/foo | ftp://a.com/foo",
                "port_redirect: 81 | a.com/foo | http://a.com:81/foo",
                "port_redirect: 81 | a.com:80/foo | http://a.com:81/foo",
                "host_redirect: new.com, port_redirect: 81 | a.com:80/foo | http://new.com:81/foo",
                "path_redirect: /new | a.com/old | http://a.com/new",
                "path_redirect: /new | a.com/old?bar=1 | http://a.com/new?bar=1",
                "path_redirect: /new, strip_query: true | a.com/old?bar=1 | http://a.com/new",
                "path_redirect: '/new?foo=1' | a.com/old?bar=1 | http://a.com/new?foo=1",
                "path_redirect: '/new?foo=1', strip_query: true | a.com/old?bar=1 |"
                        + " http://a.com/new?foo=1",
                "path_redirect: new | a.com/old | http://a.com/new",
                "strip_query: true | a.com/foo?x=1 | http://a.com/foo",
                "prefix_rewrite: /new/ | a.com/old?x | http://a.com/new/old?x",
                "'regex_rewrite: {pattern: {regex: \"^/([a-z]+)/(.*)$\"}, substitution:"
                        + " \"/\\\\2/\\\\1\"}' | a.com/x/y?q | http://a.com/y/x?q"
            })
    void locationIsMadeAsByEnvoy(String redirect, String url, String location) {
        fixture.routes("- {match: {prefix: /}, redirect: {%s}}".formatted(redirect));

        assertThat(fixture.context.reported()).isEmpty();
        assertThat(fixture.location(url)).isEqualTo(location);
    }

    @Test
    void defaultPortOfTheSameSchemeIsKept() {
        fixture.routes("- {match: {prefix: /}, redirect: {https_redirect: true}}");
        RequestHeaders headers = RouteFixture.request("a.com:443/", "x-forwarded-proto", "https");

        assertThat(((RouteEntry) fixture.route(headers)).directResponse().location(headers))
                .isEqualTo("https://a.com:443/");
    }

    @Test
    void prefixRewriteReplacesWhatTheRouteMatched() {
        fixture.routes(
                """
                - {match: {prefix: /old}, redirect: {prefix_rewrite: /new}}
                - {match: {path: /exact}, redirect: {prefix_rewrite: /new}}
                - {match: {safe_regex: {regex: "/r.*"}}, redirect: {prefix_rewrite: /new}}
                - {match: {path_separated_prefix: /sep}, redirect: {prefix_rewrite: /new}}
                """);

        assertThat(fixture.location("a.com/old/x?q")).isEqualTo("http://a.com/new/x?q");
        assertThat(fixture.location("a.com/exact?q")).isEqualTo("http://a.com/new?q");
        assertThat(fixture.location("a.com/rst?q")).isEqualTo("http://a.com/new?q");
        assertThat(fixture.location("a.com/sep/x")).isEqualTo("http://a.com/new/x");
    }

    @ParameterizedTest
    @CsvSource({
        "MOVED_PERMANENTLY, 301",
        "FOUND, 302",
        "SEE_OTHER, 303",
        "TEMPORARY_REDIRECT, 307",
        "PERMANENT_REDIRECT, 308"
    })
    void statusIsConfigurable(String code, int status) {
        fixture.routes(
                "- {match: {prefix: /}, redirect: {host_redirect: b.com, response_code: %s}}"
                        .formatted(code));

        var answer = fixture.entry("a.com/").directResponse();
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void redirectHasNoCluster() {
        fixture.routes("- {match: {prefix: /}, redirect: {host_redirect: b.com}}");

        assertThat(fixture.cluster("a.com/")).isEmpty();
    }
}
