package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.nuncio.testkit.FakeUpstream;
import io.nuncio.testkit.HttpMessage;
import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;
import io.nuncio.testkit.http2.Frame;
import io.nuncio.testkit.http2.Http2Message;
import io.nuncio.testkit.http2.Http2Peer;
import io.nuncio.testkit.http2.Http2Upstream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// TCP that is carried to the upstream over HTTP.
class TcpTunnelIT {
    private static final String HTTP1 = "";
    private static final String HTTP2 =
            """
                typed_extension_protocol_options:
                  envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                    "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                    explicit_http_config: { http2_protocol_options: {} }
            """;

    private static final int MUCH = 16 * 1024 * 1024;
    private static final byte[] PIECE = new byte[64 * 1024];

    @TempDir Path folder;

    private NuncioServer server;

    @AfterEach
    void stop() {
        server.close();
    }

    private void start(int port, String tunnel, String protocol) throws Exception {
        server =
                NuncioServer.start(
                        Distribution.HOME.resolve("bundles"),
                        """
                        static_resources:
                          listeners:
                          - name: in
                            address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
                            filter_chains:
                            - filters:
                              - name: envoy.filters.network.tcp_proxy
                                typed_config:
                                  "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                                  stat_prefix: p
                                  cluster: service
                                  tunneling_config: { %s }
                                  access_log:
                                  - name: envoy.access_loggers.file
                                    typed_config:
                                      "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
                                      path: %s
                                      log_format:
                                        text_format_source:
                                          inline_string: "%%BYTES_RECEIVED%% %%BYTES_SENT%% %%UPSTREAM_HOST%% %%RESPONSE_FLAGS%% %%FILTER_STATE(envoy.tcp_proxy.propagate_response_headers:FIELD:x-said)%%\\n"
                          clusters:
                          - name: service
                        %s
                            load_assignment:
                              cluster_name: service
                              endpoints:
                              - lb_endpoints:
                                - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %d } } }
                        """
                                .formatted(tunnel, folder.resolve("log"), protocol, port),
                        "--file-flush-interval-msec",
                        "50");
    }

    private String logged() throws Exception {
        return LogLines.await(folder.resolve("log"), 1).getFirst();
    }

    private static String readUntil(InputStream in, String end) throws IOException {
        var text = new StringBuilder();
        while (text.indexOf(end) < 0) {
            int octet = in.read();
            assertThat(octet).as("an octet after %s", text).isNotNegative();
            text.append((char) octet);
        }
        return text.toString();
    }

    private static String text(RawClient client) {
        return new String(client.readToEnd(), US_ASCII);
    }

    // HTTP/1.

    @Test
    void connectOverHttp1CarriesBothHalves() throws Exception {
        try (FakeUpstream proxy =
                FakeUpstream.start(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\nx-said: yes\r\ncontent-length: 3\r\n\r\nhello ");
                    byte[] asked = peer.socket().getInputStream().readAllBytes();
                    peer.send("you said " + asked.length);
                })) {
            start(
                    proxy.port(),
                    "hostname: 'a.example:443', propagate_response_headers: true,"
                            + " headers_to_add: [{ header: { key: x-from, value:"
                            + " '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%' } }]",
                    HTTP1);
            try (RawClient client = server.client("in")) {
                HttpMessage request = proxy.takeRequest();
                client.send("question").halfClose();

                assertThat(text(client)).isEqualTo("hello you said 8");
                assertThat(request.startLine()).isEqualTo("CONNECT a.example:443 HTTP/1.1");
                assertThat(request.header("host")).isEqualTo("a.example:443");
                assertThat(request.header("x-from")).isEqualTo("127.0.0.1");
                assertThat(request.header("transfer-encoding")).isNull();
            }
            assertThat(logged()).isEqualTo("8 16 127.0.0.1:" + proxy.port() + " - yes");
            server.awaitStat("cluster.service.upstream_cx_active", 0);
            server.awaitStat("cluster.service.upstream_rq_active", 0);
        }
    }

    @Test
    void anUpstreamThatEndsFirstStillGetsWhatComes() throws Exception {
        var rest = new CompletableFuture<String>();
        try (FakeUpstream proxy =
                FakeUpstream.start(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\n\r\nbye");
                    peer.socket().shutdownOutput();
                    rest.complete(
                            new String(peer.socket().getInputStream().readAllBytes(), US_ASCII));
                })) {
            start(proxy.port(), "hostname: 'a:1'", HTTP1);
            try (RawClient client = server.client("in")) {
                String said = text(client);
                client.send("still here").halfClose();

                assertThat(said).isEqualTo("bye");
                assertThat(rest.get(10, TimeUnit.SECONDS)).isEqualTo("still here");
            }
            server.awaitStat("cluster.service.upstream_cx_active", 0);
        }
    }

    @Test
    void muchPassesAnHttp1TunnelBothWaysAtOnce() throws Exception {
        var received = new CompletableFuture<Long>();
        try (FakeUpstream proxy =
                FakeUpstream.start(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\n\r\n");
                    Thread.startVirtualThread(() -> received.completeAsync(() -> drain(peer)));
                    for (int sent = 0; sent < MUCH; sent += PIECE.length) {
                        peer.send(PIECE);
                    }
                    peer.socket().shutdownOutput();
                    received.join();
                })) {
            start(proxy.port(), "hostname: 'a:1'", HTTP1);
            try (RawClient client = server.client("in")) {
                var got = new CompletableFuture<Integer>();
                Thread.startVirtualThread(() -> got.complete(client.readToEnd().length));
                for (int sent = 0; sent < MUCH; sent += PIECE.length) {
                    client.send(PIECE);
                }
                client.halfClose();

                assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo(MUCH);
                assertThat(got.get(20, TimeUnit.SECONDS)).isEqualTo(MUCH);
            }
            server.awaitStat("cluster.service.upstream_cx_active", 0);
            assertThat(server.stat("cluster.service.upstream_cx_destroy_with_active_rq")).isZero();
        }
    }

    private static long drain(FakeUpstream.Peer peer) {
        try {
            return peer.socket().getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aConnectionThatWasATunnelIsNotUsedAgain() throws Exception {
        try (FakeUpstream proxy =
                FakeUpstream.start(peer -> {
                    peer.readRequest();
                    peer.send("HTTP/1.1 200 OK\r\n\r\n");
                    peer.awaitClose();
                })) {
            start(proxy.port(), "hostname: 'a:1'", HTTP1);
            for (int index = 0; index < 2; index++) {
                try (RawClient client = server.client("in")) {
                    proxy.takeRequest();
                    client.halfClose();
                    assertThat(client.closedByPeer()).isTrue();
                }
            }

            assertThat(proxy.connections()).isEqualTo(2);
        }
    }

    @Test
    void aRefusalEndsTheConnectionAndIsLogged() throws Exception {
        try (FakeUpstream proxy =
                FakeUpstream.answeringRaw(
                        "HTTP/1.1 403 Forbidden\r\nx-said: no\r\ncontent-length: 2\r\n\r\nno")) {
            start(proxy.port(), "hostname: 'a:1', propagate_response_headers: true", HTTP1);
            try (RawClient client = server.client("in")) {
                assertThat(client.closedByPeer()).isTrue();
            }
            assertThat(logged()).isEqualTo("0 0 127.0.0.1:" + proxy.port() + " UF,URX no");
            server.awaitStat("cluster.service.upstream_cx_connect_attempts_exceeded", 1);
        }
    }

    @Test
    void postOverHttp1CarriesBytesInChunks() throws Exception {
        var asked = new CompletableFuture<String>();
        try (FakeUpstream proxy =
                FakeUpstream.start(peer -> {
                    InputStream in = peer.socket().getInputStream();
                    String head = readUntil(in, "\r\n\r\n");
                    peer.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
                    asked.complete(head + readUntil(in, "0\r\n\r\n"));
                    peer.send("6\r\nanswer\r\n0\r\n\r\n");
                })) {
            start(proxy.port(), "hostname: a, use_post: true, post_path: /tcp", HTTP1);
            try (RawClient client = server.client("in")) {
                client.send("question").halfClose();

                assertThat(text(client)).isEqualTo("answer");
                assertThat(asked.get(10, TimeUnit.SECONDS))
                        .isEqualTo(
                                "POST /tcp HTTP/1.1\r\n"
                                        + "host: a\r\n"
                                        + "transfer-encoding: chunked\r\n\r\n"
                                        + "8\r\n"
                                        + "question\r\n"
                                        + "0\r\n\r\n");
            }
        }
    }

    // HTTP/2.

    @Test
    void connectOverHttp2CarriesBothHalves() throws Exception {
        try (Http2Upstream proxy = Http2Upstream.start((peer, _) -> peer.begin())) {
            start(proxy.port(), "hostname: 'a.example:443'", HTTP2);
            try (RawClient client = server.client("in")) {
                Http2Peer peer = proxy.awaitConnection(0);
                Http2Message request = peer.awaitHeaders(1);
                peer.send(Frame.headers(1, ":status: 200"), Frame.data(1, "hello "));
                client.send("question").halfClose();
                Http2Message asked = peer.awaitMessage(1);
                peer.send(Frame.lastData(1, "answer"));

                assertThat(text(client)).isEqualTo("hello answer");
                assertThat(asked.bodyText()).isEqualTo("question");
                assertThat(request.headers())
                        .containsExactly(":method: CONNECT", ":authority: a.example:443");
            }
            assertThat(logged()).isEqualTo("8 12 127.0.0.1:" + proxy.port() + " - -");
            server.awaitStat("cluster.service.upstream_rq_active", 0);
        }
    }

    @Test
    void anHttp2UpstreamThatEndsFirstStillGetsWhatComes() throws Exception {
        try (Http2Upstream proxy = Http2Upstream.start((peer, _) -> peer.begin())) {
            start(proxy.port(), "hostname: 'a:1'", HTTP2);
            try (RawClient client = server.client("in")) {
                Http2Peer peer = proxy.awaitConnection(0);
                peer.awaitHeaders(1);
                peer.send(Frame.headers(1, ":status: 200"), Frame.lastData(1, "bye"));
                String said = text(client);
                client.send("still here").halfClose();

                assertThat(said).isEqualTo("bye");
                assertThat(peer.awaitMessage(1).bodyText()).isEqualTo("still here");
            }
            server.awaitStat("cluster.service.upstream_rq_active", 0);
            server.awaitStat("cluster.service.upstream_rq_tx_reset", 0);
        }
    }

    @Test
    void aResetOfTheStreamEndsTheConnection() throws Exception {
        try (Http2Upstream proxy = Http2Upstream.start((peer, _) -> peer.begin())) {
            start(proxy.port(), "hostname: 'a:1'", HTTP2);
            try (RawClient client = server.client("in")) {
                Http2Peer peer = proxy.awaitConnection(0);
                peer.awaitHeaders(1);
                peer.send(
                        Frame.headers(1, ":status: 200"),
                        Frame.data(1, "some"),
                        Frame.reset(1, "CANCEL"));

                assertThat(text(client)).isEqualTo("some");
            }
            server.awaitStat("cluster.service.upstream_rq_rx_reset", 1);
        }
    }

    @Test
    void aClientThatLeavesResetsTheStream() throws Exception {
        try (Http2Upstream proxy = Http2Upstream.start((peer, _) -> peer.begin())) {
            start(proxy.port(), "hostname: 'a:1'", HTTP2);
            Http2Peer peer;
            try (RawClient client = server.client("in")) {
                peer = proxy.awaitConnection(0);
                peer.awaitHeaders(1);
                peer.send(Frame.headers(1, ":status: 200"), Frame.data(1, "some"));
                assertThat(client.socket().getInputStream().read()).isEqualTo('s');
                client.socket().setSoLinger(true, 0);
            }

            assertThat(peer.awaitReset(1)).isEqualTo("NO_ERROR");
        }
    }

    @Test
    void http2AcceptsOneYesOnly() throws Exception {
        try (Http2Upstream proxy = Http2Upstream.start((peer, _) -> peer.begin())) {
            start(proxy.port(), "hostname: 'a:1'", HTTP2);
            try (RawClient client = server.client("in")) {
                Http2Peer peer = proxy.awaitConnection(0);
                peer.awaitHeaders(1);
                peer.send(Frame.headers(1, ":status: 201"));

                assertThat(client.closedByPeer()).isTrue();
            }
            assertThat(logged()).contains("UF,URX");
        }
    }

    @Test
    void postOverHttp2HasAPathAndAScheme() throws Exception {
        try (Http2Upstream proxy = Http2Upstream.start((peer, _) -> peer.begin())) {
            start(proxy.port(), "hostname: a, use_post: true", HTTP2);
            try (RawClient client = server.client("in")) {
                Http2Peer peer = proxy.awaitConnection(0);
                Http2Message request = peer.awaitHeaders(1);
                peer.send(Frame.headers(1, ":status: 200"));
                client.send("question").halfClose();
                String asked = peer.awaitMessage(1).bodyText();
                peer.send(Frame.lastData(1, "answer"));

                assertThat(text(client)).isEqualTo("answer");
                assertThat(asked).isEqualTo("question");
                assertThat(request.headers())
                        .containsExactlyInAnyOrder(
                                ":method: POST", ":authority: a", ":path: /", ":scheme: http");
            }
        }
    }
}
