package io.nuncio.http.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.host.ResetReason;
import io.nuncio.spi.host.RetryOn;
import io.nuncio.spi.host.RetryRules;
import io.nuncio.spi.host.RetryRules.Verdict;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryRulesTest {
    private final Policies policy = new Policies();
    private final RequestHeaders request = RequestHeaders.of("GET", "http", "a", "/");

    private RetryRules rules() {
        RetryRules rules = RetryRules.take(policy.build(), request);
        assertThat(rules).isNotNull();
        return rules;
    }

    private void asks(String name, String value) {
        request.set(HeaderName.of(name), value);
    }

    private Verdict response(int status, String... headers) {
        ResponseHeaders response = ResponseHeaders.of(status);
        for (String line : headers) {
            int colon = line.indexOf(':');
            response.add(
                    HeaderName.of(line.substring(0, colon)), line.substring(colon + 1).strip());
        }
        return rules().afterResponse(response, request);
    }

    @Test
    void withoutPolicyAndHeadersThereAreNone() {
        assertThat(RetryRules.take(policy.build(), request)).isNull();
        asks("x-envoy-max-retries", "3");
        assertThat(RetryRules.take(policy.build(), request)).isNull();
        assertThat(request.contains(HeaderName.X_ENVOY_MAX_RETRIES)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x-envoy-retry-on",
                "x-envoy-retry-grpc-on",
                "x-envoy-max-retries",
                "x-envoy-retriable-status-codes",
                "x-envoy-retriable-header-names"
            })
    void whatTheRequestAsksForGoesNoFurther(String name) {
        policy.on("5xx");
        asks(name, "1");
        rules();
        assertThat(request.contains(HeaderName.of(name))).isFalse();
    }

    @Nested
    class OfResponses {
        @ParameterizedTest
        @CsvSource({
            "5xx, 499, NO",
            "5xx, 500, BACK_OFF",
            "5xx, 599, BACK_OFF",
            "5xx, 200, NO",
            "gateway-error, 500, NO",
            "gateway-error, 501, NO",
            "gateway-error, 502, BACK_OFF",
            "gateway-error, 503, BACK_OFF",
            "gateway-error, 504, BACK_OFF",
            "gateway-error, 505, NO",
            "retriable-4xx, 409, BACK_OFF",
            "retriable-4xx, 408, NO",
            "retriable-4xx, 429, NO",
            "reset, 503, NO",
            "connect-failure, 503, NO",
            "refused-stream, 503, NO"
        })
        void theStatusDecides(String on, int status, Verdict verdict) {
            policy.on(on);
            assertThat(response(status)).isEqualTo(verdict);
        }

        @Test
        void aRateLimitedOneIsLeftAloneUnlessThatIsWanted() {
            policy.on("5xx");
            assertThat(response(503, "x-envoy-ratelimited: true")).isEqualTo(Verdict.NO);
            policy.on("envoy-ratelimited");
            assertThat(response(503, "x-envoy-ratelimited: true")).isEqualTo(Verdict.BACK_OFF);
            assertThat(response(429, "x-envoy-ratelimited: true")).isEqualTo(Verdict.BACK_OFF);
            assertThat(response(429)).isEqualTo(Verdict.NO);
        }

        @Test
        void anOverloadedOneIsTriedAgainLikeAnyOther() {
            policy.on("5xx");
            assertThat(response(503, "x-envoy-overloaded: true")).isEqualTo(Verdict.BACK_OFF);
        }

        @Test
        void listedStatusesAreTriedAgain() {
            policy.on("retriable-status-codes").statusCodes(418, 420);
            assertThat(response(418)).isEqualTo(Verdict.BACK_OFF);
            assertThat(response(420)).isEqualTo(Verdict.BACK_OFF);
            assertThat(response(419)).isEqualTo(Verdict.NO);
        }

        @Test
        void aListAloneHasNoEffect() {
            policy.on("5xx").statusCodes(418);
            assertThat(response(418)).isEqualTo(Verdict.NO);
        }

        @Test
        void tooEarlyIsTriedAgainAtOnce() {
            policy.on("retriable-status-codes").statusCodes(425);
            assertThat(response(425)).isEqualTo(Verdict.AT_ONCE);
            asks("early-data", "1");
            assertThat(response(425)).as("the downstream must know").isEqualTo(Verdict.NO);
        }

        @Test
        void aHeaderMayAskForIt() {
            policy.on("retriable-headers")
                    .header(headers -> headers.contains(HeaderName.of("x-again")))
                    .header(headers -> headers.contains(HeaderName.of("x-more")));
            assertThat(response(200)).isEqualTo(Verdict.NO);
            assertThat(response(200, "x-more: 1")).isEqualTo(Verdict.BACK_OFF);
            assertThat(response(404, "x-again: 1")).isEqualTo(Verdict.BACK_OFF);
        }

        @ParameterizedTest
        @CsvSource({
            "cancelled, 1",
            "deadline-exceeded, 4",
            "resource-exhausted, 8",
            "internal, 13",
            "unavailable, 14"
        })
        void theGrpcStatusOfTheHeadersDecides(String on, int status) {
            policy.on(on);
            assertThat(response(200, "grpc-status: " + status)).isEqualTo(Verdict.BACK_OFF);
            assertThat(response(200, "grpc-status: 0")).isEqualTo(Verdict.NO);
            assertThat(response(200, "grpc-status: 2")).isEqualTo(Verdict.NO);
            assertThat(response(503)).isEqualTo(Verdict.NO);
        }
    }

    @Nested
    class OfResets {
        private Verdict reset(ResetReason reason, boolean started) {
            return rules().afterReset(reason, started);
        }

        @ParameterizedTest
        @EnumSource(RetryOn.class)
        void anOpenCircuitBreakerIsNeverTriedAgain(RetryOn on) {
            policy.on(on.text());
            assertThat(reset(ResetReason.OVERFLOW, false)).isEqualTo(Verdict.NO);
        }

        @ParameterizedTest
        @CsvSource({
            "LOCAL_CONNECTION_FAILURE, BACK_OFF",
            "REMOTE_CONNECTION_FAILURE, BACK_OFF",
            "CONNECTION_TIMEOUT, BACK_OFF",
            "CONNECTION_TERMINATION, NO",
            "REMOTE_RESET, NO",
            "LOCAL_RESET, NO",
            "REMOTE_REFUSED_STREAM_RESET, NO"
        })
        void connectFailureIsAboutConnectionsThatNeverStood(ResetReason reason, Verdict verdict) {
            policy.on("connect-failure");
            assertThat(reset(reason, false)).isEqualTo(verdict);
        }

        @ParameterizedTest
        @CsvSource({
            "REMOTE_REFUSED_STREAM_RESET, BACK_OFF",
            "LOCAL_REFUSED_STREAM_RESET, NO",
            "REMOTE_RESET, NO",
            "REMOTE_CONNECTION_FAILURE, NO"
        })
        void refusedStreamIsTheUpstreamsWord(ResetReason reason, Verdict verdict) {
            policy.on("refused-stream");
            assertThat(reset(reason, true)).isEqualTo(verdict);
        }

        @ParameterizedTest
        @ValueSource(strings = {"5xx", "gateway-error", "reset"})
        void someTakeEveryReset(String on) {
            policy.on(on);
            for (ResetReason reason : ResetReason.values()) {
                if (reason != ResetReason.OVERFLOW) {
                    assertThat(reset(reason, true)).as(reason.text()).isEqualTo(Verdict.BACK_OFF);
                }
            }
        }

        @Test
        void resetBeforeRequestEndsWithTheFirstByteSent() {
            policy.on("reset-before-request");
            assertThat(reset(ResetReason.CONNECTION_TERMINATION, false))
                    .isEqualTo(Verdict.BACK_OFF);
            assertThat(reset(ResetReason.REMOTE_CONNECTION_FAILURE, false))
                    .isEqualTo(Verdict.BACK_OFF);
            assertThat(reset(ResetReason.CONNECTION_TERMINATION, true)).isEqualTo(Verdict.NO);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "retriable-4xx",
                    "envoy-ratelimited",
                    "retriable-status-codes",
                    "retriable-headers",
                    "http3-post-connect-failure",
                    "unavailable"
                })
        void othersTakeNone(String on) {
            policy.on(on);
            assertThat(reset(ResetReason.CONNECTION_TERMINATION, false)).isEqualTo(Verdict.NO);
        }
    }

    @Nested
    class FromTheRequest {
        @Test
        void conditionsAddToThePolicys() {
            policy.on("retriable-4xx");
            asks("x-envoy-retry-on", "gateway-error, reset,unheard-of");
            RetryRules rules = rules();
            assertThat(rules.afterResponse(ResponseHeaders.of(502), request))
                    .isEqualTo(Verdict.BACK_OFF);
            assertThat(rules.afterResponse(ResponseHeaders.of(409), request))
                    .isEqualTo(Verdict.BACK_OFF);
            assertThat(rules.afterReset(ResetReason.REMOTE_RESET, true))
                    .isEqualTo(Verdict.BACK_OFF);
            assertThat(rules.afterResponse(ResponseHeaders.of(500), request)).isEqualTo(Verdict.NO);
        }

        @Test
        void grpcHasAHeaderOfItsOwn() {
            asks("x-envoy-retry-grpc-on", "unavailable,5xx");
            assertThat(response(200, "grpc-status: 14")).isEqualTo(Verdict.BACK_OFF);
            asks("x-envoy-retry-grpc-on", "5xx");
            assertThat(response(503)).as("5xx is none of gRPC's").isEqualTo(Verdict.NO);
            asks("x-envoy-retry-on", "unavailable");
            assertThat(response(200, "grpc-status: 14")).isEqualTo(Verdict.NO);
        }

        @Test
        void aHeaderWithoutAnyConditionTriesNothing() {
            asks("x-envoy-retry-on", "sometimes");
            assertThat(rules().any()).isFalse();
        }

        @ParameterizedTest
        @CsvSource({"'', 2", "3, 3", "0, 0", "-1, 2", "1.5, 2", "x, 2"})
        void maxRetriesTakesThePlaceOfThePolicys(String asked, long retries) {
            policy.on("5xx").retries(2);
            asks("x-envoy-max-retries", asked);
            assertThat(rules().retries()).isEqualTo(retries);
        }

        @Test
        void statusCodesAddToThePolicys() {
            policy.on("retriable-status-codes").statusCodes(418);
            asks("x-envoy-retriable-status-codes", "419, 420,x,");
            RetryRules rules = rules();
            for (int status : new int[] {418, 419, 420}) {
                assertThat(rules.afterResponse(ResponseHeaders.of(status), request))
                        .isEqualTo(Verdict.BACK_OFF);
            }
            assertThat(rules.afterResponse(ResponseHeaders.of(421), request)).isEqualTo(Verdict.NO);
        }

        @Test
        void headerNamesAddToThePolicys() {
            policy.on("retriable-headers");
            asks("x-envoy-retriable-header-names", "X-Upstream-Retry, x-try-again,,not a name");
            RetryRules rules = rules();
            ResponseHeaders response = ResponseHeaders.of(200);
            assertThat(rules.afterResponse(response, request)).isEqualTo(Verdict.NO);
            response.set(HeaderName.of("x-upstream-retry"), "");
            assertThat(rules.afterResponse(response, request)).isEqualTo(Verdict.BACK_OFF);
        }

        @Test
        void aRequestMayHaveToMatchFirst() {
            policy.on("5xx").requestHeader(headers -> headers.contains(HeaderName.of("x-safe")));
            assertThat(rules().any()).isFalse();
            assertThat(response(503)).isEqualTo(Verdict.NO);
            asks("x-envoy-retry-on", "reset");
            assertThat(rules().any()).as("whatever the request asks for").isFalse();
            asks("x-safe", "1");
            assertThat(response(503)).isEqualTo(Verdict.BACK_OFF);
        }
    }
}
