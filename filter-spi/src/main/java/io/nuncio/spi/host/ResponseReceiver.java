package io.nuncio.spi.host;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Trailers;

import org.osgi.annotation.versioning.ConsumerType;

/// Gets one response from an upstream, in order (Envoy: ResponseDecoder). Thread: the connection's
/// worker.
@ConsumerType
public interface ResponseReceiver {
    /// A response with a status of 100 to 199, other than 101; may come several times.
    void onInformational(ResponseHeaders headers);

    /// Ownership: the headers are the receiver's from now on.
    void onHeaders(ResponseHeaders headers, boolean endStream);

    /// Ownership: take what you keep; what is left is dropped.
    void onData(Buffer data, boolean endStream);

    void onTrailers(Trailers trailers);
}
