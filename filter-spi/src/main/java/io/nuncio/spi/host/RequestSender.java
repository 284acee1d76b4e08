package io.nuncio.spi.host;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.Trailers;

import org.osgi.annotation.versioning.ProviderType;

/// Sends one request to an upstream (Envoy: RequestEncoder). Thread: the connection's worker.
@ProviderType
public interface RequestSender {
    void headers(RequestHeaders headers, boolean endStream);

    /// `data` is emptied.
    void data(Buffer data, boolean endStream);

    void trailers(Trailers trailers);

    StreamControl control();
}
