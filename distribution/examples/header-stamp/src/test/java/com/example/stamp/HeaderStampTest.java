package com.example.stamp;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.HttpFilterHarness;
import io.nuncio.testkit.conformance.HttpFilterConformance;

import org.junit.jupiter.api.Test;

class HeaderStampTest {
    private static final HeaderStamp.Config CONFIG = new HeaderStamp.Config("x-stamp", "me");

    @Test
    void everyResponseIsStamped() {
        try (var filter = HttpFilterHarness.of(new HeaderStamp(), CONFIG)) {
            var stream = filter.get("/");
            stream.upstream().respond(200, "x-stamp: somebody");

            assertThat(stream.headerValues("x-stamp")).containsExactly("me");
        }
    }

    @Test
    void theRulesOfTheSpiAreKept() {
        HttpFilterConformance.of(new HeaderStamp(), CONFIG).check();
    }
}
