package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nuncio.kernel.server.StartFailure;
import io.nuncio.testkit.FakeUpstream;
import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// What the bootstrap's own fields do, and that each place which takes an extension finds it by
/// type or by name and gives it its configuration.
class BootstrapIT {
    private static final String ADMIN =
            "admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}\n";
    private static final String PACKAGE = "type.googleapis.com/envoy.extensions.";

    private final FakeUpstream upstream = FakeUpstream.answering("here");
    @TempDir private Path folder;

    @AfterEach
    void stop() {
        upstream.close();
    }

    private static NuncioServer start(String yaml) throws StartFailure {
        return NuncioServer.start(Distribution.HOME.resolve("bundles"), yaml);
    }

    private Path log() {
        return folder.resolve("access.log");
    }

    /// A listener `l` in front of a cluster `c`, with an admin server.
    private String proxy() {
        return ADMIN + Bootstraps.http1(upstream.port(), log(), "route: { cluster: c }");
    }

    private static String get(NuncioServer server) {
        try (RawClient client = server.client("l")) {
            return client.exchange("GET /a HTTP/1.1\r\nhost: a\r\n\r\n").bodyText();
        }
    }

    private static String admin(NuncioServer server, String path) {
        try (RawClient client = RawClient.connect(server.admin())) {
            return client.exchange("GET " + path + " HTTP/1.1\r\nhost: a\r\n\r\n").bodyText();
        }
    }

    /// The file's content, once it has some.
    private static String written(Path file) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!Files.exists(file) || Files.size(file) == 0) {
            assertThat(System.nanoTime()).as("time until %s is written", file).isLessThan(deadline);
            Thread.sleep(5);
        }
        return Files.readString(file);
    }

    @Test
    void theNodeIsShownAsItIs() throws Exception {
        String node =
                """
                node:
                  id: front
                  cluster: edge
                  metadata: {stage: canary}
                  locality: {region: north, zone: north-1, sub_zone: rack-7}
                """;
        try (NuncioServer server = start(ADMIN + node)) {
            assertThat(admin(server, "/server_info"))
                    .contains(
                            "\"id\": \"front\"",
                            "\"cluster\": \"edge\"",
                            "\"stage\": \"canary\"",
                            "\"region\": \"north\"",
                            "\"zone\": \"north-1\"",
                            "\"sub_zone\": \"rack-7\"");
        }
    }

    @Test
    void staticListenersServeFromStaticClusters() throws Exception {
        try (NuncioServer server = start(proxy())) {
            assertThat(get(server)).isEqualTo("here");
        }
    }

    @Test
    void theAdminServerListensAndLogs() throws Exception {
        String bootstrap =
                """
                admin:
                  address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
                  access_log:
                  - name: any
                    typed_config:
                      "@type": %saccess_loggers.file.v3.FileAccessLog
                      path: %s
                      log_format: { text_format_source: { inline_string: "%%REQ(:PATH)%%\\n" } }
                """
                        .formatted(PACKAGE, log());
        try (NuncioServer server = start(bootstrap)) {
            assertThat(admin(server, "/ready")).isEqualTo("LIVE\n");
        }
        assertThat(written(log())).isEqualTo("/ready\n");
    }

    @Test
    void clustersBindToTheAddressOfTheClusterManager() throws Exception {
        String bootstrap =
                proxy().replace("%RESPONSE_CODE% ", "%UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT% ")
                        + """
                        cluster_manager:
                          upstream_bind_config:
                            source_address: { address: 127.0.0.2, port_value: 0 }
                        """;
        try (NuncioServer server = start(bootstrap)) {
            assertThat(get(server)).isEqualTo("here");
        }
        assertThat(written(log())).startsWith("127.0.0.2 ");
    }

    @Test
    void statisticsHaveTheTagsOfTheConfiguration() throws Exception {
        String bootstrap = ADMIN + "stats_config: {stats_tags: [{tag_name: a, fixed_value: b}]}\n";
        try (NuncioServer server = start(bootstrap)) {
            assertThat(admin(server, "/stats/prometheus")).contains("envoy_server_live{a=\"b\"}");
        }
    }

    @Test
    void theRuntimeHasItsLayers() throws Exception {
        String bootstrap =
                ADMIN + "layered_runtime: {layers: [{name: one, static_layer: {some.key: 7}}]}\n";
        try (NuncioServer server = start(bootstrap)) {
            assertThat(admin(server, "/runtime")).contains("\"one\"", "\"some.key\"", "\"7\"");
        }
    }

    /// Every extension of the plain proxy, each under a name that nobody has.
    private String byType() {
        return proxy().replace(
                        "- filters:",
                        """
                        - transport_socket:
                                name: a
                                typed_config: { "@type": %stransport_sockets.raw_buffer.v3.RawBuffer }
                              filters:\
                        """
                                .formatted(PACKAGE))
                .replace("envoy.filters.network.http_connection_manager", "b")
                .replace("envoy.access_loggers.file\n", "c\n")
                .replace("envoy.filters.http.router\n", "d\n")
                .replace(
                        "type: STATIC",
                        """
                        cluster_type:
                              name: e
                              typed_config: { "@type": %1$sclusters.dns.v3.DnsCluster }
                            load_balancing_policy:
                              policies:
                              - typed_extension_config:
                                  name: f
                                  typed_config: { "@type": %1$sload_balancing_policies.random.v3.Random }
                            transport_socket:
                              name: g
                              typed_config: { "@type": %1$stransport_sockets.raw_buffer.v3.RawBuffer }\
                        """
                                .formatted(PACKAGE));
    }

    @Test
    void extensionsAreFoundByTheirType() throws Exception {
        try (NuncioServer server = start(byType())) {
            assertThat(get(server)).isEqualTo("here");
            assertThat(admin(server, "/config_dump")).contains("\"name\": \"f\"");
        }
        assertThat(written(log())).startsWith("200 ");
    }

    @Test
    void extensionsWithoutATypeAreFoundByTheirName() throws Exception {
        String bootstrap =
                proxy().replace(
                                "- filters:",
                                "- transport_socket: { name: envoy.transport_sockets.raw_buffer }\n"
                                        + "      filters:")
                        .replace(
                                "type: STATIC",
                                """
                                type: STATIC
                                    load_balancing_policy:
                                      policies:
                                      - typed_extension_config:
                                          name: envoy.load_balancing_policies.random
                                          typed_config: { "@type": type.googleapis.com/google.protobuf.Struct }
                                    transport_socket: { name: envoy.transport_sockets.raw_buffer }\
                                """);
        try (NuncioServer server = start(bootstrap)) {
            assertThat(get(server)).isEqualTo("here");
        }
    }

    @Test
    void anExtensionThatIsNeitherATypeNorANameIsRefused() {
        assertThatThrownBy(() ->
                        start(
                                proxy().replace(
                                                "type: STATIC",
                                                "cluster_type: { name: com.acme.none }")))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("com.acme.none");
    }
}
