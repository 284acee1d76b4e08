package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.nuncio.testkit.RawClient;
import io.nuncio.testkit.TestTls;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// The small network filters between sockets.
class NetworkFiltersIT {
    private static final String SET_FILTER_STATE = "set_filter_state";
    private static final String SET_FILTER_STATE_TYPE = "set_filter_state.v3.Config";

    private static final int TLS_HANDSHAKE = 22; // the type of a record

    @TempDir Path folder;

    private ChainedProxy proxy(String format, String... filters) throws Exception {
        return new ChainedProxy(folder, format, "", filters);
    }

    private static String limit(String config) {
        return ChainedProxy.filter(
                "connection_limit",
                "connection_limit.v3.ConnectionLimit",
                "stat_prefix: p, " + config);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, US_ASCII);
    }

    /// Sends text and reads it back.
    private static String echoed(RawClient client, String text) throws Exception {
        client.send(text);
        return text(client.socket().getInputStream().readNBytes(text.length()));
    }

    @Test
    void echoSendsAllBackAndEndsWhenThePeerDoes() throws Exception {
        try (ChainedProxy proxy = proxy("%CONNECTION_ID%", ChainedProxy.ECHO);
                RawClient client = proxy.client()) {
            String once = echoed(client, "hello");
            client.send("and goodbye").halfClose();

            assertThat(once).isEqualTo("hello");
            assertThat(text(client.readToEnd())).isEqualTo("and goodbye");
            assertThat(proxy.logged(1)).hasSize(1);
        }
    }

    @Test
    void directResponseSendsItsBytesAndCloses() throws Exception {
        try (ChainedProxy proxy =
                        proxy(
                                "%RESPONSE_CODE_DETAILS%",
                                ChainedProxy.filter(
                                        "direct_response",
                                        "direct_response.v3.Config",
                                        "response: { inline_bytes: aGVsbG8K }"));
                RawClient client = proxy.client()) {
            assertThat(text(client.readToEnd())).isEqualTo("hello\n");
            assertThat(proxy.logged(1)).containsExactly("direct_response");
        }
    }

    @Test
    void oneConnectionTooManyIsClosedAfterTheDelay() throws Exception {
        try (ChainedProxy proxy =
                        proxy(
                                "%DOWNSTREAM_LOCAL_CLOSE_REASON%",
                                limit("max_connections: 2, delay: 0.3s"), ChainedProxy.ECHO);
                RawClient one = proxy.client();
                RawClient two = proxy.client()) {
            assertThat(echoed(one, "1")).isEqualTo("1");
            assertThat(echoed(two, "2")).isEqualTo("2");
            long begun = System.nanoTime(); // the delay begins with the connection
            try (RawClient three = proxy.client()) {
                three.send("3");
                assertThat(three.closedByPeer()).isTrue();
                assertThat(System.nanoTime() - begun).isGreaterThan(250_000_000L);
            }
            assertThat(proxy.logged(1)).containsExactly("over_connection_limit");
            proxy.server().awaitStat("connection_limit.p.limited_connections", 1);
            proxy.server().awaitStat("connection_limit.p.active_connections", 2);
            one.close();
            proxy.server().awaitStat("connection_limit.p.active_connections", 1);
            try (RawClient four = proxy.client()) {
                assertThat(echoed(four, "4")).isEqualTo("4");
            }
        }
    }

    @Test
    void aConnectionThatIsClosedAtOnceNeverReachesTheNextFilter() throws Exception {
        try (ChainedProxy proxy =
                        proxy(
                                "-",
                                limit("max_connections: 1"),
                                ChainedProxy.filter(
                                        "direct_response",
                                        "direct_response.v3.Config",
                                        "response: { inline_string: x }"));
                ChainedProxy strict = proxy("-", limit("max_connections: 1"), ChainedProxy.ECHO);
                RawClient first = strict.client()) {
            assertThat(echoed(first, "1")).isEqualTo("1");
            try (RawClient second = strict.client();
                    RawClient other = proxy.client()) {
                assertThat(text(second.readToEnd())).isEmpty();
                assertThat(text(other.readToEnd())).isEqualTo("x");
            }
        }
    }

    @Test
    void theFilterStateThatIsSetIsLogged() throws Exception {
        String values =
                """
                on_new_connection: [
                  { object_key: my.port, factory_key: envoy.string,
                    format_string: { text_format_source: { inline_string: "port %DOWNSTREAM_LOCAL_PORT%" } } },
                  { object_key: envoy.network.application_protocols,
                    format_string: { text_format_source: { inline_string: "h2,http/1.1" } } },
                  { object_key: envoy.network.transport_socket.original_dst_address,
                    format_string: { text_format_source: { inline_string: "10.1.2.3:80" } } } ]\
                """;
        try (ChainedProxy proxy =
                        proxy(
                                "%FILTER_STATE(my.port:PLAIN)% %FILTER_STATE(my.port)%"
                                    + " %FILTER_STATE(envoy.network.application_protocols:PLAIN)%"
                                    + " %FILTER_STATE(envoy.network.transport_socket.original_dst_address:FIELD:ip)%"
                                    + " %FILTER_STATE(other:PLAIN)%",
                                ChainedProxy.filter(
                                        SET_FILTER_STATE,
                                        SET_FILTER_STATE_TYPE,
                                        values.replace("\n", " ")),
                                ChainedProxy.ECHO);
                RawClient client = proxy.client()) {
            int port = client.socket().getPort();
            client.halfClose();

            assertThat(client.readToEnd()).isEmpty();
            assertThat(proxy.logged(1))
                    .containsExactly(
                            "port %1$d \"port %1$d\" h2,http/1.1 10.1.2.3 -".formatted(port));
        }
    }

    @Test
    void requestsSeeWhatTheirConnectionHas() throws Exception {
        String connection =
                "on_new_connection: [{ object_key: my.connection, factory_key: envoy.string,"
                        + " format_string: { text_format_source: { inline_string: c } } }]";
        String manager =
                """
                - name: envoy.filters.network.http_connection_manager
                  typed_config:
                    "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                    stat_prefix: t
                    route_config:
                      response_headers_to_add:
                      - header: { key: x-state, value: "%FILTER_STATE(my.connection:PLAIN)% %FILTER_STATE(my.request:PLAIN)%" }
                      virtual_hosts:
                      - name: all
                        domains: ["*"]
                        routes:
                        - match: { prefix: /own }
                          direct_response: { status: 200 }
                          typed_per_filter_config:
                            envoy.filters.http.set_filter_state:
                              "@type": type.googleapis.com/envoy.extensions.filters.http.set_filter_state.v3.Config
                              on_request_headers:
                              - object_key: my.request
                                factory_key: envoy.string
                                format_string: { text_format_source: { inline_string: "the route's" } }
                        - match: { prefix: / }
                          direct_response: { status: 200 }
                    http_filters:
                    - name: envoy.filters.http.set_filter_state
                      typed_config:
                        "@type": type.googleapis.com/envoy.extensions.filters.http.set_filter_state.v3.Config
                        on_request_headers:
                        - object_key: my.request
                          factory_key: envoy.string
                          format_string: { text_format_source: { inline_string: "%REQ(:PATH)%" } }
                    - name: envoy.filters.http.router
                      typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
                """;
        try (ChainedProxy proxy =
                        proxy(
                                "-",
                                ChainedProxy.filter(
                                        SET_FILTER_STATE, SET_FILTER_STATE_TYPE, connection),
                                manager);
                RawClient client = proxy.client()) {
            assertThat(client.exchange(FilteredProxy.request("GET /a")).header("x-state"))
                    .isEqualTo("c /a");
            assertThat(client.exchange(FilteredProxy.request("GET /b")).header("x-state"))
                    .isEqualTo("c /b");
            assertThat(client.exchange(FilteredProxy.request("GET /own")).header("x-state"))
                    .isEqualTo("c the route's");
        }
    }

    @Test
    void anUnknownKeyIsRefusedWhenTheConfigurationIsLoaded() {
        assertThatThrownBy(() ->
                        proxy(
                                "-",
                                ChainedProxy.filter(
                                        SET_FILTER_STATE,
                                        SET_FILTER_STATE_TYPE,
                                        "on_new_connection: [{ object_key: my.key,"
                                                + " format_string: { text_format_source: {"
                                                + " inline_string: x } } }]"),
                                ChainedProxy.ECHO))
                .hasMessageContaining("on_new_connection[0].object_key")
                .hasMessageContaining("'my.key' does not have an object factory");
    }

    @Test
    void theServerNameIsTheClusterOfTheTcpProxy() throws Exception {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (ServerSocket one = new ServerSocket(0, 5, loopback);
                ServerSocket other = new ServerSocket(0, 5, loopback);
                ChainedProxy proxy =
                        new ChainedProxy(
                                folder,
                                Map.of(
                                        "one.example", one.getLocalPort(),
                                        "other.example", other.getLocalPort(),
                                        "default", other.getLocalPort()),
                                "%UPSTREAM_CLUSTER%",
                                """
                                listener_filters:
                                - name: envoy.filters.listener.tls_inspector
                                  typed_config:
                                    "@type": type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector
                                """,
                                ChainedProxy.filter("sni_cluster", "sni_cluster.v3.SniCluster", ""),
                                ChainedProxy.filter(
                                        "tcp_proxy",
                                        "tcp_proxy.v3.TcpProxy",
                                        "stat_prefix: p, cluster: default"))) {
            assertThat(clusterOf(proxy, "one.example", one)).isEqualTo(TLS_HANDSHAKE);
            assertThat(clusterOf(proxy, "other.example", other)).isEqualTo(TLS_HANDSHAKE);
            assertThat(clusterOf(proxy, null, other)).isEqualTo(TLS_HANDSHAKE);
            assertThat(proxy.logged(3))
                    .containsExactlyInAnyOrder("one.example", "other.example", "default");
        }
    }

    /// Begins a handshake, which the upstream that gets it does not go on with.
    ///
    /// @return the first byte that the upstream gets
    private static int clusterOf(ChainedProxy proxy, String serverName, ServerSocket upstream)
            throws Exception {
        TestTls peer = serverName == null ? TestTls.PLAIN : TestTls.PLAIN.asking(serverName);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Integer> first =
                    threads.submit(() -> {
                        upstream.setSoTimeout(10_000);
                        try (Socket socket = upstream.accept()) {
                            return socket.getInputStream().read();
                        }
                    });
            assertThatThrownBy(() -> peer.connect(proxy.server().address("l")))
                    .isInstanceOf(UncheckedIOException.class);
            return first.get();
        }
    }
}
