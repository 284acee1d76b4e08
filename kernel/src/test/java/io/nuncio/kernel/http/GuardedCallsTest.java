package io.nuncio.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.MessageLite;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Call;
import io.nuncio.spi.CallFailure;
import io.nuncio.spi.CallReceiver;
import io.nuncio.spi.CallRequest;
import io.nuncio.spi.CallResult;
import io.nuncio.spi.CallStream;
import io.nuncio.spi.Calls;
import io.nuncio.spi.Direction;
import io.nuncio.spi.GrpcReceiver;
import io.nuncio.spi.GrpcRequest;
import io.nuncio.spi.GrpcResult;
import io.nuncio.spi.GrpcStream;
import io.nuncio.spi.HeadersOutcome;
import io.nuncio.spi.LocalReply;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Trailers;

import org.junit.jupiter.api.Test;

import java.util.function.Consumer;

/// A filter never hears of its stream again once that is over, whatever its calls do.
class GuardedCallsTest {
    private static final CallFailure FAILED = new CallFailure(CallFailure.Reason.RESET, "late", "");

    private final StreamHarness harness = StreamHarness.of(2);
    private final TestFilter filter = harness.filter("a");
    private final LateCalls calls = new LateCalls();
    private int heard;

    /// Answers when the test says so, whether or not anybody still waits.
    private static final class LateCalls implements Calls {
        private Consumer<CallResult> done;
        private CallReceiver receiver;
        private int cancelled;

        @Override
        public Call send(CallRequest request, Consumer<CallResult> to) {
            done = to;
            return () -> cancelled++;
        }

        @Override
        public CallStream open(CallRequest request, boolean endStream, CallReceiver to) {
            receiver = to;
            return null;
        }

        @Override
        public <Q extends MessageLite, R extends MessageLite> Call unary(
                GrpcRequest<Q, R> request, Q message, Consumer<GrpcResult<R>> to) {
            throw new AssertionError("not needed here");
        }

        @Override
        public <Q extends MessageLite, R extends MessageLite> GrpcStream<Q> stream(
                GrpcRequest<Q, R> request, GrpcReceiver<R> to) {
            throw new AssertionError("not needed here");
        }

        @Override
        public void cancelAll() {
            cancelled++;
        }
    }

    private final class Hearing implements CallReceiver {
        @Override
        public void onHeaders(ResponseHeaders headers, boolean endStream) {
            heard++;
        }

        @Override
        public void onData(Buffer data, boolean endStream) {
            heard++;
        }

        @Override
        public void onTrailers(Trailers trailers) {
            heard++;
        }

        @Override
        public void onFailure(CallFailure failure) {
            heard++;
        }
    }

    private void asks() {
        harness.calls = worker -> calls;
        filter.requestHeaders =
                (headers, end) -> {
                    filter.stream
                            .calls()
                            .send(
                                    CallRequest.to("auth"),
                                    answer -> {
                                        heard++;
                                        filter.stream.resume(Direction.REQUEST);
                                    });
                    filter.stream.calls().open(CallRequest.to("auth"), true, new Hearing());
                    return HeadersOutcome.PAUSE;
                };
        harness.request(true);
    }

    private void answers() {
        calls.done.accept(FAILED);
        calls.receiver.onHeaders(ResponseHeaders.of(200), false);
        calls.receiver.onData(Buffer.copyOf("late"), false);
        calls.receiver.onTrailers(new Trailers());
        calls.receiver.onFailure(FAILED);
    }

    @Test
    void answersReachTheFilterWhileItsStreamLives() {
        asks();
        answers();

        assertThat(heard).isEqualTo(5);
        assertThat(harness.log).contains("b requestHeaders end");
    }

    @Test
    void afterTheDownstreamIsGoneNothingDoes() {
        asks();
        harness.stream().destroy();
        answers();

        assertThat(heard).isZero();
        assertThat(calls.cancelled).isEqualTo(1);
        assertThat(harness.log).doesNotContain("b requestHeaders end");
    }

    @Test
    void afterAResetNothingDoesEither() {
        asks();
        filter.stream.reset();
        answers();

        assertThat(heard).isZero();
    }

    @Test
    void aFilterThatGoesOnAfterTheReplyToItsStreamSendsNothingOn() {
        harness.destroyAtEnd = false;
        asks();
        harness.stream().reply(LocalReply.reply(408).details("request_timeout"));
        answers();

        assertThat(harness.headers.status()).isEqualTo(408);
        assertThat(harness.log).doesNotContain("b requestHeaders end");
    }
}
