package io.nuncio.kernel.http;

import static io.nuncio.kernel.http.TestFilter.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.spi.DataOutcome;
import io.nuncio.spi.Direction;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.HeadersOutcome;
import io.nuncio.spi.TrailersOutcome;

import org.junit.jupiter.api.Test;

class RequestPathTest {
    private final StreamHarness harness = StreamHarness.of(3);
    private final TestFilter a = harness.filter("a");
    private final TestFilter b = harness.filter("b");
    private final TestFilter c = harness.filter("c");

    @Test
    void requestPassesTheFiltersInTheOrderOfTheChain() {
        harness.request(false).data("x", false).data("y", true);

        assertThat(harness.events())
                .containsExactly(
                        "a requestHeaders",
                        "b requestHeaders",
                        "c requestHeaders",
                        "a requestData x",
                        "b requestData x",
                        "c requestData x",
                        "a requestData y end",
                        "a requestComplete",
                        "b requestData y end",
                        "b requestComplete",
                        "c requestData y end",
                        "c requestComplete");
    }

    @Test
    void requestWithoutBodyEndsWithItsHeaders() {
        harness.request(true);

        assertThat(harness.events())
                .containsExactly(
                        "a requestHeaders end",
                        "a requestComplete",
                        "b requestHeaders end",
                        "b requestComplete",
                        "c requestHeaders end",
                        "c requestComplete");
    }

    @Test
    void trailersEndTheRequest() {
        harness.request(false).data("x", false).trailers();

        assertThat(harness.events())
                .endsWith(
                        "a requestTrailers",
                        "a requestComplete",
                        "b requestTrailers",
                        "b requestComplete",
                        "c requestTrailers",
                        "c requestComplete");
    }

    @Test
    void pausedFilterStillGetsDataAndTheNextOnesGetNothing() {
        a.requestHeaders = (headers, end) -> HeadersOutcome.PAUSE;
        a.requestData = (data, end) -> DataOutcome.BUFFER;

        harness.request(false).data("x", false).data("y", true);

        assertThat(harness.events())
                .containsExactly(
                        "a requestHeaders",
                        "a requestData x",
                        "a requestData y end",
                        "a requestComplete");
    }

    @Test
    void resumeSendsHeadersAndAllHeldData() {
        a.requestHeaders = (headers, end) -> HeadersOutcome.PAUSE;
        a.requestData = (data, end) -> DataOutcome.BUFFER;
        harness.request(false).data("x", false).data("y", true).events();

        a.goOnWithRequest();

        assertThat(harness.events())
                .containsExactly(
                        "b requestHeaders",
                        "c requestHeaders",
                        "b requestData xy end",
                        "b requestComplete",
                        "c requestData xy end",
                        "c requestComplete");
    }

    @Test
    void resumeOfAHeadersOnlyRequestKeepsTheEnd() {
        a.requestHeaders = (headers, end) -> HeadersOutcome.PAUSE;
        harness.request(true).events();

        a.goOnWithRequest();

        assertThat(harness.events())
                .startsWith("b requestHeaders end", "b requestComplete", "c requestHeaders end");
    }

    @Test
    void resumeSendsHeldTrailersLast() {
        a.requestHeaders = (headers, end) -> HeadersOutcome.PAUSE;
        a.requestData = (data, end) -> DataOutcome.BUFFER;
        a.requestTrailers = trailers -> TrailersOutcome.PAUSE;
        harness.request(false).data("x", false).trailers().events();

        a.goOnWithRequest();

        assertThat(harness.events())
                .containsExactly(
                        "b requestHeaders",
                        "c requestHeaders",
                        "b requestData x",
                        "c requestData x",
                        "b requestTrailers",
                        "b requestComplete",
                        "c requestTrailers",
                        "c requestComplete");
    }

    @Test
    void returningContinueFromDataGoesOnWithTheHeadersFirst() {
        a.requestHeaders = (headers, end) -> HeadersOutcome.PAUSE;

        harness.request(false).data("x", true);

        assertThat(harness.events())
                .containsExactly(
                        "a requestHeaders",
                        "a requestData x end",
                        "a requestComplete",
                        "b requestHeaders",
                        "c requestHeaders",
                        "b requestData x end",
                        "b requestComplete",
                        "c requestData x end",
                        "c requestComplete");
    }

    @Test
    void returningContinueFromTrailersGoesOnWithHeadersAndData() {
        a.requestHeaders = (headers, end) -> HeadersOutcome.PAUSE;
        a.requestData = (data, end) -> DataOutcome.BUFFER;

        harness.request(false).data("x", false).trailers();

        assertThat(harness.events())
                .containsExactly(
                        "a requestHeaders",
                        "a requestData x",
                        "a requestTrailers",
                        "a requestComplete",
                        "b requestHeaders",
                        "c requestHeaders",
                        "b requestData x",
                        "c requestData x",
                        "b requestTrailers",
                        "b requestComplete",
                        "c requestTrailers",
                        "c requestComplete");
    }

    @Test
    void filterPausedForAllGetsItsDataOnlyAfterResume() {
        a.requestHeaders = (headers, end) -> HeadersOutcome.PAUSE_ALL_AND_BUFFER;
        harness.request(false).data("x", false).data("y", false).trailers();
        assertThat(harness.events()).containsExactly("a requestHeaders");

        a.goOnWithRequest();

        assertThat(harness.events())
                .containsExactly(
                        "b requestHeaders",
                        "c requestHeaders",
                        "a requestData xy",
                        "b requestData xy",
                        "c requestData xy",
                        "a requestTrailers",
                        "a requestComplete",
                        "b requestTrailers",
                        "b requestComplete",
                        "c requestTrailers",
                        "c requestComplete");
    }

    @Test
    void filterPausedForAllWithoutBodyGoesOnWithTheEnd() {
        a.requestHeaders = (headers, end) -> HeadersOutcome.PAUSE_ALL_AT_WATERMARK;
        harness.request(true).events();

        a.goOnWithRequest();

        assertThat(harness.events())
                .containsExactly(
                        "b requestHeaders end",
                        "b requestComplete",
                        "c requestHeaders end",
                        "c requestComplete");
    }

    @Test
    void emptyLastChunkIsSentOnAfterAPause() {
        a.requestHeaders = (headers, end) -> HeadersOutcome.PAUSE;
        a.requestData = (data, end) -> DataOutcome.DROP;
        harness.request(false).data("", true).events();

        a.goOnWithRequest();

        assertThat(harness.events())
                .containsExactly(
                        "b requestHeaders",
                        "c requestHeaders",
                        "b requestData  end",
                        "b requestComplete",
                        "c requestData  end",
                        "c requestComplete");
    }

    @Test
    void droppedDataIsGone() {
        a.requestData = (data, end) -> end ? DataOutcome.CONTINUE : DataOutcome.DROP;

        harness.request(false).data("x", false).data("y", true);

        assertThat(harness.events())
                .contains("b requestData y end")
                .doesNotContain("b requestData x");
    }

    @Test
    void filterMayEditWhatIsHeld() {
        a.requestHeaders = (headers, end) -> HeadersOutcome.PAUSE;
        a.requestData =
                (data, end) -> {
                    if (!end) {
                        return DataOutcome.BUFFER;
                    }
                    data.moveTo(a.stream.buffered(Direction.REQUEST));
                    a.stream.buffered(Direction.REQUEST).prepend(new byte[] {'>'});
                    return DataOutcome.CONTINUE;
                };

        harness.request(false).data("x", false).data("y", true);

        assertThat(harness.events()).endsWith("c requestData >xy end", "c requestComplete");
    }

    @Test
    void twoFiltersHoldTheirOwnData() {
        a.requestData = (data, end) -> DataOutcome.BUFFER;
        b.requestHeaders = (headers, end) -> HeadersOutcome.PAUSE;
        harness.request(false).data("x", true);
        harness.events();

        b.goOnWithRequest();
        assertThat(harness.events()).containsExactly("c requestHeaders");

        a.goOnWithRequest();
        assertThat(harness.events())
                .containsExactly(
                        "b requestData x end",
                        "b requestComplete",
                        "c requestData x end",
                        "c requestComplete");
    }

    @Test
    void bodyAddedToAHeadersOnlyRequestReachesTheNextFilters() {
        a.requestHeaders =
                (headers, end) -> {
                    a.stream.buffered(Direction.REQUEST).append("added");
                    return HeadersOutcome.CONTINUE;
                };

        harness.request(true);

        assertThat(harness.events())
                .containsExactly(
                        "a requestHeaders end",
                        "a requestComplete",
                        "b requestHeaders",
                        "c requestHeaders",
                        "b requestData added end",
                        "b requestComplete",
                        "c requestData added end",
                        "c requestComplete");
    }

    @Test
    void continueWithoutEndLeavesTheEndToInjectedData() {
        a.requestHeaders = (headers, end) -> HeadersOutcome.CONTINUE_WITHOUT_END;
        harness.request(true);
        assertThat(harness.events())
                .containsExactly(
                        "a requestHeaders end",
                        "a requestComplete",
                        "b requestHeaders",
                        "c requestHeaders");

        a.injectRequest("x", false);
        a.injectRequest("y", true);

        assertThat(harness.events())
                .containsExactly(
                        "b requestData x",
                        "c requestData x",
                        "b requestData y end",
                        "b requestComplete",
                        "c requestData y end",
                        "c requestComplete");
    }

    @Test
    void injectedDataTakesTheHeadersAlong() {
        a.requestHeaders = (headers, end) -> HeadersOutcome.PAUSE;
        a.requestData = (data, end) -> DataOutcome.DROP;
        harness.request(false).data("secret", true).events();

        a.injectRequest("public", true);

        assertThat(harness.events())
                .containsExactly(
                        "b requestHeaders",
                        "c requestHeaders",
                        "b requestData public end",
                        "b requestComplete",
                        "c requestData public end",
                        "c requestComplete");
    }

    @Test
    void dataMayBeInjectedWithinTheDataCallback() {
        a.requestData =
                (data, end) -> {
                    String text = text(data);
                    data.clear();
                    a.injectRequest("<" + text + ">", end);
                    return DataOutcome.DROP;
                };

        harness.request(false).data("x", false).data("y", true);

        assertThat(harness.events())
                .contains("c requestData <x>", "c requestData <y> end")
                .doesNotContain("b requestData x");
    }

    @Test
    void trailersAddedAtTheEndOfTheDataFollowIt() {
        a.requestData =
                (data, end) -> {
                    if (end) {
                        a.stream.addTrailers(Direction.REQUEST).set(HeaderName.of("x-a"), "1");
                    }
                    return DataOutcome.CONTINUE;
                };

        harness.request(false).data("x", true);

        assertThat(harness.events())
                .containsExactly(
                        "a requestHeaders",
                        "b requestHeaders",
                        "c requestHeaders",
                        "a requestData x end",
                        "a requestComplete",
                        "b requestData x",
                        "c requestData x",
                        "b requestTrailers",
                        "b requestComplete",
                        "c requestTrailers",
                        "c requestComplete");
    }

    @Test
    void trailersAddedByAPausedFilterWaitForIt() {
        a.requestData =
                (data, end) -> {
                    a.stream.addTrailers(Direction.REQUEST).set(HeaderName.of("x-a"), "1");
                    return DataOutcome.BUFFER;
                };
        harness.request(false).data("x", true).events();

        a.goOnWithRequest();

        assertThat(harness.events())
                .containsExactly(
                        "b requestData x",
                        "c requestData x",
                        "b requestTrailers",
                        "b requestComplete",
                        "c requestTrailers",
                        "c requestComplete");
    }

    @Test
    void trailersCannotBeAddedBeforeTheEnd() {
        a.requestData =
                (data, end) -> {
                    a.stream.addTrailers(Direction.REQUEST);
                    return DataOutcome.CONTINUE;
                };

        harness.request(false).data("x", false);

        assertThat(harness.details()).isEqualTo("filter_failed{a}");
    }

    @Test
    void resumeWithinTheCallbackUndoesThePause() {
        a.requestHeaders =
                (headers, end) -> {
                    a.goOnWithRequest();
                    return HeadersOutcome.PAUSE;
                };

        harness.request(true);

        assertThat(harness.events()).contains("c requestHeaders end");
    }

    @Test
    void resumeOfAFilterThatIsNotPausedDoesNothing() {
        harness.request(false).events();

        a.goOnWithRequest();

        assertThat(harness.events()).isEmpty();
    }

    @Test
    void oneByteChunksArriveAsTheyCame() {
        harness.request(false);
        for (char piece : "hello".toCharArray()) {
            harness.data(String.valueOf(piece), piece == 'o');
        }

        assertThat(harness.events().stream().filter(e -> e.startsWith("c requestData")))
                .containsExactly(
                        "c requestData h",
                        "c requestData e",
                        "c requestData l",
                        "c requestData l",
                        "c requestData o end");
    }

    @Test
    void terminalFilterThatBuffersDoesNotKeepBackAddedTrailers() {
        a.requestData =
                (data, end) -> {
                    if (end) {
                        a.stream.addTrailers(Direction.REQUEST).set(HeaderName.of("x-a"), "1");
                    }
                    return DataOutcome.CONTINUE;
                };
        c.requestData = (data, end) -> DataOutcome.BUFFER;

        harness.request(false).data("x", true);

        assertThat(harness.events()).contains("c requestTrailers");
    }

    @Test
    void dataAddedWhileTrailersPassComesBeforeThem() {
        a.requestTrailers =
                trailers -> {
                    a.stream.buffered(Direction.REQUEST).append("tail");
                    return TrailersOutcome.CONTINUE;
                };

        harness.request(false).data("x", false).trailers();

        assertThat(harness.events())
                .endsWith(
                        "a requestTrailers",
                        "a requestComplete",
                        "b requestData tail",
                        "c requestData tail",
                        "b requestTrailers",
                        "b requestComplete",
                        "c requestTrailers",
                        "c requestComplete");
    }
}
