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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/// What the options of the command line do.
class CommandLineIT {
    private static final String GET = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
    private static final String ADMIN =
            "admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}\n";

    private final FakeUpstream upstream = FakeUpstream.answering("here");
    @TempDir private Path folder;

    @AfterEach
    void stop() {
        upstream.close();
    }

    private Path log() {
        return folder.resolve("access.log");
    }

    private String proxy() {
        return ADMIN + Bootstraps.http1(upstream.port(), log(), "route: { cluster: c }");
    }

    private static NuncioServer start(String yaml, String... options) throws StartFailure {
        return NuncioServer.start(Distribution.HOME.resolve("bundles"), yaml, options);
    }

    private static String admin(NuncioServer server, String path) {
        try (RawClient client = RawClient.connect(server.admin())) {
            return client.exchange("GET " + path + " HTTP/1.1\r\nhost: a\r\n\r\n").bodyText();
        }
    }

    @Test
    void theTextIsMergedOverTheFile() throws Exception {
        Path file = Files.writeString(folder.resolve("a.yaml"), ADMIN + "node: {id: file}\n");
        try (NuncioServer server =
                start("node: {cluster: text}", "--config-path", file.toString())) {
            assertThat(admin(server, "/server_info"))
                    .contains("\"id\": \"file\"", "\"cluster\": \"text\"");
        }
    }

    @Test
    void theNodeIsWhatTheCommandLineSays() throws Exception {
        String node = "node: {id: a, cluster: b, locality: {zone: c}}\n";
        try (NuncioServer server =
                start(
                        ADMIN + node,
                        "--service-node",
                        "front",
                        "--service-cluster",
                        "edge",
                        "--service-zone",
                        "north")) {
            assertThat(admin(server, "/server_info"))
                    .contains("\"id\": \"front\"", "\"cluster\": \"edge\"", "\"zone\": \"north\"");
        }
    }

    @Test
    void thereAreAsManyWorkersAsAskedFor() throws Exception {
        // The test server always asks for two.
        try (NuncioServer server = start(proxy())) {
            assertThat(server.stat("server.concurrency")).isEqualTo(2);
            assertThat(admin(server, "/stats"))
                    .contains("listener.127.0.0.1_0.worker_1.downstream_cx_total")
                    .doesNotContain("worker_2");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--allow-unknown-static-fields", "--allow-unknown-fields"})
    void unknownFieldsAreRefusedUnlessTheyAreAllowed(String option) throws Exception {
        String yaml = ADMIN + "node: {colour: red}\n";
        assertThatThrownBy(() -> start(yaml))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("unknown field `colour`");
        try (NuncioServer server = start(yaml, option)) {
            assertThat(admin(server, "/ready")).isEqualTo("LIVE\n");
        }
    }

    @Test
    void aDisabledExtensionIsNotThere() {
        assertThatThrownBy(() ->
                        start(
                                proxy(),
                                "--disable-extensions",
                                "envoy.filters.http/envoy.filters.http.router"))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining(
                        "envoy.filters.http.router is disabled by --disable-extensions");
    }

    @Test
    void everyStatisticHasTheTagsOfTheCommandLine() throws Exception {
        try (NuncioServer server = start(ADMIN, "--stats-tag", "stage:canary")) {
            assertThat(admin(server, "/stats/prometheus"))
                    .contains("envoy_server_live{stage=\"canary\"}");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--file-flush-interval-msec 20", "--file-flush-min-size-kb 0"})
    void anEntryIsInTheFileAsSoonAsAsked(String option) throws Exception {
        try (NuncioServer server = start(proxy(), option.split(" "));
                RawClient client = server.client("l")) {
            client.exchange(GET);
            server.awaitStat("filesystem.write_completed", 1);
            assertThat(Files.readString(log())).startsWith("200 ");
        }
    }

    @Test
    void anEntryWaitsTenSecondsByDefault() throws Exception {
        try (NuncioServer server = start(proxy());
                RawClient client = server.client("l")) {
            client.exchange(GET);
            server.awaitStat("filesystem.write_buffered", 1);
            assertThat(server.stat("filesystem.write_completed")).isZero();
        }
    }

    @Test
    void drainingEndsWhenItsTimeIsUp() throws Exception {
        try (FakeUpstream silent = FakeUpstream.start(FakeUpstream.Peer::awaitClose);
                NuncioServer server =
                        start(
                                Bootstraps.http1(silent.port(), log(), "route: { cluster: c }"),
                                "--drain-time-s",
                                "1");
                RawClient client = server.client("l")) {
            client.send(GET);
            server.awaitStat("cluster.c.upstream_rq_total", 1);

            server.terminate();

            assertThat(server.awaitEnd()).isZero();
        }
    }

    @Test
    void anImmediateDrainClosesWithTheResponseThatIsUnderWay() throws Exception {
        var drained = new CountDownLatch(1);
        FakeUpstream.Script waiting =
                peer -> {
                    peer.readRequest();
                    awaitUninterruptibly(drained);
                    peer.send("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
                };
        try (FakeUpstream slow = FakeUpstream.start(waiting);
                NuncioServer server =
                        start(
                                ADMIN
                                        + Bootstraps.http1(
                                                slow.port(), log(), "route: { cluster: c }"),
                                "--drain-strategy",
                                "immediate");
                RawClient client = server.client("l")) {
            client.send(GET);
            server.awaitStat("cluster.c.upstream_rq_total", 1);
            try (RawClient admin = RawClient.connect(server.admin())) {
                admin.exchange(
                        "POST /drain_listeners?graceful HTTP/1.1\r\nhost: a\r\n"
                                + "content-length: 0\r\n\r\n");
            }
            drained.countDown();
            assertThat(client.readResponse().header("connection")).isEqualTo("close");
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void withTheModeImmediateOneSignalEndsAtOnce() throws Exception {
        try (FakeUpstream silent = FakeUpstream.start(FakeUpstream.Peer::awaitClose);
                NuncioServer server =
                        start(
                                Bootstraps.http1(silent.port(), log(), "route: { cluster: c }"),
                                "--sigterm-mode",
                                "immediate");
                RawClient client = server.client("l")) {
            client.send(GET);
            server.awaitStat("cluster.c.upstream_rq_total", 1);

            server.terminate();

            assertThat(server.awaitEnd()).isZero();
        }
    }

    @Test
    void theLogIsWrittenWhereAndAsAsked() throws Exception {
        Path file = folder.resolve("application.log");
        try (RunningProxy proxy =
                RunningProxy.start(
                        folder,
                        ADMIN,
                        "--log-path",
                        file.toString(),
                        "--log-format",
                        "<%n %l> %v",
                        "--log-level",
                        "info",
                        "--component-log-level",
                        "admin:off")) {
            assertThat(proxy.end()).isZero();
        }
        List<String> lines = Files.readAllLines(file);
        assertThat(lines).allMatch(line -> line.startsWith("<"));
        assertThat(lines).anyMatch(line -> line.startsWith("<main info> ready after "));
        assertThat(lines).noneMatch(line -> line.startsWith("<admin"));
    }

    @Test
    void deprecatedFieldsAreWarnedAboutUnlessThatIsSkipped() throws Exception {
        String old =
                ADMIN
                        + """
                        static_resources:
                          clusters:
                          - {name: a, type: STATIC, max_requests_per_connection: 5,
                             load_assignment: {cluster_name: a}}
                        """;
        assertThat(logOf(old)).contains("`max_requests_per_connection` is deprecated");
        assertThat(logOf(old, "--skip-deprecated-logs")).doesNotContain("deprecated");
    }

    private String logOf(String config, String... options) throws Exception {
        try (RunningProxy proxy = RunningProxy.start(folder, config, options)) {
            proxy.end();
            return proxy.log();
        } finally {
            Files.delete(folder.resolve("admin-address"));
        }
    }

    @Test
    void validateSaysWhatIsWrongAsTextOrJsonAndEnds() throws Exception {
        Path bad = Files.writeString(folder.resolve("bad.yaml"), "node: {colour: red}\n");
        Distribution.Finished text = Distribution.run("--mode", "validate", "-c", bad.toString());
        Distribution.Finished json =
                Distribution.run(
                        "--mode", "validate", "--output", "json", "--config-path", bad.toString());

        assertThat(text.exitCode()).isEqualTo(1);
        assertThat(text.output()).contains("bad.yaml:1:8: error: unknown field `colour`");
        assertThat(json.exitCode()).isEqualTo(1);
        assertThat(json.output()).contains("\"line\" : 1", "\"path\" : \"node.colour\"");
    }
}
