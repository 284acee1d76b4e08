package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.FakeUpstream;
import io.nuncio.testkit.HttpMessage;
import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// What a connection to an internal listener brings along: filter state and metadata.
class InternalUpstreamIT {
    private static final String TRANSPORT =
            """
            transport_socket:
              name: envoy.transport_sockets.internal_upstream
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.transport_sockets.internal_upstream.v3.InternalUpstreamTransport
                passthrough_metadata:
                - { kind: { host: {} }, name: told }
                - { kind: { cluster: {} }, name: told.too }
                transport_socket:
                  name: envoy.transport_sockets.raw_buffer
                  typed_config:
                    "@type": type.googleapis.com/envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer
            """;

    @TempDir private Path folder;

    /// A listener in the process, whose name and its TCP proxy's cluster are the arguments.
    private String internalListener(String name, String cluster, String listenerFilters) {
        return """
        - name: %s
          internal_listener: {}
          listener_filters: [%s]
          filter_chains:
          - filters:
            - name: tcp
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                stat_prefix: %s
                cluster: %s
                access_log:
                - name: file
                  typed_config:
                    "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
                    path: %s
                    log_format:
                      text_format_source:
                        inline_string: "%%FILTER_STATE(once:PLAIN)%% %%FILTER_STATE(far:PLAIN)%% %%UPSTREAM_FILTER_STATE(far:PLAIN)%% %%FILTER_STATE(here:PLAIN)%% %%DYNAMIC_METADATA(told:a)%% %%DYNAMIC_METADATA(told.too:b)%% %%DOWNSTREAM_LOCAL_ADDRESS%%\\n"
        """
                .formatted(name, listenerFilters, name, cluster, folder.resolve(name));
    }

    private String internalCluster(String name) {
        return """
        - name: %s
          metadata: { filter_metadata: { told.too: { b: of-cluster } } }
          load_assignment:
            cluster_name: %s
            endpoints:
            - lb_endpoints:
              - metadata: { filter_metadata: { told: { a: of-host } } }
                endpoint: { address: { envoy_internal_address: { server_listener_name: %s, endpoint_id: one } } }
        %s
        """
                .formatted(name, name, name, TRANSPORT.indent(2));
    }

    private String config(int port) {
        return """
        bootstrap_extensions:
        - name: envoy.bootstrap.internal_listener
          typed_config:
            "@type": type.googleapis.com/envoy.extensions.bootstrap.internal_listener.v3.InternalListener
        static_resources:
          listeners:
          - name: http
            address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
            filter_chains:
            - filters:
              - name: http
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: http
                  route_config:
                    virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes: [{ match: { prefix: / }, route: { cluster: innermost } }]
                  http_filters:
                  - name: state
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.set_filter_state.v3.Config
                      on_request_headers:
                      - object_key: far
                        factory_key: envoy.hashable_string
                        format_string: { text_format_source: { inline_string: "%%REQ(who)%%" } }
                        shared_with_upstream: ONCE
                      - object_key: once
                        factory_key: envoy.string
                        format_string: { text_format_source: { inline_string: "%%REQ(who)%%" } }
                        shared_with_upstream: ONCE
                  - name: router
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
          - name: outer
            address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
            filter_chains:
            - filters:
              - name: state
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.set_filter_state.v3.Config
                  on_new_connection:
                  - object_key: once
                    factory_key: envoy.string
                    format_string: { text_format_source: { inline_string: "1" } }
                    shared_with_upstream: ONCE
                  - object_key: far
                    factory_key: envoy.string
                    format_string: { text_format_source: { inline_string: "2" } }
                    shared_with_upstream: TRANSITIVE
                  - object_key: here
                    factory_key: envoy.string
                    format_string: { text_format_source: { inline_string: "3" } }
                  - object_key: envoy.filters.listener.original_dst.local_ip
                    format_string: { text_format_source: { inline_string: "192.0.2.1:80" } }
                    shared_with_upstream: TRANSITIVE
              - name: tcp
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                  stat_prefix: outer
                  cluster: middle
        %s
        %s
          clusters:
        %s
        %s
          - name: service
            load_assignment:
              cluster_name: service
              endpoints:
              - lb_endpoints:
                - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %d } } }
        """
                .formatted(
                        internalListener("middle", "innermost", "").indent(2),
                        internalListener(
                                        "innermost",
                                        "service",
                                        "{ name: dst, typed_config: { \"@type\":"
                                            + " type.googleapis.com/envoy.extensions.filters.listener.original_dst.v3.OriginalDst"
                                            + " } }")
                                .indent(2),
                        internalCluster("middle").indent(2),
                        internalCluster("innermost").indent(2),
                        port);
    }

    private List<String> logged(String listener, int count) throws Exception {
        Path log = folder.resolve(listener);
        for (int attempt = 0; attempt < 400; attempt++) {
            List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
            if (lines.size() >= count && Files.readString(log).endsWith("\n")) {
                return lines;
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        throw new AssertionError("the listener " + listener + " did not log so much");
    }

    @Test
    void stateAndMetadataGoWithTheConnection() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.start(peer -> peer.send("hello"));
                NuncioServer proxy =
                        NuncioServer.start(
                                Distribution.HOME.resolve("bundles"), config(upstream.port()))) {
            try (RawClient client = proxy.client("outer")) {
                assertThat(client.readToEnd()).asString().isEqualTo("hello");
            }
            assertThat(logged("middle", 1))
                    .containsExactly("1 2 2 - of-host of-cluster envoy://middle/one");
            assertThat(logged("innermost", 1))
                    .containsExactly("- 2 2 - of-host of-cluster 192.0.2.1:80");
        }
    }

    @Test
    void requestsThatShareOtherStateGetOtherConnections() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.answering("hello");
                NuncioServer proxy =
                        NuncioServer.start(
                                Distribution.HOME.resolve("bundles"), config(upstream.port()))) {
            try (RawClient client = proxy.client("http")) {
                for (String who : List.of("me", "you", "me")) {
                    HttpMessage answer =
                            client.exchange(
                                    "GET / HTTP/1.1\r\nhost: a\r\nwho: " + who + "\r\n\r\n");
                    assertThat(answer.status()).isEqualTo(200);
                }
            }
            assertThat(proxy.stat("tcp.innermost.downstream_cx_total")).isEqualTo(2);
        }
        assertThat(logged("innermost", 2))
                .extracting(line -> line.substring(0, line.indexOf(" of-host")))
                .containsExactlyInAnyOrder("- me - -", "- you - -");
    }
}
