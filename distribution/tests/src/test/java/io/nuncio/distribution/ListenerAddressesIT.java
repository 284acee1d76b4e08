package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// What the admin server says of a listener with several addresses.
class ListenerAddressesIT {
    private static final String CONFIG =
            """
            admin: { address: { socket_address: { address: 127.0.0.1, port_value: 0 } } }
            static_resources:
              listeners:
              - name: many
                address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
                additional_addresses:
                - address: { socket_address: { address: "::1", port_value: 0 } }
                - address: { pipe: { path: "@nuncio-%1$d" } }
                filter_chains:
                - filters:
                  - name: envoy.filters.network.tcp_proxy
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                      stat_prefix: in
                      cluster: nowhere
              clusters: [{ name: nowhere }]
            """
                    .formatted(ProcessHandle.current().pid());

    private static String get(NuncioServer server, String path) {
        try (RawClient client = RawClient.connect(server.admin())) {
            return client.exchange("GET " + path + " HTTP/1.1\r\nhost: a\r\n\r\n").bodyText();
        }
    }

    private static List<String> all(String pattern, String text) {
        return Pattern.compile(pattern).matcher(text).results().map(MatchResult::group).toList();
    }

    @Test
    void everyAddressIsListedWithThePortThatItGot() throws Exception {
        try (NuncioServer server =
                NuncioServer.start(Distribution.HOME.resolve("bundles"), CONFIG)) {
            assertThat(get(server, "/listeners").lines())
                    .satisfiesExactly(
                            line -> assertThat(line).matches("many::127\\.0\\.0\\.1:[1-9]\\d+"),
                            line -> assertThat(line).matches("many::\\[::1]:[1-9]\\d+"),
                            line -> assertThat(line).startsWith("many::@nuncio-"));
            String json = get(server, "/listeners?format=json");
            assertThat(json)
                    .containsSubsequence(
                            "\"local_address\"", "\"additional_local_addresses\"", "\"pipe\"");
            assertThat(all("\"port_value\": *[1-9]\\d+", json)).hasSize(2).doesNotHaveDuplicates();
            assertThat(
                            all(
                                    "\"port_value\": *0",
                                    get(server, "/config_dump?resource=static_listeners")))
                    .as("what was asked for")
                    .hasSize(2);
        }
    }
}
