package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// A stranger's filter from its source to a stamped response.
class DropInBundleIT {
    @TempDir Path folder;
    private HttpServer upstream = server();

    @BeforeEach
    void startUpstream() {
        upstream.createContext(
                "/",
                exchange -> {
                    exchange.sendResponseHeaders(200, 2);
                    try (var body = exchange.getResponseBody()) {
                        body.write(new byte[] {'o', 'k'});
                    }
                });
        upstream.start();
    }

    @AfterEach
    void stopUpstream() {
        upstream.stop(0);
    }

    @Test
    void aJarDroppedIntoTheBundlesFolderServesTheNextConfigurationThatNamesIt() throws Exception {
        Path bundles = copyOfBundles();
        String config = config("value: nuncio");
        Path file = Files.writeString(folder.resolve("validate.yaml"), config);

        Distribution.Finished before =
                Distribution.run(
                        "--mode",
                        "validate",
                        "-c",
                        file.toString(),
                        "--bundle-path",
                        bundles.toString());
        assertThat(before.exitCode()).isEqualTo(1);
        assertThat(before.output()).contains("com.example.HeaderStamp");

        Path jar = new StrangersBuild(folder, "header-stamp").build();
        assertThat(Distribution.run("bundles", "check", jar.toString()).exitCode()).isZero();
        Files.copy(jar, bundles.resolve("header-stamp.jar"));

        assertThat(Distribution.run("bundles", "--bundle-path", bundles.toString()).output())
                .contains(
                        "com.example.header-stamp 1.0.0  available  header-stamp.jar",
                        "com.example.header_stamp  envoy.filters.http  com.example.HeaderStamp");
        try (RunningProxy proxy =
                RunningProxy.start(folder, config, "--bundle-path", bundles.toString())) {
            HttpResponse<String> response =
                    proxy.get("http://127.0.0.1:" + proxy.port("front") + "/");
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).isEqualTo("ok");
            assertThat(response.headers().firstValue("x-stamp")).contains("nuncio");
            assertThat(proxy.end()).isZero();
        }

        Files.writeString(file, config("valeu: nuncio"));
        Distribution.Finished wrong =
                Distribution.run(
                        "--mode",
                        "validate",
                        "-c",
                        file.toString(),
                        "--bundle-path",
                        bundles.toString());
        assertThat(wrong.exitCode()).isEqualTo(1);
        assertThat(wrong.output())
                .contains("valeu", "did you mean `value`?", "is required")
                .doesNotContain("failed");
    }

    private Path copyOfBundles() throws IOException {
        Path bundles = Files.createDirectory(folder.resolve("bundles"));
        try (Stream<Path> files = Files.list(Distribution.HOME.resolve("bundles"))) {
            for (Path file : files.toList()) {
                Files.copy(file, bundles.resolve(file.getFileName()));
            }
        }
        return bundles;
    }

    private String config(String stamp) {
        return """
        admin:
          address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
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
                        route_config:
                          virtual_hosts:
                            - name: all
                              domains: ["*"]
                              routes:
                                - match: { prefix: / }
                                  route: { cluster: one }
                        http_filters:
                          - name: stamp
                            typed_config:
                              "@type": type.googleapis.com/xds.type.v3.TypedStruct
                              type_url: type.googleapis.com/com.example.HeaderStamp
                              value: { %s }
                          - name: envoy.filters.http.router
                            typed_config:
                              "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
          clusters:
            - name: one
              load_assignment:
                cluster_name: one
                endpoints:
                  - lb_endpoints:
                      - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %d } } }
        """
                .formatted(stamp, upstream.getAddress().getPort());
    }

    private static HttpServer server() {
        try {
            return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
