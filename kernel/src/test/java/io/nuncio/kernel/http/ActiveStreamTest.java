package io.nuncio.kernel.http;

import static io.nuncio.spi.LocalReply.reply;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.spi.DataOutcome;
import io.nuncio.spi.Direction;
import io.nuncio.spi.HeadersOutcome;
import io.nuncio.spi.Route;
import io.nuncio.spi.StreamInfo;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.Map;

class ActiveStreamTest {
    private final StreamHarness harness = StreamHarness.of(3);
    private final TestFilter a = harness.filter("a");
    private final TestFilter b = harness.filter("b");
    private final TestFilter c = harness.filter("c");

    // Failures.

    @Test
    void throwingFilterCostsItsStreamOnlyAndIsCounted() {
        b.requestHeaders =
                (headers, end) -> {
                    throw new IllegalStateException("boom");
                };

        harness.request(true);

        assertThat(harness.events()).contains("sink headers 500 end");
        assertThat(harness.details()).isEqualTo("filter_failed{b}");
        assertThat(harness.stats.failed().value()).isEqualTo(1);
        assertThat(harness.failures).singleElement().isInstanceOf(IllegalStateException.class);
    }

    @Test
    void missingOutcomeCountsAsAFailure() {
        b.requestData = (data, end) -> null;

        harness.request(false).data("x", true);

        assertThat(harness.details()).isEqualTo("filter_failed{b}");
    }

    @Test
    void failureInAResponseCallbackAfterTheHeadersResets() {
        a.responseData =
                (data, end) -> {
                    throw new IllegalStateException("boom");
                };
        harness.request(true);
        c.respond(200, false);

        c.respondData("x", true);

        assertThat(harness.events()).contains("sink reset");
    }

    @Test
    void failureOnDestroyLeavesTheOtherFiltersTheirs() {
        a.destroyed =
                () -> {
                    throw new IllegalStateException("boom");
                };
        harness.request(true);

        harness.stream().destroy();

        assertThat(harness.events()).endsWith("a destroy", "b destroy", "c destroy");
        assertThat(harness.stats.failed().value()).isEqualTo(1);
    }

    @Test
    void failureInATimerAnswersWith500() {
        a.requestHeaders =
                (headers, end) -> {
                    a.stream
                            .timer(() -> {
                                throw new IllegalStateException("boom");
                            })
                            .arm(5);
                    return HeadersOutcome.PAUSE;
                };
        harness.request(true);

        harness.worker.advance(10);

        assertThat(harness.details()).isEqualTo("filter_failed{a}");
    }

    // The end.

    @Test
    void filtersAreDestroyedOnceInTheOrderOfTheChain() {
        harness.request(true).events();

        harness.stream().destroy();
        harness.stream().destroy();

        assertThat(harness.events()).containsExactly("a destroy", "b destroy", "c destroy");
    }

    @Test
    void nothingHappensAfterTheEnd() {
        b.requestHeaders = (headers, end) -> HeadersOutcome.PAUSE;
        harness.request(false);
        harness.stream().destroy();
        harness.events();

        b.goOnWithRequest();
        b.stream.reply(reply(500));
        b.injectRequest("x", true);
        c.respond(200, true);
        b.stream.pushBack(Direction.REQUEST, true);
        b.stream.reset();
        harness.data("late", true);

        assertThat(harness.events()).isEmpty();
    }

    @Test
    void timersAreDisarmedAtTheEndAndCannotBeArmedAfterIt() {
        a.requestHeaders =
                (headers, end) -> {
                    a.stream.timer(() -> harness.log.add("fired")).arm(5);
                    return HeadersOutcome.PAUSE;
                };
        harness.request(true);
        var late = a.stream.timer(() -> harness.log.add("fired"));

        harness.stream().destroy();
        late.arm(5);
        harness.worker.advance(10);

        assertThat(harness.worker.armedTimers()).isZero();
        assertThat(harness.events()).doesNotContain("fired");
    }

    @Test
    void postedTasksRunOnlyWhileTheStreamLives() {
        harness.request(true);
        a.stream.post(() -> harness.log.add("first"));
        harness.worker.runPosted();
        a.stream.post(() -> harness.log.add("second"));
        harness.stream().destroy();
        harness.worker.runPosted();

        assertThat(harness.events()).contains("first").doesNotContain("second");
    }

    @Test
    void resetWithinARequestCallbackStopsTheWalk() {
        a.requestHeaders =
                (headers, end) -> {
                    a.stream.reset();
                    return HeadersOutcome.CONTINUE;
                };

        harness.request(true);

        assertThat(harness.events())
                .containsExactly(
                        "a requestHeaders end",
                        "sink reset",
                        "a destroy",
                        "b destroy",
                        "c destroy");
    }

    @Test
    void responseWithinTheRequestCallbackEndsTheStreamInOneGo() {
        c.requestHeaders =
                (headers, end) -> {
                    c.respond(200, true);
                    c.stream.resume(Direction.REQUEST);
                    return HeadersOutcome.PAUSE;
                };

        harness.request(true);

        assertThat(harness.events())
                .endsWith(
                        "sink headers 200 end",
                        "sink complete",
                        "a destroy",
                        "b destroy",
                        "c destroy");
    }

    @Test
    void filterThatPausesTheStreamIsKnown() {
        b.requestHeaders = (headers, end) -> HeadersOutcome.PAUSE;
        harness.request(true);
        assertThat(harness.stream().pausedFilter()).isEqualTo("b");

        b.goOnWithRequest();
        assertThat(harness.stream().pausedFilter()).isEmpty();

        a.responseHeaders = (headers, end) -> HeadersOutcome.PAUSE;
        c.respond(200, true);
        assertThat(harness.stream().pausedFilter()).isEqualTo("a");
    }

    // Limits and watermarks.

    @Test
    void requestOverTheBufferLimitIsRefusedWith413() {
        a.requestData = (data, end) -> DataOutcome.BUFFER;
        harness.stream().bufferLimit(4);

        harness.request(false).data("1234", false);
        assertThat(harness.headers).isNull();
        harness.data("5", false);

        assertThat(harness.events()).contains("sink headers 413");
        assertThat(harness.body.toString()).isEqualTo("Payload Too Large");
        assertThat(harness.details()).isEqualTo("request_payload_too_large");
    }

    @Test
    void lastPieceOverTheLimitIsRefusedThoughTheFilterGoesOn() {
        a.requestHeaders = (headers, end) -> HeadersOutcome.PAUSE;
        a.requestData = (data, end) -> end ? DataOutcome.CONTINUE : DataOutcome.BUFFER;
        harness.stream().bufferLimit(4);

        harness.request(false).data("1234", false).data("5", true);

        assertThat(harness.events())
                .contains("sink headers 413")
                .doesNotContain("b requestHeaders");
    }

    @Test
    void requestPausedForAllAndBufferedIsRefusedOverTheLimit() {
        a.requestHeaders = (headers, end) -> HeadersOutcome.PAUSE_ALL_AND_BUFFER;
        harness.stream().bufferLimit(4);

        harness.request(false).data("12345", false);

        assertThat(harness.details()).isEqualTo("request_payload_too_large");
    }

    @Test
    void requestHeldAtTheWatermarkSlowsTheDownstream() {
        a.requestData = (data, end) -> DataOutcome.HOLD_AT_WATERMARK;
        harness.stream().bufferLimit(4);
        harness.request(false).events();

        harness.data("12345", false).data("6", false);
        assertThat(harness.events()).containsOnlyOnce("sink pauseRequest true");

        a.goOnWithRequest();
        assertThat(harness.events()).contains("c requestData 123456", "sink pauseRequest false");
    }

    @Test
    void responseOverTheBufferLimitIsAnsweredWith500() {
        a.responseHeaders = (headers, end) -> HeadersOutcome.PAUSE;
        a.responseData = (data, end) -> DataOutcome.BUFFER;
        harness.stream().bufferLimit(4);
        harness.request(true);
        c.respond(200, false);

        c.respondData("12345", false);

        assertThat(harness.events()).contains("sink headers 500");
        assertThat(harness.body.toString()).isEqualTo("Internal Server Error");
        assertThat(harness.details()).isEqualTo("response_payload_too_large");
    }

    @Test
    void responseOverTheBufferLimitAfterItsHeadersResets() {
        a.responseData = (data, end) -> DataOutcome.BUFFER;
        harness.stream().bufferLimit(4);
        harness.request(true);
        c.respond(200, false);

        c.respondData("12345", false);

        assertThat(harness.events()).contains("sink reset");
        assertThat(harness.details()).isEqualTo("response_payload_too_large");
    }

    @Test
    void responseHeldAtTheWatermarkSlowsTheUpstream() {
        a.responseData = (data, end) -> DataOutcome.HOLD_AT_WATERMARK;
        harness.stream().bufferLimit(4);
        harness.request(true);
        c.respond(200, false);

        c.respondData("12345", false);
        assertThat(harness.events()).contains("c above RESPONSE");

        a.goOnWithResponse();
        assertThat(harness.events()).contains("sink data 12345", "c below RESPONSE");
    }

    @Test
    void slowDownstreamIsToldToAllFiltersAndNests() {
        harness.request(true).events();

        harness.stream().onAboveWriteBufferHighWatermark();
        harness.stream().onAboveWriteBufferHighWatermark();
        harness.stream().onBelowWriteBufferLowWatermark();

        assertThat(harness.events().stream().filter(e -> e.startsWith("c ")))
                .containsExactly("c above RESPONSE", "c above RESPONSE", "c below RESPONSE");
    }

    @Test
    void filtersMadeWhileTheDownstreamIsSlowAreTold() {
        harness.stream().onAboveWriteBufferHighWatermark();

        harness.request(true);

        assertThat(harness.events()).startsWith("a above RESPONSE", "b above RESPONSE");
    }

    @Test
    void pushBackReachesTheSenderAndTheFiltersBetween() {
        harness.request(false).events();

        b.stream.pushBack(Direction.REQUEST, true);
        b.stream.pushBack(Direction.RESPONSE, true);

        assertThat(harness.events())
                .containsExactly("a above REQUEST", "sink pauseRequest true", "c above RESPONSE");
    }

    @Test
    void pushBackIsUndoneOnlyAsOftenAsItWasDone() {
        harness.request(false).events();

        b.stream.pushBack(Direction.REQUEST, true);
        b.stream.pushBack(Direction.REQUEST, false);
        b.stream.pushBack(Direction.REQUEST, false);

        assertThat(harness.events()).containsOnlyOnce("sink pauseRequest false");
    }

    // The route.

    @Test
    void routeIsResolvedOnceUntilItIsCleared() {
        harness.request(true);
        a.stream.route();
        assertThat(harness.resolved).isEqualTo(1);

        a.stream.clearRoute();
        assertThat(harness.stream().info().route()).isSameAs(Route.NONE);
        a.stream.route();

        assertThat(harness.resolved).isEqualTo(2);
    }

    @Test
    void filterGetsItsOwnPerRouteConfiguration() {
        harness.route = new TestRoute(Map.of("b", "for b"), Map.of());
        harness.request(true);

        assertThat(a.stream.perRoute(String.class)).isNull();
        assertThat(b.stream.perRoute(String.class)).isEqualTo("for b");
    }

    @Test
    void routeMaySwitchFiltersOff() {
        harness.route = new TestRoute(Map.of(), Map.of("b", false));

        harness.request(true);

        assertThat(harness.events())
                .contains("a requestHeaders end", "c requestHeaders end")
                .doesNotContain("b requestHeaders end");
    }

    // What is noted.

    @Test
    void momentsOfTheDownstreamAreNoted() {
        harness.request(true);
        c.respond(200, true);

        var info = harness.stream().info();
        assertThat(info.nanos(StreamInfo.Moment.DOWNSTREAM_REQUEST_END)).isNotNegative();
        assertThat(info.nanos(StreamInfo.Moment.DOWNSTREAM_RESPONSE_BEGIN)).isNotNegative();
        assertThat(info.nanos(StreamInfo.Moment.DOWNSTREAM_RESPONSE_END)).isNotNegative();
        assertThat(info.nanos(StreamInfo.Moment.UPSTREAM_CONNECT_BEGIN)).isEqualTo(-1);
    }

    @Test
    void momentsOfTheUpstreamConnectionAreNotTheStreamsToMark() {
        harness.request(true);
        var info = harness.stream().info();

        for (var moment : StreamInfo.Moment.values()) {
            info.mark(moment);
            boolean own =
                    switch (moment) {
                        case UPSTREAM_CONNECT_BEGIN, UPSTREAM_CONNECT_END, UPSTREAM_HANDSHAKE_END ->
                                false;
                        default -> true;
                    };
            assertThat(info.nanos(moment) >= 0).as(moment.name()).isEqualTo(own);
        }
    }

    private record TestRoute(Map<String, Object> configs, Map<String, Boolean> switches)
            implements Route {
        @Override
        public String name() {
            return "test";
        }

        @Override
        public String virtualHost() {
            return "test";
        }

        @Override
        public @Nullable Object perFilter(String filterName) {
            return configs.get(filterName);
        }

        @Override
        public boolean filterEnabled(String filterName, boolean byDefault) {
            return switches.getOrDefault(filterName, byDefault);
        }
    }
}
