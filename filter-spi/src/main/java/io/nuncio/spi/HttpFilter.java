package io.nuncio.spi;

import org.osgi.annotation.versioning.ConsumerType;

/// The behaviour of an HTTP filter for one stream.
///
/// Thread: every call is made on the worker that owns the stream, never two at once; none may
/// block. Order on each path: headers, then data, then trailers. Request callbacks run in the order
/// of the chain, response callbacks in reverse. Nothing is called after [#onDestroy], and no
/// request callback after a reply. As in Envoy, every filter of the chain sees every response: also
/// one to a request that never reached it, and a reply of its own.
///
/// A filter that throws harms its own stream only: it gets a 500 with the details
/// `filter_failed{name}`.
@ConsumerType
public interface HttpFilter {
    /// Request headers (Envoy: decodeHeaders).
    ///
    /// @param headers the stream's own; change them in place, they are forwarded as they are when
    ///   the chain goes on
    /// @param endStream true if neither body nor trailers follow
    default HeadersOutcome onRequestHeaders(RequestHeaders headers, boolean endStream) {
        return HeadersOutcome.CONTINUE;
    }

    /// A piece of the request body, in order (Envoy: decodeData).
    ///
    /// Ownership: `data` is the stream's own buffer: take from it what you keep (`moveTo`), leave
    /// what you pass on; there is nothing to release.
    ///
    /// @param data 0 or more bytes; empty only together with `endStream`
    /// @param endStream true on the last call; false if trailers follow
    default DataOutcome onRequestData(Buffer data, boolean endStream) {
        return DataOutcome.CONTINUE;
    }

    /// Request trailers, always the end of the request (Envoy: decodeTrailers).
    default TrailersOutcome onRequestTrailers(Trailers trailers) {
        return TrailersOutcome.CONTINUE;
    }

    /// An informational response other than `101` (Envoy: encode1xxHeaders). May be called several
    /// times before the response.
    default TrailersOutcome onInformational(ResponseHeaders headers) {
        return TrailersOutcome.CONTINUE;
    }

    /// Response headers (Envoy: encodeHeaders).
    ///
    /// @param endStream true if neither body nor trailers follow
    default HeadersOutcome onResponseHeaders(ResponseHeaders headers, boolean endStream) {
        return HeadersOutcome.CONTINUE;
    }

    /// A piece of the response body, in order (Envoy: encodeData). Ownership as for
    /// [#onRequestData].
    default DataOutcome onResponseData(Buffer data, boolean endStream) {
        return DataOutcome.CONTINUE;
    }

    /// Response trailers, always the end of the response (Envoy: encodeTrailers).
    default TrailersOutcome onResponseTrailers(Trailers trailers) {
        return TrailersOutcome.CONTINUE;
    }

    /// The filter has seen the end of the request (Envoy: decodeComplete). Cheap notice, at most
    /// once.
    default void onRequestComplete() {}

    /// A local reply is about to be sent, made by whichever filter or by the proxy (Envoy:
    /// onLocalReply). Called in the order of the chain, before the reply passes the response
    /// callbacks.
    default void onLocalReply(LocalReply reply) {}

    /// What the filter writes towards `direction` is read more slowly than it comes: stop producing
    /// until [#onBelowWatermark]. `RESPONSE` means the downstream is slow (Envoy:
    /// onAboveWriteBufferHighWatermark). Calls nest.
    default void onAboveWatermark(Direction direction) {}

    /// The counterpart of [#onAboveWatermark].
    default void onBelowWatermark(Direction direction) {}

    /// The stream is over, well or badly; called exactly once, last. Cancel what you started
    /// elsewhere.
    default void onDestroy() {}
}
