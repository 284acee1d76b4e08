package io.nuncio.kernel.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.Route;
import io.nuncio.spi.host.RouteEntry;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VirtualHostsTest {
    private final RouteFixture fixture = new RouteFixture();

    private static final String HOSTS =
            """
            name: local
            virtual_hosts:
            - { name: exact, domains: [www.lyft.com, "example.com:8080"], routes: [ {match: {prefix: /}, route: {cluster: web}} ] }
            - { name: suffix, domains: ["*.lyft.com"], routes: [ {match: {prefix: /}, route: {cluster: web}} ] }
            - { name: longer suffix, domains: ["*-bar.lyft.com"], routes: [ {match: {prefix: /}, route: {cluster: web}} ] }
            - { name: prefix, domains: ["www.*"], routes: [ {match: {prefix: /}, route: {cluster: web}} ] }
            - { name: longer prefix, domains: ["www.foo.*"], routes: [ {match: {prefix: /}, route: {cluster: web}} ] }
            - { name: other, domains: ["*"], routes: [ {match: {prefix: /}, route: {cluster: web}} ] }
            """;

    @ParameterizedTest
    @CsvSource({
        "www.lyft.com, exact",
        "WWW.LyFt.CoM, exact",
        "example.com:8080, exact",
        "example.com, other",
        "api.lyft.com, suffix",
        "a.b.lyft.com, suffix",
        ".lyft.com, other",
        "foo-bar.lyft.com, longer suffix",
        "-bar.lyft.com, suffix",
        "www.example.org, prefix",
        "www.foo.example.org, longer prefix",
        "www.foo., prefix",
        "www., other",
        "lyft.com, other",
        "www.lyft.com:80, prefix"
    })
    void hostIsFoundByDomainAsInEnvoy(String host, String virtualHost) {
        fixture.compile(HOSTS);

        assertThat(fixture.route(host + "/").virtualHost()).isEqualTo(virtualHost);
    }

    @Test
    void hostWithoutDomainHasNoRoute() {
        fixture.compile(
                """
                virtual_hosts:
                - { name: one, domains: [a.com], routes: [ {match: {prefix: /}, route: {cluster: web}} ] }
                """);

        assertThat(fixture.route("b.com/")).isSameAs(Route.NONE);
    }

    @ParameterizedTest
    @CsvSource({"a.com, web", "a.com:80, web", "'[::1]', api", "'[::1]:443', api", "b.com:1, -"})
    void portMayBeIgnored(String host, String cluster) {
        fixture.compile(
                """
                ignore_port_in_host_matching: true
                virtual_hosts:
                - { name: one, domains: [a.com], routes: [ {match: {prefix: /}, route: {cluster: web}} ] }
                - { name: two, domains: ["[::1]"], routes: [ {match: {prefix: /}, route: {cluster: api}} ] }
                """);

        assertThat(fixture.cluster(host + "/")).isEqualTo(cluster);
    }

    @ParameterizedTest
    @CsvSource({"a.com, A.com", "'*.a.com', '*.A.com'", "'a.*', 'A.*'", "'*', '*'"})
    void domainTakenTwiceIsRefusedNamingBothHosts(String first, String second) {
        fixture.compile(
                """
                name: local
                virtual_hosts:
                - { name: one, domains: ["%s"] }
                - { name: two, domains: ["%s"] }
                """
                        .formatted(first, second));

        assertThat(fixture.context.reported())
                .containsExactly(
                        "route_config.virtual_hosts[1].domains[0]: domain `%s` of virtual host `two` is taken by virtual host `one`; domains must be unique in a route configuration"
                                .formatted(second));
    }

    @Test
    void manyDomainsAreFoundEach() {
        var yaml = new StringBuilder("virtual_hosts:\n");
        for (int i = 0; i < 1000; i++) {
            yaml.append("- { name: h").append(i).append(", domains: [h").append(i);
            yaml.append(".com], routes: [ {match: {prefix: /}, route: {cluster: web}} ] }\n");
        }
        fixture.compile(yaml.toString());

        for (int i = 0; i < 1000; i += 37) {
            assertThat(fixture.route("h" + i + ".com/").virtualHost()).isEqualTo("h" + i);
        }
        assertThat(fixture.route("h1000.com/")).isSameAs(Route.NONE);
    }

    @Test
    void tlsMayBeRequiredOfAll() {
        fixture.compile(
                """
                virtual_hosts:
                - { name: one, domains: ["*"], require_tls: ALL, routes: [ {match: {prefix: /}, route: {cluster: web}} ] }
                """);

        var answer = fixture.entry("a.com:81/x?y=1").directResponse();
        assertThat(answer.status()).isEqualTo(301);
        assertThat(fixture.location("a.com:81/x?y=1")).isEqualTo("https://a.com:81/x?y=1");
        assertThat(fixture.cluster(overTls("a.com/"))).isEqualTo("web");
    }

    @Test
    void tlsMayBeRequiredOfExternalRequestsOnly() {
        fixture.compile(
                """
                virtual_hosts:
                - { name: one, domains: ["*"], require_tls: EXTERNAL_ONLY, routes: [ {match: {prefix: /}, route: {cluster: web}} ] }
                """);

        assertThat(fixture.entry("a.com/").directResponse()).isNotNull();
        RequestHeaders internal = RouteFixture.request("a.com/", "x-envoy-internal", "true");
        assertThat(fixture.cluster(internal)).isEqualTo("web");
    }

    @Test
    void requestWithoutForwardedProtoHasNoRoute() {
        fixture.compile(HOSTS);
        RequestHeaders headers = RouteFixture.request("www.lyft.com/");
        headers.remove(HeaderName.X_FORWARDED_PROTO);

        assertThat(fixture.route(headers)).isSameAs(Route.NONE);
    }

    @Test
    void requestWithoutPathHasNoRoute() {
        fixture.compile(HOSTS);
        RequestHeaders headers = RouteFixture.request("www.lyft.com/");
        headers.remove(HeaderName.PATH);

        assertThat(fixture.route(headers)).isSameAs(Route.NONE);
    }

    @Test
    void requestWithoutHostFindsTheOnlyHostForAll() {
        fixture.routes("- {match: {prefix: /}, route: {cluster: web}}");
        RequestHeaders headers = RouteFixture.request("www.lyft.com/");
        headers.remove(HeaderName.AUTHORITY);

        assertThat(fixture.cluster(headers)).isEqualTo("web");
    }

    @Test
    void internalOnlyHeadersAreNamed() {
        fixture.compile("internal_only_headers: [X-Secret]");

        assertThat(fixture.table().internalOnlyHeaders())
                .containsExactly(HeaderName.of("x-secret"));
    }

    @Test
    void routeKnowsItsNames() {
        fixture.compile(
                """
                name: table
                virtual_hosts:
                - { name: one, domains: ["*"], routes: [ {name: home, match: {prefix: /}, route: {cluster: web}, metadata: {filter_metadata: {a: {b: 1}}}} ] }
                """);

        RouteEntry entry = fixture.entry("a.com/");
        assertThat(fixture.table().name()).isEqualTo("table");
        assertThat(entry.name()).isEqualTo("home");
        assertThat(entry.virtualHost()).isEqualTo("one");
        assertThat(entry.metadata().getFilterMetadataMap()).containsKey("a");
    }

    private static RequestHeaders overTls(String url) {
        return RouteFixture.request(url, "x-forwarded-proto", "https");
    }
}
