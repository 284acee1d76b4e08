package io.nuncio.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.spi.CallRequest;
import io.nuncio.spi.CallResult;
import io.nuncio.spi.Direction;
import io.nuncio.spi.HeadersOutcome;
import io.nuncio.spi.HttpFilter;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.Stream;
import io.nuncio.spi.host.ResetReason;

import org.junit.jupiter.api.Test;

import java.util.function.BiConsumer;

/// What a filter's calls have to do with its stream.
class FilterCallsTest {
    private final FakeFactoryContext context = new FakeFactoryContext();
    private final FakePool auth = context.platform().clusters().add("auth").pool();

    private HttpStreamHarness asking(BiConsumer<Stream, CallResult> onAnswer) {
        return HttpFilterHarness.of(
                        (config, given) -> stream -> new Asking(stream, onAnswer), "", context)
                .get("/");
    }

    private record Asking(Stream stream, BiConsumer<Stream, CallResult> onAnswer)
            implements HttpFilter {
        @Override
        public HeadersOutcome onRequestHeaders(RequestHeaders headers, boolean endStream) {
            stream.calls().send(CallRequest.to("auth"), answer -> onAnswer.accept(stream, answer));
            return HeadersOutcome.PAUSE;
        }
    }

    @Test
    void theStreamGoesOnWithTheAnswer() {
        HttpStreamHarness stream = asking((own, answer) -> own.resume(Direction.REQUEST));
        assertThat(stream.upstream().reached()).isFalse();

        auth.stream().respond(200, "");

        assertThat(stream.upstream().reached()).isTrue();
    }

    @Test
    void aCallIsCancelledWithItsStream() {
        HttpStreamHarness stream =
                asking((own, answer) -> {
                    throw new AssertionError("nobody is there");
                });
        stream.destroy();

        assertThat(auth.stream().resets()).containsExactly(ResetReason.LOCAL_RESET);
        auth.stream().respond(200, "late");
        assertThat(stream.status()).isZero();
    }

    @Test
    void aCallbackThatThrowsHarmsItsStreamOnly() {
        HttpStreamHarness stream =
                asking((own, answer) -> {
                    throw new IllegalStateException("a bug");
                });
        auth.stream().respond(200, "");

        assertThat(stream.status()).isEqualTo(500);
    }
}
