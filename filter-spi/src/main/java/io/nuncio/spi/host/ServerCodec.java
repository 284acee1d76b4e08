package io.nuncio.spi.host;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Protocol;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/// Turns the bytes of one downstream connection into streams. Thread: the connection's worker.
@ProviderType
public interface ServerCodec {
    /// Reads what it can. An HTTP/1 codec stops after a message, leaves the rest in `data` and
    /// disables reading of the connection until the response is complete; then it enables reading
    /// again, so that the rest comes back by itself.
    ///
    /// @return null if all is well; otherwise the connection is of no more use: flush what was
    ///   written and close it
    @Nullable CodecError dispatch(Buffer data);

    Protocol protocol();

    /// Tells the peer to start no new streams: HTTP/2 sends GOAWAY with the last stream, HTTP/1 has
    /// no word for it.
    void goAway();

    /// Tells the peer that [#goAway] will come soon (HTTP/2: GOAWAY with the highest stream id).
    void shutdownNotice();

    /// Tells the peer that it asks for too much, right before the connection is closed: HTTP/2
    /// sends GOAWAY with ENHANCE_YOUR_CALM, HTTP/1 has no word for it.
    void enhanceYourCalm();

    /// The connection's write buffer is over its limit: all streams are slowed down.
    void onAboveWriteBufferHighWatermark();

    void onBelowWriteBufferLowWatermark();

    /// Who uses the codec.
    interface Callbacks {
        /// A request begins.
        ///
        /// @return who gets it; the same object for the stream's whole life
        RequestReceiver onStream(ResponseSender response);

        /// The peer will start no new streams.
        default void onGoAway() {}
    }
}
