package io.nuncio.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.DataOutcome;
import io.nuncio.spi.Direction;
import io.nuncio.spi.HeadersOutcome;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.TrailersOutcome;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Filters that pause, hold, inject and go on at random: whatever they do, each message arrives
/// whole, in order and with one end.
class RandomStreamsTest {
    private static final int STREAMS = 1_000;

    private Random random;
    private StreamHarness harness;

    /// What is left to do, in any order: each ends a pause.
    private List<Runnable> later;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void messagesArriveWholeWhateverFiltersDo(int seed) {
        for (int i = 0; i < STREAMS; i++) {
            random = new Random(seed * 1_000_000L + i);
            oneStream();
        }
    }

    private void oneStream() {
        int count = 2 + random.nextInt(4);
        harness = StreamHarness.of(count);
        harness.destroyAtEnd = false;
        later = new ArrayList<>();
        for (int i = 0; i < count - 1; i++) {
            misbehave(harness.filters.get(i), Direction.REQUEST);
        }
        harness.filters.forEach(filter -> misbehave(filter, Direction.RESPONSE));
        String request = feedRequest();
        finish();
        assertMessage(harness.terminal().name + " request", request);

        String response = feedResponse();
        finish();
        assertMessage("sink ", response);
        assertThat(harness.log.stream().filter(e -> e.equals("sink complete"))).hasSize(1);
        harness.stream().destroy();
        for (TestFilter filter : harness.filters) {
            assertThat(harness.log.stream().filter(e -> e.equals(filter.name + " destroy")))
                    .hasSize(1);
        }
        assertThat(harness.stats.failed().value()).isZero();
    }

    /// Makes a filter pause and go on at random, in ways that lose nothing.
    private void misbehave(TestFilter filter, Direction direction) {
        boolean[] paused = new boolean[1];
        Runnable resume =
                () -> {
                    if (paused[0]) {
                        paused[0] = false;
                        filter.stream.resume(direction);
                    }
                };
        boolean injects = random.nextInt(5) == 0;
        if (direction == Direction.REQUEST) {
            filter.requestHeaders = (headers, end) -> headers(paused, resume, injects);
            filter.requestData =
                    (data, end) -> data(filter, direction, data, end, paused, resume, injects);
            filter.requestTrailers = trailers -> trailers(paused, resume);
        } else {
            filter.responseHeaders = (headers, end) -> headers(paused, resume, injects);
            filter.responseData =
                    (data, end) -> data(filter, direction, data, end, paused, resume, injects);
            filter.responseTrailers = trailers -> trailers(paused, resume);
        }
    }

    private HeadersOutcome headers(boolean[] paused, Runnable resume, boolean injects) {
        int choice = injects ? 9 : random.nextInt(10);
        if (choice > 3) {
            return HeadersOutcome.CONTINUE;
        }
        paused[0] = true;
        later.add(resume);
        return switch (choice) {
            case 0, 1 -> HeadersOutcome.PAUSE;
            case 2 -> HeadersOutcome.PAUSE_ALL_AND_BUFFER;
            default -> HeadersOutcome.PAUSE_ALL_AT_WATERMARK;
        };
    }

    private DataOutcome data(
            TestFilter filter,
            Direction direction,
            Buffer data,
            boolean end,
            boolean[] paused,
            Runnable resume,
            boolean injects) {
        if (injects) {
            var copy = new Buffer();
            data.moveTo(copy);
            filter.stream.inject(direction, copy, end);
            return DataOutcome.DROP;
        }
        if (paused[0] || random.nextInt(4) == 0) {
            if (!paused[0]) {
                paused[0] = true;
                later.add(resume);
            }
            return random.nextBoolean() ? DataOutcome.BUFFER : DataOutcome.HOLD_AT_WATERMARK;
        }
        return DataOutcome.CONTINUE;
    }

    private TrailersOutcome trailers(boolean[] paused, Runnable resume) {
        if (paused[0] || random.nextInt(4) == 0) {
            if (!paused[0]) {
                paused[0] = true;
                later.add(resume);
            }
            return TrailersOutcome.PAUSE;
        }
        return TrailersOutcome.CONTINUE;
    }

    /// @return what must arrive: the data, `.` for the end by data or headers, `T` for trailers
    private String feedRequest() {
        var sent = new StringBuilder();
        int pieces = random.nextInt(4);
        boolean trailers = random.nextInt(3) == 0;
        harness.request(pieces == 0 && !trailers);
        for (int i = 0; i < pieces; i++) {
            now();
            String piece = random.nextInt(5) == 0 ? "" : "<" + i + ">";
            boolean end = i == pieces - 1 && !trailers;
            if (piece.isEmpty() && !end) {
                continue;
            }
            sent.append(piece);
            harness.data(piece, end);
        }
        now();
        if (trailers) {
            harness.trailers();
        }
        return sent.append(trailers ? 'T' : '.').toString();
    }

    private String feedResponse() {
        var sent = new StringBuilder();
        TestFilter terminal = harness.terminal();
        int pieces = random.nextInt(4);
        boolean trailers = random.nextInt(3) == 0;
        terminal.respond(200, pieces == 0 && !trailers);
        for (int i = 0; i < pieces; i++) {
            now();
            String piece = "<" + i + ">";
            sent.append(piece);
            terminal.respondData(piece, i == pieces - 1 && !trailers);
        }
        now();
        if (trailers) {
            terminal.stream.respondTrailers(new Trailers());
        }
        return sent.append(trailers ? 'T' : '.').toString();
    }

    /// Perhaps ends a pause in the middle of the message.
    private void now() {
        if (!later.isEmpty() && random.nextInt(3) == 0) {
            later.remove(random.nextInt(later.size())).run();
        }
    }

    private void finish() {
        while (!later.isEmpty()) {
            later.remove(random.nextInt(later.size())).run();
        }
    }

    private void assertMessage(String receiver, String expected) {
        var received = new StringBuilder();
        int headers = 0;
        for (String event : harness.log) {
            if (!event.startsWith(receiver)) {
                continue;
            }
            String what = event.substring(receiver.length());
            if (what.toLowerCase(java.util.Locale.ROOT).startsWith("headers")) {
                headers++;
            } else if (what.toLowerCase(java.util.Locale.ROOT).startsWith("data ")) {
                received.append(what.substring(5).replace(" end", ""));
            } else if (what.toLowerCase(java.util.Locale.ROOT).startsWith("trailers")) {
                received.append('T');
            }
            if (what.endsWith(" end")) {
                received.append('.');
            }
        }
        assertThat(headers).as("headers in %s", harness.log).isEqualTo(1);
        assertThat(received.toString()).as("%s", harness.log).isEqualTo(expected);
    }
}
