package io.nuncio.spi.host;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Protocol;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/// Turns the bytes of one upstream connection into streams. Thread: the connection's worker.
@ProviderType
public interface ClientCodec {
    /// Reads what it can.
    ///
    /// @return null if all is well; otherwise close the connection
    @Nullable CodecError dispatch(Buffer data);

    /// The upstream sends no more: completes a response that ends with the connection.
    void onEndOfStream();

    Protocol protocol();

    /// Begins a stream. HTTP/1: only while none is under way.
    RequestSender newStream(ResponseReceiver receiver);

    void goAway();

    void onAboveWriteBufferHighWatermark();

    void onBelowWriteBufferLowWatermark();

    /// Who owns the connection: a pool.
    interface Callbacks {
        /// The upstream will take no new streams.
        default void onGoAway() {}

        /// The upstream allows that many streams at once (HTTP/2 settings).
        default void onMaxConcurrentStreams(long streams) {}

        /// The response of the current stream is complete; the connection may be used again if
        /// `reusable`.
        default void onResponseComplete(boolean reusable) {}

        /// In place of [#onResponseComplete] for a tunnel, after both its halves have ended: the
        /// connection is of no more use when what was written is flushed.
        default void onTunnelEnded() {}
    }
}
