package io.nuncio.kernel.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;

import io.envoyproxy.envoy.admin.v3.BootstrapConfigDump;
import io.envoyproxy.envoy.admin.v3.Clusters;
import io.envoyproxy.envoy.admin.v3.ClustersConfigDump;
import io.envoyproxy.envoy.admin.v3.CommandLineOptions;
import io.envoyproxy.envoy.admin.v3.EndpointsConfigDump;
import io.envoyproxy.envoy.admin.v3.Memory;
import io.envoyproxy.envoy.admin.v3.ServerInfo;
import io.envoyproxy.envoy.config.bootstrap.v3.LayeredRuntime;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.nuncio.kernel.config.Types;
import io.nuncio.kernel.format.StreamFake;
import io.nuncio.kernel.init.InitManagers;
import io.nuncio.kernel.log.LogControl;
import io.nuncio.kernel.log.LogLevel;
import io.nuncio.kernel.log.LogSettings;
import io.nuncio.kernel.runtime.RuntimeLoader;
import io.nuncio.kernel.stats.StatsPages;
import io.nuncio.kernel.stats.StatsStore;
import io.nuncio.spi.Problems;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

class StandardEndpointsTest {
    private final AdminEndpoints endpoints = new AdminEndpoints();
    private final List<String> actions = new ArrayList<>();
    private final StatsStore store = StatsStore.detached();
    private final LogControl logs = LogControl.start(LogSettings.DEFAULT);
    private ServerInfo.State state = ServerInfo.State.LIVE;
    private int flushes;
    private long nanos;
    private final InitManagers init = new InitManagers(() -> nanos);

    @BeforeEach
    void addEndpoints() {
        StandardEndpoints.addTo(
                endpoints,
                new StandardEndpoints.Subjects(
                        new ServerFacts(
                                "0/1.2.3/Clean/RELEASE/BoringSSL",
                                CommandLineOptions.newBuilder().setConcurrency(3).build(),
                                Node.newBuilder().setId("me").build(),
                                () -> state,
                                () -> Duration.ofSeconds(90)),
                        new RecordedActions(),
                        new ClustersView(
                                () -> "a::added_via_api::false\n",
                                () ->
                                        Clusters.newBuilder()
                                                .addClusterStatuses(
                                                        io.envoyproxy.envoy.admin.v3.ClusterStatus
                                                                .newBuilder()
                                                                .setName("a"))
                                                .build()),
                        () ->
                                List.of(
                                        new ListenerView(
                                                "ingress",
                                                List.of(
                                                        StreamFake.address("127.0.0.1:10000"),
                                                        StreamFake.address("[::1]:10000")))),
                        List.of(
                                new ConfigSection("clusters", () -> clusters("a", "b")),
                                new ConfigSection(
                                        "bootstrap", BootstrapConfigDump::getDefaultInstance),
                                new ConfigSection("endpoint", StandardEndpointsTest::loads)),
                        new StatsPages(store),
                        () -> flushes++,
                        logs,
                        new RuntimeLoader(
                                LayeredRuntime.getDefaultInstance(),
                                "",
                                0,
                                new Problems(),
                                store.root()),
                        init,
                        new Types()));
    }

    @AfterEach
    void restoreLogs() {
        LogControl.start(LogSettings.DEFAULT);
    }

    @Test
    void whatIsWaitedForIsShownWithHowLongAndWhy() {
        assertThat(get("/init_dump").text())
                .isEqualToIgnoringWhitespace("{\"unready_targets_dumps\": []}");
        init.server().add("LDS", target -> target.waitingFor("lds.yaml", 15_000_000_000L));
        init.server().initialize(() -> {});
        init.create("Listener in").add("RDS routes", _ -> {});
        var cluster = init.create("Cluster up");
        nanos = 2_000_000_000L;
        assertThat(get("/init_dump").text())
                .isEqualToIgnoringWhitespace(
                        """
                        {"unready_targets_dumps": [
                          {"name": "init manager Server", "target_names": ["target LDS"],
                           "targets": [{"name": "LDS", "waiting_ms": 2000,
                             "waiting_for": "lds.yaml", "at_most_ms": 13000}]},
                          {"name": "init manager Listener in", "target_names": ["target RDS routes"],
                           "targets": [{"name": "RDS routes", "waiting_ms": 2000,
                             "waiting_for": ""}]}]}
                        """);
        cluster.add("SdsApi ca", _ -> {});
        assertThat(get("/init_dump").text()).contains("init manager Cluster up");
        assertThat(get("/init_dump?mask=listener").text())
                .contains("RDS routes")
                .doesNotContain("SdsApi")
                .doesNotContain("LDS");
        assertThat(get("/init_dump?mask=cluster").status()).isEqualTo(400);
    }

    @Test
    void runtimeValuesAreChangedAndShown() {
        assertThat(post("/runtime_modify").status()).isEqualTo(400);
        assertThat(post("/runtime_modify").text())
                .startsWith("usage: /runtime_modify?key1=value1&key2=value2&keyN=valueN\n");
        assertThat(post("/runtime_modify?some.key=5").text()).isEqualTo("OK\n");
        assertThat(get("/runtime").text())
                .isEqualToIgnoringWhitespace(
                        """
                        {"layers": ["admin"],
                         "entries": {"some.key": {"final_value": "5", "layer_values": ["5"]}}}
                        """);
    }

    @Test
    void anUnknownPathIs404WithTheHelp() {
        AdminResponse answer = get("/nowhere");
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.text())
                .startsWith("invalid path. admin commands are:\n  /: Admin home page\n")
                .isEqualTo("invalid path. " + get("/help").text());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/allocprofiler",
                "/contention",
                "/cpuprofiler",
                "/heap_dump",
                "/heapprofiler",
                "/hot_restart_version",
                "/memory/tcmalloc",
                "/tap"
            })
    void aPageOfEnvoysThatIsNotThereYetSaysSo(String path) {
        AdminResponse answer = get(path);
        assertThat(answer.status()).isEqualTo(501);
        assertThat(answer.text())
                .isEqualTo(
                        path
                                + " is a page of Envoy's admin server that Nuncio does not support"
                                + " yet\n");
    }

    @Test
    void helpListsPathsInOrderWithMethodsParametersAndChoices() {
        assertThat(get("/help").text())
                .contains(
                        "  /healthcheck/fail (POST): cause the server to fail health checks\n"
                            + "  /healthcheck/ok (POST): cause the server to pass health checks\n"
                            + "  /help: print out list of admin commands\n"
                            + "  /init_dump: dump current Envoy init manager information"
                            + " (experimental)\n"
                            + "      mask: The desired component to dump unready targets. The mask"
                            + " is parsed as a ProtobufWkt::FieldMask. For example, get the unready"
                            + " targets of all listeners with /init_dump?mask=listener`\n"
                            + "  /listeners: print listener info\n"
                            + "      format: File format to use; One of (text, json)\n"
                            + "  /logging (POST): query/change logging levels\n")
                .doesNotContain("/contention");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/quitquitquit",
                "/healthcheck/fail",
                "/healthcheck/ok",
                "/drain_listeners",
                "/reset_counters",
                "/reopen_logs",
                "/logging"
            })
    void whatChangesTheServerNeedsPost(String path) {
        AdminResponse answer = get(path);
        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.text()).isEqualTo("Method GET not allowed, POST required.");
        assertThat(actions).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/quitquitquit, quit",
        "/healthcheck/fail, fail true",
        "/healthcheck/ok, fail false",
        "/reopen_logs, reopen",
        "/drain_listeners, drain false false false",
        "/drain_listeners?inboundonly, drain true false false",
        "/drain_listeners?graceful, drain false true false",
        "/drain_listeners?graceful&skip_exit, drain false true true"
    })
    void commandsAnswerOk(String target, String action) {
        AdminResponse answer = post(target);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo("OK\n");
        assertThat(answer.contentType()).isEqualTo("text/plain; charset=UTF-8");
        assertThat(actions).containsExactly(action);
    }

    @Test
    void skippingTheExitNeedsAGracefulDrain() {
        assertThat(post("/drain_listeners?skip_exit").status()).isEqualTo(400);
        assertThat(actions).isEmpty();
    }

    @Test
    void readyIs200OnlyWhenLive() {
        assertThat(get("/ready")).isEqualTo(AdminResponse.text(200, "LIVE\n"));
        state = ServerInfo.State.DRAINING;
        assertThat(get("/ready")).isEqualTo(AdminResponse.text(503, "DRAINING\n"));
    }

    @Test
    void serverInfoHasVersionStateUptimeOptionsAndNode() throws IOException {
        AdminResponse answer = get("/server_info");
        assertThat(answer.contentType()).isEqualTo("application/json");
        ServerInfo.Builder info = ServerInfo.newBuilder();
        JsonFormat.parser().merge(answer.text(), info);
        assertThat(info.getVersion()).isEqualTo("0/1.2.3/Clean/RELEASE/BoringSSL");
        assertThat(info.getState()).isEqualTo(ServerInfo.State.LIVE);
        assertThat(info.getUptimeCurrentEpoch().getSeconds()).isEqualTo(90);
        assertThat(info.getUptimeAllEpochs().getSeconds()).isEqualTo(90);
        assertThat(info.getCommandLineOptions().getConcurrency()).isEqualTo(3);
        assertThat(info.getNode().getId()).isEqualTo("me");
    }

    @Test
    void memoryIsThatOfTheHeap() throws IOException {
        Memory.Builder memory = Memory.newBuilder();
        JsonFormat.parser().merge(get("/memory").text(), memory);
        assertThat(memory.getAllocated()).isBetween(1L, memory.getHeapSize());
        assertThat(memory.getTotalPhysicalBytes()).isPositive();
    }

    @Test
    void listenersAreTextOrJson() {
        assertThat(get("/listeners").text())
                .isEqualTo("ingress::127.0.0.1:10000\ningress::[::1]:10000\n");
        assertThat(get("/listeners?format=json").text())
                .contains("\"name\": \"ingress\"")
                .contains("\"local_address\"")
                .contains("\"additional_local_addresses\"")
                .contains("\"port_value\": 10000");
    }

    @Test
    void clustersAreTextOrJson() {
        assertThat(get("/clusters").text()).isEqualTo("a::added_via_api::false\n");
        assertThat(get("/clusters?format=json").text()).contains("\"cluster_statuses\"");
    }

    @Test
    void statsAreFlushedAndShown() {
        store.root().counter("a.b").increment();
        assertThat(get("/stats").text()).contains("a.b: 1\n");
        assertThat(get("/stats?format=json").contentType()).isEqualTo("application/json");
        assertThat(get("/stats/prometheus").text()).contains("envoy_a_b{} 1\n");
        assertThat(flushes).isEqualTo(3);
        assertThat(post("/reset_counters").text()).isEqualTo("OK\n");
        assertThat(get("/stats?filter=a.b").text()).isEqualTo("a.b: 0\n");
    }

    @Test
    void configDumpShowsPartsInOrderAndEndpointsOnRequest() {
        assertThat(types(get("/config_dump").text()))
                .containsExactly("BootstrapConfigDump", "ClustersConfigDump");
        assertThat(types(get("/config_dump?include_eds").text()))
                .containsExactly(
                        "BootstrapConfigDump", "ClustersConfigDump", "EndpointsConfigDump");
    }

    @Test
    void configDumpPicksAResource() {
        String dump = get("/config_dump?resource=static_clusters").text();
        assertThat(types(dump))
                .containsExactly(
                        "ClustersConfigDump.StaticCluster", "ClustersConfigDump.StaticCluster");
        assertThat(get("/config_dump?resource=version_info"))
                .isEqualTo(
                        AdminResponse.text(
                                400,
                                "version_info is not a repeated field. Use ?mask=version_info to"
                                        + " get only this field"));
        assertThat(get("/config_dump?resource=nothing"))
                .isEqualTo(AdminResponse.text(404, "nothing not found in config dump"));
    }

    @Test
    void configDumpShowsOnlyMaskedFields() {
        String dump = get("/config_dump?resource=static_clusters&mask=cluster.name").text();
        assertThat(dump).contains("\"name\": \"a\"").doesNotContain("alt_stat_name");
        assertThat(get("/config_dump?resource=static_clusters&mask=cluster.nothing"))
                .isEqualTo(
                        AdminResponse.text(
                                400, "FieldMask nothing could not be successfully used."));
    }

    @Test
    void configDumpShowsThePartsThatHaveTheMaskedFields() {
        String dump = get("/config_dump?mask=static_clusters").text();
        assertThat(types(dump)).containsExactly("ClustersConfigDump");
        assertThat(dump).contains("alt_stat_name");
        assertThat(get("/config_dump?mask=static_clusters.cluster"))
                .isEqualTo(
                        AdminResponse.text(
                                400,
                                "FieldMask static_clusters.cluster could not be successfully"
                                        + " applied to any configs."));
    }

    @Test
    void configDumpFiltersByName() {
        assertThat(get("/config_dump?name_regex=a").text())
                .contains("\"name\": \"a\"")
                .doesNotContain("\"name\": \"b\"");
        assertThat(get("/config_dump?include_eds&name_regex=.*z").text())
                .doesNotContain("cluster_name");
        AdminResponse wrong = get("/config_dump?name_regex=(");
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.text()).startsWith("Error while parsing name_regex from (: ");
    }

    @Test
    void loggingChangesOneSomeOrAllLevels() {
        assertThat(post("/logging").text())
                .startsWith("active loggers:\n  admin: info\n")
                .endsWith("\n\n");
        assertThat(post("/logging?upstream=debug").text()).contains("  upstream: debug\n");
        assertThat(post("/logging?paths=http:trace,config:warning").text())
                .contains("  http: trace\n", "  config: warning\n", "  upstream: debug\n");
        assertThat(post("/logging?level=error").text())
                .doesNotContain(": debug", ": trace", ": info");
        assertThat(logs.level("http")).isEqualTo(LogLevel.ERROR);
    }

    @ParameterizedTest
    @CsvSource({
        "/logging?nobody=debug, unknown logger name",
        "/logging?http=loud, unknown logger level",
        "/logging?level=loud, unknown logger level",
        "/logging?paths=http:debug%2Cnobody:debug, unknown logger name",
        "/logging?paths=http:, empty logger name or empty logger level",
        "/logging?http=debug&config=debug, invalid number of parameters"
    })
    void aWrongChangeOfLevelsIsRefusedWithUsage(String target, String problem) {
        AdminResponse answer = post(target);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text())
                .startsWith(
                        "error: "
                                + problem
                                + "\n\nusage: /logging?<name>=<level> (change single level)\n")
                .contains("levels: trace debug info warning error critical off \n")
                .contains("active loggers:\n");
        assertThat(logs.level("http")).isEqualTo(LogLevel.INFO);
    }

    @Test
    void parametersMayComeInAForm() {
        AdminResponse answer =
                endpoints.answer(AdminRequest.of("POST", "/logging", true, "level=debug&paths="));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(logs.level("http")).isEqualTo(LogLevel.DEBUG);
    }

    @Test
    void theHomePageHasAFormForEachEndpointAndPostsCommands() {
        AdminResponse home = get("/");
        assertThat(home.contentType()).isEqualTo("text/html; charset=UTF-8");
        assertThat(home.text())
                .contains("<form action='quitquitquit' method='post' id='quitquitquit'>")
                .contains("<form action='stats' method='get' id='stats'>")
                .contains("<input type='checkbox' name='usedonly' form='stats'>")
                .contains("<option value='warning'>warning</option>")
                .contains("&lt;logger_name1&gt;");
    }

    @Test
    void aHandlerThatThrowsIsAnsweredForWith500() {
        endpoints.add(
                AdminEndpoint.page(
                        "/broken",
                        "",
                        _ -> {
                            throw new IllegalStateException("bug");
                        }));
        assertThat(get("/broken").status()).isEqualTo(500);
    }

    @Test
    void endpointsCanBeAddedOnceAndRemoved() {
        AdminEndpoint own = AdminEndpoint.page("/own", "", _ -> AdminResponse.ok());
        assertThat(endpoints.add(own)).isTrue();
        assertThat(endpoints.add(own)).isFalse();
        assertThat(get("/own?x").status()).isEqualTo(200);
        assertThat(endpoints.remove("/own")).isTrue();
        assertThat(get("/own").status()).isEqualTo(404);
    }

    private AdminResponse get(String target) {
        return endpoints.answer(AdminRequest.of("GET", target));
    }

    private AdminResponse post(String target) {
        return endpoints.answer(AdminRequest.of("POST", target));
    }

    private static List<String> types(String dump) {
        return dump.lines()
                .filter(line -> line.startsWith("   \"@type\"") || line.startsWith("  \"@type\""))
                .map(line -> line.replaceAll(".*envoy\\.admin\\.v3\\.|\",?", ""))
                .toList();
    }

    private static Message clusters(String... names) {
        ClustersConfigDump.Builder dump = ClustersConfigDump.newBuilder();
        for (String name : names) {
            dump.addStaticClustersBuilder()
                    .setCluster(
                            Any.pack(
                                    Cluster.newBuilder()
                                            .setName(name)
                                            .setAltStatName("alt_" + name)
                                            .build()));
        }
        return dump.build();
    }

    private static Message loads() {
        EndpointsConfigDump.Builder dump = EndpointsConfigDump.newBuilder();
        dump.addStaticEndpointConfigsBuilder()
                .setEndpointConfig(
                        Any.pack(ClusterLoadAssignment.newBuilder().setClusterName("a").build()));
        return dump.build();
    }

    private final class RecordedActions implements ServerActions {
        @Override
        public void quit() {
            actions.add("quit");
        }

        @Override
        public void failHealthChecks(boolean fail) {
            actions.add("fail " + fail);
        }

        @Override
        public void drainListeners(boolean inboundOnly, boolean graceful, boolean skipExit) {
            actions.add("drain " + inboundOnly + " " + graceful + " " + skipExit);
        }

        @Override
        public void reopenLogs() {
            actions.add("reopen");
        }
    }
}
