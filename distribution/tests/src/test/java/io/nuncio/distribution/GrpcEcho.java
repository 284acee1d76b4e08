package io.nuncio.distribution;

import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.ForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// A service whose messages are plain text, on a grpc-java server.
final class GrpcEcho implements BindableService, AutoCloseable {
    /// Answers with what it got; with [#FAIL] it fails, with [#WAIT] it never answers.
    static final MethodDescriptor<String, String> UNARY = method("Unary", MethodType.UNARY);

    /// Answers with all messages, joined by commas.
    static final MethodDescriptor<String, String> COLLECT =
            method("Collect", MethodType.CLIENT_STREAMING);

    /// Answers with so many messages as the number says.
    static final MethodDescriptor<String, String> COUNT =
            method("Count", MethodType.SERVER_STREAMING);

    /// Answers each message with it, at once.
    static final MethodDescriptor<String, String> CHAT = method("Chat", MethodType.BIDI_STREAMING);

    static final String FAIL = "fail";
    static final String WAIT = "wait";
    static final String MESSAGE = "größer als 100 %\n";

    static final Metadata.Key<String> TEXT =
            Metadata.Key.of("x-text", Metadata.ASCII_STRING_MARSHALLER);
    static final Metadata.Key<byte[]> BINARY =
            Metadata.Key.of("x-binary-bin", Metadata.BINARY_BYTE_MARSHALLER);
    static final int LARGEST = 64 * 1024 * 1024;

    private static final int WINDOW = 256 * 1024;

    /// What the server noticed: `waits`, `cancelled`.
    final BlockingQueue<String> noticed = new LinkedBlockingQueue<>();

    private final Server server;

    private GrpcEcho() throws IOException {
        server =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .addService(this)
                        .intercept(new MetadataEcho())
                        .maxInboundMessageSize(LARGEST)
                        .flowControlWindow(WINDOW)
                        .build()
                        .start();
    }

    static GrpcEcho start() {
        try {
            return new GrpcEcho();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return server.getPort();
    }

    /// Drops its connections.
    void kill() {
        server.shutdownNow();
    }

    @Override
    public void close() {
        kill();
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ServerServiceDefinition.builder("nuncio.test.Echo")
                .addMethod(UNARY, ServerCalls.asyncUnaryCall(this::unary))
                .addMethod(COLLECT, ServerCalls.asyncClientStreamingCall(GrpcEcho::collect))
                .addMethod(COUNT, ServerCalls.asyncServerStreamingCall(GrpcEcho::count))
                .addMethod(CHAT, ServerCalls.asyncBidiStreamingCall(this::chat))
                .build();
    }

    private void unary(String request, StreamObserver<String> response) {
        switch (request) {
            case FAIL ->
                    response.onError(
                            Status.INVALID_ARGUMENT.withDescription(MESSAGE).asException());
            case WAIT -> awaitCancel(response);
            default -> {
                response.onNext(request);
                response.onCompleted();
            }
        }
    }

    private void awaitCancel(StreamObserver<String> response) {
        ((ServerCallStreamObserver<String>) response)
                .setOnCancelHandler(() -> noticed.add("cancelled"));
        var deadline = Context.current().getDeadline();
        noticed.add(deadline == null ? "no deadline" : "a deadline");
    }

    private static StreamObserver<String> collect(StreamObserver<String> response) {
        return new Requests() {
            private final List<String> all = new ArrayList<>();

            @Override
            public void onNext(String message) {
                all.add(message);
            }

            @Override
            public void onCompleted() {
                response.onNext(String.join(",", all));
                response.onCompleted();
            }
        };
    }

    private static void count(String request, StreamObserver<String> response) {
        int last = Integer.parseInt(request);
        for (int number = 1; number <= last; number++) {
            response.onNext(Integer.toString(number));
        }
        response.onCompleted();
    }

    private StreamObserver<String> chat(StreamObserver<String> response) {
        ((ServerCallStreamObserver<String>) response)
                .setOnCancelHandler(() -> noticed.add("cancelled"));
        return new Requests() {
            @Override
            public void onNext(String message) {
                response.onNext(message);
            }

            @Override
            public void onCompleted() {
                response.onCompleted();
            }
        };
    }

    private static MethodDescriptor<String, String> method(String name, MethodType type) {
        return MethodDescriptor.<String, String>newBuilder()
                .setType(type)
                .setFullMethodName("nuncio.test.Echo/" + name)
                .setRequestMarshaller(new Text())
                .setResponseMarshaller(new Text())
                .build();
    }

    /// What the client sends; that it fails is seen by the handler of the cancellation.
    private abstract static class Requests implements StreamObserver<String> {
        @Override
        public void onError(Throwable cancelled) {}
    }

    private static final class Text implements MethodDescriptor.Marshaller<String> {
        @Override
        public InputStream stream(String text) {
            return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
            try {
                return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /// Sends the request's metadata back, in the headers and in the trailers.
    private static final class MetadataEcho implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata request, ServerCallHandler<Q, A> next) {
            var echoing =
                    new ForwardingServerCall.SimpleForwardingServerCall<Q, A>(call) {
                        @Override
                        public void sendHeaders(Metadata headers) {
                            copy(request, headers);
                            super.sendHeaders(headers);
                        }

                        @Override
                        public void close(Status status, Metadata trailers) {
                            copy(request, trailers);
                            super.close(status, trailers);
                        }
                    };
            return next.startCall(echoing, request);
        }

        private static void copy(Metadata from, Metadata to) {
            copy(from, to, TEXT);
            copy(from, to, BINARY);
        }

        private static <T> void copy(Metadata from, Metadata to, Metadata.Key<T> key) {
            Iterable<T> values = from.getAll(key);
            if (values != null) {
                values.forEach(value -> to.put(key, value));
            }
        }
    }
}
