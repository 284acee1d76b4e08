package io.nuncio.accessloggers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.envoyproxy.envoy.extensions.formatter.metadata.v3.Metadata;
import io.envoyproxy.envoy.extensions.formatter.req_without_query.v3.ReqWithoutQuery;
import io.nuncio.spi.FormatCommand;
import io.nuncio.spi.FormatCommands;
import io.nuncio.spi.FormatContext;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.StreamInfo;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FormattersTest {
    private final RecordingContext context = new RecordingContext();
    private final RequestHeaders headers = new RequestHeaders();
    private final FormatCommands commands =
            new ReqWithoutQueryExtension().configure(ReqWithoutQuery.getDefaultInstance(), context);

    private @Nullable String print(String argument, int maxLength) {
        FormatCommand command = commands.parse("REQ_WITHOUT_QUERY", argument, maxLength);
        assertThat(command).isNotNull();
        return command.text(new Request(headers));
    }

    @Test
    void aHeaderIsPrintedWithoutItsQuery() {
        headers.set(HeaderName.of("x-path"), "/request/path?secret=parameter");
        assertThat(print("x-path", -1)).isEqualTo("/request/path");
        assertThat(print("x-path", 5)).isEqualTo("/requ");
        assertThat(print("x-path", 99)).isEqualTo("/request/path");
        assertThat(print("absent?x-path", -1)).isEqualTo("/request/path");
        assertThat(print("absent?missing", -1)).isNull();
        assertThat(print("absent", -1)).isNull();
    }

    @Test
    void onlyHeadersCanBeNamedAndOneAlternative() {
        assertThatThrownBy(() -> print("", -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> print("a?b?c", -1))
                .hasMessage("more than one alternative header in `a?b?c`");
    }

    @Test
    void otherOperatorsAreNotTheirs() {
        assertThat(commands.parse("REQ", "x-path", -1)).isNull();
        assertThat(
                        new MetadataFormatterExtension()
                                .configure(Metadata.getDefaultInstance(), context)
                                .parse("METADATA", "ROUTE:a:b", -1))
                .isNull();
    }

    private record Request(RequestHeaders requestHeaders) implements FormatContext {
        @Override
        public StreamInfo info() {
            throw new IllegalStateException("nobody asks");
        }
    }
}
