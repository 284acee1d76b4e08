package io.nuncio.http.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.Host;
import io.nuncio.spi.HostSet;
import io.nuncio.spi.PriorityLoad;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.RetryHostPredicate;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.host.HttpPool;
import io.nuncio.spi.host.ResetReason;
import io.nuncio.testkit.FakeCluster;
import io.nuncio.testkit.FakeFactoryContext;
import io.nuncio.testkit.FakePool;
import io.nuncio.testkit.FakeRoute;
import io.nuncio.testkit.FakeUpstreamStream;
import io.nuncio.testkit.FakeWorker;
import io.nuncio.testkit.HttpStreamHarness;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

class RetriesTest {
    /// Longer than any of the first back-offs.
    private static final Duration BACK_OFF = Duration.ofMillis(250);

    private final Router.Builder config = Router.newBuilder();
    private final FakeFactoryContext context = new FakeFactoryContext();
    private final FakeWorker worker = new FakeWorker();
    private final FakeCluster cluster = context.platform().clusters().add("backend");
    private final FakePool pool = cluster.pool();
    private final FakeRoute route = FakeRoute.toCluster("backend");
    private final List<HttpStreamHarness> streams = new ArrayList<>();

    private HttpStreamHarness stream() {
        var template = new RouterExtension().configure(config.build(), context);
        HttpStreamHarness stream = HttpStreamHarness.start(template, worker, context, route);
        streams.add(stream);
        return stream;
    }

    private HttpStreamHarness stream(Policies policy) {
        route.retryPolicy(policy.build());
        return stream();
    }

    private FakeUpstreamStream upstream(int attempt) {
        return pool.stream(attempt - 1);
    }

    private void backOff() {
        worker.advance(BACK_OFF);
    }

    private long stat(String name) {
        return context.counter("cluster.backend." + name);
    }

    @AfterEach
    void nothingIsLeftBehind() {
        streams.forEach(HttpStreamHarness::destroy);
        assertThat(cluster.retriesActive()).isZero();
        assertThat(worker.armedTimers()).isZero();
    }

    @Test
    void withoutPolicyAFailureIsPassedOn() {
        HttpStreamHarness stream = stream().get("/");
        upstream(1).respond(503, "sorry");
        assertThat(stream.status()).isEqualTo(503);
        assertThat(pool.streams()).isEqualTo(1);
    }

    @Test
    void aFailureIsTriedAgainAndTheSuccessPassedOn() {
        HttpStreamHarness stream = stream(Policies.retryOn("5xx")).get("/a");
        upstream(1).respond(503, "");
        assertThat(stream.status()).isZero();
        assertThat(pool.streams()).as("only after a while").isEqualTo(1);
        assertThat(cluster.retriesActive()).isEqualTo(1);
        backOff();
        assertThat(upstream(2).requestHeaders().path()).isEqualTo("/a");
        assertThat(upstream(2).requestEnded()).isTrue();
        upstream(2).respond(200, "hello");
        assertThat(stream.status()).isEqualTo(200);
        assertThat(stream.body()).isEqualTo("hello");
        assertThat(stream.flags()).isEmpty();
        assertThat(stream.info().attemptCount()).isEqualTo(2);
        assertThat(route.furtherAttempts()).containsExactly("2");
        assertThat(cluster.charged()).containsExactly("200");
        assertThat(cluster.retried()).containsExactly(503);
        assertThat(stat("upstream_rq_retry")).isEqualTo(1);
        assertThat(stat("upstream_rq_retry_success")).isEqualTo(1);
        assertThat(stat("upstream_rq_retry_backoff_exponential")).isEqualTo(1);
        assertThat(stat("upstream_rq_retry_limit_exceeded")).isZero();
    }

    @Test
    void aResponseThatIsNotPassedOnIsReset() {
        HttpStreamHarness stream = stream(Policies.retryOn("5xx")).get("/");
        upstream(1).respond(ResponseHeaders.of(503), false);
        assertThat(upstream(1).resets()).containsExactly(ResetReason.LOCAL_RESET);
        backOff();
        upstream(2).respond(200, "");
        assertThat(stream.status()).isEqualTo(200);
        assertThat(upstream(2).resets()).isEmpty();
    }

    @Test
    void aCompleteOneLeavesItsConnectionAlone() {
        stream(Policies.retryOn("5xx")).get("/");
        upstream(1).respond(503, "");
        assertThat(upstream(1).resets()).isEmpty();
    }

    @Test
    void afterTheLastRetryTheFailureIsPassedOn() {
        HttpStreamHarness stream = stream(Policies.retryOn("5xx").retries(2)).get("/");
        upstream(1).respond(500, "");
        backOff();
        upstream(2).respond(501, "");
        backOff();
        upstream(3).respond(502, "bad");
        assertThat(stream.status()).isEqualTo(502);
        assertThat(stream.body()).isEqualTo("bad");
        assertThat(stream.flags()).containsExactly("URX");
        assertThat(stream.details()).isEqualTo("via_upstream");
        assertThat(stream.info().attemptCount()).isEqualTo(3);
        assertThat(cluster.charged()).containsExactly("502");
        assertThat(cluster.retried()).containsExactly(500, 501);
        assertThat(stat("upstream_rq_retry")).isEqualTo(2);
        assertThat(stat("upstream_rq_retry_limit_exceeded")).isEqualTo(1);
        assertThat(stat("upstream_rq_retry_success")).isZero();
    }

    @Test
    void onceTheResponseHasBegunNothingIsTriedAgain() {
        HttpStreamHarness stream = stream(Policies.retryOn("5xx,reset")).get("/");
        upstream(1).respond(ResponseHeaders.of(200), false);
        upstream(1).reset(ResetReason.CONNECTION_TERMINATION, "");
        backOff();
        assertThat(stream.wasReset()).isTrue();
        assertThat(pool.streams()).isEqualTo(1);
        assertThat(stream.flags()).containsExactly("UC");
    }

    @Test
    void norAfterAnInformationalResponse() {
        HttpStreamHarness stream = stream(Policies.retryOn("5xx")).get("/");
        upstream(1).informational(103);
        upstream(1).respond(503, "");
        assertThat(stream.status()).isEqualTo(503);
        assertThat(pool.streams()).isEqualTo(1);
        assertThat(stream.flags()).isEmpty();
    }

    @Test
    void aRetryIsToldToRouteAndUpstreamAsItIsMade() {
        route.timeout(Duration.ofSeconds(2));
        stream(Policies.retryOn("5xx").retries(2)).get("/");
        assertThat(upstream(1).header("x-envoy-expected-rq-timeout-ms")).isEqualTo("2000");
        worker.advance(Duration.ofMillis(1500));
        upstream(1).respond(503, "");
        backOff();
        long left = Long.parseLong(upstream(2).header("x-envoy-expected-rq-timeout-ms"));
        assertThat(left).as("what is left of the whole").isBetween(250L, 500L);
        assertThat(route.furtherAttempts()).containsExactly("2");
    }

    @Test
    void headersOfTheRequestMayAskForRetries() {
        HttpStreamHarness stream =
                stream().get("/", "x-envoy-retry-on: 5xx", "x-envoy-max-retries: 2");
        upstream(1).respond(503, "");
        backOff();
        upstream(2).respond(503, "");
        backOff();
        upstream(3).respond(200, "");
        assertThat(stream.status()).isEqualTo(200);
        assertThat(upstream(3).header("x-envoy-retry-on")).isNull();
    }

    @Test
    void soMayHeadersThatTheRouteAdds() {
        route.changingRequests(headers -> headers.set(HeaderName.X_ENVOY_RETRY_ON, "5xx"));
        HttpStreamHarness stream = stream().get("/");
        assertThat(upstream(1).header("x-envoy-retry-on")).isNull();
        upstream(1).respond(503, "");
        backOff();
        upstream(2).respond(200, "");
        assertThat(stream.status()).isEqualTo(200);
    }

    @Test
    void theRouteChangesTheRequestOnce() {
        route.changingRequests(headers -> headers.add(HeaderName.of("x-a"), "1"));
        stream(Policies.retryOn("5xx")).get("/");
        upstream(1).respond(503, "");
        backOff();
        assertThat(upstream(2).requestHeaders().getAll(HeaderName.of("x-a"))).containsExactly("1");
    }

    @Test
    void retriesCanBeSwitchedOffWhileTheServerRuns() {
        context.runtime("upstream.use_retry", "0");
        HttpStreamHarness stream = stream(Policies.retryOn("5xx")).get("/");
        upstream(1).respond(503, "");
        assertThat(stream.status()).isEqualTo(503);
        assertThat(stream.flags()).isEmpty();
        assertThat(stat("upstream_rq_retry")).isZero();
    }

    @Nested
    class Resets {
        @Test
        void aConnectionThatFailsIsTriedAgain() {
            pool.connectsLater();
            HttpStreamHarness stream = stream(Policies.retryOn("connect-failure")).get("/");
            pool.fail(HttpPool.Failure.REMOTE_CONNECTION_FAILURE, "refused");
            assertThat(stream.status()).isZero();
            backOff();
            pool.connect().respond(200, "");
            assertThat(stream.status()).isEqualTo(200);
            assertThat(stream.info().attemptCount()).isEqualTo(2);
            assertThat(stat("upstream_rq_retry_success")).isEqualTo(1);
        }

        @Test
        void soIsOneThatFailsAtOnce() {
            pool.fails(HttpPool.Failure.LOCAL_CONNECTION_FAILURE, "no route");
            HttpStreamHarness stream = stream(Policies.retryOn("connect-failure")).get("/");
            pool.recovers();
            backOff();
            upstream(1).respond(200, "");
            assertThat(stream.status()).isEqualTo(200);
        }

        @Test
        void afterTheLastRetryTheReplySaysSo() {
            pool.fails(HttpPool.Failure.REMOTE_CONNECTION_FAILURE, "refused");
            HttpStreamHarness stream = stream(Policies.retryOn("connect-failure")).get("/");
            backOff();
            assertThat(stream.status()).isEqualTo(503);
            assertThat(stream.flags()).containsExactly("URX", "UF");
            assertThat(stream.details())
                    .isEqualTo(
                            "upstream_reset_before_response_started{remote_connection_failure"
                                    + "|refused}");
            assertThat(stream.body())
                    .isEqualTo(
                            "upstream connect error or disconnect/reset before headers. retried and"
                                + " the latest reset reason: remote connection failure, transport"
                                + " failure reason: refused");
            assertThat(cluster.charged()).containsExactly("503");
            assertThat(cluster.retried()).isEmpty();
        }

        @Test
        void theHostThatRefusedIsLogged() {
            pool.fails(HttpPool.Failure.REMOTE_CONNECTION_FAILURE, "refused");
            HttpStreamHarness stream = stream().get("/");
            assertThat(stream.info().upstream().host()).isSameAs(pool);
            assertThat(stream.info().upstream().transportFailureReason()).isEqualTo("refused");
        }

        @Test
        void aFullCircuitBreakerIsNotTriedAgain() {
            pool.fails(HttpPool.Failure.OVERFLOW, "");
            HttpStreamHarness stream = stream(Policies.retryOn("5xx,reset")).get("/");
            assertThat(stream.status()).isEqualTo(503);
            assertThat(stream.flags()).containsExactly("UO");
        }

        @Test
        void resetBeforeRequestIsOverOnceAnyAttemptHasSentSomething() {
            pool.connectsLater();
            HttpStreamHarness stream =
                    stream(Policies.retryOn("reset-before-request").retries(3)).get("/");
            pool.fail(HttpPool.Failure.TIMEOUT, "");
            backOff();
            pool.connect().reset(ResetReason.CONNECTION_TERMINATION, "");
            assertThat(stream.status()).isEqualTo(503);
            assertThat(stream.flags()).containsExactly("UC");
            assertThat(stream.info().attemptCount()).isEqualTo(2);
        }

        @Test
        void aSlowUpstreamThatIsGivenUpLetsTheRequestGo() {
            HttpStreamHarness stream = stream(Policies.retryOn("reset")).post("/").data("a", false);
            upstream(1).slow(true);
            assertThat(stream.requestPaused()).isTrue();
            upstream(1).reset(ResetReason.REMOTE_RESET, "");
            assertThat(stream.requestPaused()).isFalse();
            backOff();
            upstream(2).slow(true);
            assertThat(stream.requestPaused()).isTrue();
        }
    }

    @Nested
    class TheCluster {
        @Test
        void itMayBeGoneByThen() {
            HttpStreamHarness stream = stream(Policies.retryOn("5xx")).get("/");
            upstream(1).respond(503, "");
            context.platform().clusters().remove("backend");
            backOff();
            assertThat(stream.status()).isEqualTo(503);
            assertThat(stream.details()).isEqualTo("no_healthy_upstream");
            assertThat(stream.flags()).containsExactly("UH");
        }

        @Test
        void itMayHaveNoHostByThen() {
            HttpStreamHarness stream = stream(Policies.retryOn("5xx")).get("/");
            upstream(1).respond(503, "");
            cluster.noHealthyHost();
            backOff();
            assertThat(stream.status()).isEqualTo(503);
            assertThat(stream.body()).isEqualTo("no healthy upstream");
            assertThat(stream.flags()).containsExactly("UH");
            assertThat(cluster.charged()).containsExactly("503");
        }

        @Test
        void itMayHaveTooManyRetries() {
            cluster.maxRetries(1);
            HttpStreamHarness one = stream(Policies.retryOn("5xx").retries(3)).get("/");
            HttpStreamHarness two = stream().get("/");
            upstream(1).respond(503, "");
            upstream(2).respond(503, "");
            assertThat(one.status()).isZero();
            assertThat(two.status()).isEqualTo(503);
            assertThat(two.flags()).containsExactly("UO");
            assertThat(stat("upstream_rq_retry_overflow")).isEqualTo(1);
            assertThat(stat("upstream_rq_retry")).isEqualTo(1);
        }

        @Test
        void aResetThatMayNotBeTriedAgainSaysBoth() {
            cluster.maxRetries(0);
            HttpStreamHarness stream = stream(Policies.retryOn("5xx")).get("/");
            upstream(1).reset(ResetReason.REMOTE_RESET, "");
            assertThat(stream.flags()).containsExactly("UO", "UR");
        }

        @Test
        void aPlaceInTheBreakerIsHeldUntilTheRetryIsAnswered() {
            stream(Policies.retryOn("5xx")).get("/");
            upstream(1).respond(503, "");
            backOff();
            assertThat(cluster.retriesActive()).isEqualTo(1);
            upstream(2).respond(ResponseHeaders.of(200), false);
            assertThat(cluster.retriesActive()).isZero();
        }

        @Test
        void aDownstreamThatGoesGivesItsPlaceBack() {
            HttpStreamHarness stream = stream(Policies.retryOn("5xx")).get("/");
            upstream(1).respond(503, "");
            stream.destroy();
            assertThat(cluster.retriesActive()).isZero();
            backOff();
            assertThat(pool.streams()).isEqualTo(1);
        }
    }

    @Nested
    class TheBody {
        @Test
        void itIsSentAgain() {
            HttpStreamHarness stream = stream(Policies.retryOn("5xx")).post("/");
            stream.data("ab", false).data("cd", true);
            upstream(1).respond(503, "");
            backOff();
            assertThat(upstream(2).body()).isEqualTo("abcd");
            assertThat(upstream(2).requestEnded()).isTrue();
            upstream(2).respond(200, "");
            assertThat(stream.status()).isEqualTo(200);
        }

        @Test
        void trailersToo() {
            Trailers trailers = new Trailers();
            trailers.set(HeaderName.of("x-sum"), "1");
            stream(Policies.retryOn("5xx")).post("/").data("ab", false).requestTrailers(trailers);
            upstream(1).respond(503, "");
            backOff();
            assertThat(upstream(2).body()).isEqualTo("ab");
            assertThat(upstream(2).requestTrailers()).isEqualTo(trailers);
        }

        @Test
        void whatComesDuringTheBackOffIsKept() {
            HttpStreamHarness stream = stream(Policies.retryOn("reset")).post("/");
            stream.data("ab", false);
            upstream(1).reset(ResetReason.REMOTE_RESET, "");
            stream.data("cd", false);
            backOff();
            assertThat(upstream(2).body()).isEqualTo("abcd");
            assertThat(upstream(2).requestEnded()).isFalse();
            stream.data("ef", true);
            assertThat(upstream(2).body()).isEqualTo("abcdef");
            assertThat(upstream(2).requestEnded()).isTrue();
        }

        @Test
        void moreThanMayBeKeptIsStreamedAndNotTriedAgain() {
            route.requestBufferLimit(4);
            HttpStreamHarness stream = stream(Policies.retryOn("5xx")).post("/");
            stream.data("abcd", false).data("e", true);
            assertThat(stat("retry_or_shadow_abandoned")).isEqualTo(1);
            assertThat(upstream(1).body()).isEqualTo("abcde");
            upstream(1).respond(503, "");
            assertThat(stream.status()).isEqualTo(503);
            assertThat(stream.flags()).isEmpty();
            assertThat(pool.streams()).isEqualTo(1);
        }

        @Test
        void moreThanMayBeKeptDuringTheBackOffIsRefused() {
            route.requestBufferLimit(4);
            HttpStreamHarness stream = stream(Policies.retryOn("reset")).post("/");
            stream.data("abcd", false);
            upstream(1).reset(ResetReason.REMOTE_RESET, "");
            stream.data("e", false);
            assertThat(stream.status()).isEqualTo(507);
            assertThat(stream.body())
                    .isEqualTo("exceeded request buffer limit while retrying upstream");
            assertThat(stream.details()).isEqualTo("request_payload_exceeded_retry_buffer_limit");
            assertThat(stat("retry_or_shadow_abandoned")).isEqualTo(1);
            backOff();
            assertThat(pool.streams()).isEqualTo(1);
        }

        @Test
        void theStreamsOwnLimitHoldsToo() {
            HttpStreamHarness stream = stream(Policies.retryOn("5xx")).post("/");
            stream.data("x".repeat(1024 * 1024), false).data("y", true);
            assertThat(stat("retry_or_shadow_abandoned")).isEqualTo(1);
        }

        @Test
        void withoutRetriesNothingIsKept() {
            route.requestBufferLimit(1);
            stream().post("/").data("abcd", true);
            assertThat(stat("retry_or_shadow_abandoned")).isZero();
        }

        @Test
        void aRetryThatWaitsForAConnectionIsFedLater() {
            HttpStreamHarness stream = stream(Policies.retryOn("5xx")).post("/");
            stream.data("ab", false);
            upstream(1).respond(503, "");
            pool.connectsLater();
            backOff();
            stream.data("cd", true);
            assertThat(pool.connect().body()).isEqualTo("abcd");
            assertThat(upstream(2).requestEnded()).isTrue();
        }
    }

    @Nested
    class Timeouts {
        @Test
        void anAttemptThatTakesTooLongIsTriedAgain() {
            HttpStreamHarness stream =
                    stream(Policies.retryOn("5xx").perTryTimeout(Duration.ofSeconds(1))).get("/");
            assertThat(upstream(1).header("x-envoy-expected-rq-timeout-ms")).isEqualTo("1000");
            worker.advance(Duration.ofMillis(999));
            assertThat(upstream(1).resets()).isEmpty();
            worker.advance(Duration.ofMillis(1));
            assertThat(upstream(1).resets()).containsExactly(ResetReason.LOCAL_RESET);
            assertThat(pool.timeouts()).isEqualTo(1);
            backOff();
            assertThat(route.furtherAttempts()).containsExactly("2 after timeout");
            upstream(2).respond(200, "");
            assertThat(stream.status()).isEqualTo(200);
            assertThat(stat("upstream_rq_per_try_timeout")).isEqualTo(1);
            assertThat(stat("upstream_rq_timeout")).isZero();
        }

        @Test
        void theLastOneIsAnsweredAsATimeout() {
            HttpStreamHarness stream =
                    stream(Policies.retryOn("5xx").perTryTimeout(Duration.ofSeconds(1))).get("/");
            worker.advance(Duration.ofSeconds(1));
            backOff();
            worker.advance(Duration.ofSeconds(1));
            assertThat(stream.status()).isEqualTo(504);
            assertThat(stream.flags()).containsExactly("URX", "UT");
            assertThat(stream.details()).isEqualTo("upstream_per_try_timeout");
            assertThat(stream.body()).isEqualTo("upstream request timeout");
            assertThat(cluster.charged()).containsExactly("504");
            assertThat(stat("upstream_rq_per_try_timeout")).isEqualTo(2);
        }

        @Test
        void aTimeoutAloneNeedsNoRetries() {
            HttpStreamHarness stream =
                    stream(new Policies().perTryTimeout(Duration.ofSeconds(1))).get("/");
            worker.advance(Duration.ofSeconds(1));
            assertThat(stream.status()).isEqualTo(504);
            assertThat(stream.flags()).containsExactly("UT");
            assertThat(stream.details()).isEqualTo("upstream_per_try_timeout");
        }

        @Test
        void connectFailureDoesNotTakeIt() {
            HttpStreamHarness stream =
                    stream(Policies.retryOn("connect-failure").perTryTimeout(Duration.ofSeconds(1)))
                            .get("/");
            worker.advance(Duration.ofSeconds(1));
            assertThat(stream.status()).isEqualTo(504);
        }

        @Test
        void itCountsFromTheEndOfTheRequestAndFromTheConnection() {
            pool.connectsLater();
            HttpStreamHarness stream =
                    stream(new Policies().perTryTimeout(Duration.ofSeconds(1))).post("/");
            worker.advance(Duration.ofSeconds(5));
            stream.data("a", true);
            worker.advance(Duration.ofSeconds(5));
            pool.connect();
            worker.advance(Duration.ofMillis(999));
            assertThat(stream.status()).isZero();
            worker.advance(Duration.ofMillis(1));
            assertThat(stream.status()).isEqualTo(504);
        }

        @Test
        void itEndsWithTheHeadersOfTheResponse() {
            HttpStreamHarness stream =
                    stream(Policies.retryOn("5xx").perTryTimeout(Duration.ofSeconds(1))).get("/");
            upstream(1).respond(ResponseHeaders.of(200), false);
            worker.advance(Duration.ofSeconds(5));
            assertThat(stream.wasReset()).isFalse();
            upstream(1).data("late", true);
            assertThat(stream.body()).isEqualTo("late");
        }

        @Test
        void aHeaderTakesThePolicysPlace() {
            HttpStreamHarness stream =
                    stream(new Policies().perTryTimeout(Duration.ofSeconds(1)))
                            .get("/", "x-envoy-upstream-rq-per-try-timeout-ms: 50");
            assertThat(upstream(1).header("x-envoy-expected-rq-timeout-ms")).isEqualTo("50");
            assertThat(upstream(1).header("x-envoy-upstream-rq-per-try-timeout-ms")).isNull();
            worker.advance(Duration.ofMillis(50));
            assertThat(stream.status()).isEqualTo(504);
        }

        @Test
        void oneThatIsNotShorterThanTheWholeIsNotLookedAt() {
            route.timeout(Duration.ofSeconds(1));
            HttpStreamHarness stream =
                    stream(new Policies().perTryTimeout(Duration.ofSeconds(1))).get("/");
            worker.advance(Duration.ofSeconds(1));
            assertThat(stream.details()).isEqualTo("response_timeout");
            assertThat(stat("upstream_rq_per_try_timeout")).isZero();
        }

        @Test
        void theWholeIncludesBackOffAndRetries() {
            route.timeout(Duration.ofSeconds(2));
            HttpStreamHarness stream = stream(Policies.retryOn("5xx").retries(9)).get("/");
            worker.advance(Duration.ofMillis(1500));
            upstream(1).respond(503, "");
            backOff();
            worker.advance(Duration.ofMillis(250));
            assertThat(stream.status()).isEqualTo(504);
            assertThat(stream.details()).isEqualTo("response_timeout");
            assertThat(stream.flags()).containsExactly("UT");
            assertThat(upstream(2).resets()).containsExactly(ResetReason.LOCAL_RESET);
            assertThat(stat("upstream_rq_timeout")).isEqualTo(1);
        }

        @Test
        void itMayEndDuringTheBackOff() {
            route.timeout(Duration.ofSeconds(1));
            HttpStreamHarness stream =
                    stream(Policies.retryOn("5xx").backOff(1_000_000, 1_000_000)).get("/");
            upstream(1).respond(503, "");
            worker.advance(Duration.ofSeconds(1));
            assertThat(stream.status()).isEqualTo(504);
            assertThat(stat("upstream_rq_timeout")).as("no request was under way").isZero();
            assertThat(cluster.charged()).isEmpty();
        }

        @Test
        void itCountsAlsoIfTheRequestEndsDuringTheBackOff() {
            route.timeout(Duration.ofSeconds(1));
            HttpStreamHarness stream =
                    stream(Policies.retryOn("5xx").backOff(1_000_000, 1_000_000)).post("/");
            upstream(1).respond(503, "");
            stream.data("a", true);
            worker.advance(Duration.ofSeconds(1));
            assertThat(stream.status()).isEqualTo(504);
        }

        @Test
        void aResponseThatPausesTooLongIsCutOff() {
            HttpStreamHarness stream =
                    stream(Policies.retryOn("5xx").perTryIdleTimeout(Duration.ofSeconds(1)))
                            .get("/");
            worker.advance(Duration.ofMillis(900));
            upstream(1).respond(ResponseHeaders.of(200), false);
            worker.advance(Duration.ofMillis(900));
            upstream(1).data("a", false);
            worker.advance(Duration.ofMillis(999));
            assertThat(stream.wasReset()).isFalse();
            worker.advance(Duration.ofMillis(1));
            assertThat(stream.wasReset()).isTrue();
            assertThat(stream.details()).isEqualTo("upstream_per_try_idle_timeout");
            assertThat(stat("upstream_rq_per_try_idle_timeout")).isEqualTo(1);
        }

        @Test
        void oneThatDoesNotBeginIsTriedAgain() {
            HttpStreamHarness stream =
                    stream(Policies.retryOn("5xx").perTryIdleTimeout(Duration.ofSeconds(1)))
                            .get("/");
            worker.advance(Duration.ofSeconds(1));
            backOff();
            upstream(2).respond(200, "");
            assertThat(stream.status()).isEqualTo(200);
            assertThat(stat("upstream_rq_per_try_idle_timeout")).isEqualTo(1);
            assertThat(stat("upstream_rq_per_try_timeout")).isZero();
        }
    }

    @Nested
    class Waits {
        @Test
        void theRouteSaysHowLong() {
            stream(Policies.retryOn("5xx").backOff(1000, 4000).retries(3)).get("/");
            upstream(1).respond(503, "");
            worker.advance(Duration.ofMillis(1000));
            assertThat(pool.streams()).isEqualTo(2);
        }

        @Test
        void theRuntimeSaysItForRoutesThatDoNot() {
            context.runtime("upstream.base_retry_backoff_ms", "1");
            stream(Policies.retryOn("5xx")).get("/");
            upstream(1).respond(503, "");
            worker.advance(Duration.ofMillis(1));
            assertThat(pool.streams()).isEqualTo(2);
        }

        @Test
        void theUpstreamMaySayItInSeconds() {
            stream(Policies.retryOn("5xx").rateLimited(300_000, "retry-after", false)).get("/");
            respondLimited("retry-after", "2");
            worker.advance(Duration.ofMillis(1999));
            assertThat(pool.streams()).isEqualTo(1);
            worker.advance(Duration.ofMillis(1001));
            assertThat(pool.streams()).isEqualTo(2);
            assertThat(stat("upstream_rq_retry_backoff_ratelimited")).isEqualTo(1);
            assertThat(stat("upstream_rq_retry_backoff_exponential")).isZero();
        }

        @Test
        void orAsAMoment() {
            stream(Policies.retryOn("5xx").rateLimited(300_000, "x-reset", true)).get("/");
            respondLimited("x-reset", String.valueOf(worker.currentTimeMillis() / 1000 + 4));
            worker.advance(Duration.ofMillis(3999));
            assertThat(pool.streams()).isEqualTo(1);
            worker.advance(Duration.ofMillis(2001));
            assertThat(pool.streams()).isEqualTo(2);
        }

        @Test
        void whatCannotBeReadOrIsTooLongIsPassedOver() {
            stream(
                            Policies.retryOn("5xx")
                                    .rateLimited(3000, "x-long", false)
                                    .rateLimited(3000, "x-past", true)
                                    .rateLimited(3000, "x-good", false))
                    .get("/");
            ResponseHeaders response = ResponseHeaders.of(503);
            response.set(HeaderName.of("x-long"), "4");
            response.set(HeaderName.of("x-past"), "1000");
            response.set(HeaderName.of("x-good"), "3");
            upstream(1).respond(response, true);
            worker.advance(Duration.ofMillis(2999));
            assertThat(pool.streams()).isEqualTo(1);
            worker.advance(Duration.ofMillis(1501));
            assertThat(pool.streams()).isEqualTo(2);
        }

        @Test
        void otherwiseTheWaitIsTheUsual() {
            stream(Policies.retryOn("5xx").rateLimited(3000, "retry-after", false)).get("/");
            respondLimited("retry-after", "tomorrow");
            backOff();
            assertThat(pool.streams()).isEqualTo(2);
            assertThat(stat("upstream_rq_retry_backoff_exponential")).isEqualTo(1);
        }

        private void respondLimited(String name, String value) {
            ResponseHeaders response = ResponseHeaders.of(503);
            response.set(HeaderName.of(name), value);
            upstream(1).respond(response, true);
        }

        @Test
        void tooEarlyIsTriedAgainWithoutOne() {
            stream(Policies.retryOn("retriable-status-codes").statusCodes(425)).get("/");
            upstream(1).respond(425, "");
            worker.advance(Duration.ZERO);
            assertThat(pool.streams()).isEqualTo(2);
            assertThat(stat("upstream_rq_retry_backoff_exponential")).isZero();
        }
    }

    @Nested
    class Hosts {
        private final List<Host> attempted = new ArrayList<>();

        private Policies policy() {
            return Policies.retryOn("5xx")
                    .predicate(
                            3,
                            () ->
                                    new RetryHostPredicate() {
                                        @Override
                                        public boolean refuses(Host host) {
                                            return attempted.contains(host);
                                        }

                                        @Override
                                        public void onHostAttempted(Host host) {
                                            attempted.add(host);
                                        }
                                    });
        }

        @Test
        void theFirstPickIsFree() {
            stream(policy()).get("/");
            attempted.add(pool);
            assertThat(cluster.pick().refuses(pool)).isFalse();
            assertThat(cluster.pick().retryCount()).isZero();
        }

        @Test
        void thoseOfRetriesAreAskedFor() {
            stream(policy()).get("/");
            assertThat(attempted).containsExactly(pool);
            upstream(1).respond(503, "");
            backOff();
            assertThat(cluster.pick().refuses(pool)).isTrue();
            assertThat(cluster.pick().retryCount()).isEqualTo(3);
            assertThat(attempted).containsExactly(pool, pool);
        }

        @Test
        void aHostThatCannotBeReachedCountsAsTried() {
            pool.fails(HttpPool.Failure.REMOTE_CONNECTION_FAILURE, "");
            stream(policy()).get("/");
            assertThat(attempted).containsExactly(pool);
        }

        @Test
        void retriesMayBeSharedBetweenPrioritiesInAnotherWay() {
            PriorityLoad usual = new PriorityLoad(new int[] {100, 0}, new int[] {0, 0});
            PriorityLoad other = new PriorityLoad(new int[] {0, 100}, new int[] {0, 0});
            List<HostSet> priorities = List.of();
            stream(Policies.retryOn("5xx").priority(() -> (sets, original) -> other)).get("/");
            assertThat(cluster.pick().priorityLoad(priorities, usual)).isSameAs(usual);
            upstream(1).respond(503, "");
            backOff();
            assertThat(cluster.pick().priorityLoad(priorities, usual)).isSameAs(other);
        }
    }

    @Nested
    class Hedging {
        private HttpStreamHarness slow(int retries) {
            route.hedgeOnPerTryTimeout(true);
            return stream(
                            Policies.retryOn("5xx")
                                    .retries(retries)
                                    .perTryTimeout(Duration.ofSeconds(1)))
                    .get("/");
        }

        private void overtake() {
            worker.advance(Duration.ofSeconds(1));
            backOff();
        }

        @Test
        void aSlowAttemptGoesOnBesideTheNext() {
            HttpStreamHarness stream = slow(1);
            assertThat(upstream(1).header("x-envoy-expected-rq-timeout-ms"))
                    .as("it has the whole time")
                    .isEqualTo("15000");
            overtake();
            assertThat(upstream(1).resets()).isEmpty();
            assertThat(pool.streams()).isEqualTo(2);
            upstream(1).respond(200, "slow");
            assertThat(stream.body()).isEqualTo("slow");
            assertThat(upstream(2).resets()).containsExactly(ResetReason.LOCAL_RESET);
            assertThat(stat("upstream_rq_per_try_timeout")).isZero();
        }

        @Test
        void theNextMayBeFaster() {
            HttpStreamHarness stream = slow(1);
            overtake();
            upstream(2).respond(200, "fast");
            assertThat(stream.body()).isEqualTo("fast");
            assertThat(upstream(1).resets()).containsExactly(ResetReason.LOCAL_RESET);
        }

        @Test
        void aFailureIsLeftAsideWhileTheOtherMaySucceed() {
            HttpStreamHarness stream = slow(1);
            overtake();
            upstream(1).respond(503, "");
            assertThat(stream.status()).isZero();
            upstream(2).respond(200, "");
            assertThat(stream.status()).isEqualTo(200);
        }

        @Test
        void theLastFailureIsPassedOn() {
            HttpStreamHarness stream = slow(1);
            overtake();
            upstream(2).respond(503, "");
            assertThat(stream.status()).isZero();
            upstream(1).respond(504, "");
            assertThat(stream.status()).isEqualTo(504);
            assertThat(stream.flags()).containsExactly("URX");
        }

        @Test
        void aResetIsLeftAsideToo() {
            HttpStreamHarness stream = slow(1);
            overtake();
            upstream(1).reset(ResetReason.REMOTE_RESET, "");
            assertThat(stream.status()).isZero();
            upstream(2).respond(200, "");
            assertThat(stream.status()).isEqualTo(200);
        }

        @Test
        void severalMayBeUnderWay() {
            HttpStreamHarness stream = slow(2);
            overtake();
            overtake();
            assertThat(pool.streams()).isEqualTo(3);
            upstream(2).respond(200, "");
            assertThat(stream.status()).isEqualTo(200);
            assertThat(upstream(1).resets()).hasSize(1);
            assertThat(upstream(3).resets()).hasSize(1);
        }

        @Test
        void thePoliciesConditionsDoNotMatterForIt() {
            route.hedgeOnPerTryTimeout(true);
            stream(Policies.retryOn("connect-failure").perTryTimeout(Duration.ofSeconds(1)))
                    .get("/");
            overtake();
            assertThat(pool.streams()).isEqualTo(2);
        }

        @Test
        void theWholeTimeoutEndsAll() {
            route.timeout(Duration.ofSeconds(3));
            HttpStreamHarness stream = slow(1);
            overtake();
            worker.advance(Duration.ofSeconds(2));
            assertThat(stream.status()).isEqualTo(504);
            assertThat(upstream(1).resets()).hasSize(1);
            assertThat(upstream(2).resets()).hasSize(1);
            assertThat(stat("upstream_rq_timeout")).isEqualTo(2);
        }

        @Test
        void aHeaderMaySwitchItOnOrOff() {
            stream(Policies.retryOn("5xx").perTryTimeout(Duration.ofSeconds(1)))
                    .get("/", "x-envoy-hedge-on-per-try-timeout: true");
            overtake();
            assertThat(upstream(1).resets()).isEmpty();
            assertThat(upstream(2).header("x-envoy-hedge-on-per-try-timeout")).isNull();
            route.hedgeOnPerTryTimeout(true);
            stream().get("/", "x-envoy-hedge-on-per-try-timeout: false");
            overtake();
            assertThat(upstream(3).resets()).hasSize(1);
        }

        @Test
        void theBodyGoesToBoth() {
            route.hedgeOnPerTryTimeout(true);
            stream(Policies.retryOn("5xx").perTryTimeout(Duration.ofSeconds(1)))
                    .post("/")
                    .data("abc", true);
            overtake();
            assertThat(upstream(1).body()).isEqualTo("abc");
            assertThat(upstream(2).body()).isEqualTo("abc");
        }
    }
}
