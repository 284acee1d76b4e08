package io.nuncio.spi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LocalReplyTest {
    private record Changes(boolean isEmpty) implements HeaderChanges {
        @Override
        public void apply(HeaderMap headers, FormatContext context) {
            headers.set(HeaderName.SERVER, "changed");
        }
    }

    @Test
    void aConfigurationThatChangesNoHeaderCostsNothing() {
        assertThat(LocalReply.reply(429).changesHeaders()).isFalse();
        assertThat(LocalReply.reply(429).headers(new Changes(true)).changesHeaders()).isFalse();
    }

    @Test
    void itSaysThatHeadersChange() {
        assertThat(LocalReply.reply(429).headers(new Changes(false)).changesHeaders()).isTrue();
        assertThat(LocalReply.reply(429).header(HeaderName.SERVER, "a").changesHeaders()).isTrue();
        assertThat(LocalReply.reply(429).removeHeader(HeaderName.SERVER).changesHeaders()).isTrue();
    }
}
