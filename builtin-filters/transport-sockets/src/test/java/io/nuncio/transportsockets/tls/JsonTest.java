package io.nuncio.transportsockets.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Map;

class JsonTest {
    @Test
    void objectsArraysAndStringsAreRead() {
        assertThat(Json.parse(" {\"a\": [\"b\", {}, [] ], \"c\" : {\"d\":\"\"} } "))
                .isEqualTo(Map.of("a", List.of("b", Map.of(), List.of()), "c", Map.of("d", "")));
    }

    @Test
    void stringsMayBeEscaped() {
        assertThat(Json.parse("\"\\\"\\\\\\/\\n\\u00e9\"")).isEqualTo("\"\\/\n\u00e9");
    }

    @Test
    void whatIsNoStringIsItsText() {
        assertThat(Json.parse("[1, -2.5e3, true, false, null]"))
                .isEqualTo(List.of("1", "-2.5e3", "true", "false", "null"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[",
                "\"",
                "\"\\",
                "\"\\u12\"",
                "\"\\x\"",
                "{\"a\"}",
                "{\"a\":}",
                "{a:1}",
                "[1,]",
                "[1 2]",
                "{} {}",
                "nul",
                "01",
                "\"\n\"",
                "\"\\uzzzz\""
            })
    void whatIsNoJsonIsRefused(String text) {
        assertThatThrownBy(() -> Json.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void depthHasALimit() {
        assertThatThrownBy(() -> Json.parse("[".repeat(100_000)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
