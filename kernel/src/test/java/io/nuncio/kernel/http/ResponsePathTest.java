package io.nuncio.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.spi.DataOutcome;
import io.nuncio.spi.Direction;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.HeadersOutcome;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.TrailersOutcome;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ResponsePathTest {
    private final StreamHarness harness = StreamHarness.of(3);
    private final TestFilter a = harness.filter("a");
    private final TestFilter b = harness.filter("b");
    private final TestFilter c = harness.filter("c");

    @BeforeEach
    void aRequestIsUnderWay() {
        harness.destroyAtEnd = false;
        harness.request(true).events();
    }

    @Test
    void responsePassesTheFiltersAgainstTheOrderOfTheChain() {
        c.respond(200, false);
        c.respondData("x", false);
        c.respondData("y", true);

        assertThat(harness.events())
                .containsExactly(
                        "c responseHeaders 200",
                        "b responseHeaders 200",
                        "a responseHeaders 200",
                        "sink headers 200",
                        "c responseData x",
                        "b responseData x",
                        "a responseData x",
                        "sink data x",
                        "c responseData y end",
                        "b responseData y end",
                        "a responseData y end",
                        "sink data y end",
                        "sink complete");
    }

    @Test
    void responseWithoutBodyEndsWithItsHeaders() {
        c.respond(204, true);

        assertThat(harness.events())
                .endsWith("a responseHeaders 204 end", "sink headers 204 end", "sink complete");
        assertThat(harness.details()).isEqualTo("via_upstream");
    }

    @Test
    void trailersEndTheResponse() {
        c.respond(200, false);
        c.respondData("x", false);
        c.stream.respondTrailers(new Trailers());

        assertThat(harness.events())
                .endsWith(
                        "c responseTrailers",
                        "b responseTrailers",
                        "a responseTrailers",
                        "sink trailers",
                        "sink complete");
    }

    @Test
    void pausedResponseIsHeldUntilResume() {
        b.responseHeaders = (headers, end) -> HeadersOutcome.PAUSE;
        b.responseData = (data, end) -> DataOutcome.BUFFER;
        c.respond(200, false);
        c.respondData("x", false);
        c.respondData("y", true);
        assertThat(harness.events()).doesNotContain("a responseHeaders 200");

        b.goOnWithResponse();

        assertThat(harness.events())
                .containsExactly(
                        "a responseHeaders 200",
                        "sink headers 200",
                        "a responseData xy end",
                        "sink data xy end",
                        "sink complete");
    }

    @Test
    void filterPausedForAllGetsTheBodyAfterResume() {
        b.responseHeaders = (headers, end) -> HeadersOutcome.PAUSE_ALL_AND_BUFFER;
        c.respond(200, false);
        c.respondData("x", false);
        c.stream.respondTrailers(new Trailers());
        harness.events();

        b.goOnWithResponse();

        assertThat(harness.events())
                .containsExactly(
                        "a responseHeaders 200",
                        "sink headers 200",
                        "b responseData x",
                        "a responseData x",
                        "sink data x",
                        "b responseTrailers",
                        "a responseTrailers",
                        "sink trailers",
                        "sink complete");
    }

    @Test
    void bodyAddedToAHeadersOnlyResponseFollows() {
        b.responseHeaders =
                (headers, end) -> {
                    b.stream.buffered(Direction.RESPONSE).append("added");
                    return HeadersOutcome.CONTINUE;
                };

        c.respond(200, true);

        assertThat(harness.events())
                .containsExactly(
                        "c responseHeaders 200 end",
                        "b responseHeaders 200 end",
                        "a responseHeaders 200",
                        "sink headers 200",
                        "a responseData added end",
                        "sink data added end",
                        "sink complete");
    }

    @Test
    void continueWithoutEndLeavesTheEndToInjectedData() {
        b.responseHeaders = (headers, end) -> HeadersOutcome.CONTINUE_WITHOUT_END;
        c.respond(200, true);
        harness.events();

        b.injectResponse("late", true);

        assertThat(harness.events())
                .containsExactly("a responseData late end", "sink data late end", "sink complete");
    }

    @Test
    void trailersAddedAtTheEndOfTheDataFollowIt() {
        b.responseData =
                (data, end) -> {
                    b.stream.addTrailers(Direction.RESPONSE).set(HeaderName.of("x-b"), "1");
                    return DataOutcome.CONTINUE;
                };
        c.respond(200, false);
        c.respondData("x", true);

        assertThat(harness.events())
                .endsWith(
                        "c responseData x end",
                        "b responseData x end",
                        "a responseData x",
                        "sink data x",
                        "a responseTrailers",
                        "sink trailers",
                        "sink complete");
        assertThat(harness.trailers.get(HeaderName.of("x-b"))).isEqualTo("1");
    }

    @Test
    void dataInjectedBeforeTheTrailersComesBeforeThem() {
        b.responseTrailers =
                trailers -> {
                    b.injectResponse("tail", false);
                    return TrailersOutcome.CONTINUE;
                };
        c.respond(200, false);
        c.stream.respondTrailers(new Trailers());

        assertThat(harness.events())
                .endsWith(
                        "a responseData tail",
                        "sink data tail",
                        "a responseTrailers",
                        "sink trailers",
                        "sink complete");
    }

    @Test
    void informationalResponsesPassBeforeTheResponse() {
        c.stream.respondInformational(ResponseHeaders.of(100));
        c.stream.respondInformational(ResponseHeaders.of(103));
        c.respond(200, true);

        assertThat(harness.events())
                .containsSubsequence(
                        "a informational 100",
                        "sink informational 100",
                        "a informational 103",
                        "sink informational 103",
                        "sink headers 200 end");
    }

    @Test
    void heldInformationalResponseGoesOnWithResume() {
        b.informational = headers -> TrailersOutcome.PAUSE;
        c.stream.respondInformational(ResponseHeaders.of(100));
        assertThat(harness.events()).containsExactly("c informational 100", "b informational 100");

        b.goOnWithResponse();

        assertThat(harness.events())
                .containsExactly("a informational 100", "sink informational 100");
    }

    @Test
    void responseOvertakesAHeldInformationalResponse() {
        b.informational = headers -> TrailersOutcome.PAUSE;
        c.stream.respondInformational(ResponseHeaders.of(100));

        c.respond(200, true);

        assertThat(harness.events())
                .contains("sink headers 200 end")
                .doesNotContain("sink informational 100");
    }

    @Test
    void informationalResponseAfterTheResponseIsDropped() {
        c.respond(200, false);
        c.stream.respondInformational(ResponseHeaders.of(103));

        assertThat(harness.events()).doesNotContain("a informational 103");
    }

    @Test
    void secondResponseIsDropped() {
        c.respond(200, false);
        c.respond(500, true);

        assertThat(harness.events()).doesNotContain("c responseHeaders 500 end");
    }

    @Test
    void dataAfterTheEndIsDropped() {
        c.respond(200, true);
        c.respondData("late", true);

        assertThat(harness.events()).doesNotContain("c responseData late end");
    }

    @Test
    void requestDataAfterTheResponseEndedIsDropped() {
        var early = StreamHarness.of(2);
        early.destroyAtEnd = false;
        early.request(false);
        early.terminal().respond(200, true);
        early.events();

        early.data("rest", true);

        assertThat(early.events()).isEmpty();
    }

    @Test
    void responseMayComeWhileTheRequestIsStillRead() {
        var early = StreamHarness.of(2);
        early.request(false);
        early.terminal().respond(200, false);
        early.events();

        early.data("more", false);

        assertThat(early.events()).containsExactly("a requestData more", "b requestData more");
    }

    @Test
    void responseWithoutStatusIsRefused() {
        b.responseHeaders =
                (headers, end) -> {
                    headers.remove(HeaderName.STATUS);
                    return HeadersOutcome.CONTINUE;
                };

        c.respond(200, true);

        assertThat(harness.events()).contains("sink headers 502");
        assertThat(harness.details())
                .isEqualTo(
                        "filter_removed_required_response_headers{missing_required_header:_:status}");
    }

    @Test
    void resetWithinAResponseCallbackEndsTheStream() {
        b.responseHeaders =
                (headers, end) -> {
                    b.stream.reset();
                    return HeadersOutcome.CONTINUE;
                };

        c.respond(200, true);

        assertThat(harness.events())
                .containsExactly(
                        "c responseHeaders 200 end",
                        "b responseHeaders 200 end",
                        "sink reset",
                        "a destroy",
                        "b destroy",
                        "c destroy");
    }
}
