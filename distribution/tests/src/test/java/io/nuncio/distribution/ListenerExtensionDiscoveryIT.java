package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nuncio.kernel.server.StartFailure;
import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/// The configurations of a network filter and of a listener filter from files that change while
/// connections come (ECDS).
class ListenerExtensionDiscoveryIT {
    private static final String NETWORK = "extension_config_discovery.network_filter.word.";
    private static final String LISTENER = "extension_config_discovery.tcp_listener_filter.peek.";
    private static final String DIRECT_RESPONSE =
            "envoy.extensions.filters.network.direct_response.v3.Config";
    private static final String PROXY_PROTOCOL =
            "envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol";
    private static final String ECHO = "envoy.extensions.filters.network.echo.v3.Echo";
    private static final String CREATED = "listener_manager.listener_create_success";
    private static final String NOTHING = "resources: []";

    @TempDir Path folder;

    private NuncioServer server;

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    private static NuncioServer start(String yaml) throws StartFailure {
        return NuncioServer.start(
                Distribution.HOME.resolve("bundles"),
                "admin: { address: { socket_address: { address: 127.0.0.1, port_value: 0 } } }\n"
                        + yaml,
                "--drain-time-s",
                "600");
    }

    /// Moves a file into place, as a person who cares would.
    private void write(String name, String content) throws IOException {
        Path fresh = Files.writeString(folder.resolve("new"), content);
        Files.move(
                fresh,
                folder.resolve(name),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    private static String word(String word) {
        return resource("word", DIRECT_RESPONSE, "response: { inline_string: \"" + word + "\" }");
    }

    private static String resource(String name, String type, String fields) {
        return """
        version_info: "%1$s"
        resources:
        - "@type": type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig
          name: %1$s
          typed_config: { "@type": type.googleapis.com/%2$s, %3$s }
        """
                .formatted(name, type, fields);
    }

    private String discovered(String type, String more) {
        return "config_discovery: { config_source: { path_config_source: { path: "
                + folder
                + "/ecds.yaml } }, type_urls: [type.googleapis.com/"
                + type
                + "]"
                + more
                + " }";
    }

    private String listener(String name, String chains) {
        return """
          - name: %1$s
            stat_prefix: %1$s
            address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
            access_log:
            - name: envoy.access_loggers.file
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
                path: %2$s/log
                log_format: { text_format_source: { inline_string: "%%CONNECTION_TERMINATION_DETAILS%%|%%DOWNSTREAM_LOCAL_CLOSE_REASON%%\\n" } }
        %3$s\
        """
                .formatted(name, folder, chains);
    }

    private String wordChain(String name, String match, String more) {
        return """
            - name: %s
              filter_chain_match: { %s }
              filters:
              - name: word
                %s
        """
                .formatted(name, match, discovered(DIRECT_RESPONSE, more))
                .indent(0);
    }

    private String withWord(String more) {
        return "static_resources:\n  listeners:\n"
                + listener("in", "    filter_chains:\n" + wordChain("main", "", more));
    }

    private String read() {
        return read("in");
    }

    private String read(String listener) {
        try (RawClient client = server.client(listener)) {
            return new String(client.readToEnd(), StandardCharsets.US_ASCII);
        }
    }

    /// The entries of the access log, whole once the proxy has ended.
    private List<String> log() throws IOException {
        server.close();
        server = null;
        return LogLines.of(folder.resolve("log"));
    }

    private String admin(String page) {
        try (RawClient admin = RawClient.connect(server.admin())) {
            return admin.exchange("GET " + page + " HTTP/1.1\r\nhost: a\r\n\r\n").bodyText();
        }
    }

    @Test
    void newConnectionsTakeTheNewConfigurationOfANetworkFilter() throws Exception {
        write("ecds.yaml", word("one"));
        server = start(withWord(""));
        assertThat(read()).isEqualTo("one");
        write("ecds.yaml", word("two"));
        server.awaitStat(NETWORK + "config_reload", 2);
        assertThat(read()).isEqualTo("two");
        assertThat(server.stat(NETWORK + "update_success")).isEqualTo(2);
        assertThat(server.stat(NETWORK + "config_fail")).isZero();
        assertThat(admin("/config_dump?resource=ecds_filters"))
                .contains("envoy.admin.v3.EcdsConfigDump.EcdsFilterConfig", "\"two\"")
                .doesNotContain("\"one\"");
    }

    @Test
    void aConnectionManagerThatComesWhenTheListenerServesGetsItsRoutes() throws Exception {
        String manager =
                "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
        write("ecds.yaml", word("one"));
        write("lds.yaml", NOTHING);
        write(
                "rds.yaml",
                """
                resources:
                - "@type": type.googleapis.com/envoy.config.route.v3.RouteConfiguration
                  name: r
                  virtual_hosts:
                  - name: all
                    domains: ["*"]
                    routes: [{ match: { prefix: / }, direct_response: { status: 207 } }]
                """);
        server =
                start(
                        "dynamic_resources: { lds_config: { path_config_source: { path: "
                                + folder
                                + "/lds.yaml } } }");
        write(
                "lds.yaml",
                lds(
                        listener("in", "    filter_chains:\n" + wordChain("main", "", ""))
                                .replace(
                                        "type_urls: [",
                                        "type_urls: [type.googleapis.com/" + manager + ", ")));
        server.awaitStat(CREATED, n -> n > 0, "to grow, for the listener serves");
        assertThat(read()).isEqualTo("one");
        write(
                "ecds.yaml",
                resource(
                        "word",
                        manager,
                        "stat_prefix: late, rds: { route_config_name: r, config_source: {"
                                + " path_config_source: { path: "
                                + folder
                                + "/rds.yaml } } }, http_filters: [{ name: router, typed_config:"
                                + " { \"@type\": type.googleapis.com/envoy.extensions.filters.http"
                                + ".router.v3.Router } }]"));
        server.awaitStat(NETWORK + "config_reload", 2);
        server.awaitStat("http.late.rds.r.update_success", 1);
        try (RawClient client = server.client("in")) {
            assertThat(client.exchange("GET / HTTP/1.1\r\nhost: a\r\n\r\n").status())
                    .isEqualTo(207);
        }
    }

    @Test
    void aConnectionKeepsTheConfigurationItBeganWith() throws Exception {
        String limit = "envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit";
        write("ecds.yaml", resource("word", limit, "stat_prefix: before, max_connections: 9"));
        server =
                start(
                        withWord("").replace(DIRECT_RESPONSE, limit)
                                + """
                                      - name: envoy.filters.network.echo
                                        typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.network.echo.v3.Echo }
                                """);
        try (RawClient old = server.client("in")) {
            assertThat(echo(old, "a")).isEqualTo("a");
            write("ecds.yaml", resource("word", limit, "stat_prefix: after, max_connections: 9"));
            server.awaitStat(NETWORK + "config_reload", 2);
            assertThat(echo(old, "b")).isEqualTo("b");
            try (RawClient fresh = server.client("in")) {
                assertThat(echo(fresh, "c")).isEqualTo("c");
                assertThat(server.stat("connection_limit.before.active_connections")).isEqualTo(1);
                assertThat(server.stat("connection_limit.after.active_connections")).isEqualTo(1);
            }
        }
        server.awaitStat("listener.in.downstream_cx_active", 0);
    }

    private static String echo(RawClient client, String text) throws IOException {
        client.send(text);
        return new String(
                client.socket().getInputStream().readNBytes(text.length()),
                StandardCharsets.US_ASCII);
    }

    @Test
    void connectionsAreClosedWhileANetworkFilterHasNoConfiguration() throws Exception {
        write("ecds.yaml", NOTHING);
        server = start(withWord(""));
        assertThat(read()).isEmpty();
        server.awaitStat("listener.in.downstream_cx_destroy", 1);
        assertThat(server.stat("listener.in.network_extension_config_missing")).isEqualTo(1);
        assertThat(server.stat("listener.in.downstream_cx_total")).isEqualTo(1);
        assertThat(server.stat("listener.in.downstream_cx_active")).isZero();
        assertThat(server.stat(NETWORK + "config_fail")).isEqualTo(1);
        assertThat(server.stat(NETWORK + "update_rejected")).isEqualTo(1);
        write("ecds.yaml", word("one"));
        server.awaitStat(NETWORK + "config_reload", 1);
        assertThat(read()).isEqualTo("one");
        assertThat(log()).first().isEqualTo("-|no_filters");
    }

    @Test
    void theDefaultOfANetworkFilterServesUntilAConfigurationComes() throws Exception {
        write("ecds.yaml", NOTHING);
        server =
                start(
                        withWord(
                                ", apply_default_config_without_warming: true, default_config: {"
                                        + " \"@type\": type.googleapis.com/"
                                        + DIRECT_RESPONSE
                                        + ", response: { inline_string: default } }"));
        assertThat(read()).isEqualTo("default");
        write("ecds.yaml", word("one"));
        server.awaitStat(NETWORK + "config_reload", 1);
        assertThat(read()).isEqualTo("one");
    }

    @Test
    void aNetworkFilterThatDoesNotBelongInItsPlaceIsRejected() throws Exception {
        write("ecds.yaml", word("one"));
        String limit = "envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit";
        server =
                start(
                        withWord("")
                                .replace(
                                        "type_urls: [",
                                        "type_urls: [type.googleapis.com/" + limit + ", "));
        assertThat(read()).isEqualTo("one");
        write("ecds.yaml", resource("word", limit, "stat_prefix: l, max_connections: 1"));
        server.awaitStat(NETWORK + "update_rejected", 1);
        assertThat(read()).isEqualTo("one");
        write("ecds.yaml", resource("word", PROXY_PROTOCOL, ""));
        server.awaitStat(NETWORK + "update_rejected", 2);
        assertThat(read()).isEqualTo("one");
        assertThat(server.stat(NETWORK + "config_fail")).isEqualTo(2);
        assertThat(server.stat(NETWORK + "config_reload")).isEqualTo(1);
    }

    @Test
    void aDefaultOfAnotherTypeKeepsTheProxyFromStarting() throws Exception {
        write("ecds.yaml", NOTHING);
        assertThatThrownBy(() ->
                        start(
                                withWord(
                                        ", default_config: { \"@type\":"
                                                + " type.googleapis.com/"
                                                + ECHO
                                                + " }")))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining(
                        "filter config has type URL " + ECHO + " but expect " + DIRECT_RESPONSE);
    }

    @Test
    void placesThatNameTheSameConfigurationChangeTogether() throws Exception {
        write("ecds.yaml", word("one"));
        server =
                start(
                        "static_resources:\n  listeners:\n"
                                + listener(
                                        "in",
                                        "    filter_chains:\n"
                                                + wordChain("a", "source_ports: [1]", "")
                                                + wordChain("b", "", ""))
                                + listener(
                                        "other", "    filter_chains:\n" + wordChain("c", "", "")));
        assertThat(read("in")).isEqualTo("one");
        assertThat(read("other")).isEqualTo("one");
        write("ecds.yaml", word("two"));
        server.awaitStat(NETWORK + "config_reload", 2);
        assertThat(read("in")).isEqualTo("two");
        assertThat(read("other")).isEqualTo("two");
        assertThat(server.stat(NETWORK + "update_attempt")).isEqualTo(2);
    }

    @Test
    void aListenerWaitsForItsConfiguration() throws Exception {
        write("ecds.yaml", "resources: [");
        write("lds.yaml", NOTHING);
        server =
                start(
                        "dynamic_resources: { lds_config: { path_config_source: { path: "
                                + folder
                                + "/lds.yaml } } }");
        write("ecds.yaml", word("one"));
        write("lds.yaml", lds(listener("in", "    filter_chains:\n" + wordChain("a", "", ""))));
        server.awaitStat(CREATED, n -> n > 0, "to grow");
        assertThat(read()).isEqualTo("one");
        assertThat(server.stat("listener.in.network_extension_config_missing")).isZero();
    }

    private static String lds(String listener) {
        return "resources:\n"
                + listener.replaceFirst(
                        "  - name:",
                        "  - \"@type\": type.googleapis.com/envoy.config.listener.v3.Listener\n"
                                + "    name:");
    }

    @Test
    void aListenerThatCannotUseTheConfigurationTakesItsDefault() throws Exception {
        write("ecds.yaml", word("one"));
        write("lds.yaml", lds(listener("in", "    filter_chains:\n" + wordChain("a", "", ""))));
        server =
                start(
                        "dynamic_resources: { lds_config: { path_config_source: { path: "
                                + folder
                                + "/lds.yaml } } }");
        assertThat(read()).isEqualTo("one");
        long before = server.stat(CREATED);
        write(
                "lds.yaml",
                lds(
                        listener(
                                "in",
                                "    filter_chains:\n"
                                        + wordChain("a", "source_ports: [1]", "")
                                        + wordChain(
                                                        "b",
                                                        "",
                                                        ", default_config: { \"@type\":"
                                                                + " type.googleapis.com/"
                                                                + ECHO
                                                                + " }")
                                                .replace(DIRECT_RESPONSE + "]", ECHO + "]"))));
        server.awaitStat(CREATED, n -> n > before, "to grow, for the new chains serve");
        assertThat(server.stat("listener_manager.listener_in_place_updated")).isEqualTo(1);
        assertThat(server.stat(NETWORK + "config_conflict")).isEqualTo(1);
        try (RawClient client = server.client("in")) {
            assertThat(echo(client, "hello")).isEqualTo("hello");
        }
    }

    private String withPeek(String more) {
        return "static_resources:\n  listeners:\n"
                + listener(
                        "in",
                        "    listener_filters:\n    - name: peek\n      "
                                + discovered(PROXY_PROTOCOL, more)
                                + """

                                    filter_chains:
                                    - filters:
                                      - name: envoy.filters.network.direct_response
                                        typed_config:
                                          "@type": type.googleapis.com/envoy.extensions.filters.network.direct_response.v3.Config
                                          response: { inline_string: hello }
                                """);
    }

    private String readAfterProxyHeader() {
        try (RawClient client = server.client("in")) {
            client.send("PROXY TCP4 1.2.3.4 5.6.7.8 9 10\r\n");
            return new String(client.readToEnd(), StandardCharsets.US_ASCII);
        }
    }

    @Test
    void newConnectionsTakeTheNewConfigurationOfAListenerFilter() throws Exception {
        write("ecds.yaml", resource("peek", PROXY_PROTOCOL, "stat_prefix: before"));
        server = start(withPeek(""));
        assertThat(readAfterProxyHeader()).isEqualTo("hello");
        assertThat(server.stat("proxy_proto.before.versions.v1.found")).isEqualTo(1);
        write("ecds.yaml", resource("peek", PROXY_PROTOCOL, "stat_prefix: after"));
        server.awaitStat(LISTENER + "config_reload", 2);
        assertThat(readAfterProxyHeader()).isEqualTo("hello");
        assertThat(server.stat("proxy_proto.after.versions.v1.found")).isEqualTo(1);
        assertThat(admin("/config_dump?resource=ecds_filters")).contains("\"after\"");
    }

    @Test
    void connectionsAreClosedWhileAListenerFilterHasNoConfiguration() throws Exception {
        write("ecds.yaml", NOTHING);
        server = start(withPeek(""));
        assertThat(read()).isEmpty();
        assertThat(server.stat("listener.in.extension_config_missing")).isEqualTo(1);
        assertThat(server.stat("listener.in.downstream_cx_total")).isZero();
        assertThat(server.stat("listener.in.downstream_pre_cx_active")).isZero();
        write("ecds.yaml", resource("peek", PROXY_PROTOCOL, ""));
        server.awaitStat(LISTENER + "config_reload", 1);
        assertThat(readAfterProxyHeader()).isEqualTo("hello");
        assertThat(log()).first().isEqualTo("-|-");
    }

    @Test
    void theDefaultOfAListenerFilterServesUntilAConfigurationComes() throws Exception {
        write("ecds.yaml", NOTHING);
        server =
                start(
                        withPeek(
                                ", default_config: { \"@type\": type.googleapis.com/"
                                        + PROXY_PROTOCOL
                                        + ", stat_prefix: default }"));
        assertThat(readAfterProxyHeader()).isEqualTo("hello");
        assertThat(server.stat("proxy_proto.default.versions.v1.found")).isEqualTo(1);
    }
}
