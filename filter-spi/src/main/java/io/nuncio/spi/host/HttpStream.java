package io.nuncio.spi.host;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.FormatContext;
import io.nuncio.spi.LocalReply;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Route;
import io.nuncio.spi.Trailers;

import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/// One stream on its way through a filter chain, as its owner (a connection manager) drives it.
/// Thread: the worker.
///
/// The owner feeds the request, the chain hands the response to the [Sink]. The owner calls
/// [#destroy] exactly once, last.
@ProviderType
public interface HttpStream {
    MutableStreamInfo info();

    /// For access logs and formats.
    FormatContext formatContext(String accessLogType);

    /// The route as resolved so far; resolves it if needed.
    Route route();

    /// Ownership: the stream keeps `headers`.
    void requestHeaders(RequestHeaders headers, boolean endStream);

    /// In place of [#requestHeaders]: the owner does not serve this request. Filters see no request
    /// headers, but the reply passes them on its way, as every response does, and logs know what
    /// was asked.
    ///
    /// Ownership: the stream keeps `headers`.
    void refuse(RequestHeaders headers, boolean endStream, LocalReply reply);

    /// `data` is emptied.
    void requestData(Buffer data, boolean endStream);

    void requestTrailers(Trailers trailers);

    /// Answers for the owner, before or while the filters run. Ignored if a response was started.
    void reply(LocalReply reply);

    /// True once the sink got response headers.
    boolean responseStarted();

    /// True once the whole request has been fed.
    boolean requestComplete();

    /// How many bytes each direction may hold back, 0 for no limit; the connection's limit unless
    /// set.
    void bufferLimit(int bytes);

    /// The downstream is slow: filters and upstream are told (nests).
    void onAboveWriteBufferHighWatermark();

    void onBelowWriteBufferLowWatermark();

    /// The stream is over, whatever its state: filters are destroyed, no sink call follows.
    void destroy();

    /// The body of a local reply.
    ///
    /// @param contentType for a reply that has none of its own, and for a body that is not the
    ///   reply's own unless the owner gave the headers another type
    record ReplyBody(String text, String contentType) {
        public static final String PLAIN = "text/plain";
    }

    /// Who owns the stream and gets the response.
    @ConsumerType
    interface Sink {
        /// The route of the request, [Route#NONE] if nothing matches.
        Route resolveRoute(RequestHeaders headers, MutableStreamInfo info);

        /// The request has its route and its filters, and is about to reach the first of them; the
        /// owner may still reply.
        default void onRequestStart() {}

        /// A local reply is about to be sent: the owner may change it (local_reply_config).
        ///
        /// @return the reply to send, usually the same
        default LocalReply onLocalReply(LocalReply reply) {
            return reply;
        }

        /// A local reply has its headers, those of the route among them: the owner may change them,
        /// also the status, and says what the body is (local_reply_config).
        ///
        /// @param body the reply's own
        default ReplyBody formatReply(ResponseHeaders headers, String body) {
            return new ReplyBody(body, ReplyBody.PLAIN);
        }

        void informational(ResponseHeaders headers);

        /// The response headers have passed all filters.
        void headers(ResponseHeaders headers, boolean endStream);

        /// Take what you keep; what is left is dropped.
        void data(Buffer data, boolean endStream);

        void trailers(Trailers trailers);

        /// Response and request are both done with; the owner ends the stream now. Called once,
        /// after the last response part.
        void onComplete();

        /// A filter ended the stream without a (complete) response.
        void onReset();

        /// The request is read faster than it can be passed on (true), or may go on (false). Calls
        /// nest.
        void pauseRequest(boolean pause);
    }
}
