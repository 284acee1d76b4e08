package io.nuncio.http.cors;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.extensions.filters.http.cors.v3.Cors;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.CorsPolicy;
import io.nuncio.testkit.FakeFactoryContext;
import io.nuncio.testkit.FakeRoute;
import io.nuncio.testkit.HttpFilterHarness;
import io.nuncio.testkit.HttpStreamHarness;
import io.nuncio.testkit.YamlMessages;
import io.nuncio.testkit.conformance.HttpFilterConformance;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CorsFilterTest {
    private static final String ORIGIN = "origin: https://a.example";
    private static final String ASKS_FOR_PUT = "access-control-request-method: PUT";

    private final CorsExtension extension = new CorsExtension();
    private final HttpFilterHarness filter =
            HttpFilterHarness.of(extension, Cors.getDefaultInstance());

    /// The policies of the levels, the least specific first.
    private HttpFilterHarness policy(String... levels) {
        var messages = new CorsPolicy[levels.length];
        for (int i = 0; i < levels.length; i++) {
            messages[i] = YamlMessages.of(CorsPolicy.getDefaultInstance(), levels[i]);
        }
        return filter.perRoute(extension, messages);
    }

    private HttpStreamHarness preflight(String... more) {
        var headers = new String[more.length + 2];
        headers[0] = ORIGIN;
        headers[1] = ASKS_FOR_PUT;
        System.arraycopy(more, 0, headers, 2, more.length);
        return filter.stream().request("OPTIONS", "/", headers);
    }

    private HttpStreamHarness answered(String... headers) {
        HttpStreamHarness stream = filter.get("/", headers);
        stream.upstream().respond(200);
        return stream;
    }

    @Test
    void theRulesOfTheSpiAreKept() {
        var policy =
                YamlMessages.of(
                        CorsPolicy.getDefaultInstance(),
                        """
                        allow_origin_string_match: [{exact: https://a.example}]
                        allow_methods: PUT
                        expose_headers: x-any
                        """);
        HttpFilterConformance.of(() ->
                        HttpFilterHarness.of(extension, Cors.getDefaultInstance())
                                .perRoute(extension, policy))
                .header(ORIGIN)
                .check();
    }

    @ParameterizedTest
    @CsvSource({
        "{exact: https://a.example}, true",
        "{prefix: https://}, true",
        "{suffix: .example}, true",
        "{safe_regex: {regex: 'https://[ab]\\.example'}}, true",
        "{exact: '*'}, true",
        "{exact: https://b.example}, false",
    })
    void onlyAnAllowedOriginIsNamedInTheResponse(String matcher, boolean allowed) {
        policy("allow_origin_string_match: [" + matcher + "]");

        HttpStreamHarness stream = answered(ORIGIN);

        assertThat(stream.header("access-control-allow-origin"))
                .isEqualTo(allowed ? "https://a.example" : null);
        assertThat(filter.counter("cors.origin_valid")).isEqualTo(allowed ? 1 : 0);
        assertThat(filter.counter("cors.origin_invalid")).isEqualTo(allowed ? 0 : 1);
    }

    @Test
    void aResponseSaysWhatMayBeRead() {
        policy(
                "{allow_origin_string_match: [{prefix: h}], expose_headers: x-a, allow_credentials:"
                        + " true}");

        HttpStreamHarness stream = answered(ORIGIN);

        assertThat(stream.header("access-control-expose-headers")).isEqualTo("x-a");
        assertThat(stream.header("access-control-allow-credentials")).isEqualTo("true");
    }

    @Test
    void whatTheUpstreamSaysOfTheOriginIsReplaced() {
        policy("allow_origin_string_match: [{prefix: h}]");

        HttpStreamHarness stream = filter.get("/", ORIGIN);
        stream.upstream().respond(200, "access-control-allow-origin: *");

        assertThat(stream.headerValues("access-control-allow-origin"))
                .containsExactly("https://a.example");
    }

    @Test
    void aRequestWithoutOriginIsNoneOfItsBusiness() {
        policy("allow_origin_string_match: [{exact: '*'}]");

        assertThat(answered().header("access-control-allow-origin")).isNull();
        assertThat(answered("origin:").header("access-control-allow-origin")).isNull();
        assertThat(filter.counter("cors.origin_valid")).isZero();
        assertThat(filter.counter("cors.origin_invalid")).isZero();
    }

    @Test
    void withoutAPolicyNothingIsDone() {
        assertThat(answered(ORIGIN).header("access-control-allow-origin")).isNull();
        assertThat(preflight().upstream().reached()).isTrue();
        assertThat(filter.counter("cors.origin_invalid")).isZero();
    }

    @Test
    void aRouteThatAnswersItselfIsLeftAlone() {
        filter.route(FakeRoute.directResponse(200, "here"));
        policy("allow_origin_string_match: [{exact: '*'}]");

        assertThat(answered(ORIGIN).header("access-control-allow-origin")).isNull();
    }

    @Test
    void aPreflightIsAnsweredWithWhatThePolicyAllows() {
        policy(
                """
                allow_origin_string_match: [{exact: https://a.example}]
                allow_methods: GET, PUT
                allow_headers: x-token
                max_age: "600"
                allow_credentials: true
                """);

        HttpStreamHarness stream = preflight();

        assertThat(stream.upstream().reached()).isFalse();
        assertThat(stream.complete()).isTrue();
        assertThat(stream.status()).isEqualTo(200);
        assertThat(stream.details()).isEqualTo("cors_response");
        assertThat(stream.headerValues("access-control-allow-origin"))
                .containsExactly("https://a.example");
        assertThat(stream.header("access-control-allow-methods")).isEqualTo("GET, PUT");
        assertThat(stream.header("access-control-allow-headers")).isEqualTo("x-token");
        assertThat(stream.header("access-control-max-age")).isEqualTo("600");
        assertThat(stream.header("access-control-allow-credentials")).isEqualTo("true");
        assertThat(stream.header("access-control-allow-private-network")).isNull();
    }

    @Test
    void aStarAllowsWhatThePreflightAsksFor() {
        policy(
                "{allow_origin_string_match: [{prefix: h}], allow_methods: '*', allow_headers:"
                        + " '*'}");

        HttpStreamHarness stream = preflight("access-control-request-headers: x-a, x-b");

        assertThat(stream.header("access-control-allow-methods")).isEqualTo("PUT");
        assertThat(stream.header("access-control-allow-headers")).isEqualTo("x-a, x-b");
    }

    @Test
    void optionsThatAskForNothingAreNoPreflight() {
        policy("allow_origin_string_match: [{prefix: h}]");

        HttpStreamHarness stream = filter.stream().request("OPTIONS", "/", ORIGIN);

        assertThat(stream.upstream().reached()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"true, true, true", "true, false, false", "false, true, false"})
    void aPrivateNetworkIsAllowedToWhoAsks(boolean policy, boolean asked, boolean allowed) {
        policy(
                "{allow_origin_string_match: [{prefix: h}], allow_private_network_access: "
                        + policy
                        + "}");

        HttpStreamHarness stream = preflight("access-control-request-private-network: " + asked);

        assertThat(stream.header("access-control-allow-private-network"))
                .isEqualTo(allowed ? "true" : null);
    }

    @Test
    void aPreflightOfAnotherOriginIsForwardedUnlessThePolicySaysNo() {
        policy("allow_origin_string_match: [{exact: https://b.example}]");
        assertThat(preflight().upstream().reached()).isTrue();

        policy(
                "{allow_origin_string_match: [{exact: https://b.example}],"
                        + " forward_not_matching_preflights: false, allow_methods: GET}");
        HttpStreamHarness stream = preflight();

        assertThat(stream.upstream().reached()).isFalse();
        assertThat(stream.status()).isEqualTo(200);
        assertThat(stream.header("access-control-allow-origin")).isNull();
        assertThat(stream.header("access-control-allow-methods")).isEqualTo("GET");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "OPTIONS"})
    void whatIsNotEnabledIsLeftAlone(String method) {
        policy(
                "{allow_origin_string_match: [{exact: '*'}], filter_enabled: {default_value:"
                        + " {numerator: 100}, runtime_key: cors.on}}");
        filter.context().runtime("cors.on", "0");

        HttpStreamHarness stream = filter.stream().request(method, "/", ORIGIN, ASKS_FOR_PUT);
        stream.upstream().respond(200);

        assertThat(stream.header("access-control-allow-origin")).isNull();
        assertThat(filter.counter("cors.origin_valid")).isZero();

        filter.context().runtime("cors.on", "100");
        assertThat(answered(ORIGIN).header("access-control-allow-origin")).isNotNull();
    }

    @Test
    void aShadowedPolicyOnlyCounts() {
        policy(
                "{allow_origin_string_match: [{exact: '*'}],"
                        + " filter_enabled: {default_value: {numerator: 0}},"
                        + " shadow_enabled: {default_value: {numerator: 100}}}");

        HttpStreamHarness stream = preflight();

        assertThat(stream.upstream().reached()).isTrue();
        assertThat(filter.counter("cors.origin_valid")).isEqualTo(1);
    }

    @Test
    void whatALevelDoesNotSayTheNextOneDoes() {
        policy(
                "{allow_origin_string_match: [{exact: https://a.example}], allow_methods: GET}",
                "{allow_methods: PUT, filter_enabled: {default_value: {numerator: 0}}}",
                "{max_age: '5'}");

        HttpStreamHarness stream = preflight();

        assertThat(stream.header("access-control-allow-origin")).isEqualTo("https://a.example");
        assertThat(stream.header("access-control-allow-methods")).isEqualTo("PUT");
        assertThat(stream.header("access-control-max-age")).isEqualTo("5");
    }

    @Test
    void aWrongOriginIsReportedWithItsPath() {
        var context = new FakeFactoryContext();

        extension.configureRoute(
                YamlMessages.of(
                        CorsPolicy.getDefaultInstance(),
                        "allow_origin_string_match: [{exact: a}, {safe_regex: {regex: '('}}]"),
                context);

        assertThat(context.reported())
                .singleElement()
                .asString()
                .startsWith("allow_origin_string_match[1].safe_regex.regex: `(` is not");
    }
}
