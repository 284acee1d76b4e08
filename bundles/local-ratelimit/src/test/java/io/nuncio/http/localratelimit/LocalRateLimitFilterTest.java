package io.nuncio.http.localratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.route.v3.RateLimit;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.nuncio.testkit.FakeConnection;
import io.nuncio.testkit.FakeFactoryContext;
import io.nuncio.testkit.FakeRoute;
import io.nuncio.testkit.HttpFilterHarness;
import io.nuncio.testkit.HttpStreamHarness;
import io.nuncio.testkit.YamlMessages;
import io.nuncio.testkit.conformance.HttpFilterConformance;
import io.nuncio.testkit.conformance.Rule;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;

class LocalRateLimitFilterTest {
    private static final String ON =
            """
            stat_prefix: l
            filter_enabled: {default_value: {numerator: 100}}
            filter_enforced: {default_value: {numerator: 100}}
            """;
    private static final String ONE_PER_MINUTE =
            ON + "token_bucket: {max_tokens: 1, fill_interval: 60s}\n";
    private static final String MARKED =
            "response_headers_to_add: [{header: {key: x-limited, value: '1'}}]\n";
    private static final String BY_USER =
            """
            rate_limits:
            - actions: [{request_headers: {header_name: x-user, descriptor_key: user}}]
            """;

    private final LocalRateLimitExtension extension = new LocalRateLimitExtension();

    private HttpFilterHarness filter(String yaml) {
        return HttpFilterHarness.of(extension, LocalRateLimit.getDefaultInstance(), yaml);
    }

    private static LocalRateLimit message(String yaml) {
        return YamlMessages.of(LocalRateLimit.getDefaultInstance(), yaml);
    }

    private static RateLimit rateLimit(String yaml) {
        return YamlMessages.of(RateLimit.getDefaultInstance(), yaml);
    }

    /// The status of a request that the upstream answers with 200 if it comes there.
    private static int status(HttpFilterHarness filter, String... headers) {
        return answer(filter, headers).status();
    }

    private static HttpStreamHarness answer(HttpFilterHarness filter, String... headers) {
        HttpStreamHarness stream = filter.get("/", headers);
        if (stream.status() == 0) {
            stream.upstream().respond(200);
        }
        return stream;
    }

    /// How many requests pass before one is limited.
    private static int allowed(HttpFilterHarness filter, String... headers) {
        int count = 0;
        while (count < 100 && status(filter, headers) == 200) {
            count++;
        }
        return count;
    }

    @Test
    void theRulesOfTheSpiAreKeptByRequestsThatPass() {
        HttpFilterConformance.of(() ->
                        filter(
                                ON
                                        + "token_bucket: {max_tokens: 1000, fill_interval: 60s}\n"
                                        + "enable_x_ratelimit_headers: DRAFT_VERSION_03\n"))
                .except(Rule.STREAMS_ARE_APART, "all streams take tokens of one bucket")
                .check();
    }

    @Test
    void theRulesOfTheSpiAreKeptByRequestsThatAreLimited() {
        HttpFilterConformance.of(
                        () -> {
                            HttpFilterHarness filter = filter(wildcard(0) + MARKED);
                            status(filter, "x-user: a");
                            return filter;
                        })
                .header("x-user: a")
                .check();
    }

    @Test
    void oneRequestTooManyIsAnsweredWith429AndCounted() {
        HttpFilterHarness filter = filter(ONE_PER_MINUTE);

        assertThat(status(filter)).isEqualTo(200);
        HttpStreamHarness limited = filter.get("/");

        assertThat(limited.status()).isEqualTo(429);
        assertThat(limited.body()).isEqualTo("local_rate_limited");
        assertThat(limited.details()).isEqualTo("local_rate_limited");
        assertThat(limited.flags()).containsExactly("RL");
        assertThat(counters(filter)).isEqualTo("enabled 2 enforced 1 rate_limited 1 ok 1");
    }

    private static String counters(HttpFilterHarness filter) {
        String prefix = "l.http_local_rate_limit.";
        return "enabled "
                + filter.counter(prefix + "enabled")
                + " enforced "
                + filter.counter(prefix + "enforced")
                + " rate_limited "
                + filter.counter(prefix + "rate_limited")
                + " ok "
                + filter.counter(prefix + "ok");
    }

    @ParameterizedTest
    @CsvSource({"503, 503", "200, 429", "400, 400"})
    void theStatusIsConfigurableFrom400On(int configured, int status) {
        HttpFilterHarness filter = filter(ONE_PER_MINUTE + "status: {code: " + configured + "}\n");

        assertThat(status(filter)).isEqualTo(200);
        assertThat(status(filter)).isEqualTo(status);
    }

    @Test
    void theBucketFillsSteadily() {
        HttpFilterHarness filter =
                filter(
                        ON
                                + "token_bucket: {max_tokens: 10, tokens_per_fill: 5,"
                                + " fill_interval: 5s}");

        assertThat(allowed(filter)).isEqualTo(10);
        filter.worker().advance(Duration.ofMillis(999));
        assertThat(allowed(filter)).isZero();
        filter.worker().advance(Duration.ofMillis(1));
        assertThat(allowed(filter)).isEqualTo(1);
        filter.worker().advance(Duration.ofMillis(3500));
        assertThat(allowed(filter)).isEqualTo(3);
        filter.worker().advance(Duration.ofMillis(500));
        assertThat(allowed(filter)).isEqualTo(1);
        filter.worker().advance(Duration.ofHours(1));
        assertThat(allowed(filter)).isEqualTo(10);
    }

    @Test
    void oneTokenIsFilledInUnlessMoreAreNamed() {
        HttpFilterHarness filter = filter(ONE_PER_MINUTE);

        assertThat(allowed(filter)).isEqualTo(1);
        filter.worker().advance(Duration.ofSeconds(59));
        assertThat(allowed(filter)).isZero();
        filter.worker().advance(Duration.ofSeconds(1));
        assertThat(allowed(filter)).isEqualTo(1);
    }

    @Test
    void withoutABucketNothingIsLimited() {
        HttpFilterHarness filter = filter(ON + "enable_x_ratelimit_headers: DRAFT_VERSION_03");

        assertThat(allowed(filter)).isEqualTo(100);
        assertThat(answer(filter).header("x-ratelimit-limit")).isNull();
    }

    @Test
    void nobodyIsLimitedUnlessItIsEnabled() {
        HttpFilterHarness filter =
                filter("stat_prefix: l\ntoken_bucket: {max_tokens: 1, fill_interval: 60s}");

        assertThat(allowed(filter)).isEqualTo(100);
        assertThat(counters(filter)).isEqualTo("enabled 0 enforced 0 rate_limited 0 ok 0");
    }

    @Test
    void theRuntimeSaysWhetherItIsEnabledAndEnforced() {
        HttpFilterHarness filter =
                filter(
                        """
                        stat_prefix: l
                        token_bucket: {max_tokens: 1, fill_interval: 60s}
                        filter_enabled: {runtime_key: on, default_value: {numerator: 0}}
                        filter_enforced: {runtime_key: hard, default_value: {numerator: 0}}
                        """);

        assertThat(allowed(filter)).isEqualTo(100);
        filter.context().runtime("on", "100");
        assertThat(allowed(filter)).isEqualTo(100);
        assertThat(counters(filter)).isEqualTo("enabled 100 enforced 0 rate_limited 99 ok 1");
        filter.context().runtime("on", "100").runtime("hard", "100");
        assertThat(allowed(filter)).isZero();
    }

    @Test
    void requestsThatAreLimitedButPassMayBeMarked() {
        HttpFilterHarness filter =
                filter(
                        """
                        stat_prefix: l
                        token_bucket: {max_tokens: 1, fill_interval: 60s}
                        filter_enabled: {default_value: {numerator: 100}}
                        request_headers_to_add_when_not_enforced: [{header: {key: x-limited, value: '1'}}]
                        response_headers_to_add: [{header: {key: x-limited, value: '1'}}]
                        """);

        assertThat(answer(filter).upstream().header("x-limited")).isNull();
        HttpStreamHarness limited = answer(filter);
        assertThat(limited.upstream().header("x-limited")).isEqualTo("1");
        assertThat(limited.header("x-limited")).isNull();
    }

    @Test
    void answersMayBeMarked() {
        HttpFilterHarness filter = filter(ONE_PER_MINUTE + MARKED);

        assertThat(answer(filter).header("x-limited")).isNull();
        assertThat(answer(filter).header("x-limited")).isEqualTo("1");
    }

    @ParameterizedTest
    @CsvSource({"false, 14", "true, 8"})
    void aGrpcRequestGetsAGrpcStatus(boolean resourceExhausted, String grpcStatus) {
        HttpFilterHarness filter =
                filter(ONE_PER_MINUTE + "rate_limited_as_resource_exhausted: " + resourceExhausted);
        status(filter);

        HttpStreamHarness limited = filter.get("/", "content-type: application/grpc");

        assertThat(limited.status()).isEqualTo(200);
        assertThat(limited.header("grpc-status")).isEqualTo(grpcStatus);
    }

    @Test
    void theHeadersOfTheDraftSayHowFullTheBucketIs() {
        HttpFilterHarness filter =
                filter(
                        ON
                                + "token_bucket: {max_tokens: 2, fill_interval: 60s}\n"
                                + "enable_x_ratelimit_headers: DRAFT_VERSION_03");

        assertThat(rateLimitHeaders(answer(filter))).isEqualTo("2 1 0");
        assertThat(rateLimitHeaders(answer(filter))).isEqualTo("2 0 60");
        filter.worker().advance(Duration.ofMillis(10_500));
        HttpStreamHarness limited = answer(filter);
        assertThat(rateLimitHeaders(limited)).isEqualTo("2 0 49");
        assertThat(limited.status()).isEqualTo(429);
    }

    @Test
    void theHeadersAreLeftOutByDefault() {
        assertThat(rateLimitHeaders(answer(filter(ONE_PER_MINUTE)))).isEqualTo("null null null");
    }

    private static String rateLimitHeaders(HttpStreamHarness stream) {
        return stream.header("x-ratelimit-limit")
                + " "
                + stream.header("x-ratelimit-remaining")
                + " "
                + stream.header("x-ratelimit-reset");
    }

    // Descriptors.

    private static String descriptors(String more) {
        return ON
                + """
                token_bucket: {max_tokens: 10, fill_interval: 60s}
                descriptors:
                - entries: [{key: user, value: a}]
                  token_bucket: {max_tokens: 3, fill_interval: 60s}
                - entries: [{key: user, value: b}]
                  token_bucket: {max_tokens: 2, fill_interval: 60s}
                """
                + more;
    }

    @Test
    void aDescriptorHasABucketOfItsOwn() {
        HttpFilterHarness filter = filter(descriptors(BY_USER));

        assertThat(allowed(filter, "x-user: a")).isEqualTo(3);
        assertThat(allowed(filter, "x-user: b")).isEqualTo(2);
        assertThat(allowed(filter, "x-user: c")).as("what is left of the default").isEqualTo(5);
    }

    @Test
    void theDefaultBucketMayBeForOthersOnly() {
        HttpFilterHarness filter =
                filter(descriptors(BY_USER + "always_consume_default_token_bucket: false\n"));

        assertThat(allowed(filter, "x-user: a")).isEqualTo(3);
        assertThat(allowed(filter, "x-user: c")).isEqualTo(10);
        assertThat(status(filter, "x-user: b")).isEqualTo(200);
    }

    @Test
    void theBucketOfTheDescriptorIsShown() {
        HttpFilterHarness filter =
                filter(descriptors(BY_USER + "enable_x_ratelimit_headers: DRAFT_VERSION_03\n"));

        assertThat(rateLimitHeaders(answer(filter, "x-user: b"))).isEqualTo("2 1 0");
        assertThat(rateLimitHeaders(answer(filter, "x-user: c"))).isEqualTo("10 8 0");
    }

    @Test
    void allDescriptorsOfARequestCountTheSlowestFirst() {
        HttpFilterHarness filter =
                filter(
                        ON
                                + """
                                token_bucket: {max_tokens: 100, fill_interval: 60s}
                                enable_x_ratelimit_headers: DRAFT_VERSION_03
                                descriptors:
                                - entries: [{key: all, value: 'yes'}]
                                  token_bucket: {max_tokens: 5, tokens_per_fill: 5, fill_interval: 60s}
                                - entries: [{key: user, value: a}]
                                  token_bucket: {max_tokens: 2, fill_interval: 60s}
                                rate_limits:
                                - actions: [{generic_key: {descriptor_key: all, descriptor_value: 'yes'}}]
                                - actions: [{request_headers: {header_name: x-user, descriptor_key: user}}]
                                """);

        assertThat(rateLimitHeaders(answer(filter, "x-user: a"))).isEqualTo("2 1 0");
        assertThat(allowed(filter, "x-user: a")).isEqualTo(1);
        assertThat(status(filter, "x-user: a")).isEqualTo(429);
        assertThat(allowed(filter, "x-user: c")).as("5 less 2 that passed").isEqualTo(3);
    }

    @Test
    void descriptorsAreMatchedAsAWhole() {
        HttpFilterHarness filter =
                filter(
                        ON
                                + """
                                descriptors:
                                - entries: [{key: user, value: ü}, {key: generic_key, value: x}]
                                  token_bucket: {max_tokens: 1, fill_interval: 60s}
                                rate_limits:
                                - actions:
                                  - request_headers: {header_name: x-user, descriptor_key: user}
                                  - generic_key: {descriptor_value: x}
                                """);

        assertThat(allowed(filter, "x-user: \u00c3\u00bc")).isEqualTo(1);
        assertThat(allowed(filter, "x-user: b")).isEqualTo(100);
        assertThat(allowed(filter)).isEqualTo(100);
    }

    @Test
    void aRequestMayCountAsSeveral() {
        HttpFilterHarness filter =
                filter(descriptors(BY_USER.stripTrailing() + "\n  hits_addend: {number: 2}\n"));

        assertThat(allowed(filter, "x-user: a")).isEqualTo(1);
        assertThat(allowed(filter, "x-user: b")).isEqualTo(1);
    }

    private static String wildcard(int max) {
        return ON
                + """
                descriptors:
                - entries: [{key: user}]
                  token_bucket: {max_tokens: 1, fill_interval: 60s}
                """
                + BY_USER
                + (max > 0 ? "max_dynamic_descriptors: " + max + "\n" : "");
    }

    @Test
    void aWildcardHasABucketForEachValue() {
        HttpFilterHarness filter = filter(wildcard(0));

        assertThat(allowed(filter, "x-user: a")).isEqualTo(1);
        assertThat(allowed(filter, "x-user: b")).isEqualTo(1);
        assertThat(allowed(filter, "x-user: a")).isZero();
        assertThat(allowed(filter)).as("another descriptor").isEqualTo(100);
    }

    @Test
    void theLeastRecentlyUsedValueIsForgotten() {
        HttpFilterHarness filter = filter(wildcard(2));

        assertThat(status(filter, "x-user: a")).isEqualTo(200);
        assertThat(status(filter, "x-user: b")).isEqualTo(200);
        assertThat(status(filter, "x-user: a")).isEqualTo(429);
        assertThat(status(filter, "x-user: c")).isEqualTo(200);
        assertThat(status(filter, "x-user: a")).isEqualTo(429);
        assertThat(status(filter, "x-user: b")).isEqualTo(200);
    }

    @Test
    void twentyValuesAreRememberedByDefault() {
        HttpFilterHarness filter = filter(wildcard(0));
        for (int user = 0; user < 20; user++) {
            status(filter, "x-user: " + user);
        }

        assertThat(status(filter, "x-user: 0")).isEqualTo(429);
        assertThat(status(filter, "x-user: 20")).isEqualTo(200);
        assertThat(status(filter, "x-user: 0")).isEqualTo(429);
        assertThat(status(filter, "x-user: 1")).isEqualTo(200);
    }

    // What routes say.

    private static RateLimit generic(String value) {
        return rateLimit("actions: [{generic_key: {descriptor_value: " + value + "}}]");
    }

    private static String ofRoutes(String more) {
        return ON
                + """
                token_bucket: {max_tokens: 10, fill_interval: 60s}
                descriptors:
                - entries: [{key: generic_key, value: route}]
                  token_bucket: {max_tokens: 3, fill_interval: 60s}
                - entries: [{key: generic_key, value: host}]
                  token_bucket: {max_tokens: 2, fill_interval: 60s}
                """
                + more;
    }

    private static FakeRoute route() {
        return FakeRoute.toCluster("backend");
    }

    @ParameterizedTest
    @CsvSource({
        "'', true, false, 3",
        "'', false, false, 2",
        "'', true, true, 2",
        "'vh_rate_limits: INCLUDE', true, false, 2",
        "'vh_rate_limits: IGNORE', true, false, 3",
        "'vh_rate_limits: IGNORE', false, false, 10",
        "'vh_rate_limits: IGNORE', true, true, 2"
    })
    void theVirtualHostsRateLimitsHoldAsTheOptionSays(
            String option, boolean routeHasSome, boolean included, int allowed) {
        FakeRoute route = route().virtualHostRateLimits(included, generic("host"));
        if (routeHasSome) {
            route.rateLimits(generic("route"));
        }

        assertThat(allowed(filter(ofRoutes(option)).route(route))).isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource({"0, 10", "1, 3"})
    void onlyTheRateLimitsOfItsStageHold(int stage, int allowed) {
        FakeRoute route =
                route().rateLimits(
                                rateLimit(
                                        "{stage: 1, actions: [{generic_key: {descriptor_value:"
                                                + " route}}]}"));

        assertThat(allowed(filter(ofRoutes("stage: " + stage)).route(route))).isEqualTo(allowed);
    }

    @Test
    void whatARuntimeKeyCouldSwitchOffDoesNotHold() {
        FakeRoute route =
                route().rateLimits(
                                rateLimit(
                                        "{disable_key: k, actions: [{generic_key:"
                                                + " {descriptor_value: route}}]}"));

        assertThat(allowed(filter(ofRoutes("")).route(route))).isEqualTo(10);
    }

    @Test
    void theFiltersOwnRateLimitsTakeThePlaceOfTheRoutes() {
        FakeRoute route = route().rateLimits(generic("route"));

        assertThat(
                        allowed(
                                filter(
                                                ofRoutes(
                                                        "rate_limits: [{actions: [{generic_key:"
                                                                + " {descriptor_value: host}}]}]"))
                                        .route(route)))
                .isEqualTo(2);
    }

    @Test
    void aRouteThatAnswersItselfHasNoDescriptors() {
        FakeRoute route =
                FakeRoute.directResponse(200, "").virtualHostRateLimits(true, generic("host"));

        assertThat(allowed(filter(ofRoutes("")).route(route))).isEqualTo(10);
    }

    @Test
    void aRouteMayHaveALimitOfItsOwn() {
        HttpFilterHarness filter = filter("stat_prefix: l");
        filter.perRoute(
                extension,
                message(ON + "token_bucket: {max_tokens: 5, fill_interval: 60s}"),
                message(ON + "token_bucket: {max_tokens: 2, fill_interval: 60s}"));

        assertThat(allowed(filter)).isEqualTo(2);
    }

    // Connections.

    @Test
    void aConnectionMayHaveBucketsOfItsOwn() {
        HttpFilterHarness filter =
                filter(ONE_PER_MINUTE + "local_rate_limit_per_downstream_connection: true\n");

        filter.connection(new FakeConnection(filter.worker()));
        assertThat(allowed(filter)).isEqualTo(1);
        filter.connection(new FakeConnection(filter.worker()));
        assertThat(allowed(filter)).isEqualTo(1);
    }

    @Test
    void allConnectionsShareABucketOtherwise() {
        HttpFilterHarness filter = filter(ONE_PER_MINUTE);

        filter.connection(new FakeConnection(filter.worker()));
        assertThat(allowed(filter)).isEqualTo(1);
        filter.connection(new FakeConnection(filter.worker()));
        assertThat(allowed(filter)).isZero();
    }

    // What is wrong.

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "token_bucket: {max_tokens: 1, fill_interval: 0.049s} | token_bucket.fill_interval:"
                        + " was `49ms`, expected at least 50ms",
                "descriptors: [{entries: [{key: k}], token_bucket: {max_tokens: 1, fill_interval:"
                    + " 0.02s}}] | descriptors[0].token_bucket.fill_interval: was `20ms`, expected"
                    + " at least 50ms",
                "descriptors: [{entries: [{key: k}], token_bucket: {max_tokens: 1, fill_interval:"
                    + " 1s}}, {entries: [{key: k}], token_bucket: {max_tokens: 1, fill_interval:"
                    + " 1s}}] | descriptors[1].entries: are those of another descriptor; each may"
                    + " stand once",
                "rate_limits: [{stage: 1, actions: [{remote_address: {}}]}] | rate_limits[0].stage:"
                        + " does not hold in a filter's own rate_limits, only in routes'",
            })
    void whatIsWrongIsReportedWithItsPath(String field, String problem) {
        var context = new FakeFactoryContext();

        extension.configure(message("{stat_prefix: l, " + field + "}"), context);

        assertThat(context.reported()).containsExactly(problem);
    }

    @Test
    void aRoutesConfigurationMustHaveABucket() {
        var context = new FakeFactoryContext();

        extension.configureRoute(message("stat_prefix: l"), context);

        assertThat(context.reported())
                .containsExactly("token_bucket: must be set for per filter configs");
    }
}
