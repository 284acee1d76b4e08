package io.nuncio.kernel.http;

import io.nuncio.kernel.stream.NoConnection;
import io.nuncio.kernel.stream.StreamFacts;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.Direction;
import io.nuncio.spi.FormatContext;
import io.nuncio.spi.LocalReply;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Route;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.Timer;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.Worker;
import io.nuncio.spi.host.HttpStream;
import io.nuncio.spi.host.MutableStreamInfo;
import io.nuncio.spi.host.RouteEntry;
import io.nuncio.spi.internal.Internal;

import org.jspecify.annotations.Nullable;

import java.util.function.Supplier;

/// One stream on its way through a chain: what the parts of a stream share, and the calls of its
/// owner.
///
/// The work is done by the parts: [RequestPath] and [ResponsePath] walk the filters, [LocalReplies]
/// answers, [ActiveFilter] is what each filter sees of the stream.
final class ActiveStream implements HttpStream {
    static final ActiveFilter[] NO_FILTERS = {};

    private static final int DEFAULT_BUFFER_LIMIT = 1024 * 1024;

    private final FilterChain chain;
    private final Worker worker;
    private final @Nullable Connection connection;
    private final Sink sink;
    private final StreamFacts info;
    private final RequestPath request;
    private final ResponsePath response;
    private final LocalReplies replies;

    private ActiveFilter[] filters = NO_FILTERS;
    private boolean filtersMade;

    private @Nullable RequestHeaders requestHeaders;
    private @Nullable Trailers requestTrailers;
    private @Nullable ResponseHeaders responseHeaders;
    private @Nullable Trailers responseTrailers;
    private @Nullable Route route;

    /// The path whose callback is on the stack, innermost.
    private @Nullable FilterPath running;

    private @Nullable StreamTimer timers;
    private @Nullable ConnectionScope ofConnection;
    private int bufferLimit;
    private int highWatermarks;
    private boolean requestComplete;
    private boolean destroyed;
    private boolean reset;

    ActiveStream(FilterChain chain, Worker worker, @Nullable Connection connection, Sink sink) {
        this.chain = chain;
        this.worker = worker;
        this.connection = connection;
        this.sink = sink;
        this.info =
                connection == null
                        ? new StreamFacts(worker, new NoConnection())
                        : new StreamFacts(worker, connection);
        this.request = new RequestPath(this);
        this.response = new ResponsePath(this);
        this.replies = new LocalReplies(this);
        this.bufferLimit = connection == null ? DEFAULT_BUFFER_LIMIT : connection.bufferLimit();
    }

    // What the owner calls.

    @Override
    public MutableStreamInfo info() {
        return info;
    }

    @Override
    public FormatContext formatContext(String accessLogType) {
        return new StreamFormatContext(this, accessLogType);
    }

    @Override
    public void requestHeaders(RequestHeaders headers, boolean endStream) {
        requestHeaders = headers;
        replies.onRequest(headers);
        noteRequestPart(endStream);
        if (over() || replies.replied()) {
            return;
        }
        makeFilters();
        if (!over() && !replies.replied()) {
            sink.onRequestStart();
        }
        if (!over() && !replies.replied()) {
            request.headers(0, endStream);
        }
    }

    @Override
    public void refuse(RequestHeaders headers, boolean endStream, LocalReply reply) {
        requestHeaders = headers;
        replies.onRequest(headers);
        noteRequestPart(endStream);
        reply(reply);
    }

    @Override
    public void requestData(Buffer data, boolean endStream) {
        noteRequestPart(endStream);
        if (!over()) {
            request.data(0, data, endStream);
        }
        data.clear();
    }

    @Override
    public void requestTrailers(Trailers trailers) {
        requestTrailers = trailers;
        noteRequestPart(true);
        if (!over()) {
            request.trailers(0);
        }
    }

    private void noteRequestPart(boolean endStream) {
        if (endStream && !requestComplete) {
            requestComplete = true;
            info.mark(StreamInfo.Moment.DOWNSTREAM_REQUEST_END);
        }
    }

    @Override
    public void reply(LocalReply reply) {
        if (response.headersSent()) {
            return;
        }
        String paused = pausedFilter();
        if (!paused.isEmpty()) {
            chain.logger()
                    .debug(
                            "[C{}] {}: the HTTP filter {} had paused the stream",
                            info.downstream().id(),
                            reply.details(),
                            paused);
        }
        replies.reply(null, reply);
    }

    /// The name of the filter that holds the stream back, empty if none does: a timeout's log line
    /// names it.
    String pausedFilter() {
        ActiveFilter filter = request.pausedAt();
        if (filter == null) {
            filter = response.pausedAt();
        }
        return filter == null ? "" : filter.name();
    }

    @Override
    public boolean responseStarted() {
        return response.headersSent();
    }

    @Override
    public boolean requestComplete() {
        return requestComplete;
    }

    @Override
    public void onAboveWriteBufferHighWatermark() {
        highWatermarks++;
        pauseResponse(-1, true);
    }

    @Override
    public void onBelowWriteBufferLowWatermark() {
        highWatermarks--;
        pauseResponse(-1, false);
    }

    @Override
    public void destroy() {
        if (destroyed) {
            return;
        }
        destroyed = true;
        for (ActiveFilter filter : filters) {
            filter.destroy();
        }
        for (StreamTimer timer = timers; timer != null; timer = timer.next()) {
            timer.disarm();
        }
        if (ofConnection != null) {
            ofConnection.leave();
        }
        request.release();
        response.release();
        if (requestHeaders != null) {
            requestHeaders.release(Internal.KEY);
        }
        if (responseHeaders != null) {
            responseHeaders.release(Internal.KEY);
        }
        chain.streams().exit(worker);
    }

    /// The value of a filter for the connection, made if it has none.
    <T> T perConnection(FilterSlot slot, Supplier<T> maker) {
        ConnectionScope scope = ofConnection;
        if (scope == null) {
            if (destroyed) {
                throw new IllegalStateException("the stream has ended");
            }
            scope = chain.values().enter(worker, connection);
            ofConnection = scope;
        }
        return scope.value(slot, maker);
    }

    // The route.

    @Override
    public Route route() {
        Route current = route;
        if (current == null) {
            current = requestHeaders == null ? Route.NONE : sink.resolveRoute(requestHeaders, info);
            route = current;
            info.route(current);
            info.cluster(
                    current instanceof RouteEntry entry && entry.directResponse() == null
                            ? entry.cluster()
                            : null);
        }
        return current;
    }

    void clearRoute() {
        if (!over()) {
            route = null;
            info.route(Route.NONE);
            info.cluster(null);
            info.clusterInfo(null);
        }
    }

    // The filters.

    void makeFilters() {
        if (filtersMade) {
            return;
        }
        filtersMade = true;
        Route firstRoute = route();
        FilterSlot[] slots = chain.slots();
        int count = 0;
        for (FilterSlot slot : slots) {
            count += firstRoute.filterEnabled(slot.name(), !slot.disabled()) ? 1 : 0;
        }
        var made = new ActiveFilter[count];
        int index = 0;
        for (FilterSlot slot : slots) {
            if (count == slots.length || firstRoute.filterEnabled(slot.name(), !slot.disabled())) {
                made[index] = new ActiveFilter(this, slot, index);
                index++;
            }
        }
        filters = made;
        request.begin(made);
        response.begin(made);
        for (ActiveFilter filter : made) {
            filter.create();
        }
        for (int i = 0; i < highWatermarks; i++) {
            pauseResponse(-1, true);
        }
    }

    // Watermarks.

    /// Tells the filters whose output goes through filter `index` that the response is not read
    /// fast enough, or is again.
    ///
    /// @param index -1 for the owner
    void pauseResponse(int index, boolean pause) {
        for (int i = index + 1; i < filters.length && !destroyed; i++) {
            filters[i].onWatermark(Direction.RESPONSE, pause);
        }
    }

    /// The same for the request: the filters before `index` are told, and the owner.
    void pauseRequest(int index, boolean pause) {
        for (int i = index - 1; i >= 0 && !destroyed; i--) {
            filters[i].onWatermark(Direction.REQUEST, pause);
        }
        if (!over()) {
            sink.pauseRequest(pause);
        }
    }

    int bufferLimit() {
        return bufferLimit;
    }

    @Override
    public void bufferLimit(int bytes) {
        bufferLimit = bytes;
        if (!over()) {
            request.checkLimit();
            response.checkLimit();
        }
    }

    // Callbacks, replies and resets.

    @Nullable FilterPath enter(FilterPath path) {
        FilterPath before = running;
        running = path;
        return before;
    }

    void leave(@Nullable FilterPath before) {
        running = before;
    }

    @Nullable FilterPath running() {
        return running;
    }

    void reply(@Nullable ActiveFilter by, LocalReply reply) {
        replies.reply(by, reply);
    }

    void sendPendingReply() {
        replies.sendPending();
    }

    void reset() {
        if (!over()) {
            reset = true;
            if (running != null) {
                running.aborted = true;
            }
            sink.onReset();
        }
    }

    /// True once nothing more may happen: the owner has destroyed the stream, or a filter has reset
    /// it.
    boolean over() {
        return destroyed || reset;
    }

    boolean destroyed() {
        return destroyed;
    }

    /// True once the response is there up to its end, or a reply takes its place: the rest of the
    /// request is of no use.
    boolean requestNoLongerWanted() {
        return over() || response.ended() || replies.replied();
    }

    // A response made by a filter enters.

    void respondInformational(ResponseHeaders headers) {
        if (!over() && !replies.replied()) {
            response.startInformational(headers);
        }
    }

    void respondHeaders(ResponseHeaders headers, boolean endStream, String details) {
        if (over() || replies.replied() || responseHeaders != null) {
            return;
        }
        info.responseCodeDetails(details);
        responseHeaders = headers;
        response.startHeaders(endStream);
    }

    void respondData(Buffer data, boolean endStream) {
        if (takesResponse()) {
            response.startData(data, endStream);
        }
        data.clear();
    }

    void respondTrailers(Trailers trailers) {
        if (takesResponse()) {
            responseTrailers = trailers;
            response.startTrailers();
        }
    }

    private boolean takesResponse() {
        return !over() && !replies.replied() && !response.ended() && responseHeaders != null;
    }

    // What the parts read and note.

    @Nullable RequestHeaders requestHeaders() {
        return requestHeaders;
    }

    @Nullable Trailers requestTrailers() {
        return requestTrailers;
    }

    @Nullable ResponseHeaders responseHeaders() {
        return responseHeaders;
    }

    void responseHeaders(ResponseHeaders headers) {
        responseHeaders = headers;
    }

    @Nullable Trailers responseTrailers() {
        return responseTrailers;
    }

    /// Adds trailers to a message that has none; only while its last piece is being handled.
    Trailers addTrailers(Direction direction) {
        FilterPath path = path(direction);
        if (!path.handlingEnd) {
            throw new IllegalStateException(
                    "trailers can only be added while the last piece of data is being handled");
        }
        var trailers = direction == Direction.REQUEST ? requestTrailers : responseTrailers;
        if (trailers == null) {
            trailers = new Trailers();
            if (direction == Direction.REQUEST) {
                requestTrailers = trailers;
            } else {
                responseTrailers = trailers;
            }
        }
        return trailers;
    }

    void noteLocalReply() {
        info.localReply(true);
    }

    void noteResponseBegins() {
        info.mark(StreamInfo.Moment.DOWNSTREAM_RESPONSE_BEGIN);
    }

    void noteResponseEnds() {
        info.mark(StreamInfo.Moment.DOWNSTREAM_RESPONSE_END);
    }

    Timer timer(ActiveFilter filter, Runnable task) {
        var timer = new StreamTimer(filter, task, timers);
        timers = timer;
        return timer;
    }

    FilterPath path(Direction direction) {
        return direction == Direction.REQUEST ? request : response;
    }

    RequestPath request() {
        return request;
    }

    ResponsePath response() {
        return response;
    }

    LocalReplies replies() {
        return replies;
    }

    ActiveFilter[] filters() {
        return filters;
    }

    FilterChain chain() {
        return chain;
    }

    FilterManagerStats stats() {
        return chain.stats();
    }

    Worker worker() {
        return worker;
    }

    @Nullable Connection connection() {
        return connection;
    }

    Sink sink() {
        return sink;
    }
}
