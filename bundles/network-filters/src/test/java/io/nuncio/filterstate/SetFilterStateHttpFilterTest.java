package io.nuncio.filterstate;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.extensions.filters.http.set_filter_state.v3.Config;
import io.nuncio.testkit.HttpFilterHarness;
import io.nuncio.testkit.HttpStreamHarness;
import io.nuncio.testkit.YamlMessages;
import io.nuncio.testkit.conformance.HttpFilterConformance;

import org.junit.jupiter.api.Test;

class SetFilterStateHttpFilterTest {
    private static final String YAML =
            """
            on_request_headers:
            - object_key: my.key
              factory_key: envoy.string
              format_string: {text_format_source: {inline_string: value}}
            """;

    private static HttpFilterHarness filter() {
        return HttpFilterHarness.of(
                new SetFilterStateHttpExtension(), Config.getDefaultInstance(), YAML);
    }

    @Test
    void aRequestGetsItsOwn() {
        try (HttpFilterHarness filter = filter()) {
            HttpStreamHarness stream = filter.get("/");
            stream.upstream().respond(200);

            assertThat(stream.info().filterState("my.key")).isEqualTo("value");
        }
    }

    private static Config saying(String text) {
        return YamlMessages.of(
                Config.getDefaultInstance(), YAML.replace("string: value", "string: " + text));
    }

    @Test
    void routesHaveTheLastWord() {
        try (HttpFilterHarness filter = filter()) {
            filter.perRoute(new SetFilterStateHttpExtension(), saying("host"), saying("route"));
            HttpStreamHarness stream = filter.get("/");
            stream.upstream().respond(200);

            assertThat(stream.info().filterState("my.key")).isEqualTo("route");
        }
    }

    @Test
    void theRulesOfTheSpiAreKept() {
        HttpFilterConformance.of(SetFilterStateHttpFilterTest::filter).check();
    }
}
