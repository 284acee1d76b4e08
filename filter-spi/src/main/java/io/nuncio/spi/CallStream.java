package io.nuncio.spi;

import org.osgi.annotation.versioning.ProviderType;

/// The request side of a streaming call (Envoy: AsyncClient::Stream). Thread: its loop. What is
/// sent after the end of the request, or of the call, is dropped.
@ProviderType
public interface CallStream extends Call {
    /// `data` is emptied.
    void data(Buffer data, boolean endStream);

    /// Ends the request; the call keeps `trailers`.
    void trailers(Trailers trailers);

    /// Stops (true) or goes on (false) reading the response. Calls nest.
    void readDisable(boolean disable);

    /// True if more is waiting to be sent than may be: wait for [CallReceiver#onBelowWatermark].
    boolean aboveWatermark();
}
