package io.nuncio.spi.host;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.LocalReply;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.Trailers;

import org.osgi.annotation.versioning.ConsumerType;

/// Gets one request from a server codec, in order (Envoy: RequestDecoder). Thread: the connection's
/// worker.
@ConsumerType
public interface RequestReceiver {
    /// Ownership: the headers are the receiver's from now on.
    void onHeaders(RequestHeaders headers, boolean endStream);

    /// Ownership: take what you keep; what is left is dropped.
    void onData(Buffer data, boolean endStream);

    void onTrailers(Trailers trailers);

    /// The request is not valid: answer it with `reply`, whose details name the rule. The codec
    /// returns an error right after, if the connection is of no more use.
    void onProtocolError(LocalReply reply);
}
