package io.nuncio.filterstate;

import io.envoyproxy.envoy.extensions.filters.network.set_filter_state.v3.Config;
import io.nuncio.testkit.YamlMessages;
import io.nuncio.testkit.conformance.NetworkFilterConformance;

import org.junit.jupiter.api.Test;

class SetFilterStateConformanceTest {
    private static Config config(String key) {
        return YamlMessages.of(
                Config.getDefaultInstance(),
                """
                on_new_connection:
                - object_key: %s
                  format_string: { text_format_source: { inline_string: blue } }
                """
                        .formatted(key));
    }

    @Test
    void keepsTheRulesOfTheSpi() {
        NetworkFilterConformance.of(
                        new SetFilterStateExtension(), config("envoy.tcp_proxy.cluster"))
                .refuses(new SetFilterStateExtension(), config("nobody.knows.this"))
                .check();
    }
}
