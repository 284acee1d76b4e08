package io.nuncio.kernel.http;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.DataOutcome;
import io.nuncio.spi.Direction;
import io.nuncio.spi.HeadersOutcome;
import io.nuncio.spi.HttpFilter;
import io.nuncio.spi.HttpFilterTemplate;
import io.nuncio.spi.LocalReply;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Stream;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.TrailersOutcome;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/// A filter that writes down each callback and answers what the test tells it to.
final class TestFilter implements HttpFilter, HttpFilterTemplate {
    final String name;
    final List<String> log;
    private final boolean terminal;
    Stream stream;

    BiFunction<RequestHeaders, Boolean, HeadersOutcome> requestHeaders;
    BiFunction<Buffer, Boolean, DataOutcome> requestData;
    Function<Trailers, TrailersOutcome> requestTrailers;
    Function<ResponseHeaders, TrailersOutcome> informational = headers -> TrailersOutcome.CONTINUE;
    BiFunction<ResponseHeaders, Boolean, HeadersOutcome> responseHeaders =
            (headers, end) -> HeadersOutcome.CONTINUE;
    BiFunction<Buffer, Boolean, DataOutcome> responseData = (data, end) -> DataOutcome.CONTINUE;
    Function<Trailers, TrailersOutcome> responseTrailers = trailers -> TrailersOutcome.CONTINUE;
    Runnable destroyed = () -> {};
    Runnable localReply = () -> {};

    private TestFilter(String name, List<String> log, boolean terminal) {
        this.name = name;
        this.log = log;
        this.terminal = terminal;
        requestHeaders =
                (headers, end) -> terminal ? HeadersOutcome.PAUSE : HeadersOutcome.CONTINUE;
        requestData =
                (data, end) -> {
                    if (terminal) {
                        data.clear();
                        return DataOutcome.DROP;
                    }
                    return DataOutcome.CONTINUE;
                };
        requestTrailers = trailers -> terminal ? TrailersOutcome.PAUSE : TrailersOutcome.CONTINUE;
    }

    static TestFilter named(String name, List<String> log) {
        return new TestFilter(name, log, false);
    }

    static TestFilter terminal(String name, List<String> log) {
        return new TestFilter(name, log, true);
    }

    @Override
    public HttpFilter create(Stream given) {
        stream = given;
        return this;
    }

    @Override
    public boolean terminal() {
        return terminal;
    }

    void respond(int status, boolean end) {
        stream.respondHeaders(ResponseHeaders.of(status), end, "via_upstream");
    }

    void respondData(String data, boolean end) {
        stream.respondData(Buffer.copyOf(data), end);
    }

    void injectRequest(String data, boolean end) {
        stream.inject(Direction.REQUEST, Buffer.copyOf(data), end);
    }

    void injectResponse(String data, boolean end) {
        stream.inject(Direction.RESPONSE, Buffer.copyOf(data), end);
    }

    void goOnWithRequest() {
        stream.resume(Direction.REQUEST);
    }

    void goOnWithResponse() {
        stream.resume(Direction.RESPONSE);
    }

    static String text(Buffer data) {
        return data.toString(StandardCharsets.UTF_8);
    }

    private void note(String what) {
        log.add(name + " " + what);
    }

    private static String end(boolean end) {
        return end ? " end" : "";
    }

    @Override
    public HeadersOutcome onRequestHeaders(RequestHeaders headers, boolean end) {
        note("requestHeaders" + end(end));
        return requestHeaders.apply(headers, end);
    }

    @Override
    public DataOutcome onRequestData(Buffer data, boolean end) {
        note("requestData " + text(data) + end(end));
        return requestData.apply(data, end);
    }

    @Override
    public TrailersOutcome onRequestTrailers(Trailers trailers) {
        note("requestTrailers");
        return requestTrailers.apply(trailers);
    }

    @Override
    public TrailersOutcome onInformational(ResponseHeaders headers) {
        note("informational " + headers.status());
        return informational.apply(headers);
    }

    @Override
    public HeadersOutcome onResponseHeaders(ResponseHeaders headers, boolean end) {
        note("responseHeaders " + headers.status() + end(end));
        return responseHeaders.apply(headers, end);
    }

    @Override
    public DataOutcome onResponseData(Buffer data, boolean end) {
        note("responseData " + text(data) + end(end));
        return responseData.apply(data, end);
    }

    @Override
    public TrailersOutcome onResponseTrailers(Trailers trailers) {
        note("responseTrailers");
        return responseTrailers.apply(trailers);
    }

    @Override
    public void onRequestComplete() {
        note("requestComplete");
    }

    @Override
    public void onLocalReply(LocalReply reply) {
        note("localReply " + reply.status());
        localReply.run();
    }

    @Override
    public void onAboveWatermark(Direction direction) {
        note("above " + direction);
    }

    @Override
    public void onBelowWatermark(Direction direction) {
        note("below " + direction);
    }

    @Override
    public void onDestroy() {
        note("destroy");
        destroyed.run();
    }
}
