package io.nuncio.kernel.http;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Calls;
import io.nuncio.spi.Connection;
import io.nuncio.spi.DataOutcome;
import io.nuncio.spi.Direction;
import io.nuncio.spi.FormatContext;
import io.nuncio.spi.HeadersOutcome;
import io.nuncio.spi.HttpFilter;
import io.nuncio.spi.LocalReply;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Route;
import io.nuncio.spi.Stream;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.Timer;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.TrailersOutcome;
import io.nuncio.spi.Worker;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/// One filter of one stream: what the filter sees of the stream, and the guard around its
/// callbacks, which turns an exception into a reply.
final class ActiveFilter implements Stream {
    /// Stands for a filter that could not be made.
    private static final HttpFilter NONE = new HttpFilter() {};

    private final ActiveStream stream;
    private final FilterSlot slot;
    private final int index;
    private HttpFilter filter = NONE;
    private boolean replied;
    private @Nullable Calls calls;
    private int pushingBackRequest;
    private int pushingBackResponse;

    ActiveFilter(ActiveStream stream, FilterSlot slot, int index) {
        this.stream = stream;
        this.slot = slot;
        this.index = index;
    }

    void create() {
        try {
            filter = Objects.requireNonNull(slot.template().create(this));
        } catch (Throwable failure) {
            stream.reply(this, failed(failure));
        }
    }

    // The callbacks, guarded.

    HeadersOutcome onRequestHeaders(RequestHeaders headers, boolean endStream) {
        try {
            return Objects.requireNonNull(filter.onRequestHeaders(headers, endStream));
        } catch (Throwable failure) {
            return failed(failure);
        }
    }

    DataOutcome onRequestData(Buffer data, boolean endStream) {
        try {
            return Objects.requireNonNull(filter.onRequestData(data, endStream));
        } catch (Throwable failure) {
            return failed(failure);
        }
    }

    TrailersOutcome onRequestTrailers(Trailers trailers) {
        try {
            return Objects.requireNonNull(filter.onRequestTrailers(trailers));
        } catch (Throwable failure) {
            return failed(failure);
        }
    }

    TrailersOutcome onInformational(ResponseHeaders headers) {
        try {
            return Objects.requireNonNull(filter.onInformational(headers));
        } catch (Throwable failure) {
            return failed(failure);
        }
    }

    HeadersOutcome onResponseHeaders(ResponseHeaders headers, boolean endStream) {
        try {
            return Objects.requireNonNull(filter.onResponseHeaders(headers, endStream));
        } catch (Throwable failure) {
            return failed(failure);
        }
    }

    DataOutcome onResponseData(Buffer data, boolean endStream) {
        try {
            return Objects.requireNonNull(filter.onResponseData(data, endStream));
        } catch (Throwable failure) {
            return failed(failure);
        }
    }

    TrailersOutcome onResponseTrailers(Trailers trailers) {
        try {
            return Objects.requireNonNull(filter.onResponseTrailers(trailers));
        } catch (Throwable failure) {
            return failed(failure);
        }
    }

    void onRequestComplete() {
        try {
            filter.onRequestComplete();
        } catch (Throwable failure) {
            stream.reply(this, failed(failure));
        }
    }

    void onLocalReply(LocalReply reply) {
        try {
            filter.onLocalReply(reply);
        } catch (Throwable failure) {
            failed(failure);
        }
    }

    void onWatermark(Direction direction, boolean above) {
        try {
            if (above) {
                filter.onAboveWatermark(direction);
            } else {
                filter.onBelowWatermark(direction);
            }
        } catch (Throwable failure) {
            stream.reply(this, failed(failure));
        }
    }

    void destroy() {
        try {
            filter.onDestroy();
        } catch (Throwable failure) {
            failed(failure);
        }
        if (calls != null) {
            calls.cancelAll();
        }
    }

    /// Runs a task that the filter left for later.
    void run(Runnable task) {
        if (stream.over()) {
            return;
        }
        try {
            task.run();
        } catch (Throwable failure) {
            stream.reply(this, failed(failure));
        }
    }

    private LocalReply failed(Throwable failure) {
        slot.failed().increment();
        slot.failures().onFailure(failure);
        stream.chain()
                .logger()
                .warn(
                        "[C{}] HTTP filter {} failed; its stream is answered with 500",
                        stream.info().downstream().id(),
                        slot.name(),
                        failure);
        replied = false;
        return LocalReply.reply(500).details("filter_failed{" + slot.name() + "}");
    }

    String name() {
        return slot.name();
    }

    int index() {
        return index;
    }

    boolean terminal() {
        return slot.template().terminal();
    }

    boolean over() {
        return stream.over();
    }

    /// Notes that the filter replies.
    ///
    /// @return true if it had replied before
    boolean noteReply() {
        boolean before = replied;
        replied = true;
        return before;
    }

    // What the filter sees.

    @Override
    public StreamInfo info() {
        return stream.info();
    }

    @Override
    public @Nullable Connection connection() {
        return stream.connection();
    }

    @Override
    public Worker worker() {
        return stream.worker();
    }

    @Override
    public @Nullable RequestHeaders requestHeaders() {
        return stream.requestHeaders();
    }

    @Override
    public @Nullable ResponseHeaders responseHeaders() {
        return stream.responseHeaders();
    }

    @Override
    public Route route() {
        return stream.route();
    }

    @Override
    public void clearRoute() {
        stream.clearRoute();
    }

    @Override
    public <T> @Nullable T perRoute(Class<T> type) {
        Object config = stream.route().perFilter(slot.name());
        return config == null ? null : type.cast(config);
    }

    @Override
    @SuppressWarnings("unchecked") // each was compiled by this filter's own factory
    public <T> List<T> perRouteOfAllLevels(Class<T> type) {
        List<?> configs = stream.route().perFilterOfAllLevels(slot.name());
        for (Object config : configs) {
            type.cast(config);
        }
        return (List<T>) configs;
    }

    @Override
    public <T> T perConnection(Supplier<T> maker) {
        return stream.perConnection(slot, maker);
    }

    @Override
    public FormatContext formatContext() {
        return stream.formatContext("NotSet");
    }

    @Override
    public void resume(Direction direction) {
        stream.path(direction).resume(index);
    }

    @Override
    public void reply(LocalReply reply) {
        stream.reply(this, reply);
    }

    @Override
    public Buffer buffered(Direction direction) {
        return stream.path(direction).held(index);
    }

    @Override
    public void inject(Direction direction, Buffer data, boolean endStream) {
        if (direction == Direction.REQUEST) {
            stream.request().inject(index, data, endStream);
        } else {
            stream.response().inject(index, data, endStream);
        }
    }

    @Override
    public Trailers addTrailers(Direction direction) {
        return stream.addTrailers(direction);
    }

    @Override
    public void respondInformational(ResponseHeaders headers) {
        stream.respondInformational(headers);
    }

    @Override
    public void respondHeaders(ResponseHeaders headers, boolean endStream, String details) {
        stream.respondHeaders(headers, endStream, details);
    }

    @Override
    public void respondData(Buffer data, boolean endStream) {
        stream.respondData(data, endStream);
    }

    @Override
    public void respondTrailers(Trailers trailers) {
        stream.respondTrailers(trailers);
    }

    @Override
    public void pushBack(Direction direction, boolean on) {
        if (stream.over()) {
            return;
        }
        if (direction == Direction.REQUEST) {
            if (on || pushingBackRequest > 0) {
                pushingBackRequest += on ? 1 : -1;
                stream.pauseRequest(index, on);
            }
        } else if (on || pushingBackResponse > 0) {
            pushingBackResponse += on ? 1 : -1;
            stream.pauseResponse(index, on);
        }
    }

    @Override
    public void reset() {
        stream.reset();
    }

    @Override
    public int bufferLimit() {
        return stream.bufferLimit();
    }

    @Override
    public void bufferLimit(int bytes) {
        stream.bufferLimit(bytes);
    }

    @Override
    public Timer timer(Runnable task) {
        return stream.timer(this, task);
    }

    @Override
    public Calls calls() {
        Calls made = calls;
        if (made == null) {
            made = new GuardedCalls(this, stream.chain().calls().apply(stream.worker()));
            calls = made;
        }
        return made;
    }

    @Override
    public void post(Runnable task) {
        stream.worker().post(() -> run(task));
    }
}
