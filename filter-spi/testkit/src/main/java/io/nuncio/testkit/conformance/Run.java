package io.nuncio.testkit.conformance;

import io.nuncio.spi.Direction;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Trailers;
import io.nuncio.testkit.FakeRequestEnd;
import io.nuncio.testkit.HttpFilterHarness;
import io.nuncio.testkit.HttpStreamHarness;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// One exchange on its way through the filter under test, step by step.
final class Run {
    /// What all runs have in common.
    ///
    /// @param headers that all requests carry, as `name: value`
    record Setting(
            Supplier<HttpFilterHarness> filter,
            List<String> headers,
            Consumer<HttpFilterHarness> whileWaiting,
            Findings findings) {}

    /// How long, in the streams' time, a filter may take to go on.
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /// How long, in the test's time, another thread may take to come back.
    private static final Duration REAL_PATIENCE = Duration.ofSeconds(1);

    private static final HeaderName TRAILER = HeaderName.of("x-trailer");

    private final Setting setting;
    private final HttpFilterHarness harness;
    private final WatchedTemplate template;
    private final HttpStreamHarness stream;
    private final Exchange exchange;
    private @Nullable Watch watch;
    private int step;

    Run(Setting setting, HttpFilterHarness harness, WatchedTemplate template, Exchange exchange) {
        this.setting = setting;
        this.harness = harness;
        this.template = template;
        this.exchange = exchange;
        this.stream = harness.stream();
    }

    HttpStreamHarness stream() {
        return stream;
    }

    /// The exchange from where it is to its end.
    Run play() {
        return playTo(exchange.steps());
    }

    /// The exchange from where it is to before the given step.
    Run playTo(int end) {
        while (step < end) {
            next();
        }
        return this;
    }

    /// The next step, unless the stream is over.
    void next() {
        int now = step++;
        int requestSteps = exchange.request().steps();
        if (stream.over()) {
            return;
        }
        if (now < requestSteps) {
            requestStep(now);
        } else if (stream.hasUpstream() && stream.upstream().reached()) {
            responseStep(now - requestSteps);
        }
        runPosted();
        look();
        if (now == requestSteps - 1) {
            endOfRequest();
        } else if (now == exchange.steps() - 1) {
            endOfResponse();
        }
    }

    private void requestStep(int at) {
        Message request = exchange.request();
        if (at == 0) {
            stream.request(requestHeaders(), request.headersAlone());
            watch = template.takeLatest();
            if (watch != null) {
                watch.lastLook(this::look);
            }
        } else if (at <= request.pieces().size()) {
            stream.data(request.pieces().get(at - 1), request.endsWithPiece(at - 1));
        } else {
            stream.requestTrailers(trailers());
        }
    }

    private RequestHeaders requestHeaders() {
        RequestHeaders headers =
                RequestHeaders.of(exchange.method(), "http", "example.com", exchange.path());
        if (exchange.path().isEmpty()) {
            headers.remove(HeaderName.PATH);
            headers.remove(HeaderName.SCHEME);
        }
        for (String line : setting.headers()) {
            int colon = line.indexOf(':');
            headers.add(HeaderName.of(line.substring(0, colon)), line.substring(colon + 1).strip());
        }
        if (exchange.request().contentLength()) {
            headers.setLong(HeaderName.CONTENT_LENGTH, exchange.request().length());
        }
        return headers;
    }

    private static Trailers trailers() {
        var trailers = new Trailers();
        trailers.add(TRAILER, "last");
        return trailers;
    }

    private void responseStep(int at) {
        Message response = exchange.response();
        FakeRequestEnd upstream = stream.upstream();
        if (at == 0) {
            if (response.contentLength()) {
                upstream.respond(
                        200, response.headersAlone(), "content-length: " + response.length());
            } else {
                upstream.respond(200, response.headersAlone());
            }
        } else if (at <= response.pieces().size()) {
            upstream.respondData(response.pieces().get(at - 1), response.endsWithPiece(at - 1));
        } else {
            upstream.respondTrailers(trailers());
        }
    }

    private void runPosted() {
        harness.context().mainThread().runPosted();
        harness.worker().runPosted();
    }

    // What must hold at the ends.

    private void endOfRequest() {
        if (!stream.hasUpstream()) {
            waitFor(stream::over);
            if (!stream.over()) {
                hangs("the request was not answered", Direction.REQUEST);
            }
            return;
        }
        FakeRequestEnd upstream = stream.upstream();
        waitFor(() -> upstream.ended() && !stream.requestPaused());
        if (stream.over()) {
            return;
        }
        if (!upstream.ended()) {
            hangs(
                    upstream.reached()
                            ? "the end of the request did not come through"
                            : "the request did not come through",
                    Direction.REQUEST);
        } else if (stream.requestPaused()) {
            hangs("the downstream is still told to send no more", Direction.REQUEST);
        } else {
            checkLength(
                    "request",
                    upstream.headers().getLong(HeaderName.CONTENT_LENGTH, -1),
                    upstream.bodyLength());
        }
    }

    private void endOfResponse() {
        if (stream.hasUpstream() && !stream.upstream().ended()) {
            return;
        }
        waitFor(stream::over);
        if (!stream.over()) {
            hangs(
                    stream.headers() == null
                            ? "the response did not come through"
                            : "the end of the response did not come through",
                    Direction.RESPONSE);
        }
    }

    private void hangs(String what, Direction direction) {
        String last = watch == null ? "" : watch.last(direction);
        setting.findings()
                .add(
                        Rule.STREAM_GOES_ON,
                        what + (last.isEmpty() ? "" : "; the filter's last callback: " + last));
    }

    private interface Condition {
        boolean holds();
    }

    private void waitFor(Condition condition) {
        if (stream.over() || condition.holds()) {
            return;
        }
        setting.whileWaiting().accept(harness);
        runPosted();
        if (stream.over() || condition.holds()) {
            return;
        }
        harness.worker().advance(PATIENCE);
        runPosted();
        if (setting.findings().has(Rule.STREAM_GOES_ON)) {
            return;
        }
        long deadline = System.nanoTime() + REAL_PATIENCE.toNanos();
        while (!stream.over() && !condition.holds() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            runPosted();
        }
    }

    private void checkLength(String what, long announced, long bytes) {
        if (announced >= 0 && announced != bytes) {
            setting.findings()
                    .add(
                            Rule.CONTENT_LENGTH_FITS,
                            "the "
                                    + what
                                    + " says `content-length: "
                                    + announced
                                    + "` and has "
                                    + bytes
                                    + " bytes");
        }
    }

    /// Whether headers are as they were when they were sent.
    private void look() {
        Watch seen = watch;
        if (seen == null || seen.destroyed()) {
            return;
        }
        RequestHeaders request = seen.requestHeaders();
        if (request != null
                && stream.hasUpstream()
                && stream.upstream().reached()
                && !request.equals(stream.upstream().headers())) {
            changedTooLate("request", stream.upstream().headers(), request);
        }
        ResponseHeaders response = seen.responseHeaders();
        ResponseHeaders sent = stream.headers();
        if (response != null && sent != null && stream.hasGot(response) && !response.equals(sent)) {
            changedTooLate("response", sent, response);
        }
    }

    private void changedTooLate(String what, Object sent, Object now) {
        setting.findings()
                .add(
                        Rule.HEADERS_ARE_SENT_ONCE,
                        "the headers of the "
                                + what
                                + " were changed after they had been sent; sent: "
                                + sent
                                + ", now: "
                                + now);
    }

    // The end.

    /// The stream ends, if it has not, and all that it left behind comes to light.
    void finish() {
        if (stream.complete() && !stream.wasReset()) {
            ResponseHeaders headers = stream.headers();
            if (headers != null && !exchange.method().equals("CONNECT")) {
                checkLength(
                        "response",
                        headers.getLong(HeaderName.CONTENT_LENGTH, -1),
                        stream.bodyLength());
            }
        }
        stream.destroy();
        if (watch != null && !watch.destroyed()) {
            throw new AssertionError("the kernel did not call onDestroy");
        }
        runPosted();
    }

    /// What came out on both sides.
    String result() {
        var text = new StringBuilder();
        if (stream.hasUpstream() && stream.upstream().reached()) {
            FakeRequestEnd upstream = stream.upstream();
            text.append(upstream.headers()).append(upstream.body()).append(upstream.trailers());
        }
        text.append('|').append(stream.headers()).append(stream.body()).append(stream.trailers());
        return text.append('|').append(stream.details()).toString();
    }
}
