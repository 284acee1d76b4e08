package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.HttpMessage;
import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// Live connections, told apart by their ids, while a listener changes. One half of them comes from
/// an address that has a filter chain of its own.
class ListenerUpdateIT {
    private static final int CLIENTS = 4;
    private static final String GET = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
    private static final String CREATED = "listener_manager.listener_create_success";

    @TempDir Path folder;

    private final List<RawClient> special = new ArrayList<>();
    private final List<RawClient> others = new ArrayList<>();
    private List<String> specialIds;
    private List<String> otherIds;
    private NuncioServer server;

    @BeforeEach
    void start() throws Exception {
        write(LISTENER);
        server =
                NuncioServer.start(
                        Distribution.HOME.resolve("bundles"),
                        """
                        dynamic_resources:
                          lds_config: { path_config_source: { path: %s/lds.yaml } }
                        """
                                .formatted(folder),
                        "--drain-time-s",
                        "600",
                        "--drain-strategy",
                        "immediate");
        InetSocketAddress address = server.address("in");
        for (int i = 0; i < CLIENTS; i++) {
            others.add(RawClient.connect(address));
            Socket bound = new Socket();
            bound.bind(new InetSocketAddress("127.0.0.2", 0));
            bound.connect(address);
            special.add(RawClient.over(bound));
        }
        specialIds = ids(special);
        otherIds = ids(others);
        assertThat(specialIds).doesNotHaveDuplicates().doesNotContainAnyElementsOf(otherIds);
    }

    @AfterEach
    void stop() {
        special.forEach(RawClient::close);
        others.forEach(RawClient::close);
        server.close();
    }

    private void write(String listener) throws IOException {
        Path fresh = Files.writeString(folder.resolve("lds.yaml.new"), listener);
        Files.move(
                fresh,
                folder.resolve("lds.yaml"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    private void change(Function<String, String> change) throws IOException {
        String changed = change.apply(LISTENER);
        assertThat(changed).isNotEqualTo(LISTENER);
        long before = server.stat(CREATED);
        write(changed);
        server.awaitStat("listener_manager.listener_modified", 1);
        server.awaitStat(CREATED, n -> n > before, "to grow, for the new listener serves");
    }

    private static List<String> ids(List<RawClient> clients) {
        return clients.stream()
                .map(client -> {
                    HttpMessage answer = client.exchange(GET);
                    assertThat(answer.status()).isEqualTo(200);
                    assertThat(answer.header("connection")).as("of an idle chain").isNull();
                    return String.valueOf(answer.header("x-connection"));
                })
                .toList();
    }

    /// Each is answered once more, and closed with that answer.
    private static void drained(List<RawClient> clients) {
        for (RawClient client : clients) {
            HttpMessage answer = client.exchange(GET);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("connection")).isEqualTo("close");
            assertThat(client.closedByPeer()).isTrue();
        }
    }

    private static String chain(String name, String match, String statPrefix) {
        return """
          - name: %1$s
            filter_chain_match: { %2$s }
            filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: %3$s
                server_name: %1$s
                route_config:
                  response_headers_to_add: [{ header: { key: x-connection, value: "%%CONNECTION_ID%%" } }]
                  virtual_hosts:
                  - name: all
                    domains: ["*"]
                    routes: [{ match: { prefix: / }, direct_response: { status: 200 } }]
                http_filters:
                - name: envoy.filters.http.router
                  typed_config:
                    "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
        """
                .formatted(name, match, statPrefix);
    }

    private static final String MATCH =
            "source_prefix_ranges: [{ address_prefix: 127.0.0.2, prefix_len: 32 }]";

    private static final String LISTENER =
            """
            resources:
            - "@type": type.googleapis.com/envoy.config.listener.v3.Listener
              name: in
              address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
              filter_chains:
            """
                    + chain("special", MATCH, "special")
                    + chain("other", "", "other");

    @Test
    void httpFiltersAndRoutesChangeOnTheSameConnections() throws Exception {
        change(text -> text.replace("server_name: special", "server_name: renewed"));
        assertThat(ids(special)).isEqualTo(specialIds);
        assertThat(ids(others)).isEqualTo(otherIds);
        for (RawClient client : special) {
            assertThat(client.exchange(GET).header("server")).isEqualTo("renewed");
        }
        assertThat(server.stat("listener_manager.listener_in_place_updated")).isEqualTo(1);
        assertThat(server.stat("listener_manager.total_filter_chains_draining")).isZero();
    }

    @Test
    void aChangeOfTheMatchDrainsItsConnectionsAlone() throws Exception {
        change(text -> text.replace("127.0.0.2", "127.0.0.3"));
        assertThat(ids(others)).isEqualTo(otherIds);
        drained(special);
        server.awaitStat("listener_manager.total_filter_chains_draining", 0);
        assertThat(ids(others)).isEqualTo(otherIds);
        assertThat(server.stat("listener_manager.total_listeners_draining")).isZero();
    }

    @Test
    void aChangeOfTheNetworkFiltersDrainsItsConnectionsAlone() throws Exception {
        change(text -> text.replace("stat_prefix: special", "stat_prefix: anew"));
        assertThat(ids(others)).isEqualTo(otherIds);
        drained(special);
        assertThat(ids(others)).isEqualTo(otherIds);
    }

    @Test
    void aChangeOfTheListenerItselfDrainsAllAndKeepsTheSocket() throws Exception {
        InetSocketAddress address = server.address("in");
        change(text -> text.replace("  name: in\n", "  name: in\n  traffic_direction: INBOUND\n"));
        server.awaitStat("listener_manager.total_listeners_draining", 1);
        drained(special);
        drained(others);
        server.awaitStat("listener_manager.total_listeners_draining", 0);
        assertThat(server.address("in")).isEqualTo(address);
        assertThat(server.stat("listener_manager.listener_in_place_updated")).isZero();
    }

    @Test
    void aChangeOfTheAddressNeedsAnotherSocket() throws Exception {
        InetSocketAddress address = server.address("in");
        change(text -> text.replace("address: 127.0.0.1", "address: 127.0.0.5"));
        server.awaitStat("listener_manager.total_listeners_draining", 1);
        drained(special);
        drained(others);
        assertThat(server.address("in").getAddress()).isNotEqualTo(address.getAddress());
        try (RawClient fresh = server.client("in")) {
            assertThat(fresh.exchange(GET).status()).isEqualTo(200);
        }
    }
}
