package com.example.callout;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.FakeFactoryContext;
import io.nuncio.testkit.FakePool;
import io.nuncio.testkit.HttpFilterHarness;
import io.nuncio.testkit.conformance.HttpFilterConformance;

import org.junit.jupiter.api.Test;

import java.time.Duration;

class CallOutTest {
    private FakePool auth;
    private int answered;

    private HttpFilterHarness filter() {
        var context = new FakeFactoryContext();
        auth = context.platform().clusters().add("auth").pool();
        answered = 0;
        return HttpFilterHarness.of(
                new CallOut(), new CallOut.Config("auth", "/check", 200), context);
    }

    private void answer(int status) {
        while (answered < auth.streams()) {
            auth.stream(answered).respond(status, "ann");
            answered++;
        }
    }

    @Test
    void whatTheServiceAllowsPassesWithItsAnswer() {
        try (var filter = filter()) {
            var stream = filter.get("/");
            assertThat(stream.upstream().reached()).isFalse();
            answer(200);

            assertThat(stream.upstream().header("x-user")).isEqualTo("ann");
        }
    }

    @Test
    void whatItDeniesOrDoesNotAnswerIsRefused() {
        try (var filter = filter()) {
            var denied = filter.get("/");
            answer(401);
            assertThat(denied.status()).isEqualTo(403);

            var unanswered = filter.get("/");
            filter.worker().advance(Duration.ofMillis(201));
            filter.worker().runPosted();
            assertThat(unanswered.status()).isEqualTo(503);
        }
    }

    @Test
    void theRulesOfTheSpiAreKeptWhateverTheServiceAnswers() {
        HttpFilterConformance.of(this::filter).whileWaiting(harness -> answer(200)).check();
        HttpFilterConformance.of(this::filter).whileWaiting(harness -> answer(401)).check();
        HttpFilterConformance.of(this::filter).check();
    }
}
