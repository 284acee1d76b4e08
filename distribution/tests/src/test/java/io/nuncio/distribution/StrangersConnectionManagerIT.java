package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nuncio.testkit.FakeUpstream;
import io.nuncio.testkit.HttpMessage;
import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// A connection manager written by a stranger, against the SPI alone, in the place of the shipped
/// one: the shipped codec, routes, router and clusters serve it just the same.
class StrangersConnectionManagerIT {
    private static final String OURS = "io.nuncio.http-connection-manager.jar";

    @TempDir private static Path workshop;
    private static Path jar;

    @TempDir private Path folder;
    private FakeUpstream upstream;
    private NuncioServer proxy;

    @BeforeAll
    static void build() throws Exception {
        jar = new StrangersBuild(workshop, "connection-manager").build();
    }

    @BeforeEach
    void start() throws Exception {
        upstream = FakeUpstream.answering("from upstream");
        Path bundles = bundles();
        Files.delete(bundles.resolve(OURS));
        proxy = NuncioServer.start(bundles, config(""));
    }

    @AfterEach
    void stop() {
        proxy.close();
        upstream.close();
    }

    @Test
    void oneConnectionAfterAnotherRequestReachesTheUpstream() {
        try (RawClient client = proxy.client("front")) {
            HttpMessage first = client.exchange(get("/service/1"));
            HttpMessage second =
                    client.exchange(
                            "POST /service/2 HTTP/1.1\r\n"
                                    + "host: example\r\n"
                                    + "content-length: 4\r\n\r\n"
                                    + "body");

            assertThat(first.status()).isEqualTo(200);
            assertThat(first.bodyText()).isEqualTo("from upstream");
            assertThat(first.header("x-served-by")).isEqualTo("com.example.manager");
            assertThat(first.header("server")).as("a mark of the shipped one").isNull();
            assertThat(second.bodyText()).isEqualTo("from upstream");
        }
        HttpMessage get = upstream.takeRequest();
        assertThat(get.target()).isEqualTo("/service/1");
        assertThat(get.header("connection")).isNull();
        assertThat(upstream.takeRequest().body()).asString().isEqualTo("body");
        assertThat(upstream.connections()).isEqualTo(1);
        assertThat(proxy.stat("http.front.downstream_rq_total")).isEqualTo(2);
        assertThat(proxy.stat("cluster.one.upstream_rq_200")).isEqualTo(2);
    }

    @Test
    void withoutARouteTheAnswerIs404AndTheConnectionGoesOn() {
        try (RawClient client = proxy.client("front")) {
            HttpMessage missed = client.exchange(get("/elsewhere"));

            assertThat(missed.status()).isEqualTo(404);
            assertThat(missed.header("x-served-by")).isEqualTo("com.example.manager");
            assertThat(client.exchange(get("/service/1")).status()).isEqualTo(200);
        }
    }

    @Test
    void aConnectionIsClosedAfterTheResponseIfItsClientAsks() {
        try (RawClient client = proxy.client("front")) {
            HttpMessage response =
                    client.exchange(
                            "GET /service/1 HTTP/1.1\r\n"
                                    + "host: example\r\n"
                                    + "connection: close\r\n\r\n");

            assertThat(response.status()).isEqualTo(200);
            assertThat(response.header("connection")).isEqualTo("close");
            assertThat(client.closedByPeer()).isTrue();
        }
    }

    @Test
    void anIdleConnectionEndsWithTheServer() {
        try (RawClient client = proxy.client("front")) {
            client.exchange(get("/service/1"));
            proxy.terminate();

            assertThat(client.closedByPeer()).isTrue();
        }
    }

    @Test
    void whatTheCodecRefusesIsAnsweredAndLogged() throws Exception {
        try (RawClient client = proxy.client("front")) {
            HttpMessage refused = client.exchange("GET / HTTP/1.1\r\nbad header\r\n\r\n");

            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.header("x-served-by")).isEqualTo("com.example.manager");
            assertThat(client.closedByPeer()).isTrue();
        }
        proxy.close();
        assertThat(Files.readString(folder.resolve("access.log")))
                .contains("400 http1.codec_error");
    }

    @Test
    void aFieldThatItDoesNotListIsRefusedByName() throws Exception {
        Path bundles = folder.resolve("bundles");

        assertThatThrownBy(() -> NuncioServer.start(bundles, config("via: proxy")).close())
                .hasMessageContaining("`via` of")
                .hasMessageContaining("not supported");
    }

    @Test
    void besideTheShippedOneItIsRefused() throws Exception {
        Path both = bundles("both");

        assertThat(Distribution.run("bundles", "--bundle-path", both.toString()).output())
                .contains(
                        "com.example.connection-manager 1.0.0  refused",
                        "is already provided by bundle io.nuncio.http-connection-manager");
    }

    private Path bundles() throws IOException {
        return bundles("bundles");
    }

    private Path bundles(String name) throws IOException {
        Path bundles = Files.createDirectory(folder.resolve(name));
        try (Stream<Path> files = Files.list(Distribution.HOME.resolve("bundles"))) {
            for (Path file : files.toList()) {
                Files.copy(file, bundles.resolve(file.getFileName()));
            }
        }
        Files.copy(jar, bundles.resolve("stranger.jar"));
        return bundles;
    }

    private static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nhost: example\r\n\r\n";
    }

    private String config(String more) {
        return """
        static_resources:
          listeners:
            - name: front
              address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
              filter_chains:
                - filters:
                    - name: envoy.filters.network.http_connection_manager
                      typed_config:
                        "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                        stat_prefix: front
                        codec_type: HTTP1
                        %s
                        route_config:
                          virtual_hosts:
                            - name: all
                              domains: ["*"]
                              routes:
                                - match: { prefix: /service }
                                  route: { cluster: one }
                        http_filters:
                          - name: envoy.filters.http.router
                            typed_config:
                              "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
                        access_log:
                          - name: envoy.access_loggers.file
                            typed_config:
                              "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
                              path: %s
                              log_format: { text_format_source: { inline_string: "%%RESPONSE_CODE%% %%RESPONSE_CODE_DETAILS%%\\n" } }
          clusters:
            - name: one
              load_assignment:
                cluster_name: one
                endpoints:
                  - lb_endpoints:
                      - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %d } } }
        """
                .formatted(more, folder.resolve("access.log"), upstream.port());
    }
}
