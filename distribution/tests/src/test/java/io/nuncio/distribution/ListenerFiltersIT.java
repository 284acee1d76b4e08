package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.nuncio.testkit.HttpMessage;
import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/// What the first bytes of a connection are, and what comes of it, between sockets.
class ListenerFiltersIT {
    private static final String TLS_INSPECTOR =
            """
            - name: envoy.filters.listener.tls_inspector
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector
                enable_ja3_fingerprinting: true
            """;

    private static final String HTTP_INSPECTOR =
            """
            - name: envoy.filters.listener.http_inspector
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.listener.http_inspector.v3.HttpInspector
            """;

    private static final String PROXY_PROTOCOL =
            """
            - name: envoy.filters.listener.proxy_protocol
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol
                rules:
                - tlv_type: 2
                  on_tlv_present: { key: authority }
            """;

    @TempDir Path folder;

    private NuncioServer start(String more, String listenerFilters, String chains)
            throws Exception {
        String yaml =
                """
                static_resources:
                  listeners:
                  - name: in
                    stat_prefix: in
                    address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
                    access_log:
                    - name: envoy.access_loggers.file
                      typed_config:
                        "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
                        path: %s
                        log_format:
                          text_format_source:
                            inline_string: "%%DOWNSTREAM_REMOTE_ADDRESS%% %%REQUESTED_SERVER_NAME%% %%TLS_JA3_FINGERPRINT%% %%TLS_JA4_FINGERPRINT%% %%DYNAMIC_METADATA(envoy.filters.listener.proxy_protocol:authority)%%\\n"
                """
                                .formatted(log())
                        + more.indent(4)
                        + "    listener_filters:\n"
                        + listenerFilters.indent(4)
                        + "    filter_chains:\n"
                        + chains.indent(4);
        return NuncioServer.start(
                Distribution.HOME.resolve("bundles"), yaml, "--file-flush-interval-msec", "20");
    }

    private Path log() {
        return folder.resolve("log");
    }

    private List<String> logged(int lines) throws Exception {
        return LogLines.await(log(), lines);
    }

    /// A chain that says its name and ends.
    private static String chain(String match, String name) {
        return """
        - name: %s
          filter_chain_match: { %s }
          filters:
          - name: envoy.filters.network.direct_response
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.network.direct_response.v3.Config
              response: { inline_string: %s }
        """
                .formatted(name, match, name);
    }

    private static final String HTTP_CHAIN =
            """
            - filters:
              - name: envoy.filters.network.http_connection_manager
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: h
                  use_remote_address: true
                  route_config:
                    response_headers_to_add:
                    - header: { key: x-remote, value: "%DOWNSTREAM_REMOTE_ADDRESS%" }
                    - header: { key: x-local, value: "%DOWNSTREAM_LOCAL_ADDRESS%" }
                    - header: { key: x-xff, value: "%REQ(X-FORWARDED-FOR)%" }
                    virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes:
                      - match: { prefix: / }
                        direct_response: { status: 200, body: { inline_string: hello } }
                  http_filters:
                  - name: envoy.filters.http.router
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
            """;

    /// What a TLS client of this JDK says first.
    private static byte[] clientHello(String name) throws Exception {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine(name, 443);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(name)));
        parameters.setApplicationProtocols(new String[] {"h2"});
        engine.setSSLParameters(parameters);
        ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), hello);
        return Arrays.copyOf(hello.array(), hello.position());
    }

    private static String answer(RawClient client) {
        return new String(client.readToEnd(), ISO_8859_1);
    }

    // TLS.

    @Test
    void theServerNameOfAHelloThatComesByteByByteChoosesTheChain() throws Exception {
        byte[] hello = clientHello("a.example");
        try (NuncioServer proxy =
                start(
                        "",
                        TLS_INSPECTOR,
                        chain("server_names: [a.example]", "a")
                                + chain("server_names: ['*.example']", "other")
                                + chain("transport_protocol: raw_buffer", "plain"))) {
            try (RawClient client = proxy.client("in")) {
                for (byte each : hello) {
                    client.send(new byte[] {each});
                }
                assertThat(answer(client)).isEqualTo("a");
            }
            try (RawClient client = proxy.client("in")) {
                assertThat(answer(client.send(clientHello("b.example")))).isEqualTo("other");
            }
            try (RawClient client = proxy.client("in")) {
                assertThat(answer(client.send("hello"))).isEqualTo("plain");
            }
            proxy.awaitStat("tls_inspector.tls_found", 2);
            proxy.awaitStat("tls_inspector.tls_not_found", 1);
            assertThat(logged(3))
                    .filteredOn(line -> line.contains(" a.example "))
                    .singleElement()
                    .asString()
                    .matches(
                            "127\\.0\\.0\\.1:\\d+ a\\.example [0-9a-f]{32}"
                                    + " t1[23]d\\d{4}h2_\\w+_\\w+ -");
        }
    }

    @Test
    void aHelloThatNeverEndsIsCutOff() throws Exception {
        byte[] hello = clientHello("a.example");
        try (NuncioServer proxy =
                        start(
                                "listener_filters_timeout: 0.2s",
                                TLS_INSPECTOR,
                                chain("server_names: [a.example]", "a"));
                RawClient client = proxy.client("in")) {
            client.send(Arrays.copyOf(hello, hello.length / 2));

            assertThat(client.closedByPeer()).isTrue();
            proxy.awaitStat("listener.in.downstream_pre_cx_timeout", 1);
            proxy.awaitStat("listener.in.downstream_pre_cx_active", 0);
            assertThat(proxy.stat("listener.in.downstream_cx_total")).isZero();
        }
    }

    @Test
    void aHelloThatNeverEndsMayBeServedByWhatMatches() throws Exception {
        byte[] hello = clientHello("a.example");
        try (NuncioServer proxy =
                        start(
                                "listener_filters_timeout: 0.2s\n"
                                        + "continue_on_listener_filters_timeout: true",
                                TLS_INSPECTOR,
                                chain("server_names: [a.example]", "a") + chain("", "whatever"));
                RawClient client = proxy.client("in")) {
            client.send(Arrays.copyOf(hello, hello.length / 2));

            assertThat(answer(client)).isEqualTo("whatever");
            proxy.awaitStat("listener.in.downstream_pre_cx_timeout", 1);
        }
    }

    // HTTP.

    @Test
    void theVersionOfHttpChoosesTheChain() throws Exception {
        try (NuncioServer proxy =
                start(
                        "",
                        TLS_INSPECTOR + HTTP_INSPECTOR,
                        chain("application_protocols: [http/1.0]", "ten")
                                + chain("application_protocols: [http/1.1]", "eleven")
                                + chain("application_protocols: [h2c]", "two")
                                + chain("transport_protocol: tls", "tls")
                                + chain("", "none"))) {
            assertThat(answer(proxy, "GET / HTTP/1.0\r\n\r\n")).isEqualTo("ten");
            assertThat(answer(proxy, "GET / HTTP/1.1\r\nhost: a\r\n\r\n")).isEqualTo("eleven");
            assertThat(answer(proxy, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")).isEqualTo("two");
            assertThat(answer(proxy, "hello\r\n")).isEqualTo("none");
            assertThat(answer(proxy, new String(clientHello("a.example"), ISO_8859_1)))
                    .isEqualTo("tls");
            proxy.awaitStat("http_inspector.http_not_found", 1);
        }
    }

    private static String answer(NuncioServer proxy, String sent) {
        try (RawClient client = proxy.client("in")) {
            return answer(client.send(sent));
        }
    }

    // PROXY.

    private static final String REQUEST = "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";

    private static byte[] join(byte[] header, String request) {
        var all = new ByteArrayOutputStream();
        all.writeBytes(header);
        all.writeBytes(request.getBytes(ISO_8859_1));
        return all.toByteArray();
    }

    @Test
    void aHeaderOfVersion1MayBeCutAnywhere() throws Exception {
        byte[] header = "PROXY TCP4 192.0.2.7 198.51.100.1 4711 443\r\n".getBytes(ISO_8859_1);
        try (NuncioServer proxy = start("", PROXY_PROTOCOL, HTTP_CHAIN)) {
            cutAnywhere(proxy, header);
            proxy.awaitStat("proxy_proto.versions.v1.found", header.length);
        }
    }

    @Test
    void aHeaderOfVersion2MayBeCutAnywhereAndItsTlvsAreLogged() throws Exception {
        byte[] header =
                HexFormat.of()
                        .parseHex(
                                "0d0a0d0a000d0a515549540a21110016"
                                        + "c0000207c6336401126701bb"
                                        + "020007666f6f2e636f6d");
        try (NuncioServer proxy = start("", PROXY_PROTOCOL, HTTP_CHAIN)) {
            cutAnywhere(proxy, header);
            proxy.awaitStat("proxy_proto.versions.v2.found", header.length);
            assertThat(logged(header.length)).containsOnly("192.0.2.7:4711 - - - foo.com");
        }
    }

    private static void cutAnywhere(NuncioServer proxy, byte[] header) {
        byte[] all = join(header, REQUEST);
        for (int cut = 1; cut <= header.length; cut++) {
            try (RawClient client = proxy.client("in")) {
                client.send(Arrays.copyOf(all, cut));
                if (cut < header.length) {
                    proxy.awaitStat("listener.in.downstream_pre_cx_active", 1);
                }
                client.send(Arrays.copyOfRange(all, cut, all.length));
                HttpMessage response = client.readResponse();
                assertThat(response.header("x-remote")).isEqualTo("192.0.2.7:4711");
                assertThat(response.header("x-local")).isEqualTo("198.51.100.1:443");
                assertThat(response.header("x-xff")).isEqualTo("192.0.2.7");
            }
        }
    }

    @Test
    void aHeaderAndAHelloMayComeTogether() throws Exception {
        byte[] header = "PROXY TCP4 192.0.2.7 198.51.100.1 4711 443\r\n".getBytes(ISO_8859_1);
        byte[] hello = clientHello("a.example");
        try (NuncioServer proxy =
                        start(
                                "",
                                PROXY_PROTOCOL + TLS_INSPECTOR,
                                chain("server_names: [a.example]," + " destination_port: 443", "a")
                                        + chain("", "other"));
                RawClient client = proxy.client("in")) {
            client.send(join(header, new String(hello, ISO_8859_1)));

            assertThat(answer(client)).isEqualTo("a");
            assertThat(logged(1).getFirst()).startsWith("192.0.2.7:4711 a.example ");
        }
    }

    @Test
    void aConnectionWithoutAHeaderIsClosedAndCounted() throws Exception {
        try (NuncioServer proxy = start("", PROXY_PROTOCOL, HTTP_CHAIN);
                RawClient client = proxy.client("in")) {
            client.send(REQUEST);

            assertThat(client.closedByPeer()).isTrue();
            proxy.awaitStat("proxy_proto.not_found_disallowed", 1);
        }
    }
}
