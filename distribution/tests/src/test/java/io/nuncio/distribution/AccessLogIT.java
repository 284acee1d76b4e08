package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.FakeUpstream;
import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;
import io.nuncio.testkit.TestCertificates;
import io.nuncio.testkit.TestTls;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/// What access logs say of requests that were served.
class AccessLogIT {
    private static final String RESPONSE =
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    private static final String REQUEST =
            "POST /a HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\nconnection: close\r\n\r\nabc";

    @TempDir private Path folder;

    private NuncioServer start(FakeUpstream upstream, String format) throws Exception {
        return start(upstream, format, "", "", "");
    }

    /// @param formatters the rest of the format
    /// @param filter the rest of the logger
    /// @param manager the rest of the connection manager
    private NuncioServer start(
            FakeUpstream upstream, String format, String formatters, String filter, String manager)
            throws Exception {
        return NuncioServer.start(
                Distribution.HOME.resolve("bundles"),
                """
                static_resources:
                  listeners:
                  - name: l
                    address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
                    access_log:
                    - name: envoy.access_loggers.file
                      typed_config:
                        "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
                        path: %1$s/connections.log
                        log_format: { text_format_source: { inline_string: "%%DOWNSTREAM_DETECTED_CLOSE_TYPE%% %%DOWNSTREAM_WIRE_BYTES_RECEIVED%% %%DOWNSTREAM_WIRE_BYTES_SENT%%\\n" } }
                    filter_chains:
                    - filters:
                      - name: envoy.filters.network.http_connection_manager
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                          stat_prefix: t
                          access_log:
                          - name: envoy.access_loggers.file
                            filter: { %3$s }
                            typed_config:
                              "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
                              path: %1$s/streams.log
                              log_format: { text_format_source: { inline_string: "%2$s\\n" }, formatters: [%5$s] }
                          %6$s
                          route_config:
                            virtual_hosts:
                            - name: all
                              domains: ["*"]
                              routes:
                              - match: { prefix: / }
                                route: { cluster: c }
                                metadata: { filter_metadata: { own: { of: route } } }
                          http_filters:
                          - name: envoy.filters.http.router
                            typed_config:
                              "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
                  clusters:
                  - name: c
                    alt_stat_name: another
                    type: STATIC
                    metadata: { filter_metadata: { own: { of: cluster } } }
                    load_assignment:
                      cluster_name: c
                      endpoints:
                      - lb_endpoints:
                        - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %4$d } } }
                """
                        .formatted(
                                folder,
                                format,
                                filter.isEmpty() ? "not_health_check_filter: {}" : filter,
                                upstream.port(),
                                formatters,
                                manager));
    }

    private List<String> lines(String file) throws IOException {
        return LogLines.of(folder.resolve(file));
    }

    @Test
    void bytesOfAStreamAreThoseOnTheWire() throws Exception {
        byte[] answer;
        int forwarded;
        try (FakeUpstream upstream = FakeUpstream.answeringRaw(RESPONSE)) {
            try (NuncioServer proxy =
                            start(
                                    upstream,
                                    "%DOWNSTREAM_WIRE_BYTES_RECEIVED% %DOWNSTREAM_WIRE_BYTES_SENT%"
                                            + " %DOWNSTREAM_HEADER_BYTES_RECEIVED%"
                                            + " %UPSTREAM_WIRE_BYTES_SENT%"
                                            + " %UPSTREAM_WIRE_BYTES_RECEIVED%"
                                            + " %UPSTREAM_HEADER_BYTES_SENT%"
                                            + " %UPSTREAM_HEADER_BYTES_RECEIVED%");
                    RawClient client = proxy.client("l")) {
                answer = client.send(REQUEST).readToEnd();
                client.close();
                proxy.awaitStat("listener.127.0.0.1_0.downstream_cx_destroy", 1);
            }
            forwarded = upstream.received().length;
        }

        assertThat(new String(answer, StandardCharsets.UTF_8)).contains("hello");
        int received = REQUEST.length();
        int head = RESPONSE.indexOf("\r\n\r\n") + 4;
        assertThat(lines("streams.log"))
                .containsExactly(
                        "%d %d %d %d %d %d %d"
                                .formatted(
                                        received,
                                        answer.length,
                                        received - 3,
                                        forwarded,
                                        RESPONSE.length(),
                                        forwarded - 3,
                                        head + 2)); // the end of a body without trailers
        assertThat(lines("connections.log"))
                .containsExactly("Normal %d %d".formatted(received, answer.length));
    }

    @Test
    void whereARequestWentIsKnownWithWhatTheConfigurationSaysOfIt() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.answering("hello")) {
            try (NuncioServer proxy =
                            start(
                                    upstream,
                                    "%UPSTREAM_CLUSTER% %UPSTREAM_CLUSTER_RAW%"
                                            + " %CLUSTER_METADATA(own:of)% %METADATA(ROUTE:own:of)%"
                                            + " %UPSTREAM_CONNECTION_POOL_READY_DURATION%"
                                            + " %COMMON_DURATION(US_CX_BEG:US_CX_END)%"
                                            + " %COMMON_DURATION(US_CX_BEG:US_HS_END)%");
                    RawClient client = proxy.client("l")) {
                client.send(REQUEST).readToEnd();
            }
        }

        assertThat(lines("streams.log"))
                .singleElement()
                .asString()
                .matches("another c cluster route \\d+ \\d+ -");
    }

    @Test
    void formatsNameExtensionsForMoreOperators() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.answering("hello")) {
            try (NuncioServer proxy =
                            start(
                                    upstream,
                                    "%REQ_WITHOUT_QUERY(:PATH):3%",
                                    """
                                    { name: a, typed_config: { "@type": type.googleapis.com/envoy.extensions.formatter.req_without_query.v3.ReqWithoutQuery } },\
                                    { name: b, typed_config: { "@type": type.googleapis.com/envoy.extensions.formatter.metadata.v3.Metadata } }\
                                    """,
                                    "",
                                    "");
                    RawClient client = proxy.client("l")) {
                client.exchange("GET /ab?c HTTP/1.1\r\nhost: a\r\n\r\n");
            }
        }

        assertThat(lines("streams.log")).containsExactly("/ab");
    }

    @Test
    void requestsWhoseTraceIsForcedCanBeLoggedAlone() throws Exception {
        String id = "0000007b-0000-%s000-8000-000000000000";
        String seen;
        try (FakeUpstream upstream = FakeUpstream.answering("hello")) {
            try (NuncioServer proxy =
                            start(
                                    upstream,
                                    "%STREAM_ID%",
                                    "",
                                    "traceable_filter: {}",
                                    "tracing: { random_sampling: { value: 1.24 } }");
                    RawClient client = proxy.client("l")) {
                for (String digit : List.of("4", "a", "b")) {
                    client.exchange(
                            "GET / HTTP/1.1\r\nhost: a\r\nx-request-id: %s\r\n\r\n"
                                    .formatted(id.formatted(digit)));
                }
            }
            seen = new String(upstream.received(), StandardCharsets.UTF_8);
        }

        assertThat(seen).contains(id.formatted("9"), id.formatted("a"), id.formatted("b"));
        assertThat(lines("streams.log")).containsExactly(id.formatted("a"));
    }

    @Test
    void aConnectionThatItsPeerResetSaysSo() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.answering("hello");
                NuncioServer proxy = start(upstream, "%DOWNSTREAM_DETECTED_CLOSE_TYPE%")) {
            try (RawClient client = proxy.client("l")) {
                client.exchange("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
                client.socket().setSoLinger(true, 0);
            }
            proxy.awaitStat("http.t.downstream_cx_destroy", 1);
        }

        assertThat(lines("streams.log")).as("it stands still").containsExactly("-");
        assertThat(lines("connections.log")).singleElement().asString().startsWith("RemoteReset ");
    }

    @Test
    void aConnectionThatEndsWithTheProxyIsLogged() throws Exception {
        try (FakeUpstream silent = FakeUpstream.start(FakeUpstream.Peer::awaitClose);
                NuncioServer proxy = start(silent, "%RESPONSE_FLAGS%");
                RawClient client = proxy.client("l")) {
            client.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
            proxy.awaitStat("http.t.downstream_rq_active", 1);
            proxy.close();
        }
        assertThat(lines("streams.log")).hasSize(1);
        assertThat(lines("connections.log")).hasSize(1);
    }

    @Test
    void aConnectionOverTlsIsKnownByWhatItsHandshakeEstablished() throws Exception {
        TestCertificates.Identity identity =
                TestCertificates.authority("Test CA").issue("proxy.example");
        try (NuncioServer proxy =
                        TlsBootstraps.startLogging(
                                TlsBootstraps.certificate(identity),
                                "{}",
                                folder.resolve("tls.log"),
                                "%DOWNSTREAM_HANDSHAKE_DURATION% %DOWNSTREAM_TLS_VERSION%"
                                        + " %DOWNSTREAM_TLS_CIPHER% %DOWNSTREAM_LOCAL_DNS_SAN%"
                                        + " %DOWNSTREAM_PEER_SUBJECT%"
                                        + " %DOWNSTREAM_DETECTED_CLOSE_TYPE%");
                RawClient client =
                        TestTls.PLAIN.asking("proxy.example").connect(proxy.address("secure"))) {
            client.exchange("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
            client.close();
            proxy.awaitStat("listener.secure.downstream_cx_destroy", 1);
        }

        assertThat(lines("tls.log"))
                .singleElement()
                .asString()
                .matches("\\d+ TLSv1\\.\\d \\S+ proxy\\.example - Normal");
    }
}
