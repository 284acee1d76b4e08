package io.nuncio.kernel.http;

import io.nuncio.kernel.lease.UseCount;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.Calls;
import io.nuncio.spi.Counter;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.LocalReply;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Route;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.Worker;
import io.nuncio.spi.host.HttpStream;
import io.nuncio.spi.host.MutableStreamInfo;

import org.slf4j.LoggerFactory;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// Drives one stream through test filters without sockets: feeds requests as a connection manager
/// does and writes down what comes out, in one log with the filters' callbacks.
final class StreamHarness implements HttpStream.Sink {
    final List<String> log = new ArrayList<>();
    final FakeWorker worker = new FakeWorker();
    final List<TestFilter> filters = new ArrayList<>();
    final List<Throwable> failures = new ArrayList<>();
    final FilterManagerStats stats =
            new FilterManagerStats(Counter.detached("failed"), Counter.detached("ignored"));
    final StringBuilder body = new StringBuilder();
    Route route = Route.NONE;
    int resolved;
    UnaryOperator<LocalReply> rewrite = reply -> reply;

    /// What the owner makes of the body of a local reply.
    BiFunction<ResponseHeaders, String, HttpStream.ReplyBody> format =
            (given, own) -> new HttpStream.ReplyBody(own, HttpStream.ReplyBody.PLAIN);

    Function<Worker, Calls> calls = new FakeFactoryContext()::calls;
    Runnable atHeaders = () -> {};
    ResponseHeaders headers;
    Trailers trailers;
    boolean destroyAtEnd = true;
    private ActiveStream stream;

    /// A chain of `count` filters, named a, b, c and so on; the last is terminal.
    static StreamHarness of(int count) {
        var harness = new StreamHarness();
        for (int i = 0; i < count; i++) {
            String name = String.valueOf((char) ('a' + i));
            harness.filters.add(
                    i == count - 1
                            ? TestFilter.terminal(name, harness.log)
                            : TestFilter.named(name, harness.log));
        }
        return harness;
    }

    TestFilter filter(String name) {
        return filters.stream().filter(f -> f.name.equals(name)).findFirst().orElseThrow();
    }

    /// The last filter of the chain.
    TestFilter terminal() {
        return filters.getLast();
    }

    ActiveStream stream() {
        if (stream == null) {
            FilterSlot[] slots =
                    filters.stream()
                            .map(f ->
                                    new FilterSlot(f.name, f, false, stats.failed(), failures::add))
                            .toArray(FilterSlot[]::new);
            var chain =
                    new FilterChain(
                            slots,
                            stats,
                            LoggerFactory.getLogger("http"),
                            new UseCount(worker, List.of()),
                            calls);
            stream = new ActiveStream(chain, worker, null, this);
        }
        return stream;
    }

    StreamHarness request(boolean end) {
        return request(RequestHeaders.of("GET", "http", "example.com", "/"), end);
    }

    StreamHarness request(RequestHeaders request, boolean end) {
        stream().requestHeaders(request, end);
        return this;
    }

    StreamHarness data(String text, boolean end) {
        stream().requestData(Buffer.copyOf(text), end);
        return this;
    }

    StreamHarness trailers() {
        var added = new Trailers();
        added.set(HeaderName.of("x-trailer"), "1");
        stream().requestTrailers(added);
        return this;
    }

    /// Takes the log, so that the next look sees only what came since.
    List<String> events() {
        var taken = List.copyOf(log);
        log.clear();
        return taken;
    }

    String header(HeaderName name) {
        return headers.get(name);
    }

    String details() {
        return stream().info().responseCodeDetails();
    }

    @Override
    public Route resolveRoute(RequestHeaders request, MutableStreamInfo info) {
        resolved++;
        return route;
    }

    @Override
    public LocalReply onLocalReply(LocalReply reply) {
        return rewrite.apply(reply);
    }

    @Override
    public HttpStream.ReplyBody formatReply(ResponseHeaders given, String own) {
        return format.apply(given, own);
    }

    @Override
    public void informational(ResponseHeaders given) {
        log.add("sink informational " + given.status());
    }

    @Override
    public void headers(ResponseHeaders given, boolean end) {
        headers = ResponseHeaders.copyOf(given);
        log.add("sink headers " + given.status() + (end ? " end" : ""));
        atHeaders.run();
    }

    @Override
    public void data(Buffer data, boolean end) {
        String text = data.toString(StandardCharsets.UTF_8);
        body.append(text);
        log.add("sink data " + text + (end ? " end" : ""));
    }

    @Override
    public void trailers(Trailers given) {
        trailers = given;
        log.add("sink trailers");
    }

    @Override
    public void onComplete() {
        log.add("sink complete");
        if (destroyAtEnd) {
            stream().destroy();
        }
    }

    @Override
    public void onReset() {
        log.add("sink reset");
        stream().destroy();
    }

    @Override
    public void pauseRequest(boolean pause) {
        log.add("sink pauseRequest " + pause);
    }
}
