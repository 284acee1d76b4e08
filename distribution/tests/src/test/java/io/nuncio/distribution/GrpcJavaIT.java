package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.nuncio.testkit.NuncioServer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/// A grpc-java client, the proxy, and a grpc-java server, in plaintext with prior knowledge.
class GrpcJavaIT {
    private static final int PATIENCE_SECONDS = 20;

    @TempDir private Path folder;
    private GrpcEcho echo;
    private NuncioServer proxy;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws Exception {
        echo = GrpcEcho.start();
        proxy =
                NuncioServer.start(
                        Distribution.HOME.resolve("bundles"), bootstrap(echo.port(), log()));
        channel =
                NettyChannelBuilder.forAddress(proxy.address("l"))
                        .usePlaintext()
                        .maxInboundMessageSize(GrpcEcho.LARGEST)
                        .build();
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        proxy.close();
        echo.close();
    }

    /// `/nuncio.test.Echo/Nobody` has no cluster that answers, `/nuncio.test.Echo/None` no route.
    private static String bootstrap(int port, Path log) {
        String routes =
                """
                - match: { prefix: "/nuncio.test.Echo/Nobody" }
                  route: { cluster: nobody }
                - match: { prefix: "/nuncio.test.Echo/Hasty" }
                  route: { cluster: c, timeout: 1s, prefix_rewrite: "/nuncio.test.Echo/Unary" }
                - match: { prefix: "/nuncio.test.Echo/", grpc: {} }
                  route: { cluster: c, timeout: 0s }
                """;
        return """
        static_resources:
          listeners:
        %s
          clusters:
        %s
        %s
        """
                .formatted(
                        Http2Bootstraps.listener("l", "HTTP2", log, "", routes),
                        Http2Bootstraps.cluster("c", port, "http2_protocol_options: {}"),
                        Http2Bootstraps.cluster("nobody", 1, "http2_protocol_options: {}"));
    }

    private Path log() {
        return folder.resolve("log");
    }

    /// Ends the proxy; all that it has logged.
    private List<String> logged() throws IOException {
        proxy.close();
        return LogLines.of(log());
    }

    private String unary(String request) {
        return ClientCalls.blockingUnaryCall(channel, GrpcEcho.UNARY, CallOptions.DEFAULT, request);
    }

    private Status failure(CallOptions options, String method, String request) {
        var descriptor =
                GrpcEcho.UNARY.toBuilder().setFullMethodName("nuncio.test.Echo/" + method).build();
        return catchThrowableOfType(
                        StatusRuntimeException.class,
                        () -> ClientCalls.blockingUnaryCall(channel, descriptor, options, request))
                .getStatus();
    }

    // Calls of each kind.

    @Test
    void aCallIsAnswered() throws Exception {
        assertThat(unary("hello")).isEqualTo("hello");
        assertThat(unary("")).isEmpty();

        assertThat(proxy.stat("cluster.c.upstream_cx_http2_total")).isEqualTo(1);
        assertThat(logged()).containsOnly("/nuncio.test.Echo/Unary 200 via_upstream -");
    }

    @Test
    void aStreamOfRequestsIsAnsweredOnce() throws Exception {
        var answers = new Answers();
        StreamObserver<String> requests =
                ClientCalls.asyncClientStreamingCall(
                        channel.newCall(GrpcEcho.COLLECT, CallOptions.DEFAULT), answers);
        for (int number = 0; number < 1000; number++) {
            requests.onNext("x");
        }
        requests.onCompleted();

        assertThat(answers.next()).hasSize(1999);
        assertThat(answers.status().isOk()).isTrue();
    }

    @Test
    void aRequestIsAnsweredWithAStream() {
        Iterator<String> answers =
                ClientCalls.blockingServerStreamingCall(
                        channel, GrpcEcho.COUNT, CallOptions.DEFAULT, "1000");
        var all = new ArrayList<String>();
        answers.forEachRemaining(all::add);

        assertThat(all).hasSize(1000).startsWith("1", "2").endsWith("999", "1000");
    }

    @Test
    void eachMessageOfAChatIsAnsweredBeforeTheNextIsSent() throws Exception {
        var answers = new Answers();
        StreamObserver<String> requests = chat(answers);
        for (int number = 0; number < 100; number++) {
            requests.onNext("message " + number);
            assertThat(answers.next()).isEqualTo("message " + number);
        }
        requests.onCompleted();

        assertThat(answers.status().isOk()).isTrue();
    }

    @Test
    void manyChatsShareAConnection() throws Exception {
        List<Answers> all = new ArrayList<>();
        List<StreamObserver<String>> chats = new ArrayList<>();
        for (int chat = 0; chat < 50; chat++) {
            all.add(new Answers());
            chats.add(chat(all.get(chat)));
        }
        for (int chat = 49; chat >= 0; chat--) {
            chats.get(chat).onNext("chat " + chat);
            assertThat(all.get(chat).next()).isEqualTo("chat " + chat);
        }
        chats.forEach(StreamObserver::onCompleted);
        for (Answers answers : all) {
            assertThat(answers.status().isOk()).isTrue();
        }
        assertThat(proxy.stat("cluster.c.upstream_cx_total")).isEqualTo(1);
    }

    private StreamObserver<String> chat(Answers answers) {
        return ClientCalls.asyncBidiStreamingCall(
                channel.newCall(GrpcEcho.CHAT, CallOptions.DEFAULT), answers);
    }

    @Test
    void largeMessagesPassAllWindows() throws Exception {
        String large = "0123456789abcdef".repeat(256 * 1024); // 4 MiB
        var answers = new Answers();
        StreamObserver<String> requests = chat(answers);
        for (int number = 0; number < 8; number++) {
            requests.onNext(large);
        }
        requests.onCompleted();

        for (int number = 0; number < 8; number++) {
            assertThat(answers.next().equals(large)).as("message %d", number).isTrue();
        }
        assertThat(answers.status().isOk()).isTrue();
    }

    // Metadata.

    @Test
    void metadataAndTrailersPassBothWays() {
        var sent = new Metadata();
        sent.put(GrpcEcho.TEXT, "one");
        sent.put(GrpcEcho.TEXT, "two");
        sent.put(GrpcEcho.BINARY, new byte[] {0, 1, -1, 10, 13});
        var headers = new AtomicReference<Metadata>();
        var trailers = new AtomicReference<Metadata>();
        Channel with =
                ClientInterceptors.intercept(
                        channel,
                        MetadataUtils.newAttachHeadersInterceptor(sent),
                        MetadataUtils.newCaptureMetadataInterceptor(headers, trailers));

        String answer =
                ClientCalls.blockingUnaryCall(with, GrpcEcho.UNARY, CallOptions.DEFAULT, "x");

        assertThat(answer).isEqualTo("x");
        for (Metadata came : List.of(headers.get(), trailers.get())) {
            assertThat(came.getAll(GrpcEcho.TEXT)).containsExactly("one", "two");
            assertThat(came.get(GrpcEcho.BINARY)).containsExactly(0, 1, -1, 10, 13);
        }
    }

    // Failures.

    @Test
    void aStatusAndItsMessagePass() throws Exception {
        Status status = failure(CallOptions.DEFAULT, "Unary", GrpcEcho.FAIL);

        assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(status.getDescription()).isEqualTo(GrpcEcho.MESSAGE);
        assertThat(logged()).containsExactly("/nuncio.test.Echo/Unary 200 via_upstream -");
    }

    @Test
    void aCancelledCallIsCancelledAtTheServer() throws Exception {
        var answers = new Answers();
        ClientCall<String, String> call = channel.newCall(GrpcEcho.CHAT, CallOptions.DEFAULT);
        StreamObserver<String> requests = ClientCalls.asyncBidiStreamingCall(call, answers);
        requests.onNext("x");
        answers.next();

        call.cancel("enough", null);

        assertThat(noticed()).isEqualTo("cancelled");
        assertThat(unary("the connections are good")).isNotEmpty();
        assertThat(proxy.stat("cluster.c.upstream_cx_total")).isEqualTo(1);
        channel.shutdownNow().awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(logged())
                .contains(
                        "/nuncio.test.Echo/Chat 200 http2.remote_reset DR",
                        "/nuncio.test.Echo/Unary 200 via_upstream -");
    }

    @Test
    void aCallWhoseDeadlinePassesAtTheClientIsCancelledAtTheServer() throws Exception {
        unary("so that the time is not that of a connection");
        Status status =
                failure(
                        CallOptions.DEFAULT.withDeadlineAfter(2, TimeUnit.SECONDS),
                        "Unary",
                        GrpcEcho.WAIT);

        assertThat(status.getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        assertThat(noticed()).as("grpc-timeout").isEqualTo("a deadline");
        assertThat(noticed()).isEqualTo("cancelled");
    }

    @Test
    void aRouteThatWaitsNoLongerIsUnavailable() throws Exception {
        unary("so that the time is not that of a connection");
        Status status = failure(CallOptions.DEFAULT, "Hasty", GrpcEcho.WAIT);
        assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(status.getDescription()).isEqualTo("upstream request timeout");
        assertThat(noticed()).isEqualTo("no deadline");
        assertThat(noticed()).isEqualTo("cancelled");
        assertThat(logged())
                .containsExactly(
                        "/nuncio.test.Echo/Unary 200 via_upstream -",
                        "/nuncio.test.Echo/Unary 200 response_timeout UT");
    }

    @Test
    void aHostThatDoesNotListenIsUnavailable() throws Exception {
        Status status = failure(CallOptions.DEFAULT, "Nobody", "x");

        assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(status.getDescription()).contains("remote connection failure");
    }

    @Test
    void aCallWithoutARouteIsUnimplemented() {
        var descriptor = GrpcEcho.UNARY.toBuilder().setFullMethodName("other/Method").build();
        Status status =
                catchThrowableOfType(
                                StatusRuntimeException.class,
                                () ->
                                        ClientCalls.blockingUnaryCall(
                                                channel, descriptor, CallOptions.DEFAULT, "x"))
                        .getStatus();

        assertThat(status.getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
    }

    @Test
    void aServerThatDiesInTheMiddleOfAStreamIsUnavailable() throws Exception {
        var answers = new Answers();
        chat(answers).onNext("x");
        answers.next();

        echo.kill();

        assertThat(answers.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(failure(CallOptions.DEFAULT, "Unary", "x").getCode())
                .isEqualTo(Status.Code.UNAVAILABLE);
    }

    private String noticed() throws InterruptedException {
        return echo.noticed.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /// What came for a call.
    private static final class Answers implements StreamObserver<String> {
        private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();

        @Override
        public void onNext(String message) {
            events.add(message);
        }

        @Override
        public void onError(Throwable failure) {
            events.add(Status.fromThrowable(failure));
        }

        @Override
        public void onCompleted() {
            events.add(Status.OK);
        }

        String next() throws InterruptedException {
            return (String) events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }

        Status status() throws InterruptedException {
            return (Status) events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }
}
