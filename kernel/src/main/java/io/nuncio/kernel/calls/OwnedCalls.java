package io.nuncio.kernel.calls;

import com.google.protobuf.MessageLite;

import io.nuncio.spi.Call;
import io.nuncio.spi.CallReceiver;
import io.nuncio.spi.CallRequest;
import io.nuncio.spi.CallResult;
import io.nuncio.spi.CallStream;
import io.nuncio.spi.Calls;
import io.nuncio.spi.GrpcReceiver;
import io.nuncio.spi.GrpcRequest;
import io.nuncio.spi.GrpcResult;
import io.nuncio.spi.GrpcStream;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.Worker;

import org.jspecify.annotations.Nullable;

import java.util.function.Consumer;

/// The calls of one owner, linked, so that they end with it.
final class OwnedCalls implements Calls {
    private final CallServices services;
    private final Worker worker;
    private @Nullable ActiveCall first;

    OwnedCalls(CallServices services, Worker worker) {
        this.services = services;
        this.worker = worker;
    }

    @Override
    public Call send(CallRequest request, Consumer<CallResult> done) {
        int length = request.body().length();
        if (length > 0) {
            request.headers().setLong(HeaderName.CONTENT_LENGTH, length);
        }
        var collected = new CollectedResponse(request.maxResponseBytes(), done);
        ActiveCall call = start(request, collected, true);
        collected.call(call);
        return call;
    }

    @Override
    public CallStream open(CallRequest request, boolean endStream, CallReceiver receiver) {
        return start(request, receiver, endStream);
    }

    @Override
    public <Q extends MessageLite, R extends MessageLite> Call unary(
            GrpcRequest<Q, R> request, Q message, Consumer<GrpcResult<R>> done) {
        GrpcStream<Q> stream = stream(request, new UnaryGrpc<R>(done));
        stream.sendLast(message);
        return stream;
    }

    @Override
    public <Q extends MessageLite, R extends MessageLite> GrpcStream<Q> stream(
            GrpcRequest<Q, R> request, GrpcReceiver<R> receiver) {
        ServiceClient client = (ServiceClient) request.client();
        var stream = new ActiveGrpcStream<Q, R>(client, request.method(), receiver);
        stream.call(start(client.request(request), stream, false));
        return stream;
    }

    private ActiveCall start(CallRequest request, CallReceiver receiver, boolean endStream) {
        var call = new ActiveCall(services, worker, this, request, receiver);
        call.next = first;
        if (first != null) {
            first.previous = call;
        }
        first = call;
        call.start(endStream);
        return call;
    }

    /// The call is over.
    void remove(ActiveCall call) {
        if (call.previous != null) {
            call.previous.next = call.next;
        } else if (first == call) {
            first = call.next;
        }
        if (call.next != null) {
            call.next.previous = call.previous;
        }
        call.previous = null;
        call.next = null;
    }

    @Override
    public void cancelAll() {
        while (first != null) {
            first.cancel();
        }
    }
}
