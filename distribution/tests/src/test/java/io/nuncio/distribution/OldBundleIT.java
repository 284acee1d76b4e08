package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.FakeUpstream;
import io.nuncio.testkit.HttpMessage;
import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// A jar that was compiled against SPI 0.1 serves in the proxy of today.
class OldBundleIT {
    private static final Path JAR =
            Distribution.ROOT.resolve(
                    "distribution/tests/src/test/resources/spi-0.1/every-callback-1.0.0.jar");

    @TempDir Path folder;

    @Test
    void aBundleOfSpi01RunsAsItIs() throws Exception {
        Path bundles = Files.createDirectory(folder.resolve("bundles"));
        try (Stream<Path> files = Files.list(Distribution.HOME.resolve("bundles"))) {
            for (Path file : files.toList()) {
                Files.copy(file, bundles.resolve(file.getFileName()));
            }
        }
        Files.copy(JAR, bundles.resolve("every-callback.jar"));
        try (FakeUpstream upstream = FakeUpstream.answering("ok");
                NuncioServer server = NuncioServer.start(bundles, config(upstream.port()));
                RawClient client = server.client("in")) {
            HttpMessage plain = client.exchange("GET /a HTTP/1.1\r\nhost: a\r\n\r\n");
            assertThat(plain.startLine()).isEqualTo("HTTP/1.1 200 OK");
            assertThat(plain.header("x-seen")).isEqualTo("headers");
            assertThat(plain.bodyText()).isEqualTo("ok from HTTP/1.1!");

            HttpMessage posted =
                    client.exchange(
                            "POST /b HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhello");
            assertThat(posted.header("x-seen")).isEqualTo("headers data");
            assertThat(upstream.takeRequest().header("x-length")).isNull();
            HttpMessage forwarded = upstream.takeRequest();
            assertThat(forwarded.header("x-length")).isEqualTo("5");
            assertThat(forwarded.bodyText()).isEqualTo("hello");

            HttpMessage denied = client.exchange("GET /denied/c HTTP/1.1\r\nhost: a\r\n\r\n");
            assertThat(denied.startLine()).isEqualTo("HTTP/1.1 403 Forbidden");
            assertThat(denied.bodyText()).startsWith("not this one");
        }
    }

    private static String config(int port) {
        return """
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
                  route_config:
                    virtual_hosts:
                    - { name: all, domains: ["*"], routes: [{ match: { prefix: / }, route: { cluster: one } }] }
                  http_filters:
                  - name: every_callback
                    typed_config:
                      "@type": type.googleapis.com/xds.type.v3.TypedStruct
                      type_url: type.googleapis.com/com.example.EveryCallback
                      value: { wait_ms: 2 }
                  - name: envoy.filters.http.router
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
          clusters:
          - name: one
            type: STATIC
            load_assignment:
              cluster_name: one
              endpoints:
              - lb_endpoints:
                - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %d } } }
        """
                .formatted(port);
    }
}
