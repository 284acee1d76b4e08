package io.nuncio.distribution;

import com.google.protobuf.StringValue;

import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.nuncio.testkit.TestCertificates;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/// A service whose messages are `google.protobuf.StringValue`, on a grpc-java server.
final class GrpcTalk implements BindableService, AutoCloseable {
    /// What the server noticed: each message, and `cancelled`.
    final BlockingQueue<String> noticed = new LinkedBlockingQueue<>();

    /// How many calls fail as unavailable before one is answered.
    final AtomicInteger unavailable = new AtomicInteger();

    private final boolean answersAll;
    private final Server server;

    /// @param identity null for plaintext
    /// @param answersAll true if no call waits or fails
    private GrpcTalk(int port, TestCertificates.Identity identity, boolean answersAll)
            throws IOException {
        this.answersAll = answersAll;
        NettyServerBuilder builder =
                NettyServerBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        if (identity != null) {
            builder.useTransportSecurity(
                    stream(identity.certificatePem()), stream(identity.keyPem()));
        }
        server = builder.addService(this).build().start();
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
    }

    /// On TLS.
    static GrpcTalk startTls(TestCertificates.Identity identity) {
        try {
            return new GrpcTalk(0, identity, false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// @param port 0 for any
    static GrpcTalk start(int port) {
        return start(port, false);
    }

    /// One that answers what others leave waiting or let fail.
    static GrpcTalk startAnsweringAll(int port) {
        return start(port, true);
    }

    private static GrpcTalk start(int port, boolean answersAll) {
        try {
            return new GrpcTalk(port, null, answersAll);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return server.getPort();
    }

    /// Drops its connections and stops listening.
    @Override
    public void close() throws InterruptedException {
        server.shutdownNow().awaitTermination();
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ServerServiceDefinition.builder("com.example.Talk")
                .addMethod(method("Say", MethodType.UNARY), ServerCalls.asyncUnaryCall(this::say))
                .addMethod(
                        method("Chat", MethodType.BIDI_STREAMING),
                        ServerCalls.asyncBidiStreamingCall(this::chat))
                .build();
    }

    private void say(StringValue request, StreamObserver<StringValue> response) {
        noticed.add(request.getValue());
        if (unavailable.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            response.onError(Status.UNAVAILABLE.withDescription("not yet").asException());
            return;
        }
        switch (answersAll ? "" : request.getValue()) {
            case "wait" ->
                    ((ServerCallStreamObserver<StringValue>) response)
                            .setOnCancelHandler(() -> noticed.add("cancelled"));
            case "fail" ->
                    response.onError(
                            Status.PERMISSION_DENIED.withDescription("go away").asException());
            default -> {
                response.onNext(StringValue.of("you said " + request.getValue()));
                response.onCompleted();
            }
        }
    }

    private StreamObserver<StringValue> chat(StreamObserver<StringValue> response) {
        return new StreamObserver<>() {
            @Override
            public void onNext(StringValue message) {
                response.onNext(message);
            }

            @Override
            public void onError(Throwable failure) {
                noticed.add("cancelled");
            }

            @Override
            public void onCompleted() {
                response.onCompleted();
            }
        };
    }

    private static MethodDescriptor<StringValue, StringValue> method(String name, MethodType type) {
        return MethodDescriptor.<StringValue, StringValue>newBuilder()
                .setType(type)
                .setFullMethodName("com.example.Talk/" + name)
                .setRequestMarshaller(new Strings())
                .setResponseMarshaller(new Strings())
                .build();
    }

    private static final class Strings implements MethodDescriptor.Marshaller<StringValue> {
        @Override
        public InputStream stream(StringValue value) {
            return value.toByteString().newInput();
        }

        @Override
        public StringValue parse(InputStream stream) {
            try {
                return StringValue.parseFrom(stream);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
