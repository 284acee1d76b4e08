package io.nuncio.spi.host;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Trailers;

import org.osgi.annotation.versioning.ProviderType;

/// Sends the response of one stream (Envoy: ResponseEncoder). Thread: the connection's worker.
/// Nothing may be sent after the end of the stream or a reset.
@ProviderType
public interface ResponseSender {
    /// A response with a status of 100 to 199, other than 101.
    void informational(ResponseHeaders headers);

    void headers(ResponseHeaders headers, boolean endStream);

    /// `data` is emptied.
    void data(Buffer data, boolean endStream);

    void trailers(Trailers trailers);

    StreamControl control();
}
