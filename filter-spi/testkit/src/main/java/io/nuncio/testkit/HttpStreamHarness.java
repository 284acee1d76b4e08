package io.nuncio.testkit;

import com.google.protobuf.Any;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.HttpFilter;
import io.nuncio.spi.HttpFilterTemplate;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseFlag;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Route;
import io.nuncio.spi.Stream;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.host.HttpFilterChain;
import io.nuncio.spi.host.HttpFilterChains;
import io.nuncio.spi.host.HttpStream;
import io.nuncio.spi.host.MutableStreamInfo;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// One stream through the real filter manager, in the place of a connection manager: the test feeds
/// the request and looks at the response.
public final class HttpStreamHarness implements HttpStream.Sink {
    private final HttpStream stream;
    private final CountedBuffers buffers;
    private final List<Integer> informational = new ArrayList<>();
    private final StringBuilder body = new StringBuilder();
    private Route route;
    private @Nullable ResponseHeaders given;
    private @Nullable ResponseHeaders headers;
    private @Nullable Trailers trailers;
    private long bodyLength;
    private boolean complete;
    private boolean reset;
    private boolean destroyed;
    private int requestPauses;

    private @Nullable FakeRequestEnd upstream;

    private HttpStreamHarness(
            HttpFilterChain chain,
            FakeWorker worker,
            Route route,
            @Nullable Connection connection,
            CountedBuffers buffers) {
        this.route = route;
        this.buffers = buffers;
        this.stream = chain.start(worker, connection, this);
    }

    /// Begins a stream whose chain is the given filter alone.
    public static HttpStreamHarness start(
            HttpFilterTemplate filter, FakeWorker worker, FakeFactoryContext context, Route route) {
        return start(
                chain(List.of(filter), null, context), worker, route, null, new CountedBuffers());
    }

    /// Begins a stream.
    ///
    /// @param connection the downstream's, null for a stream that has none
    static HttpStreamHarness start(
            Chain chain,
            FakeWorker worker,
            Route route,
            @Nullable Connection connection,
            CountedBuffers buffers) {
        var stream = new HttpStreamHarness(chain.filters(), worker, route, connection, buffers);
        Ends ends = chain.ends();
        if (ends != null) {
            FakeRequestEnd end = new FakeRequestEnd(buffers);
            stream.upstream = end;
            ends.byStream.put(stream.info(), end);
        }
        return stream;
    }

    /// A chain that streams share, with what stands at its end.
    record Chain(HttpFilterChain filters, @Nullable Ends ends) {}

    /// Gives each stream a [FakeRequestEnd] of its own.
    static final class Ends implements HttpFilterTemplate {
        private final Map<StreamInfo, FakeRequestEnd> byStream = new IdentityHashMap<>();

        @Override
        public boolean terminal() {
            return true;
        }

        @Override
        public HttpFilter create(Stream of) {
            FakeRequestEnd end = byStream.remove(of.info());
            if (end == null) {
                throw new AssertionError("a stream made its filters twice");
            }
            return end.create(of);
        }
    }

    /// The given filters, the one under test among them, and what ends the chain.
    ///
    /// @param end null if the last of the filters is terminal
    static Chain chain(
            List<HttpFilterTemplate> filters, @Nullable Ends end, FakeFactoryContext context) {
        List<String> names = new ArrayList<>();
        for (HttpFilterTemplate filter : filters) {
            names.add(filter instanceof Neighbour ? "neighbour" + names.size() : "filter");
            context.platform().extension(names.getLast(), filter);
        }
        if (end != null) {
            names.add("end");
            context.platform().extension("end", end);
        }
        return new Chain(chain(context, names), end);
    }

    /// Marks what stands beside the filter under test, so that per-route configuration is for that
    /// one.
    record Neighbour(HttpFilterTemplate template) implements HttpFilterTemplate {
        @Override
        public HttpFilter create(Stream of) {
            return template.create(of);
        }
    }

    private static HttpFilterChain chain(FakeFactoryContext context, List<String> names) {
        List<HttpFilterChains.Entry> entries = new ArrayList<>();
        for (String name : names) {
            entries.add(new HttpFilterChains.Entry(name, Any.getDefaultInstance(), false));
        }
        return context.platform().httpFilterChains().compile(entries, context, "http_filters");
    }

    /// What stands in the place of the upstream.
    public FakeRequestEnd upstream() {
        if (upstream == null) {
            throw new AssertionError("the chain has no end of its own");
        }
        return upstream;
    }

    /// False if the filter under test is terminal.
    public boolean hasUpstream() {
        return upstream != null;
    }

    /// The route from now on, for a stream that has not asked yet or clears its route.
    public HttpStreamHarness route(Route next) {
        route = next;
        return this;
    }

    // The request.

    public HttpStreamHarness request(RequestHeaders request, boolean endStream) {
        stream.requestHeaders(request, endStream);
        return this;
    }

    /// A GET without body; each further header as `name: value`.
    public HttpStreamHarness get(String path, String... more) {
        return request(headers("GET", path, more), true);
    }

    /// A request of another method without body.
    public HttpStreamHarness request(String method, String path, String... more) {
        return request(headers(method, path, more), true);
    }

    /// The head of a POST.
    public HttpStreamHarness post(String path, String... more) {
        return request(headers("POST", path, more), false);
    }

    private static RequestHeaders headers(String method, String path, String... more) {
        RequestHeaders request = RequestHeaders.of(method, "http", "example.com", path);
        for (String line : more) {
            int colon = line.indexOf(':');
            request.add(HeaderName.of(line.substring(0, colon)), line.substring(colon + 1).strip());
        }
        return request;
    }

    public HttpStreamHarness data(String text, boolean endStream) {
        stream.requestData(buffers.of(text), endStream);
        return this;
    }

    public HttpStreamHarness requestTrailers(Trailers last) {
        stream.requestTrailers(last);
        return this;
    }

    /// The downstream reads too slowly (true), or again.
    public void downstreamSlow(boolean slow) {
        if (slow) {
            stream.onAboveWriteBufferHighWatermark();
        } else {
            stream.onBelowWriteBufferLowWatermark();
        }
    }

    /// The downstream goes away.
    public void destroy() {
        destroyed = true;
        stream.destroy();
    }

    // The response.

    /// 0 before there is one.
    public int status() {
        return headers == null ? 0 : headers.status();
    }

    public @Nullable String header(String name) {
        return headers == null ? null : headers.get(HeaderName.of(name));
    }

    public List<String> headerValues(String name) {
        return headers == null ? List.of() : headers.getAll(HeaderName.of(name));
    }

    public String body() {
        return body.toString();
    }

    /// How many bytes of body came.
    public long bodyLength() {
        return bodyLength;
    }

    public @Nullable Trailers trailers() {
        return trailers;
    }

    /// What the downstream got, as it was at that moment; null before there is something.
    public @Nullable ResponseHeaders headers() {
        return headers;
    }

    /// True if the downstream has got these very headers.
    public boolean hasGot(ResponseHeaders those) {
        return given == those;
    }

    /// The informational statuses before the response.
    public List<Integer> informationalStatuses() {
        return informational;
    }

    public boolean complete() {
        return complete;
    }

    public boolean wasReset() {
        return reset;
    }

    public MutableStreamInfo info() {
        return stream.info();
    }

    public String details() {
        String details = stream.info().responseCodeDetails();
        return details == null ? "" : details;
    }

    /// The short names of the response flags.
    public List<String> flags() {
        return stream.info().flags().stream().map(ResponseFlag::shortName).toList();
    }

    /// True if nothing more happens: all was sent, or the stream was reset.
    public boolean over() {
        return complete || reset || destroyed;
    }

    /// True if the owner was asked to read no more of the request.
    public boolean requestPaused() {
        return requestPauses > 0;
    }

    // The owner's side.

    @Override
    public Route resolveRoute(RequestHeaders request, MutableStreamInfo info) {
        return route;
    }

    @Override
    public void informational(ResponseHeaders sent) {
        informational.add(sent.status());
    }

    @Override
    public void headers(ResponseHeaders sent, boolean endStream) {
        given = sent;
        headers = ResponseHeaders.copyOf(sent);
    }

    @Override
    public void data(Buffer data, boolean endStream) {
        body.append(data.toString(StandardCharsets.UTF_8));
        bodyLength += data.length();
    }

    @Override
    public void trailers(Trailers sent) {
        trailers = sent;
    }

    @Override
    public void onComplete() {
        complete = true;
        stream.destroy();
    }

    @Override
    public void onReset() {
        reset = true;
        stream.destroy();
    }

    @Override
    public void pauseRequest(boolean pause) {
        requestPauses += pause ? 1 : -1;
        if (requestPauses < 0) {
            throw new AssertionError("the request was let go more often than paused");
        }
    }
}
