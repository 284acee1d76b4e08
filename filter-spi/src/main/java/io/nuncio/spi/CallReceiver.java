package io.nuncio.spi;

import org.osgi.annotation.versioning.ConsumerType;

/// Gets the response of a streaming call, in order. Thread: the call's loop. The last callback is
/// one with `endStream`, [#onTrailers] or [#onFailure], whichever comes; nothing follows it, nor
/// [Call#cancel].
@ConsumerType
public interface CallReceiver {
    /// Ownership: the headers are the receiver's from now on.
    void onHeaders(ResponseHeaders headers, boolean endStream);

    /// Ownership: take what you keep; what is left is dropped.
    void onData(Buffer data, boolean endStream);

    /// Ownership: the trailers are the receiver's from now on.
    void onTrailers(Trailers trailers);

    /// There is no response, or no end of one.
    void onFailure(CallFailure failure);

    /// What is sent is not taken fast enough: hold on until [#onBelowWatermark].
    default void onAboveWatermark() {}

    default void onBelowWatermark() {}
}
