package io.nuncio.spi;

import com.google.protobuf.MessageLite;

import org.osgi.annotation.versioning.ProviderType;

import java.util.function.Consumer;

/// Calls through clusters: balancing, health, circuit breakers and statistics of the cluster apply,
/// and the connections are those of the loop that calls, be it a worker or the main thread (Envoy:
/// AsyncClient). From [Stream#calls], whose calls end with the stream, or [FactoryContext#calls],
/// whose calls end with [#cancelAll].
///
/// Thread: the loop that this belongs to. Nothing fails by exception: every call is answered
/// exactly once, by a response or by the reason why there is none, always on that loop and never
/// before the method that began it has returned. A call that is cancelled is not answered.
@ProviderType
public interface Calls {
    /// Sends a request and collects its response.
    ///
    /// Ownership: the request's headers and body are the call's from now on. The response is the
    /// receiver's, but its body is only valid while `done` runs: take what you keep.
    Call send(CallRequest request, Consumer<CallResult> done);

    /// Begins a request whose body, if any, follows piece by piece, and whose response comes so.
    /// The body that the request has already is sent first.
    ///
    /// @param endStream true if nothing follows
    CallStream open(CallRequest request, boolean endStream, CallReceiver receiver);

    /// Sends one message and gets one back.
    <Q extends MessageLite, R extends MessageLite> Call unary(
            GrpcRequest<Q, R> request, Q message, Consumer<GrpcResult<R>> done);

    /// Begins a call with any number of messages either way.
    <Q extends MessageLite, R extends MessageLite> GrpcStream<Q> stream(
            GrpcRequest<Q, R> request, GrpcReceiver<R> receiver);

    /// Cancels what is under way. A stream does that by itself when it ends.
    void cancelAll();
}
