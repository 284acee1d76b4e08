package io.nuncio.spi;

import com.google.protobuf.MessageLite;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// What a gRPC call is begun with: `GrpcRequest.of(client, CHECK).header(..)`. For one call.
public final class GrpcRequest<Q extends MessageLite, R extends MessageLite> {
    private final GrpcClient client;
    private final GrpcMethod<Q, R> method;
    private final List<Metadata> metadata = new ArrayList<>(0);
    private Duration timeout;

    /// One entry of the initial metadata.
    public record Metadata(HeaderName name, String value) {}

    private GrpcRequest(GrpcClient client, GrpcMethod<Q, R> method) {
        this.client = client;
        this.method = method;
        this.timeout = client.timeout();
    }

    public static <Q extends MessageLite, R extends MessageLite> GrpcRequest<Q, R> of(
            GrpcClient client, GrpcMethod<Q, R> method) {
        return new GrpcRequest<>(client, method);
    }

    /// Adds initial metadata after the client's own.
    public GrpcRequest<Q, R> header(HeaderName name, String value) {
        metadata.add(new Metadata(name, value));
        return this;
    }

    /// How long the call may take from the end of its request; told to the server as
    /// `grpc-timeout`. Zero for no limit.
    public GrpcRequest<Q, R> timeout(Duration limit) {
        timeout = limit;
        return this;
    }

    public GrpcClient client() {
        return client;
    }

    public GrpcMethod<Q, R> method() {
        return method;
    }

    public List<Metadata> metadata() {
        return metadata;
    }

    public Duration timeout() {
        return timeout;
    }
}
