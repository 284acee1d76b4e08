package io.nuncio.testkit;

import com.google.protobuf.Message;

import io.nuncio.spi.Connection;
import io.nuncio.spi.HttpFilterFactory;
import io.nuncio.spi.HttpFilterTemplate;
import io.nuncio.spi.PerRouteFactory;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/// An HTTP filter under test, compiled by its own factory and run by the real filter manager,
/// without sockets and with time that stands still: each stream has the filter, and after it a
/// [FakeRequestEnd] in the place of the router.
///
/// ```java
/// var filter = HttpFilterHarness.of(new HeaderStamp(), new HeaderStamp.Config("x-stamp", "me"));
/// var stream = filter.get("/");
/// stream.upstream().respond(200);
/// assertThat(stream.header("x-stamp")).isEqualTo("me");
/// ```
///
/// Close it, at the end of the test or by try-with-resources, to end the streams and to see that
/// the filter has freed all that it was fed.
public final class HttpFilterHarness implements AutoCloseable {
    private final FakeFactoryContext context;
    private final CountedBuffers buffers = new CountedBuffers();
    private final List<HttpFilterTemplate> before = new ArrayList<>();
    private final List<HttpFilterTemplate> after = new ArrayList<>();
    private final List<HttpStreamHarness> streams = new ArrayList<>();
    private FakeWorker worker = new FakeWorker();
    private HttpFilterTemplate template;
    private FakeRoute route = FakeRoute.toCluster("backend");
    private @Nullable Connection connection;
    private HttpStreamHarness.@Nullable Chain chain;

    private HttpFilterHarness(HttpFilterTemplate template, FakeFactoryContext context) {
        this.template = template;
        this.context = context;
    }

    /// A filter with this configuration: a message or a record.
    public static <C> HttpFilterHarness of(HttpFilterFactory<C> factory, C config) {
        return of(factory, config, new FakeFactoryContext());
    }

    /// The same in a context that the test has prepared.
    public static <C> HttpFilterHarness of(
            HttpFilterFactory<C> factory, C config, FakeFactoryContext context) {
        HttpFilterTemplate template = factory.configure(config, context);
        if (!context.problems().none()) {
            throw new AssertionError("the configuration is wrong: " + context.reported());
        }
        return new HttpFilterHarness(template, context);
    }

    /// A filter whose configuration is a message in YAML.
    ///
    /// @param prototype the message's default instance
    public static <M extends Message> HttpFilterHarness of(
            HttpFilterFactory<M> factory, M prototype, String yaml) {
        return of(factory, YamlMessages.of(prototype, yaml));
    }

    /// Counters, gauges, runtime values.
    public FakeFactoryContext context() {
        return context;
    }

    /// The worker of the streams: moves time.
    public FakeWorker worker() {
        return worker;
    }

    /// The streams to come run on this worker.
    public HttpFilterHarness on(FakeWorker other) {
        worker = other;
        return this;
    }

    /// The compiled configuration under test.
    public HttpFilterTemplate template() {
        return template;
    }

    /// The streams to come get what `change` makes of the template: a wrapper that watches it.
    public HttpFilterHarness wrapped(UnaryOperator<HttpFilterTemplate> change) {
        template = change.apply(template);
        chain = null;
        return this;
    }

    /// In the streams to come this filter stands before the one under test: it sees requests
    /// earlier and responses later.
    public HttpFilterHarness before(HttpFilterTemplate neighbour) {
        before.add(new HttpStreamHarness.Neighbour(neighbour));
        chain = null;
        return this;
    }

    /// In the streams to come this filter stands after the one under test.
    public HttpFilterHarness after(HttpFilterTemplate neighbour) {
        after.add(new HttpStreamHarness.Neighbour(neighbour));
        chain = null;
        return this;
    }

    /// The route of the streams to come.
    public HttpFilterHarness route(FakeRoute given) {
        route = given;
        return this;
    }

    /// The streams to come have per-route configurations of these messages, the least specific
    /// level first.
    @SafeVarargs
    public final <R> HttpFilterHarness perRoute(PerRouteFactory<R> factory, R... levels) {
        Object[] compiled = new Object[levels.length];
        for (int i = 0; i < levels.length; i++) {
            compiled[i] = factory.configureRoute(levels[i], context);
        }
        if (!context.problems().none()) {
            throw new AssertionError("the configuration is wrong: " + context.reported());
        }
        route.perFilter("filter", compiled);
        return this;
    }

    /// The downstream connection of the streams to come.
    public HttpFilterHarness connection(@Nullable Connection given) {
        connection = given;
        return this;
    }

    /// A stream to which no request came yet.
    public HttpStreamHarness stream() {
        HttpStreamHarness.Chain shared = chain;
        if (shared == null) {
            shared = compile();
            chain = shared;
        }
        var stream = HttpStreamHarness.start(shared, worker, route, connection, buffers);
        streams.add(stream);
        return stream;
    }

    private HttpStreamHarness.Chain compile() {
        List<HttpFilterTemplate> filters = new ArrayList<>(before);
        filters.add(template);
        boolean terminal = template.terminal();
        if (!terminal) {
            filters.addAll(after);
        }
        return HttpStreamHarness.chain(
                filters, terminal ? null : new HttpStreamHarness.Ends(), context);
    }

    /// The pieces of bodies that the streams were fed.
    public CountedBuffers buffers() {
        return buffers;
    }

    /// Ends the streams.
    ///
    /// @throws AssertionError if something that they were fed has not been freed
    @Override
    public void close() {
        streams.forEach(HttpStreamHarness::destroy);
        streams.clear();
        long unfreed = buffers.unfreed();
        buffers.forget();
        if (unfreed > 0) {
            throw new AssertionError(
                    unfreed
                            + " pieces of bodies were not freed: a filter that moves data to a"
                            + " buffer of its own clears that buffer, at the latest in onDestroy");
        }
    }

    /// A stream with a GET without body; each further header as `name: value`.
    public HttpStreamHarness get(String path, String... more) {
        return stream().get(path, more);
    }

    /// The value of a counter by its whole name, 0 if there is none.
    public long counter(String fullName) {
        return context.counter(fullName);
    }
}
