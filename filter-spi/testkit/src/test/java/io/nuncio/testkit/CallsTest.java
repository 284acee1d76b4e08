package io.nuncio.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.StringValue;
import com.google.protobuf.UInt32Value;

import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.RetryPolicy;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.Call;
import io.nuncio.spi.CallFailure;
import io.nuncio.spi.CallReceiver;
import io.nuncio.spi.CallRequest;
import io.nuncio.spi.CallResponse;
import io.nuncio.spi.CallResult;
import io.nuncio.spi.CallStream;
import io.nuncio.spi.Calls;
import io.nuncio.spi.GrpcClient;
import io.nuncio.spi.GrpcMethod;
import io.nuncio.spi.GrpcReceiver;
import io.nuncio.spi.GrpcRequest;
import io.nuncio.spi.GrpcResult;
import io.nuncio.spi.GrpcStatus;
import io.nuncio.spi.HeaderMap;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.host.HttpPool;
import io.nuncio.spi.host.ResetReason;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Calls of the proxy itself over upstreams that the test plays.
class CallsTest {
    private static final GrpcMethod<StringValue, StringValue> SAY =
            new GrpcMethod<>("nuncio.test.Talk", "Say", StringValue.parser());

    private final FakeFactoryContext context = new FakeFactoryContext();
    private final FakeCluster cluster = context.platform().clusters().add("auth");
    private final FakePool pool = cluster.pool();
    private final FakeWorker worker = new FakeWorker();
    private final Calls calls = context.calls(worker);
    private final List<String> told = new ArrayList<>();

    private Call send(CallRequest request) {
        return calls.send(request, result -> told.add(describe(result)));
    }

    private static String describe(CallResult result) {
        return switch (result) {
            case CallResponse response ->
                    response.status()
                            + " "
                            + response.body().toString(StandardCharsets.UTF_8)
                            + (response.trailers() == null ? "" : " and trailers");
            case CallFailure failure -> failure.reason() + " " + failure.details();
        };
    }

    private io.nuncio.spi.host.RetryPolicy retryOn(String conditions, int times) {
        return context.retryPolicy(
                "retry_policy",
                RetryPolicy.newBuilder()
                        .setRetryOn(conditions)
                        .setNumRetries(UInt32Value.of(times))
                        .build());
    }

    private void afterBackOff() {
        worker.advance(Duration.ofSeconds(1));
    }

    @Nested
    class Unary {
        @Test
        void aRequestIsSentAndItsResponseCollected() {
            send(CallRequest.to("auth").post("/check").body("who?"));

            FakeUpstreamStream stream = pool.stream();
            assertThat(stream.requestHeaders().method()).isEqualTo("POST");
            assertThat(stream.requestHeaders().path()).isEqualTo("/check");
            assertThat(stream.requestHeaders().authority()).isEqualTo("auth");
            assertThat(stream.header("content-length")).isEqualTo("4");
            assertThat(stream.body()).isEqualTo("who?");
            assertThat(stream.requestEnded()).isTrue();
            assertThat(told).isEmpty();

            stream.respond(ResponseHeaders.of(200), false);
            stream.data("you", false);
            stream.data("!", true);

            assertThat(told).containsExactly("200 you!");
            assertThat(cluster.charged()).containsExactly("200 internal");
            assertThat(cluster.times()).hasSize(1);
            assertThat(context.counter("http.async-client.rq_total")).isEqualTo(1);
            assertThat(worker.armedTimers()).isZero();
        }

        @Test
        void itSaysThatItIsInternalAndWhereItComesFrom() {
            context.platform().localAddress("192.0.2.7");
            send(CallRequest.to("auth").get("/").timeout(Duration.ofMillis(250)));

            assertThat(pool.stream().header("x-envoy-internal")).isEqualTo("true");
            assertThat(pool.stream().header("x-forwarded-for")).isEqualTo("192.0.2.7");
            assertThat(pool.stream().header("x-envoy-expected-rq-timeout-ms")).isEqualTo("250");
        }

        @Test
        void withoutEnvoyHeadersItSaysNeither() {
            send(CallRequest.to("auth").get("/").envoyHeaders(false));

            assertThat(pool.stream().header("x-envoy-internal")).isNull();
            assertThat(pool.stream().header("x-forwarded-for")).isNull();
            pool.stream().respond(200, "");
            assertThat(cluster.charged()).containsExactly("200");
        }

        @Test
        void trailersArePartOfTheResponse() {
            send(CallRequest.to("auth"));
            pool.stream().respond(ResponseHeaders.of(200), false);
            pool.stream().respondTrailers(new Trailers());

            assertThat(told).containsExactly("200  and trailers");
        }

        @Test
        void aClusterThatIsNotThereIsToldAfterTheCallHasBegun() {
            send(CallRequest.to("nobody"));
            assertThat(told).isEmpty();

            worker.runPosted();

            assertThat(told).containsExactly("NO_CLUSTER cluster_not_found");
        }

        @Test
        void aClusterWithoutAHostIsToldAfterTheCallHasBegun() {
            cluster.noHealthyHost();
            send(CallRequest.to("auth"));
            assertThat(told).isEmpty();

            worker.runPosted();

            assertThat(told).containsExactly("NO_HEALTHY_HOST no_healthy_upstream");
            assertThat(cluster.charged()).containsExactly("503 internal");
        }

        @Test
        void anOverflowIsToldAfterTheCallHasBegun() {
            pool.fails(HttpPool.Failure.OVERFLOW, "");
            send(CallRequest.to("auth"));
            assertThat(told).isEmpty();

            worker.runPosted();

            assertThat(told)
                    .containsExactly("OVERFLOW upstream_reset_before_response_started{overflow}");
        }

        @Test
        void aResponseThatIsTooLargeIsBrokenOff() {
            send(CallRequest.to("auth").maxResponseBytes(3));
            pool.stream().respond(ResponseHeaders.of(200), false);
            pool.stream().data("1234", false);

            assertThat(told).containsExactly("RESPONSE_TOO_LARGE response_payload_too_large");
            assertThat(pool.stream().resets()).hasSize(1);
        }

        @Test
        void aCancelledCallIsNotAnswered() {
            Call call = send(CallRequest.to("auth").timeout(Duration.ofSeconds(1)));
            call.cancel();
            call.cancel();

            assertThat(pool.stream().resets()).containsExactly(ResetReason.LOCAL_RESET);
            assertThat(worker.armedTimers()).isZero();
            pool.stream().respond(200, "late");
            assertThat(told).isEmpty();
        }

        @Test
        void aCallThatWaitsForAConnectionGivesUpWaiting() {
            pool.connectsLater();
            send(CallRequest.to("auth")).cancel();

            assertThat(pool.cancelled()).isEqualTo(1);
        }

        @Test
        void allCallsOfAnOwnerEndWithIt() {
            send(CallRequest.to("auth"));
            send(CallRequest.to("auth"));
            send(CallRequest.to("nobody"));
            calls.cancelAll();
            worker.runPosted();

            assertThat(pool.stream(0).resets()).hasSize(1);
            assertThat(pool.stream(1).resets()).hasSize(1);
            assertThat(told).isEmpty();
        }
    }

    @Nested
    class TimeoutsAndRetries {
        @Test
        void aCallThatTakesTooLongIsBrokenOff() {
            send(CallRequest.to("auth").timeout(Duration.ofMillis(200)));
            worker.advance(Duration.ofMillis(199));
            assertThat(told).isEmpty();
            worker.advance(Duration.ofMillis(1));

            assertThat(told).containsExactly("TIMEOUT response_timeout");
            assertThat(pool.timeouts()).isEqualTo(1);
            assertThat(context.counter("cluster.auth.upstream_rq_timeout")).isEqualTo(1);
            assertThat(cluster.charged()).containsExactly("504 internal");
        }

        @Test
        void aFailedResponseIsTriedAgainAsThePolicySays() {
            send(CallRequest.to("auth").post("/x").body("again").retryPolicy(retryOn("5xx", 1)));
            pool.stream().respond(503, "no");
            assertThat(told).isEmpty();
            afterBackOff();

            assertThat(pool.streams()).isEqualTo(2);
            assertThat(pool.stream().body()).isEqualTo("again");
            pool.stream().respond(200, "yes");
            assertThat(told).containsExactly("200 yes");
            assertThat(cluster.retried()).containsExactly(503);
            assertThat(context.counter("cluster.auth.upstream_rq_retry")).isEqualTo(1);
            assertThat(context.counter("cluster.auth.upstream_rq_retry_success")).isEqualTo(1);
            assertThat(cluster.retriesActive()).isZero();
        }

        @Test
        void aPolicySaysHowLongToWait() {
            var policy = RetryPolicy.newBuilder().setRetryOn("5xx");
            policy.getRetryBackOffBuilder()
                    .setBaseInterval(com.google.protobuf.Duration.newBuilder().setSeconds(3600))
                    .setMaxInterval(com.google.protobuf.Duration.newBuilder().setSeconds(7200));
            send(
                    CallRequest.to("auth")
                            .retryPolicy(context.retryPolicy("retry_policy", policy.build())));
            pool.stream().respond(503, "no");
            afterBackOff();
            assertThat(pool.streams()).as("random, but hardly less than a second").isEqualTo(1);
            worker.advance(Duration.ofHours(1));

            assertThat(pool.streams()).isEqualTo(2);
        }

        @Test
        void theLastAttemptCounts() {
            send(CallRequest.to("auth").retryPolicy(retryOn("reset", 1)));
            pool.stream().reset(ResetReason.CONNECTION_TERMINATION, "");
            afterBackOff();
            pool.stream().reset(ResetReason.REMOTE_RESET, "");

            assertThat(told)
                    .containsExactly("RESET upstream_reset_before_response_started{remote_reset}");
            assertThat(context.counter("cluster.auth.upstream_rq_retry_limit_exceeded"))
                    .isEqualTo(1);
        }

        @Test
        void aTimeoutEndsTheWaitForAnotherAttempt() {
            context.runtime("upstream.base_retry_backoff_ms", "60000");
            send(
                    CallRequest.to("auth")
                            .timeout(Duration.ofMillis(1))
                            .retryPolicy(retryOn("reset", 1)));
            pool.stream().reset(ResetReason.REMOTE_RESET, "");
            worker.advance(Duration.ofMillis(1));

            assertThat(told).containsExactly("TIMEOUT response_timeout");
            assertThat(worker.armedTimers()).isZero();
            assertThat(cluster.retriesActive()).isZero();
        }

        @Test
        void aCancelledCallIsNotTriedAgain() {
            Call call = send(CallRequest.to("auth").retryPolicy(retryOn("reset", 1)));
            pool.stream().reset(ResetReason.REMOTE_RESET, "");
            call.cancel();
            afterBackOff();

            assertThat(pool.streams()).isEqualTo(1);
            assertThat(cluster.retriesActive()).isZero();
        }
    }

    @Nested
    class Streaming {
        private CallStream open() {
            return calls.open(CallRequest.to("auth").post("/upload"), false, new Recorder());
        }

        @Test
        void piecesPassBothWays() {
            CallStream stream = open();
            stream.data(Buffer.copyOf("one"), false);
            pool.stream().respond(ResponseHeaders.of(200), false);
            pool.stream().data("first", false);
            stream.data(Buffer.copyOf("two"), true);
            stream.data(Buffer.copyOf("dropped"), true);
            pool.stream().respondTrailers(new Trailers());

            assertThat(pool.stream().body()).isEqualTo("onetwo");
            assertThat(told).containsExactly("headers 200", "data first", "trailers");
        }

        @Test
        void aSlowUpstreamHoldsTheCallerUp() {
            CallStream stream = open();
            pool.stream().slow(true);
            assertThat(stream.aboveWatermark()).isTrue();
            pool.stream().slow(false);

            assertThat(stream.aboveWatermark()).isFalse();
            assertThat(told).containsExactly("above", "below");
        }

        @Test
        void whatWaitsForAConnectionHoldsTheCallerUp() {
            pool.connectsLater();
            CallStream stream = open();
            stream.data(Buffer.copyOf("x".repeat(1024 * 1024 + 1)), false);
            assertThat(told).containsExactly("above");
            pool.connect();

            assertThat(told).containsExactly("above", "below");
            assertThat(pool.stream().body()).hasSize(1024 * 1024 + 1);
        }

        @Test
        void aSlowCallerHoldsTheUpstreamUp() {
            CallStream stream = open();
            stream.readDisable(true);
            assertThat(pool.stream().reading()).isFalse();
            stream.readDisable(false);
            assertThat(pool.stream().reading()).isTrue();
        }

        @Test
        void aResponseBeforeTheEndOfTheRequestIsTheEnd() {
            open();
            pool.stream().respond(403, "no");

            assertThat(told).containsExactly("headers 403", "data no", "end");
            assertThat(pool.stream().resets()).hasSize(1);
        }

        @Test
        void aResponseThatBreaksOffIsToldAfterItsBeginning() {
            open();
            pool.stream().respond(ResponseHeaders.of(200), false);
            pool.stream().reset(ResetReason.CONNECTION_TERMINATION, "");

            assertThat(told)
                    .containsExactly(
                            "headers 200",
                            "RESET upstream_reset_after_response_started{connection_termination}");
        }
    }

    private final class Recorder implements CallReceiver {
        @Override
        public void onHeaders(ResponseHeaders headers, boolean endStream) {
            told.add("headers " + headers.status());
            end(endStream);
        }

        @Override
        public void onData(Buffer data, boolean endStream) {
            told.add("data " + data.toString(StandardCharsets.UTF_8));
            end(endStream);
        }

        private void end(boolean endStream) {
            if (endStream) {
                told.add("end");
            }
        }

        @Override
        public void onTrailers(Trailers trailers) {
            told.add("trailers");
        }

        @Override
        public void onFailure(CallFailure failure) {
            told.add(describe(failure));
        }

        @Override
        public void onAboveWatermark() {
            told.add("above");
        }

        @Override
        public void onBelowWatermark() {
            told.add("below");
        }
    }

    @Nested
    class Grpc {
        private GrpcService.Builder service() {
            var service = GrpcService.newBuilder();
            service.getEnvoyGrpcBuilder().setClusterName("auth");
            return service;
        }

        private GrpcRequest<StringValue, StringValue> request(GrpcService.Builder service) {
            GrpcClient client = context.grpcClient("grpc_service", service.build());
            assertThat(context.reported()).isEmpty();
            return GrpcRequest.of(client, SAY);
        }

        private Call say(GrpcService.Builder service, String text) {
            return calls.unary(
                    request(service), StringValue.of(text), result -> told.add(describe(result)));
        }

        private String describe(GrpcResult<StringValue> result) {
            return switch (result) {
                case GrpcResult.Message<StringValue>(StringValue message) -> message.getValue();
                case GrpcResult.Failure<StringValue>(GrpcStatus status) ->
                        status.code() + " " + status.message();
            };
        }

        private void answer(String text) {
            pool.stream().respond(ResponseHeaders.of(200), false);
            pool.stream().data(frame(text), false);
        }

        private static String frame(String text) {
            byte[] message = StringValue.of(text).toByteArray();
            return "\0\0\0\0"
                    + (char) message.length
                    + new String(message, StandardCharsets.ISO_8859_1);
        }

        private void end(int status, String message) {
            var trailers = new Trailers();
            trailers.setLong(HeaderName.GRPC_STATUS, status);
            if (!message.isEmpty()) {
                trailers.set(HeaderName.GRPC_MESSAGE, message);
            }
            pool.stream().respondTrailers(trailers);
        }

        @Test
        void oneMessageEachWay() {
            say(service(), "hello");

            FakeUpstreamStream stream = pool.stream();
            assertThat(stream.requestHeaders().method()).isEqualTo("POST");
            assertThat(stream.requestHeaders().path()).isEqualTo("/nuncio.test.Talk/Say");
            assertThat(stream.header("content-type")).isEqualTo("application/grpc");
            assertThat(stream.header("te")).isEqualTo("trailers");
            assertThat(stream.header("grpc-timeout")).isNull();
            assertThat(stream.body()).isEqualTo(frame("hello"));
            assertThat(stream.requestEnded()).isTrue();

            answer("world");
            assertThat(told).isEmpty();
            end(0, "");
            assertThat(told).containsExactly("world");
        }

        @Test
        void theServiceSaysAuthorityTimeoutAndMetadata() {
            GrpcService.Builder service =
                    service()
                            .setTimeout(
                                    com.google.protobuf.Duration.newBuilder().setNanos(5_000_000))
                            .addInitialMetadata(
                                    HeaderValue.newBuilder().setKey("x-token").setValue("s3"));
            service.getEnvoyGrpcBuilder().setAuthority("auth.example");
            say(service, "hello");

            assertThat(pool.stream().requestHeaders().authority()).isEqualTo("auth.example");
            assertThat(pool.stream().header("x-token")).isEqualTo("s3");
            assertThat(pool.stream().header("grpc-timeout")).isEqualTo("5m");
            worker.advance(Duration.ofMillis(5));
            assertThat(told).containsExactly("14 upstream request timeout");
        }

        @Test
        void aServiceMaySkipEnvoysHeaders() {
            GrpcService.Builder service = service();
            say(service, "hello");
            assertThat(pool.stream().header("x-envoy-internal")).isEqualTo("true");
            service.getEnvoyGrpcBuilder().setSkipEnvoyHeaders(true);
            say(service, "hello");

            assertThat(pool.stream().header("x-envoy-internal")).isNull();
        }

        @Test
        void aStatusComesFromTheTrailers() {
            say(service(), "hello");
            answer("ignored");
            end(7, "gr%C3%B6%C3%9Fer");

            assertThat(told).containsExactly("7 größer");
        }

        @Test
        void aStatusComesFromHeadersWhereThereIsNothingElse() {
            say(service(), "hello");
            var headers = ResponseHeaders.of(200);
            headers.setLong(HeaderName.GRPC_STATUS, 5);
            headers.set(HeaderName.GRPC_MESSAGE, "not here");
            pool.stream().respond(headers, true);

            assertThat(told).containsExactly("5 not here");
        }

        @Test
        void aResponseOfAnotherKindIsMapped() {
            say(service(), "hello");
            pool.stream().respond(404, "what?");

            assertThat(told).containsExactly("12 HTTP status 404");
        }

        @Test
        void aResponseWithoutAStatusIsUnknown() {
            say(service(), "hello");
            pool.stream().respond(ResponseHeaders.of(200), false);
            pool.stream().data(frame("x"), true);

            assertThat(told).containsExactly("2 the response ended without a status");
        }

        @Test
        void okWithoutAMessageIsAnError() {
            say(service(), "hello");
            pool.stream().respond(ResponseHeaders.of(200), false);
            end(0, "");

            assertThat(told).containsExactly("13 OK without a message");
        }

        @Test
        void aMessageThatIsTooLongIsRefusedByTheNameOfItsLimit() {
            GrpcService.Builder service = service();
            service.getEnvoyGrpcBuilder().setMaxReceiveMessageLength(UInt32Value.of(4));
            say(service, "hello");
            answer("12345678");

            assertThat(told)
                    .containsExactly(
                            "8 a message is longer than max_receive_message_length, 4 bytes");
            assertThat(pool.stream().resets()).hasSize(1);
        }

        @Test
        void aCompressedMessageIsAnError() {
            say(service(), "hello");
            pool.stream().respond(ResponseHeaders.of(200), false);
            pool.stream().data("\1\0\0\0\0", false);

            assertThat(told).containsExactly("13 a frame with an unknown flag");
        }

        @Test
        void aClusterThatHasGoneIsUnavailable() {
            GrpcRequest<StringValue, StringValue> request = request(service());
            context.platform().clusters().remove("auth");
            calls.unary(request, StringValue.of("hello"), result -> told.add(describe(result)));
            worker.runPosted();

            assertThat(told).containsExactly("14 Cluster not available");
        }

        @Test
        void anUnavailableServiceIsTriedAgain() {
            GrpcService.Builder service =
                    service()
                            .setRetryPolicy(
                                    RetryPolicy.newBuilder()
                                            .setRetryOn("unavailable,reset")
                                            .setNumRetries(UInt32Value.of(2)));
            say(service, "hello");
            var unavailable = ResponseHeaders.of(200);
            unavailable.setLong(HeaderName.GRPC_STATUS, 14);
            pool.stream().respond(unavailable, true);
            afterBackOff();
            pool.stream().reset(ResetReason.CONNECTION_TERMINATION, "");
            afterBackOff();
            assertThat(pool.stream().body()).isEqualTo(frame("hello"));
            answer("at last");
            end(0, "");

            assertThat(told).containsExactly("at last");
            assertThat(pool.streams()).isEqualTo(3);
        }

        @Test
        void anUnknownClusterIsAProblem() {
            GrpcService.Builder service = service();
            service.getEnvoyGrpcBuilder().setClusterName("nobody");
            context.grpcClient("grpc_service", service.build());

            assertThat(context.reported())
                    .singleElement()
                    .asString()
                    .contains("grpc_service.envoy_grpc.cluster_name", "unknown cluster `nobody`");
        }

        @Test
        void aServiceWithoutAPlaceIsAProblem() {
            context.grpcClient("grpc_service", GrpcService.getDefaultInstance());

            assertThat(context.reported())
                    .singleElement()
                    .asString()
                    .contains("grpc_service.envoy_grpc");
        }

        @Test
        void messagesPassBothWaysOneByteAtATime() {
            var stream = calls.stream(request(service()), new Messages());
            stream.send(StringValue.of("a"));
            stream.send(StringValue.of("b"));
            assertThat(pool.stream().body()).isEqualTo(frame("a") + frame("b"));
            pool.stream().respond(ResponseHeaders.of(200), false);
            for (char c : (frame("c") + frame("d")).toCharArray()) {
                pool.stream().data(String.valueOf(c), false);
            }
            stream.halfClose();
            assertThat(pool.stream().requestEnded()).isTrue();
            end(0, "");
            stream.send(StringValue.of("dropped"));

            assertThat(told).containsExactly("metadata", "c", "d", "0 ");
        }

        @Test
        void aStreamThatBreaksOffInTheMiddleIsAnInternalError() {
            calls.stream(request(service()), new Messages());
            answer("c");
            pool.stream().reset(ResetReason.CONNECTION_TERMINATION, "");

            assertThat(told).containsExactly("metadata", "c", "13 ");
        }

        @Test
        void aCancelledStreamIsToldNothing() {
            var stream = calls.stream(request(service()), new Messages());
            stream.cancel();

            assertThat(pool.stream().resets()).containsExactly(ResetReason.LOCAL_RESET);
            assertThat(told).isEmpty();
        }
    }

    private final class Messages implements GrpcReceiver<StringValue> {
        @Override
        public void onInitialMetadata(ResponseHeaders headers) {
            told.add("metadata");
        }

        @Override
        public void onMessage(StringValue message) {
            told.add(message.getValue());
        }

        @Override
        public void onClose(GrpcStatus status, HeaderMap trailers) {
            told.add(status.code() + " " + status.message());
        }
    }
}
