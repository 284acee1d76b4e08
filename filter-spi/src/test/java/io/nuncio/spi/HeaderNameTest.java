package io.nuncio.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderNameTest {
    @Test
    void aWellKnownNameIsTheConstantInAnyCase() {
        assertThat(HeaderName.of("Content-LENGTH")).isSameAs(HeaderName.CONTENT_LENGTH);
        assertThat(HeaderName.of(":path")).isSameAs(HeaderName.PATH);
        assertThat(HeaderName.of("Traceparent")).isSameAs(HeaderName.TRACEPARENT);
    }

    @Test
    void eachSlotBelongsToOneName() {
        for (int slot = 0; slot < HeaderName.SLOTS; slot++) {
            assertThat(HeaderName.atSlot(slot).slot()).isEqualTo(slot);
            assertThat(HeaderName.of(HeaderName.atSlot(slot).toString()))
                    .isSameAs(HeaderName.atSlot(slot));
        }
    }

    @Test
    void otherNamesAreEqualByNameAndLowerCase() {
        HeaderName name = HeaderName.of("X-My-Header");
        assertThat(name).isEqualTo(HeaderName.of("x-my-header")).hasToString("x-my-header");
        assertThat(name.hashCode()).isEqualTo(HeaderName.of("x-my-header").hashCode());
        assertThat(name.slot()).isEqualTo(-1);
        assertThat(name).isNotEqualTo(HeaderName.of("x-my-headers"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                "a b",
                "a:b",
                "a\r",
                "a\u0000",
                "\u00e9",
                "\u0141",
                ":unknown",
                "a\"b",
                "a\u007f"
            })
    void whatIsNotATokenIsRefused(String name) {
        assertThatThrownBy(() -> HeaderName.of(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("not a header name: \"");
    }
}
