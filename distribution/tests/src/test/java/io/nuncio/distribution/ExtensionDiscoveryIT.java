package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.FakeUpstream;
import io.nuncio.testkit.HttpMessage;
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
import java.util.stream.Stream;

/// The configuration of an HTTP filter from a file that changes while requests run (ECDS).
class ExtensionDiscoveryIT {
    private static final String STATS = "extension_config_discovery.http_filter.stamp.";

    @TempDir Path folder;

    private final FakeUpstream upstream = FakeUpstream.answering("ok");
    private Path bundles;
    private NuncioServer server;
    private SteadyRequests requests;

    @BeforeEach
    void install() throws Exception {
        bundles = Files.createDirectory(folder.resolve("bundles"));
        try (Stream<Path> files = Files.list(Distribution.HOME.resolve("bundles"))) {
            for (Path file : files.toList()) {
                Files.copy(file, bundles.resolve(file.getFileName()));
            }
        }
        StampBundle.generation("gen1").write(bundles.resolve("stamp.jar"));
    }

    @AfterEach
    void stop() {
        if (requests != null) {
            requests.close();
        }
        server.close();
        upstream.close();
    }

    private void start(String more) throws Exception {
        server = NuncioServer.start(bundles, config(more), "--drain-time-s", "1");
    }

    private void startWithRequests(String more) throws Exception {
        start(more);
        requests = SteadyRequests.to(server.address("in"));
    }

    /// Moves a file into place, as a person who cares would.
    private void write(String content) throws IOException {
        Path fresh = Files.writeString(folder.resolve("new"), content);
        Files.move(
                fresh,
                folder.resolve("ecds.yaml"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    private String admin(String page) {
        try (RawClient admin = RawClient.connect(server.admin())) {
            return admin.exchange("GET " + page + " HTTP/1.1\r\nhost: a\r\n\r\n").bodyText();
        }
    }

    private static String stamp(String value) {
        return """
        resources:
        - "@type": type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig
          name: stamp
          typed_config:
            "@type": type.googleapis.com/xds.type.v3.TypedStruct
            type_url: type.googleapis.com/example.Stamp
            value: { value: %s }
        """
                .formatted(value);
    }

    private String config(String more) {
        return """
        admin: { address: { socket_address: { address: 127.0.0.1, port_value: 0 } } }
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
                    - name: all
                      domains: ["*"]
                      routes: [{ match: { prefix: / }, route: { cluster: service } }]
                  http_filters:
                  - name: stamp
                    config_discovery:
                      config_source: { path_config_source: { path: %s/ecds.yaml } }
                      type_urls: [type.googleapis.com/example.Stamp]
                      %s
                  - name: envoy.filters.http.router
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
          clusters:
          - name: service
            load_assignment:
              cluster_name: service
              endpoints:
              - lb_endpoints:
                - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %d } } }
        """
                .formatted(folder, more.replace("\n", "\n" + " ".repeat(14)), upstream.port());
    }

    @Test
    void aNewConfigurationServesTheNextStreamsOnTheSameConnections() throws Exception {
        write(stamp("one"));
        startWithRequests("");
        requests.awaitHeader("x-stamp", "one-gen1");
        long connections = server.stat("http.in.downstream_cx_total");
        for (int change = 0; change < 5; change++) {
            write(stamp("v" + change));
            requests.awaitHeader("x-stamp", "v" + change + "-gen1");
        }
        assertThat(requests.failures()).isEmpty();
        assertThat(server.stat("http.in.downstream_cx_total")).isEqualTo(connections);
        server.awaitStat(STATS + "config_reload", 6);
        server.awaitStat(STATS + "update_success", 6);
        assertThat(server.stat(STATS + "config_fail")).isZero();
        assertThat(admin("/config_dump?resource=ecds_filters"))
                .contains("envoy.admin.v3.EcdsConfigDump.EcdsFilterConfig", "\"value\": \"v4\"");
    }

    @Test
    void theDefaultServesUntilAConfigurationComes() throws Exception {
        write("resources: []");
        startWithRequests(
                """
                apply_default_config_without_warming: true
                default_config:
                  "@type": type.googleapis.com/xds.type.v3.TypedStruct
                  type_url: type.googleapis.com/example.Stamp
                  value: { value: default }\
                """);
        requests.awaitHeader("x-stamp", "default-gen1");
        write(stamp("one"));
        requests.awaitHeader("x-stamp", "one-gen1");
        assertThat(requests.failures()).isEmpty();
    }

    @Test
    void withoutAConfigurationRequestsAreAnsweredWith500() throws Exception {
        write("resources: []");
        start("");
        try (RawClient client = server.client("in")) {
            HttpMessage answer = client.exchange("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
            assertThat(answer.status()).isEqualTo(500);
            write(stamp("one"));
            server.awaitStat(STATS + "config_reload", 1);
            answer = client.exchange("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
            assertThat(answer.header("x-stamp")).isEqualTo("one-gen1");
        }
        assertThat(server.stat(STATS + "config_fail")).isEqualTo(1);
    }

    @Test
    void aConfigurationOfAnotherTypeIsRejected() throws Exception {
        write(stamp("one"));
        startWithRequests("");
        requests.awaitHeader("x-stamp", "one-gen1");
        write(stamp("two").replace("example.Stamp", "example.Another"));
        server.awaitStat(STATS + "update_rejected", 1);
        requests.reconnect();
        requests.awaitHeader("x-stamp", "one-gen1");
        assertThat(requests.failures()).isEmpty();
        assertThat(server.stat(STATS + "config_reload")).isEqualTo(1);
    }

    @Test
    void aReplacedBundleTakesTheDiscoveredConfiguration() throws Exception {
        write(stamp("one"));
        startWithRequests("");
        requests.awaitHeader("x-stamp", "one-gen1");
        Path fresh = StampBundle.generation("gen2").write(folder.resolve("fresh"));
        Files.move(fresh, bundles.resolve("stamp.jar"), StandardCopyOption.REPLACE_EXISTING);
        requests.awaitHeader("x-stamp", "one-gen2");
        write(stamp("two"));
        requests.awaitHeader("x-stamp", "two-gen2");
        assertThat(requests.failures()).isEmpty();
        assertThat(requests.values()).containsOnly("one-gen1", "one-gen2", "two-gen2");
    }
}
