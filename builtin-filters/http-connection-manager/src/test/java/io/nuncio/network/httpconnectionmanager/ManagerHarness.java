package io.nuncio.network.httpconnectionmanager;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.accesslog.v3.AccessLog;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.DataOutcome;
import io.nuncio.spi.Direction;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.HeadersOutcome;
import io.nuncio.spi.HttpFilterTemplate;
import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Route;
import io.nuncio.spi.Stream;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.TrailersOutcome;
import io.nuncio.testkit.FakeConnection;
import io.nuncio.testkit.FakeFactoryContext;
import io.nuncio.testkit.FakePlatform;
import io.nuncio.testkit.FakeRoute;
import io.nuncio.testkit.FakeWorker;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A connection manager with the kernel's HTTP/1 codec and filter manager, on a connection and in a
/// time that the test moves; behind it an application that answers when the test says so.
final class ManagerHarness implements HttpFilterTemplate {
    private static final String PREFIX = "http.ingress.";

    final HttpConnectionManager.Builder config =
            HttpConnectionManager.newBuilder()
                    .setStatPrefix("ingress")
                    .setRouteConfig(RouteConfiguration.getDefaultInstance())
                    .addHttpFilters(HttpFilter.newBuilder().setName("application"))
                    .addAccessLog(AccessLog.newBuilder().setName("test"));
    final FakeFactoryContext context = new FakeFactoryContext();
    final FakeWorker worker = new FakeWorker();
    final List<Exchange> exchanges = new ArrayList<>();

    /// True to answer each request with `200` and the body `ok` at its end.
    boolean answersAtOnce = true;

    /// How many streams a test lets go by without an access log.
    int unlogged;

    private FakeConnection connection = new FakeConnection(worker);

    ManagerHarness() {
        context.platform()
                .extension("application", this)
                .routes(headers -> FakeRoute.toCluster("application"));
    }

    /// Compiles the configuration.
    NetworkFilterTemplate template() {
        NetworkFilterTemplate made =
                new HttpConnectionManagerExtension().configure(config.build(), context);
        assertThat(context.reported()).isEmpty();
        return made;
    }

    /// Opens the connection.
    FakeConnection open() {
        connection.serve(template());
        return connection;
    }

    /// The connection, open or not.
    FakeConnection connection() {
        return connection;
    }

    /// Opens another connection, as if to the same listener.
    FakeConnection reopen() {
        connection = new FakeConnection(worker);
        return open();
    }

    /// Sends bytes, lets the loop come round, and gives what came back.
    String exchange(String request) {
        connection.receive(request);
        worker.runPosted();
        return connection.takeSent();
    }

    String get(String path) {
        return exchange("GET " + path + " HTTP/1.1\r\nhost: example.com\r\n\r\n");
    }

    /// Moves time and lets the loop come round.
    void advance(Duration by) {
        worker.advance(by);
        worker.runPosted();
    }

    long counter(String name) {
        return context.counter(PREFIX + name);
    }

    long gauge(String name) {
        return context.gauge(PREFIX + name);
    }

    Exchange last() {
        return exchanges.getLast();
    }

    List<FakePlatform.LogEntry> log() {
        return context.platform().accessLog();
    }

    FakePlatform.LogEntry onlyLogEntry() {
        assertThat(log()).hasSize(1);
        return log().getFirst();
    }

    void noRoute() {
        context.platform().routes(headers -> Route.NONE);
    }

    @Override
    public Exchange create(Stream stream) {
        Exchange exchange = new Exchange(stream);
        exchanges.add(exchange);
        return exchange;
    }

    @Override
    public boolean terminal() {
        return true;
    }

    /// One request as the application sees it.
    final class Exchange implements io.nuncio.spi.HttpFilter {
        final Stream stream;
        final StringBuilder body = new StringBuilder();
        RequestHeaders headers = new RequestHeaders();
        boolean ended;
        boolean destroyed;
        int aboveWatermark;
        Runnable whenDestroyed = () -> {};

        Exchange(Stream stream) {
            this.stream = stream;
        }

        @Override
        public HeadersOutcome onRequestHeaders(RequestHeaders request, boolean endStream) {
            headers = RequestHeaders.copyOf(request); // the stream's own are used again
            onEnd(endStream);
            return HeadersOutcome.PAUSE;
        }

        @Override
        public DataOutcome onRequestData(Buffer data, boolean endStream) {
            body.append(data.toString(StandardCharsets.ISO_8859_1));
            onEnd(endStream);
            return DataOutcome.DROP;
        }

        @Override
        public TrailersOutcome onRequestTrailers(Trailers trailers) {
            onEnd(true);
            return TrailersOutcome.PAUSE;
        }

        private void onEnd(boolean endStream) {
            ended = endStream;
            if (endStream && answersAtOnce) {
                respond(200, "ok");
            }
        }

        void respond(int status, String text) {
            ResponseHeaders response = ResponseHeaders.of(status);
            response.setLong(HeaderName.CONTENT_LENGTH, text.length());
            stream.respondHeaders(response, text.isEmpty(), "test");
            if (!text.isEmpty()) {
                data(text, true);
            }
        }

        /// Begins a response without a length.
        void begin(int status) {
            stream.respondHeaders(ResponseHeaders.of(status), false, "test");
        }

        void data(String text, boolean endStream) {
            stream.respondData(Buffer.copyOf(text), endStream);
        }

        @Override
        public void onAboveWatermark(Direction direction) {
            aboveWatermark++;
        }

        @Override
        public void onBelowWatermark(Direction direction) {
            aboveWatermark--;
        }

        @Override
        public void onDestroy() {
            destroyed = true;
            whenDestroyed.run();
        }
    }
}
