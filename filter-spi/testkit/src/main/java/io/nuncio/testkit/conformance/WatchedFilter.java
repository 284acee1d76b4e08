package io.nuncio.testkit.conformance;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.DataOutcome;
import io.nuncio.spi.Direction;
import io.nuncio.spi.HeadersOutcome;
import io.nuncio.spi.HttpFilter;
import io.nuncio.spi.LocalReply;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Stream;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.TrailersOutcome;

import org.jspecify.annotations.Nullable;

/// The filter under test, whose callbacks and outcomes are seen.
final class WatchedFilter implements HttpFilter {
    private final HttpFilter filter;
    private final Stream stream;
    private final Watch watch;
    private @Nullable Moment reset;

    /// @param reset the callback as which ends the stream is reset, null for none
    WatchedFilter(HttpFilter filter, Stream stream, Watch watch, @Nullable Moment reset) {
        this.filter = filter;
        this.stream = stream;
        this.watch = watch;
        this.reset = reset;
    }

    private <T> T after(Moment moment, T outcome) {
        if (reset == moment) {
            reset = null;
            stream.reset();
        }
        return outcome;
    }

    @Override
    public HeadersOutcome onRequestHeaders(RequestHeaders headers, boolean endStream) {
        watch.sees(headers);
        return after(
                Moment.REQUEST_HEADERS,
                watch.step(
                        Direction.REQUEST,
                        "onRequestHeaders",
                        endStream,
                        () -> filter.onRequestHeaders(headers, endStream)));
    }

    @Override
    public DataOutcome onRequestData(Buffer data, boolean endStream) {
        return after(
                Moment.REQUEST_DATA,
                watch.step(
                        Direction.REQUEST,
                        "onRequestData",
                        endStream,
                        () -> filter.onRequestData(data, endStream)));
    }

    @Override
    public TrailersOutcome onRequestTrailers(Trailers trailers) {
        return after(
                Moment.REQUEST_TRAILERS,
                watch.step(
                        Direction.REQUEST,
                        "onRequestTrailers",
                        true,
                        () -> filter.onRequestTrailers(trailers)));
    }

    @Override
    public TrailersOutcome onInformational(ResponseHeaders headers) {
        return watch.step(
                Direction.RESPONSE,
                "onInformational",
                false,
                () -> filter.onInformational(headers));
    }

    @Override
    public HeadersOutcome onResponseHeaders(ResponseHeaders headers, boolean endStream) {
        watch.sees(headers);
        return after(
                Moment.RESPONSE_HEADERS,
                watch.step(
                        Direction.RESPONSE,
                        "onResponseHeaders",
                        endStream,
                        () -> filter.onResponseHeaders(headers, endStream)));
    }

    @Override
    public DataOutcome onResponseData(Buffer data, boolean endStream) {
        return after(
                Moment.RESPONSE_DATA,
                watch.step(
                        Direction.RESPONSE,
                        "onResponseData",
                        endStream,
                        () -> filter.onResponseData(data, endStream)));
    }

    @Override
    public TrailersOutcome onResponseTrailers(Trailers trailers) {
        return after(
                Moment.RESPONSE_TRAILERS,
                watch.step(
                        Direction.RESPONSE,
                        "onResponseTrailers",
                        true,
                        () -> filter.onResponseTrailers(trailers)));
    }

    @Override
    public void onRequestComplete() {
        watch.run("onRequestComplete", filter::onRequestComplete);
    }

    @Override
    public void onLocalReply(LocalReply reply) {
        watch.run("onLocalReply", () -> filter.onLocalReply(reply));
    }

    @Override
    public void onAboveWatermark(Direction direction) {
        watch.run("onAboveWatermark", () -> filter.onAboveWatermark(direction));
    }

    @Override
    public void onBelowWatermark(Direction direction) {
        watch.run("onBelowWatermark", () -> filter.onBelowWatermark(direction));
    }

    @Override
    public void onDestroy() {
        watch.destroy();
        watch.run("onDestroy", filter::onDestroy);
    }
}
