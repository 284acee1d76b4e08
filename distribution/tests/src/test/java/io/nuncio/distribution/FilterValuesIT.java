package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/// What a filter keeps for a route or for a connection is closed when that is over, and not before.
class FilterValuesIT {
    private static final String CLOSED = "filter.values.closed.";
    private static final String GET = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";

    @TempDir Path folder;

    private Path bundles;
    private NuncioServer server;

    /// A filter that numbers the requests of a connection and names its route's value; a request
    /// with `x-wait` waits until its stream ends.
    private static String source(String generation) {
        return """
        package acme;
        import io.nuncio.spi.*;
        public final class Stamp implements HttpFilterFactory<Stamp.Config>, PerRouteFactory<Stamp.Config> {
            public record Config(@Default("none") String value) {}
            record Value(String name) implements AutoCloseable {
                @Override public void close() {
                    System.getProperties().merge("%1$s" + name, "1", (a, b) -> a + "" + b);
                }
            }
            static final class Session implements AutoCloseable {
                int requests;
                @Override public void close() { new Value("session." + "%2$s" + requests).close(); }
            }
            @Override public HttpFilterTemplate configure(Config config, FactoryContext context) {
                context.shared("shared", () -> new Value("shared"));
                return stream -> new HttpFilter() {
                    boolean waits;
                    @Override public void onDestroy() {
                        if (waits) { // long enough for others to close what is still in use
                            java.util.concurrent.locks.LockSupport.parkNanos(100_000_000);
                            String shared = System.getProperty("%1$sshared");
                            new Value("stream." + (shared == null ? "before" : "after")).close();
                        }
                    }
                    @Override public HeadersOutcome onRequestHeaders(RequestHeaders headers, boolean endStream) {
                        Value value = stream.perRoute(Value.class);
                        if (headers.contains(HeaderName.of("x-wait"))) {
                            waits = true;
                            return HeadersOutcome.PAUSE;
                        }
                        Session session = stream.perConnection(Session::new);
                        session.requests++;
                        return LocalReply.reply(200)
                                .header(HeaderName.of("x-route"), value.name())
                                .header(HeaderName.of("x-session"), "%2$s" + session.requests);
                    }
                };
            }
            @Override public Object configureRoute(Config config, FactoryContext context) {
                return new Value("route." + config.value());
            }
        }
        """
                .formatted(CLOSED, generation);
    }

    @BeforeEach
    void start() throws Exception {
        System.getProperties().keySet().removeIf(key -> key.toString().startsWith(CLOSED));
        bundles = Files.createDirectory(folder.resolve("bundles"));
        try (Stream<Path> files = Files.list(Distribution.HOME.resolve("bundles"))) {
            for (Path file : files.toList()) {
                Files.copy(file, bundles.resolve(file.getFileName()));
            }
        }
        put("one");
        writeRoutes("a");
        server =
                NuncioServer.start(
                        bundles,
                        """
                        static_resources:
                          listeners:
                          - name: in
                            address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
                            filter_chains:
                            - filters:
                              - name: envoy.filters.network.http_connection_manager
                                typed_config:
                                  "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                                  stat_prefix: in
                                  rds:
                                    route_config_name: routes
                                    config_source: { path_config_source: { path: %s/rds.yaml } }
                                  http_filters:
                                  - name: com.example.stamp
                                    typed_config:
                                      "@type": type.googleapis.com/google.protobuf.Struct
                                  - name: envoy.filters.http.router
                                    typed_config:
                                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
                        """
                                .formatted(folder));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void put(String generation) throws IOException {
        Path fresh =
                StampBundle.generation(generation)
                        .source("Stamp", source(generation))
                        .write(folder.resolve("fresh"));
        move(fresh, bundles.resolve("stamp.jar"));
    }

    private void writeRoutes(String value) throws IOException {
        String routes =
                """
                resources:
                - "@type": type.googleapis.com/envoy.config.route.v3.RouteConfiguration
                  name: routes
                  virtual_hosts:
                  - name: all
                    domains: ["*"]
                    typed_per_filter_config:
                      com.example.stamp:
                        "@type": type.googleapis.com/google.protobuf.Struct
                        value: { value: %s }
                    routes: [{ match: { prefix: / }, direct_response: { status: 200 } }]
                """
                        .formatted(value);
        move(Files.writeString(folder.resolve("rds.new"), routes), folder.resolve("rds.yaml"));
    }

    private static void move(Path fresh, Path place) throws IOException {
        Files.move(
                fresh, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void awaitClosed(String value) {
        for (int attempt = 0; attempt < 1000 && closed(value).isEmpty(); attempt++) {
            LockSupport.parkNanos(10_000_000);
        }
        assertThat(closed(value)).as("closed once: " + value).isEqualTo("1");
    }

    private static String closed(String value) {
        return System.getProperty(CLOSED + value, "");
    }

    private static void awaitHeader(RawClient client, String name, String value) {
        String found = "";
        for (int attempt = 0; attempt < 1000 && !found.equals(value); attempt++) {
            found = String.valueOf(client.exchange(GET).header(name));
            LockSupport.parkNanos(10_000_000);
        }
        assertThat(found).isEqualTo(value);
    }

    @Test
    void theValueOfARouteIsClosedWhenItsTableWasReplacedAndItsStreamsHaveEnded() throws Exception {
        try (RawClient client = server.client("in")) {
            awaitHeader(client, "x-route", "route.a");
            RawClient waiting = server.client("in");
            waiting.send("GET / HTTP/1.1\r\nhost: a\r\nx-wait: 1\r\n\r\n");
            server.awaitStat("http.in.downstream_rq_active", 1);
            writeRoutes("b");
            awaitHeader(client, "x-route", "route.b");
            writeRoutes("c");
            awaitHeader(client, "x-route", "route.c");
            awaitClosed("route.b");
            assertThat(closed("route.a")).isEmpty();
            waiting.close();
            awaitClosed("route.a");
            assertThat(closed("route.c")).isEmpty();
        }
    }

    @Test
    void whatTemplatesShareIsClosedAtTheEndWhenTheLastStreamHasEnded() throws Exception {
        try (RawClient waiting = server.client("in")) {
            waiting.send("GET / HTTP/1.1\r\nhost: a\r\nx-wait: 1\r\n\r\n");
            server.awaitStat("http.in.downstream_rq_active", 1);
            server.close();
            assertThat(closed("stream.before")).isEqualTo("1");
            assertThat(closed("shared")).isEqualTo("1");
        }
    }

    @Test
    void theValueOfAConnectionIsClosedWithItOrWithItsGeneration() throws Exception {
        try (RawClient client = server.client("in")) {
            assertThat(client.exchange(GET).header("x-session")).isEqualTo("one1");
            assertThat(client.exchange(GET).header("x-session")).isEqualTo("one2");
            try (RawClient another = server.client("in")) {
                assertThat(another.exchange(GET).header("x-session")).isEqualTo("one1");
            }
            awaitClosed("session.one1");
            assertThat(closed("session.one2")).isEmpty();

            put("two");
            server.awaitStat("bundles.swap_success", 1);
            awaitClosed("session.one2");
            assertThat(client.exchange(GET).header("x-session")).isEqualTo("two1");
            awaitClosed("route.a");
        }
        awaitClosed("session.two1");
    }
}
