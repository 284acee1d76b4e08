package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// The admin server's socket.
class AdminSocketIT {
    private static NuncioServer start(String config) throws Exception {
        return NuncioServer.start(Distribution.HOME.resolve("bundles"), config);
    }

    /// No machine of a test has this address.
    private static String foreign(String options) {
        return """
        admin:
          address: { socket_address: { address: 192.0.2.1, port_value: 0 } }
          socket_options: [%s]
        """
                .formatted(options);
    }

    @Test
    void theSocketHasTheOptionsOfTheConfiguration() throws Exception {
        assertThatThrownBy(() -> start(foreign("").replace("  socket_options: []\n", "")))
                .hasMessageContaining("cannot bind 192.0.2.1:0: Cannot assign requested address");
        String freebind = "{ description: freebind, level: 0, name: 15, int_value: 1 }";
        try (NuncioServer server = start(foreign(freebind))) {
            assertThat(server.admin().getPort()).isPositive();
        }
    }

    private static String limited(boolean ignore) {
        return """
        admin:
          address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
          ignore_global_conn_limit: %s
        layered_runtime:
          layers:
          - name: limits
            static_layer: { overload: { global_downstream_max_connections: 1 } }
        static_resources:
          listeners:
          - name: in
            address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
            filter_chains:
            - filters:
              - name: envoy.filters.network.tcp_proxy
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                  stat_prefix: in
                  cluster: nowhere
          clusters: [{ name: nowhere }]
        """
                .formatted(ignore);
    }

    private static String ready(NuncioServer server) throws IOException {
        try (Socket client = new Socket(server.admin().getAddress(), server.admin().getPort())) {
            client.getOutputStream()
                    .write(
                            "GET /ready HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
            return new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        } catch (java.net.SocketException reset) {
            return "";
        }
    }

    @Test
    void theLimitOfAllConnectionsMayBeIgnored() throws Exception {
        try (NuncioServer server = start(limited(true));
                Socket one = new Socket(server.admin().getAddress(), server.admin().getPort())) {
            assertThat(one.isConnected()).isTrue();
            assertThat(ready(server)).startsWith("HTTP/1.1 200 OK");
            try (RawClient refused = server.client("in")) {
                assertThat(refused.readToEnd()).isEmpty();
            }
            server.awaitStat("listener.127.0.0.1_0.downstream_global_cx_overflow", 1);
        }
    }

    @Test
    void otherwiseItIsKept() throws Exception {
        try (NuncioServer server = start(limited(false));
                Socket one = new Socket(server.admin().getAddress(), server.admin().getPort())) {
            server.awaitStat("listener.admin.downstream_cx_active", 1);
            assertThat(one.isConnected()).isTrue();
            assertThat(ready(server)).isEmpty();
            server.awaitStat("listener.admin.downstream_global_cx_overflow", 1);
        }
    }
}
