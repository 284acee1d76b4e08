package io.nuncio.testkit.conformance;

import io.nuncio.spi.Route;
import io.nuncio.spi.Worker;
import io.nuncio.testkit.FakeWorker;
import io.nuncio.testkit.HttpFilterHarness;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/// What a filter is put through. Each situation has a harness of its own.
final class Situations {
    private static final Exchange BODIES =
            Exchange.post("a body and trailers", Message.of("hello ", "world").withTrailers());
    private static final Exchange PLAIN = Exchange.post("a body", Message.of("hello ", "world"));
    private static final Exchange OTHER =
            Exchange.post("another body", Message.of("good", "bye")).at("/other");

    private final Run.Setting setting;
    private final Findings findings;

    Situations(Run.Setting setting) {
        this.setting = setting;
        this.findings = setting.findings();
    }

    void playAll() {
        for (Exchange shape : Exchange.SHAPES) {
            play(shape.name(), shape, harness -> {}, Run::play);
        }
        downstreamGoesAway();
        resets();
        neighbours();
        flow();
        routes();
        earlyAnswers();
        streamsApart();
        workersApart();
    }

    /// The downstream goes away before each step, twice on one worker: what the first stream left
    /// behind shows in the second.
    private void downstreamGoesAway() {
        for (int step = 1; step < BODIES.steps(); step++) {
            int end = step;
            findings.in("the downstream goes away after step " + step + " of " + BODIES.name());
            in(
                    null,
                    (harness, template) -> {
                        end(harness, run(harness, template, BODIES).playTo(end));
                        long before = harness.worker().armedTimers();
                        Run second = run(harness, template, BODIES).playTo(end);
                        second.finish();
                        if (harness.worker().armedTimers() > before) {
                            findings.add(
                                    Rule.TIMERS_END_WITH_THE_STREAM,
                                    "a timer was still armed after the stream's end");
                        }
                        end(harness, second);
                    });
        }
    }

    private void resets() {
        for (Moment moment : Moment.values()) {
            findings.in("the stream is reset in the callback of " + moment.text());
            in(moment, (harness, template) -> end(harness, run(harness, template, BODIES).play()));
        }
    }

    private void neighbours() {
        for (Moment moment : Moment.values()) {
            String at = " at the " + moment.text();
            play(
                    "a filter before this one replies" + at,
                    BODIES,
                    harness -> harness.before(Intruder.replying(moment)),
                    Run::play);
            play(
                    "a filter after this one replies" + at,
                    BODIES,
                    harness -> harness.after(Intruder.replying(moment)),
                    Run::play);
            play(
                    "a filter before this one resets the stream" + at,
                    BODIES,
                    harness -> harness.before(Intruder.resetting(moment)),
                    Run::play);
            play(
                    "a filter after this one resets the stream" + at,
                    BODIES,
                    harness -> harness.after(Intruder.resetting(moment)),
                    Run::play);
        }
    }

    private void flow() {
        int request = BODIES.request().steps();
        play(
                "a downstream that reads slowly",
                BODIES,
                harness -> {},
                run -> {
                    run.playTo(request + 1);
                    if (!run.stream().over()) {
                        run.stream().downstreamSlow(true);
                    }
                    run.playTo(BODIES.steps() - 1);
                    if (!run.stream().over()) {
                        run.stream().downstreamSlow(false);
                    }
                    run.play();
                });
        play(
                "an upstream that reads slowly",
                BODIES,
                harness -> {},
                run -> {
                    run.playTo(1);
                    slow(run, true);
                    run.playTo(request - 1);
                    slow(run, false);
                    run.play();
                });
    }

    private static void slow(Run run, boolean slow) {
        if (run.stream().hasUpstream()
                && run.stream().upstream().reached()
                && !run.stream().over()) {
            run.stream().upstream().slow(slow);
        }
    }

    private void routes() {
        play(
                "no route matches",
                BODIES,
                harness -> {},
                run -> {
                    run.stream().route(Route.NONE);
                    run.play();
                });
        for (Moment moment : Moment.values()) {
            play(
                    "the route is cleared at the " + moment.text() + ", and none matches then",
                    BODIES,
                    harness -> harness.before(Intruder.clearingTheRoute(moment)),
                    run -> {
                        run.playTo(1);
                        run.stream().route(Route.NONE);
                        run.play();
                    });
        }
    }

    private void earlyAnswers() {
        play(
                "an informational response before the response",
                BODIES,
                harness -> {},
                run -> {
                    run.playTo(BODIES.request().steps());
                    if (run.stream().hasUpstream()
                            && run.stream().upstream().reached()
                            && !run.stream().over()) {
                        run.stream().upstream().respondInformational(103);
                    }
                    run.play();
                });
        play(
                "the response comes before the request has ended",
                BODIES,
                harness -> {},
                run -> {
                    run.playTo(1);
                    if (run.stream().hasUpstream()
                            && run.stream().upstream().reached()
                            && !run.stream().over()) {
                        run.stream().upstream().respond(200);
                    }
                    run.play();
                });
    }

    /// What comes out of two streams side by side, or one after the other, is what comes out of
    /// each alone.
    private void streamsApart() {
        findings.in("two streams on one worker");
        String first = alone(PLAIN);
        String second = alone(OTHER);
        if (!first.equals(alone(PLAIN)) || !second.equals(alone(OTHER))) {
            return; // it plays dice
        }
        in(
                null,
                (harness, template) -> {
                    Run one = run(harness, template, PLAIN);
                    Run two = run(harness, template, OTHER);
                    for (int step = 0; step < PLAIN.steps(); step++) {
                        one.next();
                        two.next();
                    }
                    same(first, one);
                    same(second, two);
                    one.finish();
                    end(harness, two);
                });
        findings.in("one stream after another on one worker");
        in(
                null,
                (harness, template) -> {
                    run(harness, template, PLAIN).play().finish();
                    Run two = run(harness, template, OTHER).play();
                    same(second, two);
                    end(harness, two);
                });
    }

    private String alone(Exchange exchange) {
        var result = new StringBuilder();
        in(
                null,
                (harness, template) -> {
                    Run run = run(harness, template, exchange).play();
                    result.append(run.result());
                    end(harness, run);
                });
        return result.toString();
    }

    private void same(String alone, Run run) {
        if (!run.result().equals(alone)) {
            findings.add(
                    Rule.STREAMS_ARE_APART,
                    "beside another stream came out\n"
                            + run.result().indent(6)
                            + "    where it alone gave\n"
                            + alone.indent(6).stripTrailing());
        }
    }

    /// A filter that has objects of each worker's own uses those of its stream's worker.
    private void workersApart() {
        findings.in("streams on two workers");
        in(
                null,
                (harness, template) -> {
                    List<Worker> asked = harness.context().workersAsked();
                    run(harness, template, PLAIN).play().finish();
                    boolean asks = !asked.isEmpty();
                    asked.clear();
                    FakeWorker other = new FakeWorker(1);
                    harness.on(other);
                    Run run = run(harness, template, PLAIN).play();
                    if (asks && asked.isEmpty()) {
                        findings.add(
                                Rule.WORKERS_ARE_APART,
                                "a stream on a second worker used what belongs to the first");
                    } else if (asked.stream().anyMatch(worker -> worker != other)) {
                        findings.add(
                                Rule.WORKERS_ARE_APART,
                                "a stream asked for the object of another worker than its own");
                    }
                    end(harness, run);
                });
    }

    // How a situation is played.

    private interface Play {
        void on(HttpFilterHarness harness, WatchedTemplate template);
    }

    private void play(
            String name,
            Exchange exchange,
            Consumer<HttpFilterHarness> preparation,
            Consumer<Run> script) {
        findings.in(name);
        in(
                null,
                (harness, template) -> {
                    preparation.accept(harness);
                    Run run = run(harness, template, exchange);
                    script.accept(run);
                    end(harness, run);
                });
    }

    private Run run(HttpFilterHarness harness, WatchedTemplate template, Exchange exchange) {
        return new Run(setting, harness, template, exchange);
    }

    private void in(@Nullable Moment reset, Play play) {
        HttpFilterHarness harness = setting.filter().get();
        var template = new WatchedTemplate(harness.template(), findings, reset);
        harness.wrapped(given -> template);
        play.on(harness, template);
        harness.buffers().forget();
    }

    /// Ends a stream, and looks at what it left behind.
    private void end(HttpFilterHarness harness, Run run) {
        run.finish();
        harness.worker().advance(Duration.ofMinutes(1));
        harness.worker().runPosted();
        if (harness.buffers().refilled() > 0) {
            findings.add(
                    Rule.BUFFERS_ARE_BORROWED,
                    "a buffer of a data callback was written to after the callback");
        } else if (harness.buffers().unfreed() > 0) {
            findings.add(
                    Rule.BUFFERS_ARE_FREED,
                    harness.buffers().unfreed() + " pieces of a body were not freed");
        }
        if (harness.counter("filter_failed") > 0) {
            findings.add(
                    Rule.CALLBACKS_DO_NOT_FAIL,
                    "the answer to a call made the filter throw; the log has the exception");
        }
    }
}
