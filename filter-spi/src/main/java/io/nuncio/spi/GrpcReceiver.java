package io.nuncio.spi;

import com.google.protobuf.MessageLite;

import org.osgi.annotation.versioning.ConsumerType;

/// Gets what a gRPC stream answers, in order. Thread: the call's loop. Nothing follows [#onClose],
/// nor [Call#cancel].
@ConsumerType
public interface GrpcReceiver<R extends MessageLite> {
    /// The server's headers.
    default void onInitialMetadata(ResponseHeaders headers) {}

    void onMessage(R message);

    /// The call is over, well or not. Called once, also if there was never a connection.
    ///
    /// @param trailers the server's trailing metadata; empty if it sent none
    void onClose(GrpcStatus status, HeaderMap trailers);

    /// What is sent is not taken fast enough: hold on until [#onBelowWatermark].
    default void onAboveWatermark() {}

    default void onBelowWatermark() {}
}
