package io.nuncio.spi;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

import java.util.List;
import java.util.function.Supplier;

/// One request and its response, as seen by one filter of its chain: given to
/// [HttpFilterTemplate#create], valid until [HttpFilter#onDestroy].
///
/// Thread: every method is for the stream's worker, except [#post]. The kernel keeps the rules for
/// the author: a second reply is ignored and counted, going on after a reply does nothing, and
/// nothing happens after the end.
@ProviderType
public interface Stream {
    /// What is known of the stream so far; the same object for all filters and logs.
    StreamInfo info();

    /// The downstream connection, null for a stream that the proxy made itself.
    @Nullable Connection connection();

    Worker worker();

    /// The request's headers, null before the first callback.
    @Nullable RequestHeaders requestHeaders();

    /// The response's headers, null until the response callbacks have them.
    @Nullable ResponseHeaders responseHeaders();

    /// The route that the request matches, [Route#NONE] if nothing does. Resolved on first use and
    /// then kept.
    Route route();

    /// Forgets the route, so that the next [#route] resolves it anew from the headers as they are.
    void clearRoute();

    /// This filter's most specific per-route configuration, null if the route has none.
    ///
    /// @param type the class of the value that [PerRouteFactory#configureRoute] returned
    <T> @Nullable T perRoute(Class<T> type);

    /// This filter's per-route configurations of all levels, the least specific first: route
    /// configuration, virtual host, route, weighted cluster (Envoy: getAllPerFilterConfig). Empty
    /// if there is none.
    ///
    /// @param type as for [#perRoute]
    <T> List<T> perRouteOfAllLevels(Class<T> type);

    /// This filter's value for the connection that the stream came on: made when a stream of the
    /// connection first asks, the same for all later ones. What is once per connection belongs
    /// here: something worked out from the peer's certificate, a bucket, a session elsewhere.
    ///
    /// Thread: the connection's worker, as for the filter; nothing else sees the value. One value
    /// for each place of a filter in the configuration, so `maker` gives the same type whenever it
    /// is asked; not for [HttpFilter#onDestroy], unless the stream has asked before.
    ///
    /// Lifetime: until the connection closes, or another configuration or another generation of the
    /// bundle takes the filter's chain over, which begins with values of its own; and in any case
    /// until the streams that asked have ended. Then an `AutoCloseable` is closed, on the worker. A
    /// stream without a connection has a value for itself.
    <T> T perConnection(Supplier<T> maker);

    /// What command operators in formats and header values read of this stream.
    FormatContext formatContext();

    /// Goes on with the next filter after `PAUSE`, with all that was held back (Envoy:
    /// continueDecoding, continueEncoding). Does nothing if the filter is not paused; within the
    /// callback that is about to pause, the pause is not made.
    void resume(Direction direction);

    /// Answers the request here and now; the asynchronous twin of returning a reply.
    void reply(LocalReply reply);

    /// What this direction's buffer holds so far; edit it in place. Empty if nothing is buffered.
    Buffer buffered(Direction direction);

    /// Adds data of the filter's own making, which the filters after this one see (Envoy:
    /// injectDecodedDataToFilterChain).
    ///
    /// Ownership: `data` is emptied.
    void inject(Direction direction, Buffer data, boolean endStream);

    /// Adds trailers where the peer sent none; only while the last piece of data is being handled
    /// (Envoy: addDecodedTrailers).
    Trailers addTrailers(Direction direction);

    /// Starts the response, for a filter that answers requests: it passes the response callbacks of
    /// all filters, from the last of the chain to the first (Envoy: encodeHeaders).
    ///
    /// Ownership: the stream keeps `headers`.
    ///
    /// @param details the response code details, such as `via_upstream`
    void respondHeaders(ResponseHeaders headers, boolean endStream, String details);

    /// An informational response before the response proper; ownership as for [#respondHeaders].
    void respondInformational(ResponseHeaders headers);

    /// The next piece of the response that [#respondHeaders] began; `data` is emptied.
    void respondData(Buffer data, boolean endStream);

    /// Ends the response that [#respondHeaders] began.
    void respondTrailers(Trailers trailers);

    /// Slows down, or lets go again, the sender of `direction`: for a filter that cannot pass on
    /// what it gets. Calls nest (Envoy: onDecoderFilterAboveWriteBufferHighWatermark and its kin).
    void pushBack(Direction direction, boolean on);

    /// Ends the stream at once, without a response if none was started.
    void reset();

    /// How many bytes each direction may buffer, in bytes.
    int bufferLimit();

    /// Changes [#bufferLimit]; 0 means without limit.
    void bufferLimit(int bytes);

    /// A timer that is disarmed when the stream ends.
    Timer timer(Runnable task);

    /// Calls through clusters, cancelled when the stream ends; the same object for one filter.
    Calls calls();

    /// Runs `task` on the stream's worker unless the stream has ended by then; callable from any
    /// thread.
    void post(Runnable task);
}
