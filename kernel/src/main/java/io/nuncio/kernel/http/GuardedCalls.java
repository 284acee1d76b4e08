package io.nuncio.kernel.http;

import com.google.protobuf.MessageLite;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Call;
import io.nuncio.spi.CallFailure;
import io.nuncio.spi.CallReceiver;
import io.nuncio.spi.CallRequest;
import io.nuncio.spi.CallResult;
import io.nuncio.spi.CallStream;
import io.nuncio.spi.Calls;
import io.nuncio.spi.GrpcReceiver;
import io.nuncio.spi.GrpcRequest;
import io.nuncio.spi.GrpcResult;
import io.nuncio.spi.GrpcStatus;
import io.nuncio.spi.GrpcStream;
import io.nuncio.spi.HeaderMap;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Trailers;

import java.util.function.Consumer;

/// The calls of one filter of a stream: what comes back is guarded like any callback of the filter.
final class GuardedCalls implements Calls {
    private final ActiveFilter filter;
    private final Calls calls;

    GuardedCalls(ActiveFilter filter, Calls calls) {
        this.filter = filter;
        this.calls = calls;
    }

    @Override
    public Call send(CallRequest request, Consumer<CallResult> done) {
        return calls.send(request, result -> filter.run(() -> done.accept(result)));
    }

    @Override
    public CallStream open(CallRequest request, boolean endStream, CallReceiver receiver) {
        return calls.open(request, endStream, new Guarded(filter, receiver));
    }

    @Override
    public <Q extends MessageLite, R extends MessageLite> Call unary(
            GrpcRequest<Q, R> request, Q message, Consumer<GrpcResult<R>> done) {
        return calls.unary(request, message, result -> filter.run(() -> done.accept(result)));
    }

    @Override
    public <Q extends MessageLite, R extends MessageLite> GrpcStream<Q> stream(
            GrpcRequest<Q, R> request, GrpcReceiver<R> receiver) {
        return calls.stream(request, new GuardedGrpc<>(filter, receiver));
    }

    @Override
    public void cancelAll() {
        calls.cancelAll();
    }

    private record Guarded(ActiveFilter filter, CallReceiver receiver) implements CallReceiver {
        @Override
        public void onHeaders(ResponseHeaders headers, boolean endStream) {
            filter.run(() -> receiver.onHeaders(headers, endStream));
        }

        @Override
        public void onData(Buffer data, boolean endStream) {
            filter.run(() -> receiver.onData(data, endStream));
        }

        @Override
        public void onTrailers(Trailers trailers) {
            filter.run(() -> receiver.onTrailers(trailers));
        }

        @Override
        public void onFailure(CallFailure failure) {
            filter.run(() -> receiver.onFailure(failure));
        }

        @Override
        public void onAboveWatermark() {
            filter.run(receiver::onAboveWatermark);
        }

        @Override
        public void onBelowWatermark() {
            filter.run(receiver::onBelowWatermark);
        }
    }

    private record GuardedGrpc<R extends MessageLite>(ActiveFilter filter, GrpcReceiver<R> receiver)
            implements GrpcReceiver<R> {
        @Override
        public void onInitialMetadata(ResponseHeaders headers) {
            filter.run(() -> receiver.onInitialMetadata(headers));
        }

        @Override
        public void onMessage(R message) {
            filter.run(() -> receiver.onMessage(message));
        }

        @Override
        public void onClose(GrpcStatus status, HeaderMap trailers) {
            filter.run(() -> receiver.onClose(status, trailers));
        }

        @Override
        public void onAboveWatermark() {
            filter.run(receiver::onAboveWatermark);
        }

        @Override
        public void onBelowWatermark() {
            filter.run(receiver::onBelowWatermark);
        }
    }
}
