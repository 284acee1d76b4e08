package io.nuncio.testkit.conformance;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Calls;
import io.nuncio.spi.Connection;
import io.nuncio.spi.Direction;
import io.nuncio.spi.FormatContext;
import io.nuncio.spi.LocalReply;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Route;
import io.nuncio.spi.Stream;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.Timer;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.Worker;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.function.Supplier;

/// The stream as the filter under test sees it: what the filter does with it is seen.
final class WatchedStream implements Stream {
    private final Stream stream;
    private final Watch watch;

    WatchedStream(Stream stream, Watch watch) {
        this.stream = stream;
        this.watch = watch;
    }

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
        watch.used("requestHeaders");
        return stream.requestHeaders();
    }

    @Override
    public @Nullable ResponseHeaders responseHeaders() {
        watch.used("responseHeaders");
        return stream.responseHeaders();
    }

    @Override
    public Route route() {
        watch.used("route");
        return stream.route();
    }

    @Override
    public void clearRoute() {
        watch.used("clearRoute");
        stream.clearRoute();
    }

    @Override
    public <T> @Nullable T perRoute(Class<T> type) {
        watch.used("perRoute");
        return stream.perRoute(type);
    }

    @Override
    public <T> List<T> perRouteOfAllLevels(Class<T> type) {
        watch.used("perRouteOfAllLevels");
        return stream.perRouteOfAllLevels(type);
    }

    @Override
    public <T> T perConnection(Supplier<T> maker) {
        watch.used("perConnection");
        return stream.perConnection(maker);
    }

    @Override
    public FormatContext formatContext() {
        watch.used("formatContext");
        return stream.formatContext();
    }

    @Override
    public void resume(Direction direction) {
        watch.used("resume");
        watch.resume(direction);
        stream.resume(direction);
    }

    @Override
    public void reply(LocalReply reply) {
        watch.used("reply");
        watch.answer("replied");
        stream.reply(reply);
    }

    @Override
    public Buffer buffered(Direction direction) {
        watch.used("buffered");
        return stream.buffered(direction);
    }

    @Override
    public void inject(Direction direction, Buffer data, boolean endStream) {
        watch.used("inject");
        watch.inject(direction, endStream);
        stream.inject(direction, data, endStream);
    }

    @Override
    public Trailers addTrailers(Direction direction) {
        watch.used("addTrailers");
        return stream.addTrailers(direction);
    }

    @Override
    public void respondHeaders(ResponseHeaders headers, boolean endStream, String details) {
        watch.used("respondHeaders");
        watch.answer("began a response");
        stream.respondHeaders(headers, endStream, details);
    }

    @Override
    public void respondInformational(ResponseHeaders headers) {
        watch.used("respondInformational");
        stream.respondInformational(headers);
    }

    @Override
    public void respondData(Buffer data, boolean endStream) {
        watch.used("respondData");
        stream.respondData(data, endStream);
    }

    @Override
    public void respondTrailers(Trailers trailers) {
        watch.used("respondTrailers");
        stream.respondTrailers(trailers);
    }

    @Override
    public void pushBack(Direction direction, boolean on) {
        watch.used("pushBack");
        stream.pushBack(direction, on);
    }

    @Override
    public void reset() {
        watch.used("reset");
        stream.reset();
    }

    @Override
    public int bufferLimit() {
        watch.used("bufferLimit");
        return stream.bufferLimit();
    }

    @Override
    public void bufferLimit(int bytes) {
        watch.used("bufferLimit");
        stream.bufferLimit(bytes);
    }

    @Override
    public Timer timer(Runnable task) {
        watch.used("timer");
        return stream.timer(() -> watch.run("a timer", task));
    }

    @Override
    public Calls calls() {
        watch.used("calls");
        return stream.calls();
    }

    @Override
    public void post(Runnable task) {
        stream.post(() -> watch.run("a posted task", task));
    }
}
