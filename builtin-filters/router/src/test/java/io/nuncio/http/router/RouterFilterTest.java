package io.nuncio.http.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.BoolValue;

import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Route;
import io.nuncio.spi.StreamInfo.Moment;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.host.HttpPool;
import io.nuncio.spi.host.ResetReason;
import io.nuncio.spi.host.ResourcePriority;
import io.nuncio.testkit.FakeCluster;
import io.nuncio.testkit.FakeFactoryContext;
import io.nuncio.testkit.FakePool;
import io.nuncio.testkit.FakeRoute;
import io.nuncio.testkit.FakeUpstreamStream;
import io.nuncio.testkit.FakeWorker;
import io.nuncio.testkit.HttpStreamHarness;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;

class RouterFilterTest {
    private final Router.Builder config = Router.newBuilder();
    private final FakeFactoryContext context = new FakeFactoryContext();
    private final FakeWorker worker = new FakeWorker();
    private final FakeCluster cluster = context.platform().clusters().add("backend");
    private final FakePool pool = cluster.pool();
    private final FakeRoute route = FakeRoute.toCluster("backend");

    private HttpStreamHarness stream() {
        return stream(route);
    }

    private HttpStreamHarness stream(Route to) {
        var template = new RouterExtension().configure(config.build(), context);
        return HttpStreamHarness.start(template, worker, context, to);
    }

    private FakeUpstreamStream upstream() {
        return pool.stream();
    }

    private static Trailers trailers() {
        Trailers trailers = new Trailers();
        trailers.set(HeaderName.of("x-sum"), "1");
        return trailers;
    }

    @Test
    void theRoutesPriorityPicksTheConnections() {
        route.priority(ResourcePriority.HIGH);
        stream().get("/");
        assertThat(pool.streams()).isEqualTo(1);
        assertThat(cluster.priority()).isEqualTo(ResourcePriority.HIGH);
    }

    @Test
    void theSchemeMayBeThatOfTheUpstream() {
        HttpStreamHarness asItCame = stream();
        asItCame.get("/");
        String before = upstream().header(":scheme");

        pool.encrypts();
        HttpStreamHarness matching = stream();
        matching.info().schemeMatchesUpstream(true);
        matching.get("/");
        assertThat(upstream().header(":scheme")).isEqualTo("https").isNotEqualTo(before);

        HttpStreamHarness other = stream();
        other.get("/");
        assertThat(upstream().header(":scheme")).as("if not asked to").isEqualTo(before);
    }

    @Test
    void theRouterIsTerminal() {
        assertThat(new RouterExtension().configure(config.build(), context).terminal()).isTrue();
    }

    @Nested
    class WithoutUpstream {
        @Test
        void aRequestWithoutRouteIsNotFound() {
            HttpStreamHarness stream = stream(Route.NONE).get("/");
            assertThat(stream.status()).isEqualTo(404);
            assertThat(stream.details()).isEqualTo("route_not_found");
            assertThat(stream.flags()).containsExactly("NR");
            assertThat(context.counter("no_route")).isEqualTo(1);
            assertThat(context.counter("rq_total")).isEqualTo(1);
        }

        @Test
        void anUnknownClusterIsUnavailable() {
            HttpStreamHarness stream = stream(FakeRoute.toCluster("gone")).get("/");
            assertThat(stream.status()).isEqualTo(503);
            assertThat(stream.details()).isEqualTo("cluster_not_found");
            assertThat(stream.flags()).containsExactly("NC");
            assertThat(context.counter("no_cluster")).isEqualTo(1);
        }

        @Test
        void theRouteNamesTheStatusForAnUnknownCluster() {
            Route gone = FakeRoute.toCluster("gone").clusterNotFound(404);
            assertThat(stream(gone).get("/").status()).isEqualTo(404);
        }

        @Test
        void aDirectResponseIsGiven() {
            HttpStreamHarness stream = stream(FakeRoute.directResponse(418, "tea")).get("/");
            assertThat(stream.status()).isEqualTo(418);
            assertThat(stream.body()).isEqualTo("tea");
            assertThat(stream.header("content-type")).isEqualTo("text/plain");
            assertThat(stream.details()).isEqualTo("direct_response");
            assertThat(stream.flags()).isEmpty();
            assertThat(context.counter("rq_direct_response")).isEqualTo(1);
            assertThat(context.counter("rq_redirect")).isZero();
        }

        @Test
        void aDirectResponseHasTheHeadersThatTheRouteAdds() {
            FakeRoute direct =
                    FakeRoute.directResponse(200, "{}")
                            .changingResponses(headers -> {
                                headers.set(HeaderName.CONTENT_TYPE, "application/json");
                                headers.add(HeaderName.of("x-a"), "1");
                                headers.add(HeaderName.of("x-a"), "2");
                            });
            HttpStreamHarness stream = stream(direct).get("/");
            assertThat(stream.headerValues("content-type")).containsExactly("application/json");
            assertThat(stream.headerValues("x-a")).containsExactly("1", "2");
        }

        @Test
        void aRedirectIsGiven() {
            HttpStreamHarness stream = stream(FakeRoute.redirect(301, "https://x/")).get("/");
            assertThat(stream.status()).isEqualTo(301);
            assertThat(stream.header("location")).isEqualTo("https://x/");
            assertThat(stream.body()).isEmpty();
            assertThat(stream.details()).isEqualTo("direct_response");
            assertThat(context.counter("rq_redirect")).isEqualTo(1);
        }

        @Test
        void withoutHealthyHostTheClusterIsUnavailable() {
            cluster.noHealthyHost();
            HttpStreamHarness stream = stream().get("/");
            assertThat(stream.status()).isEqualTo(503);
            assertThat(stream.body()).isEqualTo("no healthy upstream");
            assertThat(stream.details()).isEqualTo("no_healthy_upstream");
            assertThat(stream.flags()).containsExactly("UH");
            assertThat(cluster.charged()).containsExactly("503");
        }
    }

    @Nested
    class Forwarding {
        @Test
        void aRequestGoesUpAndItsResponseDown() {
            HttpStreamHarness stream = stream().get("/a");
            assertThat(upstream().requestHeaders().path()).isEqualTo("/a");
            assertThat(upstream().requestEnded()).isTrue();
            upstream().respond(200, "hello");
            assertThat(stream.status()).isEqualTo(200);
            assertThat(stream.body()).isEqualTo("hello");
            assertThat(stream.details()).isEqualTo("via_upstream");
            assertThat(stream.complete()).isTrue();
            assertThat(upstream().resets()).isEmpty();
            assertThat(worker.armedTimers()).isZero();
        }

        @Test
        void theRouteChangesTheRequest() {
            route.changingRequests(headers -> headers.path("/b"));
            stream().get("/a");
            assertThat(upstream().requestHeaders().path()).isEqualTo("/b");
        }

        @Test
        void theRouteChangesTheResponse() {
            route.changingResponses(headers -> headers.set(HeaderName.of("x-a"), "1"));
            HttpStreamHarness stream = stream().get("/");
            upstream().respond(200, "");
            assertThat(stream.header("x-a")).isEqualTo("1");
        }

        @Test
        void aBodyIsStreamed() {
            HttpStreamHarness stream = stream().post("/");
            assertThat(upstream().requestEnded()).isFalse();
            stream.data("ab", false);
            assertThat(upstream().body()).isEqualTo("ab");
            stream.data("cd", true);
            assertThat(upstream().body()).isEqualTo("abcd");
            assertThat(upstream().requestEnded()).isTrue();
        }

        @Test
        void trailersPassBothWays() {
            HttpStreamHarness stream = stream().post("/").data("a", false);
            stream.requestTrailers(trailers());
            assertThat(upstream().requestTrailers()).isNotNull();
            assertThat(upstream().requestEnded()).isTrue();
            upstream().respond(ResponseHeaders.of(200), false);
            upstream().data("b", false);
            upstream().respondTrailers(trailers());
            assertThat(stream.trailers()).isNotNull();
            assertThat(stream.complete()).isTrue();
        }

        @Test
        void informationalResponsesPassAndAreCounted() {
            HttpStreamHarness stream = stream().get("/");
            upstream().informational(103);
            upstream().respond(200, "");
            assertThat(stream.informationalStatuses()).containsExactly(103);
            assertThat(stream.status()).isEqualTo(200);
            assertThat(cluster.charged()).containsExactly("103", "200");
        }

        @Test
        void whatComesBeforeTheConnectionIsKept() {
            pool.connectsLater();
            HttpStreamHarness stream = stream().post("/").data("ab", false).data("cd", false);
            stream.requestTrailers(trailers());
            FakeUpstreamStream upstream = pool.connect();
            assertThat(upstream.body()).isEqualTo("abcd");
            assertThat(upstream.requestTrailers()).isNotNull();
        }

        @Test
        void aHeaderOnlyRequestThatWaitedEndsWithItsHeaders() {
            pool.connectsLater();
            stream().get("/");
            assertThat(pool.connect().requestEnded()).isTrue();
        }

        @Test
        void theMomentsOfTheUpstreamAreNoted() {
            HttpStreamHarness stream = stream().get("/");
            upstream().respond(200, "hello");
            assertThat(stream.info().upstream()).isNotNull();
            assertThat(stream.info().attemptCount()).isEqualTo(1);
            assertThat(stream.info().cluster()).isEqualTo("backend");
            for (Moment moment :
                    new Moment[] {
                        Moment.UPSTREAM_REQUEST_BEGIN,
                        Moment.UPSTREAM_REQUEST_END,
                        Moment.UPSTREAM_RESPONSE_BEGIN,
                        Moment.UPSTREAM_RESPONSE_BODY_BEGIN,
                        Moment.UPSTREAM_RESPONSE_END
                    }) {
                assertThat(stream.info().nanos(moment)).as(moment.name()).isNotEqualTo(-1);
            }
        }
    }

    @Nested
    class ServiceTime {
        @Test
        void itIsCountedFromTheEndOfTheRequest() {
            HttpStreamHarness stream = stream().post("/");
            worker.advance(Duration.ofMillis(100));
            stream.data("a", true);
            worker.advance(Duration.ofMillis(7));
            upstream().respond(ResponseHeaders.of(200), false);
            worker.advance(Duration.ofMillis(5));
            upstream().data("b", true);
            assertThat(stream.header("x-envoy-upstream-service-time")).isEqualTo("7");
            assertThat(cluster.times()).containsExactly(12L);
        }

        @Test
        void aResponseBeforeTheEndOfTheRequestHasNone() {
            HttpStreamHarness stream = stream().post("/");
            upstream().respond(200, "early");
            assertThat(stream.header("x-envoy-upstream-service-time")).isNull();
            assertThat(cluster.times()).isEmpty();
        }
    }

    @Nested
    class EarlyResponse {
        @Test
        void itEndsTheStreamAndResetsTheUpstream() {
            HttpStreamHarness stream = stream().post("/").data("a", false);
            upstream().respond(413, "no");
            assertThat(stream.status()).isEqualTo(413);
            assertThat(stream.complete()).isTrue();
            assertThat(upstream().resets()).containsExactly(ResetReason.LOCAL_RESET);
        }

        @Test
        void untilItsEndTheRequestGoesOn() {
            HttpStreamHarness stream = stream().post("/").data("a", false);
            upstream().respond(ResponseHeaders.of(200), false);
            stream.data("b", true);
            upstream().data("c", true);
            assertThat(upstream().body()).isEqualTo("ab");
            assertThat(upstream().resets()).isEmpty();
            assertThat(stream.complete()).isTrue();
        }
    }

    @Nested
    class Timeouts {
        @Test
        void theRoutesTimeoutCountsFromTheEndOfTheRequest() {
            route.timeout(Duration.ofSeconds(2));
            HttpStreamHarness stream = stream().post("/");
            worker.advance(Duration.ofSeconds(10));
            stream.data("a", true);
            worker.advance(Duration.ofMillis(1999));
            assertThat(stream.status()).isZero();
            worker.advance(Duration.ofMillis(1));
            assertThat(stream.status()).isEqualTo(504);
            assertThat(stream.body()).isEqualTo("upstream request timeout");
            assertThat(stream.details()).isEqualTo("response_timeout");
            assertThat(stream.flags()).containsExactly("UT");
            assertThat(upstream().resets()).containsExactly(ResetReason.LOCAL_RESET);
            assertThat(cluster.timeout().value()).isEqualTo(1);
            assertThat(cluster.charged()).containsExactly("504");
            assertThat(pool.timeouts()).isEqualTo(1);
        }

        @Test
        void whileNoConnectionIsThereNoHostHasFailed() {
            pool.connectsLater();
            HttpStreamHarness stream = stream().get("/");
            worker.advance(Duration.ofSeconds(15));
            assertThat(stream.status()).isEqualTo(504);
            assertThat(pool.cancelled()).isEqualTo(1);
            assertThat(pool.timeouts()).isZero();
        }

        @Test
        void aResponseThatHasBegunIsCutOff() {
            HttpStreamHarness stream = stream().get("/");
            upstream().respond(ResponseHeaders.of(200), false);
            worker.advance(Duration.ofSeconds(15));
            assertThat(stream.wasReset()).isTrue();
            assertThat(stream.details()).isEqualTo("response_timeout");
            assertThat(stream.flags()).containsExactly("UT");
            assertThat(cluster.timeout().value()).isEqualTo(1);
        }

        @Test
        void zeroMeansNone() {
            route.timeout(Duration.ZERO);
            HttpStreamHarness stream = stream().get("/");
            worker.advance(Duration.ofHours(1));
            assertThat(stream.status()).isZero();
            assertThat(upstream().header("x-envoy-expected-rq-timeout-ms")).isNull();
        }

        @Test
        void aHeaderTakesTheRoutesPlace() {
            HttpStreamHarness stream = stream().get("/", "x-envoy-upstream-rq-timeout-ms: 50");
            assertThat(upstream().header("x-envoy-upstream-rq-timeout-ms")).isNull();
            assertThat(upstream().header("x-envoy-expected-rq-timeout-ms")).isEqualTo("50");
            worker.advance(Duration.ofMillis(50));
            assertThat(stream.status()).isEqualTo(504);
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "x", "-1", "1.5"})
        void aHeaderThatIsNoNumberIsIgnored(String value) {
            stream().get("/", "x-envoy-upstream-rq-timeout-ms: " + value);
            assertThat(upstream().header("x-envoy-expected-rq-timeout-ms")).isEqualTo("15000");
        }

        @Test
        void theUpstreamIsToldHowLongItHas() {
            stream().get("/");
            assertThat(upstream().header("x-envoy-expected-rq-timeout-ms")).isEqualTo("15000");
        }

        @Test
        void anAlternativeResponseCanBeAskedFor() {
            HttpStreamHarness stream =
                    stream().get("/", "x-envoy-upstream-rq-timeout-alt-response: 1");
            worker.advance(Duration.ofSeconds(15));
            assertThat(stream.status()).isEqualTo(204);
            assertThat(stream.body()).isEmpty();
            assertThat(stream.flags()).containsExactly("UT");
        }

        @Test
        void anExpectedTimeoutFromTheFrontIsIgnoredByDefault() {
            stream().get("/", "x-envoy-expected-rq-timeout-ms: 50");
            assertThat(upstream().header("x-envoy-expected-rq-timeout-ms")).isEqualTo("15000");
        }

        @Test
        void respectExpectedRqTimeoutTakesIt() {
            config.setRespectExpectedRqTimeout(true);
            HttpStreamHarness stream =
                    stream()
                            .get(
                                    "/",
                                    "x-envoy-expected-rq-timeout-ms: 50",
                                    "x-envoy-upstream-rq-timeout-ms: 70");
            assertThat(upstream().header("x-envoy-expected-rq-timeout-ms")).isEqualTo("50");
            worker.advance(Duration.ofMillis(50));
            assertThat(stream.status()).isEqualTo(504);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "x-envoy-max-retries",
                    "x-envoy-retry-on",
                    "x-envoy-retry-grpc-on",
                    "x-envoy-retriable-status-codes",
                    "x-envoy-retriable-header-names",
                    "x-envoy-hedge-on-per-try-timeout",
                    "x-envoy-upstream-alt-stat-name",
                    "x-envoy-upstream-rq-per-try-timeout-ms",
                    "x-envoy-upstream-rq-timeout-alt-response"
                })
        void whatIsAskedOfThisRouterGoesNoFurther(String name) {
            stream().get("/", name + ": 1");
            assertThat(upstream().header(name)).isNull();
        }
    }

    @Nested
    class Resets {
        @ParameterizedTest
        @CsvSource({
            "LOCAL_RESET, 503, LR, local reset",
            "LOCAL_REFUSED_STREAM_RESET, 503, LR, local refused stream reset",
            "REMOTE_RESET, 503, UR, remote reset",
            "REMOTE_REFUSED_STREAM_RESET, 503, UR, remote refused stream reset",
            "CONNECT_ERROR, 503, UR, remote error with CONNECT request",
            "CONNECTION_TERMINATION, 503, UC, connection termination",
            "PROTOCOL_ERROR, 502, UPE, protocol error",
            "OVERLOAD_MANAGER, 503, OM, overload manager reset",
            "HTTP1_PREMATURE_UPSTREAM_HALF_CLOSE, 503, LR, HTTP/1 premature upstream half close"
        })
        void beforeTheResponseTheyAreAnswered(
                ResetReason reason, int status, String flag, String text) {
            HttpStreamHarness stream = stream().get("/");
            upstream().reset(reason, "");
            assertThat(stream.status()).isEqualTo(status);
            assertThat(stream.flags()).containsExactly(flag);
            assertThat(stream.details())
                    .isEqualTo(
                            "upstream_reset_before_response_started{"
                                    + text.replace(' ', '_')
                                    + "}");
            assertThat(stream.body())
                    .isEqualTo(
                            "upstream connect error or disconnect/reset before headers. reset"
                                    + " reason: "
                                    + text);
            assertThat(stream.header("x-envoy-overloaded")).isNull();
            assertThat(cluster.charged()).containsExactly(String.valueOf(status));
            assertThat(worker.armedTimers()).isZero();
        }

        @ParameterizedTest
        @CsvSource({
            "LOCAL_CONNECTION_FAILURE, local connection failure, false",
            "REMOTE_CONNECTION_FAILURE, remote connection failure, false",
            "TIMEOUT, connection timeout, false",
            "LOCAL_CONNECTION_FAILURE, local connection failure, true",
            "REMOTE_CONNECTION_FAILURE, remote connection failure, true",
            "TIMEOUT, connection timeout, true"
        })
        void aConnectionThatFailsIsAnswered(HttpPool.Failure failure, String text, boolean later) {
            HttpStreamHarness stream = stream();
            if (later) {
                pool.connectsLater();
                stream.get("/");
                pool.fail(failure, "connection refused");
            } else {
                pool.fails(failure, "connection refused");
                stream.get("/");
            }
            assertThat(stream.status()).isEqualTo(503);
            assertThat(stream.flags()).containsExactly("UF");
            assertThat(stream.details())
                    .isEqualTo(
                            "upstream_reset_before_response_started{"
                                    + text.replace(' ', '_')
                                    + "|connection_refused}");
            assertThat(stream.body())
                    .endsWith(
                            "reset reason: "
                                    + text
                                    + ", transport failure reason: connection refused");
            assertThat(stream.complete()).isTrue();
        }

        @Test
        void anOpenCircuitBreakerSaysSo() {
            pool.fails(HttpPool.Failure.OVERFLOW, "");
            HttpStreamHarness stream = stream().get("/");
            assertThat(stream.status()).isEqualTo(503);
            assertThat(stream.flags()).containsExactly("UO");
            assertThat(stream.details())
                    .isEqualTo("upstream_reset_before_response_started{overflow}");
            assertThat(stream.header("x-envoy-overloaded")).isEqualTo("true");
        }

        @Test
        void afterTheResponseHasBegunTheStreamIsReset() {
            HttpStreamHarness stream = stream().get("/");
            upstream().respond(ResponseHeaders.of(200), false);
            upstream().reset(ResetReason.CONNECTION_TERMINATION, "");
            assertThat(stream.wasReset()).isTrue();
            assertThat(stream.status()).isEqualTo(200);
            assertThat(stream.flags()).containsExactly("UC");
            assertThat(stream.details())
                    .isEqualTo("upstream_reset_after_response_started{connection_termination}");
            assertThat(context.counter("rq_reset_after_downstream_response_started")).isEqualTo(1);
            assertThat(cluster.charged()).containsExactly("200");
        }

        @Test
        void afterAnInformationalResponseTheyAreStillAnswered() {
            HttpStreamHarness stream = stream().post("/");
            upstream().informational(100);
            upstream().reset(ResetReason.REMOTE_RESET, "");
            assertThat(stream.status()).isEqualTo(503);
            assertThat(stream.details())
                    .isEqualTo("upstream_reset_after_response_started{remote_reset}");
            assertThat(cluster.charged()).containsExactly("100");
        }

        @Test
        void whenTheDownstreamGoesTheUpstreamIsReset() {
            HttpStreamHarness stream = stream().get("/");
            stream.destroy();
            assertThat(upstream().resets()).containsExactly(ResetReason.LOCAL_RESET);
            assertThat(worker.armedTimers()).isZero();
        }

        @Test
        void whenTheDownstreamGoesTheWaitForAConnectionEnds() {
            pool.connectsLater();
            HttpStreamHarness stream = stream().get("/");
            stream.destroy();
            assertThat(pool.cancelled()).isEqualTo(1);
            assertThat(pool.waiting()).isZero();
        }
    }

    @Nested
    class BackPressure {
        @Test
        void aSlowDownstreamHoldsUpTheResponse() {
            HttpStreamHarness stream = stream().get("/");
            stream.downstreamSlow(true);
            assertThat(upstream().reading()).isFalse();
            stream.downstreamSlow(true);
            stream.downstreamSlow(false);
            assertThat(upstream().reading()).isFalse();
            stream.downstreamSlow(false);
            assertThat(upstream().reading()).isTrue();
        }

        @Test
        void soDoesOneThatWasSlowBeforeTheConnectionWasThere() {
            pool.connectsLater();
            HttpStreamHarness stream = stream();
            stream.downstreamSlow(true);
            stream.get("/");
            FakeUpstreamStream upstream = pool.connect();
            assertThat(upstream.reading()).isFalse();
            stream.downstreamSlow(false);
            assertThat(upstream.reading()).isTrue();
        }

        @Test
        void aSlowUpstreamHoldsUpTheRequest() {
            HttpStreamHarness stream = stream().post("/");
            upstream().slow(true);
            assertThat(stream.requestPaused()).isTrue();
            upstream().slow(false);
            assertThat(stream.requestPaused()).isFalse();
        }

        @Test
        void aBodyThatWaitsForAConnectionIsBounded() {
            pool.connectsLater();
            HttpStreamHarness stream = stream().post("/");
            stream.data("x".repeat(1024 * 1024), false);
            assertThat(stream.requestPaused()).isFalse();
            stream.data("x", false);
            assertThat(stream.requestPaused()).isTrue();
            FakeUpstreamStream upstream = pool.connect();
            assertThat(stream.requestPaused()).isFalse();
            assertThat(upstream.body()).hasSize(1024 * 1024 + 1);
        }

        @Test
        void whenTheUpstreamFailsTheRequestIsLetGo() {
            pool.connectsLater();
            HttpStreamHarness stream = stream().post("/");
            stream.data("x".repeat(1024 * 1024 + 1), false);
            pool.fail(HttpPool.Failure.TIMEOUT, "");
            assertThat(stream.requestPaused()).isFalse();
            assertThat(stream.status()).isEqualTo(503);
        }
    }

    @Nested
    class DynamicStats {
        @Test
        void responsesAreCountedByStatus() {
            stream().get("/");
            upstream().respond(201, "");
            assertThat(cluster.charged()).containsExactly("201");
            assertThat(cluster.times()).hasSize(1);
        }

        @Test
        void thoseOfInternalRequestsAreCountedAsSuch() {
            stream().get("/", "x-envoy-internal: true");
            upstream().respond(200, "");
            assertThat(cluster.charged()).containsExactly("200 internal");
        }

        @Test
        void theyCanBeSwitchedOff() {
            config.setDynamicStats(BoolValue.of(false));
            stream().get("/");
            upstream().respond(200, "");
            assertThat(cluster.charged()).isEmpty();
            assertThat(cluster.times()).isEmpty();
        }
    }

    @Nested
    class SuppressEnvoyHeaders {
        SuppressEnvoyHeaders() {
            config.setSuppressEnvoyHeaders(true);
        }

        @Test
        void neitherSideIsToldAnything() {
            HttpStreamHarness stream = stream().get("/");
            upstream().respond(200, "");
            assertThat(upstream().header("x-envoy-expected-rq-timeout-ms")).isNull();
            assertThat(stream.header("x-envoy-upstream-service-time")).isNull();
        }

        @Test
        void norOfOverload() {
            pool.fails(HttpPool.Failure.OVERFLOW, "");
            assertThat(stream().get("/").header("x-envoy-overloaded")).isNull();
        }
    }

    @Nested
    class StrictCheckHeaders {
        @ParameterizedTest
        @CsvSource({
            "x-envoy-upstream-rq-timeout-ms, 1s",
            "x-envoy-upstream-rq-per-try-timeout-ms, x",
            "x-envoy-max-retries, 1.5",
            "x-envoy-retry-on, sometimes",
            "x-envoy-retry-on, '5xx,sometimes'",
            "x-envoy-retry-grpc-on, 5xx"
        })
        void anInvalidValueIsRefused(String name, String value) {
            config.addStrictCheckHeaders(name);
            HttpStreamHarness stream = stream().get("/", name + ": " + value);
            assertThat(stream.status()).isEqualTo(400);
            assertThat(stream.flags()).containsExactly("IH");
            assertThat(stream.details())
                    .isEqualTo("request_headers_failed_strict_check{" + name + "}");
            assertThat(stream.body())
                    .isEqualTo("invalid header '" + name + "' with value '" + value + "'");
            assertThat(pool.streams()).isZero();
        }

        @ParameterizedTest
        @CsvSource({
            "x-envoy-upstream-rq-timeout-ms, 100",
            "x-envoy-max-retries, 0",
            "x-envoy-retry-on, '5xx,gateway-error, reset'",
            "x-envoy-retry-grpc-on, 'cancelled,unavailable'"
        })
        void aValidOnePasses(String name, String value) {
            config.addStrictCheckHeaders(name);
            stream().get("/", name + ": " + value);
            assertThat(pool.streams()).isEqualTo(1);
        }

        @Test
        void anUnknownClusterComesFirst() {
            config.addStrictCheckHeaders("x-envoy-max-retries");
            HttpStreamHarness stream =
                    stream(FakeRoute.toCluster("gone")).get("/", "x-envoy-max-retries: x");
            assertThat(stream.status()).isEqualTo(503);
        }
    }
}
