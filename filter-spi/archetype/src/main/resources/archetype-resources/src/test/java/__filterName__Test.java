package ${package};

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nuncio.testkit.HttpFilterHarness;
import io.nuncio.testkit.conformance.HttpFilterConformance;

import org.junit.jupiter.api.Test;

class ${filterName}Test {
    private static final ${filterName}.Config CONFIG =
            new ${filterName}.Config("x-greeting", "hello");

    @Test
    void everyResponseIsGreetedAndCounted() {
        try (var filter = HttpFilterHarness.of(new ${filterName}(), CONFIG)) {
            var stream = filter.get("/");
            stream.upstream().respond(200);

            assertThat(stream.status()).isEqualTo(200);
            assertThat(stream.header("x-greeting")).isEqualTo("hello");
            assertThat(filter.counter("${artifactId}.greeted")).isEqualTo(1);
        }
    }

    @Test
    void anEmptyGreetingIsRefused() {
        assertThatThrownBy(
                        () ->
                                HttpFilterHarness.of(
                                        new ${filterName}(),
                                        new ${filterName}.Config("x-greeting", " ")))
                .hasMessageContaining("value: expected a text");
    }

    @Test
    void theRulesOfTheSpiAreKept() {
        HttpFilterConformance.of(new ${filterName}(), CONFIG).check();
    }
}
