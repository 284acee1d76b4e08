package io.nuncio.kernel.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.RetryHostPredicateTemplate;
import io.nuncio.spi.RetryPriorityTemplate;
import io.nuncio.spi.host.RetryOn;
import io.nuncio.spi.host.RetryPolicy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;
import java.util.stream.Stream;

class RetryPoliciesTest {
    private final RouteFixture fixture = new RouteFixture();

    private RetryPolicy policy(String policy) {
        fixture.routes(
                "- {match: {prefix: /}, route: {cluster: web, retry_policy: {%s}}}"
                        .formatted(policy));
        return fixture.entry("a.com/").retryPolicy();
    }

    @Test
    void withoutPolicyNothingIsTriedAgain() {
        fixture.routes("- {match: {prefix: /}, route: {cluster: web}}");
        assertThat(fixture.entry("a.com/").retryPolicy()).isEqualTo(RetryPolicy.NONE);
        assertThat(RetryPolicy.NONE.retryOn()).isEmpty();
    }

    @Test
    void theDefaultsAreEnvoys() {
        RetryPolicy policy = policy("retry_on: 5xx");
        assertThat(policy.retries()).isEqualTo(1);
        assertThat(policy.perTryTimeoutNanos()).isZero();
        assertThat(policy.perTryIdleTimeoutNanos()).isZero();
        assertThat(policy.backOff()).isEqualTo(RetryPolicy.BackOff.DEFAULT);
        assertThat(policy.rateLimitedBackOff().headers()).isEmpty();
        assertThat(policy.hosts()).isEqualTo(new RetryPolicy.Hosts(1, java.util.List.of(), null));
    }

    @Test
    void retryOnNamesEveryConditionOfBothKinds() {
        String all = String.join(", ", Stream.of(RetryOn.values()).map(RetryOn::text).toList());
        assertThat(policy("retry_on: \"" + all + "\"").retryOn())
                .containsExactlyInAnyOrder(RetryOn.values());
        assertThat(fixture.context.reported()).isEmpty();
    }

    @Test
    void anUnknownConditionIsPassedOverWithAWarning() {
        assertThat(policy("retry_on: \"reset,sometimes\"").retryOn())
                .containsExactly(RetryOn.RESET);
        assertThat(fixture.context.problems.none()).isTrue();
        assertThat(fixture.context.reported())
                .containsExactly(
                        "route_config.virtual_hosts[0].routes[0].route.retry_policy.retry_on:"
                                + " `sometimes` is no condition and has no effect");
    }

    @Test
    void numbersAndTimesAreTheRoutes() {
        RetryPolicy policy =
                policy(
                        "retry_on: 5xx, num_retries: 7, per_try_timeout: 0.25s,"
                                + " per_try_idle_timeout: 1.0009s, retriable_status_codes: [418,"
                                + " 429]");
        assertThat(policy.retries()).isEqualTo(7);
        assertThat(policy.perTryTimeoutNanos()).isEqualTo(Duration.ofMillis(250).toNanos());
        assertThat(policy.perTryIdleTimeoutNanos())
                .as("whole milliseconds")
                .isEqualTo(Duration.ofSeconds(1).toNanos());
        assertThat(policy.retriableStatusCodes()).containsExactly(418, 429);
    }

    @ParameterizedTest
    @CsvSource({"'base_interval: 0.1s', 100, 0", "'base_interval: 0.0001s', 1, 0"})
    void theBackOffsBaseIsAMillisecondAtLeast(String config, long base, long max) {
        assertThat(policy("retry_back_off: {" + config + "}").backOff())
                .isEqualTo(new RetryPolicy.BackOff(base, max));
    }

    @Test
    void theBackOffsMaximumIsNotBelowItsBase() {
        assertThat(policy("retry_back_off: {base_interval: 1s, max_interval: 2s}").backOff())
                .isEqualTo(new RetryPolicy.BackOff(1000, 2000));
        assertThat(fixture.context.reported()).isEmpty();
        policy("retry_back_off: {base_interval: 1s, max_interval: 0.5s}");
        assertThat(fixture.context.reported())
                .containsExactly(
                        "route_config.virtual_hosts[0].routes[0].route.retry_policy.retry_back_off"
                                + ".max_interval: was `500 ms`, expected at least base_interval,"
                                + " 1000 ms");
    }

    @Test
    void resetHeadersAreReadInOrder() {
        var limited =
                policy(
                                "rate_limited_retry_back_off: {reset_headers: [{name: Retry-After},"
                                        + " {name: x-reset, format: UNIX_TIMESTAMP}]}")
                        .rateLimitedBackOff();
        assertThat(limited.headers())
                .containsExactly(
                        new RetryPolicy.ResetHeader(HeaderName.of("retry-after"), false),
                        new RetryPolicy.ResetHeader(HeaderName.of("x-reset"), true));
        assertThat(limited.maxMillis()).isEqualTo(300_000);
        assertThat(
                        policy(
                                        "rate_limited_retry_back_off: {reset_headers: [{name: a}],"
                                                + " max_interval: 2s}")
                                .rateLimitedBackOff()
                                .maxMillis())
                .isEqualTo(2000);
    }

    @Test
    void headerConditionsAreTheRoutes() {
        RetryPolicy policy =
                policy(
                        "retriable_headers: [{name: x-again, present_match: true}],"
                                + " retriable_request_headers: [{name: \":method\", string_match:"
                                + " {exact: GET}}]");
        ResponseHeaders response = ResponseHeaders.of(200);
        assertThat(policy.retriableHeaders()).hasSize(1);
        assertThat(policy.retriableHeaders().getFirst().matches(response)).isFalse();
        response.set(HeaderName.of("x-again"), "1");
        assertThat(policy.retriableHeaders().getFirst().matches(response)).isTrue();
        assertThat(
                        policy.retriableRequestHeaders()
                                .getFirst()
                                .matches(RouteFixture.request("a.com/")))
                .isTrue();
    }

    @Test
    void hostsAreRefusedByExtensions() {
        RetryHostPredicateTemplate predicate = () -> host -> true;
        RetryPriorityTemplate priority = () -> (priorities, original) -> original;
        fixture.context.extensions.put("previous", predicate);
        fixture.context.extensions.put("other", priority);
        RetryPolicy policy =
                policy(
                        "retry_host_predicate: [{name: previous}], retry_priority: {name: other},"
                                + " host_selection_retry_max_attempts: 5");
        assertThat(policy.hosts().predicates()).containsExactly(predicate);
        assertThat(policy.hosts().priority()).isSameAs(priority);
        assertThat(policy.hosts().attempts()).isEqualTo(5);
    }

    @Test
    void anExtensionThatNobodyHasIsNamed() {
        policy("retry_host_predicate: [{name: nobody}]");
        assertThat(fixture.context.reported())
                .containsExactly(
                        "route_config.virtual_hosts[0].routes[0].route.retry_policy"
                                + ".retry_host_predicate[0]: no extension nobody");
    }

    @Test
    void aRouteTakesThePlaceOfItsVirtualHostAltogether() {
        fixture.compile(
                """
                virtual_hosts:
                - name: one
                  domains: ["*"]
                  retry_policy: { retry_on: reset, num_retries: 4 }
                  per_request_buffer_limit_bytes: 100
                  routes:
                  - { match: { prefix: /own }, route: { cluster: web, retry_policy: { retry_on: 5xx } }, per_request_buffer_limit_bytes: 5 }
                  - match: { prefix: /weighted }
                    route: { weighted_clusters: { clusters: [{ name: web, weight: 1 }] } }
                  - { match: { prefix: / }, route: { cluster: web } }
                """);
        RetryPolicy own = fixture.entry("a.com/own").retryPolicy();
        assertThat(own.retryOn()).containsExactly(RetryOn.SERVER_ERROR);
        assertThat(own.retries()).isEqualTo(1);
        assertThat(fixture.entry("a.com/own").requestBufferLimit()).isEqualTo(5);
        RetryPolicy hosts = fixture.entry("a.com/").retryPolicy();
        assertThat(hosts.retryOn()).containsExactly(RetryOn.RESET);
        assertThat(hosts.retries()).isEqualTo(4);
        assertThat(fixture.entry("a.com/").requestBufferLimit()).isEqualTo(100);
        assertThat(fixture.entry("a.com/weighted").retryPolicy()).isEqualTo(hosts);
        assertThat(fixture.entry("a.com/weighted").requestBufferLimit()).isEqualTo(100);
    }

    @Test
    void aSlowAttemptMayBeOvertaken() {
        fixture.compile(
                """
                virtual_hosts:
                - name: one
                  domains: ["a.com"]
                  hedge_policy: { hedge_on_per_try_timeout: true }
                  routes:
                  - { match: { prefix: /own }, route: { cluster: web, hedge_policy: {} } }
                  - { match: { prefix: / }, route: { cluster: web } }
                - name: two
                  domains: ["*"]
                  routes: [ { match: { prefix: / }, route: { cluster_header: x-cluster, hedge_policy: { hedge_on_per_try_timeout: true } } } ]
                """);
        assertThat(fixture.entry("a.com/").hedgeOnPerTryTimeout()).isTrue();
        assertThat(fixture.entry("a.com/own").hedgeOnPerTryTimeout()).isFalse();
        assertThat(fixture.entry("b.com/").hedgeOnPerTryTimeout()).isTrue();
    }

    @Test
    void aBodyIsKeptWithoutLimitOfItsOwnByDefault() {
        fixture.routes("- {match: {prefix: /}, route: {cluster: web}}");
        assertThat(fixture.entry("a.com/").requestBufferLimit()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void theUpstreamIsToldOfARetryIfTheVirtualHostWantsIt() {
        fixture.compile(
                """
                virtual_hosts:
                - name: one
                  domains: ["a.com"]
                  include_request_attempt_count: true
                  include_is_timeout_retry_header: true
                  routes: [ { match: { prefix: / }, route: { cluster: web } } ]
                - name: two
                  domains: ["*"]
                  routes: [ { match: { prefix: / }, route: { cluster: web } } ]
                """);
        RequestHeaders told = retried("a.com/", true);
        assertThat(told.get(HeaderName.X_ENVOY_ATTEMPT_COUNT)).isEqualTo("3");
        assertThat(told.get(HeaderName.X_ENVOY_IS_TIMEOUT_RETRY)).isEqualTo("true");
        assertThat(retried("a.com/", false).get(HeaderName.X_ENVOY_IS_TIMEOUT_RETRY))
                .isEqualTo("false");
        RequestHeaders untold = retried("b.com/", true);
        assertThat(untold.get(HeaderName.X_ENVOY_ATTEMPT_COUNT)).isNull();
        assertThat(untold.get(HeaderName.X_ENVOY_IS_TIMEOUT_RETRY)).isNull();
    }

    private RequestHeaders retried(String url, boolean afterTimeout) {
        RequestHeaders headers = RouteFixture.request(url);
        fixture.entry(url).finalizeRetryHeaders(headers, 3, afterTimeout);
        return headers;
    }
}
