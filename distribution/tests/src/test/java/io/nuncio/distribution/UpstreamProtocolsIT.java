package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Each version of HTTP on each side, and upstreams whose connections end while streams are under
/// way.
class UpstreamProtocolsIT {
    private static final String GET = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
    private static final int MAX_CONCURRENT_STREAMS = 3; // the parameter of SETTINGS

    private static final String HTTP2 =
            """
                typed_extension_protocol_options:
                  envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                    "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                    explicit_http_config: { http2_protocol_options: {} }
            """;

    private static final String DOWNSTREAM =
            """
                typed_extension_protocol_options:
                  envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                    "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                    use_downstream_protocol_config: { http2_protocol_options: {} }
            """;

    private static final String ONE_CONNECTION =
            """
                circuit_breakers: { thresholds: [ { max_connections: 1 } ] }
            """;

    @TempDir private Path folder;
    private final List<AutoCloseable> open = new ArrayList<>();
    private NuncioServer proxy;

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    private <T extends AutoCloseable> T keep(T one) {
        open.add(one);
        return one;
    }

    /// @param cluster more fields of the cluster
    private void start(int upstreamPort, String cluster) throws Exception {
        String yaml =
                Bootstraps.http("AUTO", upstreamPort, log(), "route: { cluster: c }") + cluster;
        proxy = keep(NuncioServer.start(Distribution.HOME.resolve("bundles"), yaml));
    }

    private Http2Upstream upstream(Http2Upstream.Script script) throws Exception {
        Http2Upstream upstream = keep(Http2Upstream.start(script));
        start(upstream.port(), HTTP2);
        return upstream;
    }

    private RawClient client() {
        return keep(proxy.client("l"));
    }

    private Http2Peer http2Client() {
        return keep(Http2Peer.connect(proxy.address("l"))).begin();
    }

    private static Frame get(int stream) {
        return Frame.message(
                stream, ":method: GET", ":scheme: http", ":authority: a", ":path: /" + stream);
    }

    private static void answer(Http2Peer peer, int stream) {
        peer.send(Frame.headers(stream, ":status: 200"), Frame.lastData(stream, "hello"));
    }

    private Path log() {
        return folder.resolve("log");
    }

    /// Ends the proxy; all that it has logged.
    private List<String> logged() throws IOException {
        proxy.close();
        return LogLines.of(log());
    }

    private long stat(String name) {
        return proxy.stat("cluster.c." + name);
    }

    // Each combination.

    @Test
    void requestsOfHttp1ShareAConnectionOfHttp2() throws Exception {
        Http2Upstream upstream = upstream((peer, _) -> Http2Upstream.answerAll(peer, "hello"));
        RawClient client = client();
        for (int i = 0; i < 3; i++) {
            HttpMessage response = client.exchange(GET);
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.bodyText()).isEqualTo("hello");
        }

        assertThat(upstream.connections()).hasSize(1);
        Http2Message request = upstream.connections().getFirst().awaitMessage(5);
        assertThat(request.headers())
                .startsWith(":method: GET", ":scheme: http", ":authority: a", ":path: /")
                .noneMatch(field -> field.startsWith("host:") || field.startsWith("connection:"));
        assertThat(stat("upstream_cx_http2_total")).isEqualTo(1);
        assertThat(stat("upstream_rq_total")).isEqualTo(3);
    }

    @Test
    void aBodyAndTrailersOfHttp1ReachHttp2() throws Exception {
        Http2Upstream upstream = upstream((peer, _) -> Http2Upstream.answerAll(peer, "hello"));
        HttpMessage response =
                client().exchange(
                                "POST / HTTP/1.1\r\n"
                                        + "host: a\r\n"
                                        + "transfer-encoding: chunked\r\n\r\n"
                                        + "4\r\nbody\r\n0\r\n\r\n");

        assertThat(response.status()).isEqualTo(200);
        Http2Message request = upstream.connections().getFirst().awaitMessage(1);
        assertThat(request.bodyText()).isEqualTo("body");
        assertThat(request.header("transfer-encoding")).isNull();
    }

    @Test
    void streamsOfHttp2AreSentByHttp1() throws Exception {
        FakeUpstream upstream = keep(FakeUpstream.answering("hello"));
        start(upstream.port(), "");
        Http2Peer client = http2Client();
        client.send(get(1), get(3));

        for (int stream : new int[] {1, 3}) {
            Http2Message response = client.awaitMessage(stream);
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.bodyText()).isEqualTo("hello");
        }
        assertThat(upstream.takeRequest().header("host")).isEqualTo("a");
        assertThat(stat("upstream_cx_http1_total")).isEqualTo(2);
    }

    @Test
    void http2OnBothSidesPassesAllPartsOfAMessage() throws Exception {
        Http2Upstream upstream =
                upstream((peer, _) -> {
                    peer.begin();
                    peer.awaitMessage(1);
                    peer.send(
                            Frame.headers(1, ":status: 103", "link: </a>"),
                            Frame.headers(1, ":status: 200", "x-a: b"),
                            Frame.data(1, "hello"),
                            Frame.message(1, "checksum: 7"));
                });
        Http2Peer client = http2Client();
        client.send(
                Frame.headers(
                        1,
                        ":method: POST",
                        ":scheme: http",
                        ":authority: a",
                        ":path: /",
                        "te: trailers"),
                Frame.data(1, "body"),
                Frame.message(1, "sum: 1"));
        Http2Message response = client.awaitMessage(1);

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.header("x-a")).isEqualTo("b");
        assertThat(response.bodyText()).isEqualTo("hello");
        assertThat(response.trailer("checksum")).isEqualTo("7");
        assertThat(response.informational()).singleElement().asList().contains("link: </a>");
        Http2Message request = upstream.connections().getFirst().awaitMessage(1);
        assertThat(request.bodyText()).isEqualTo("body");
        assertThat(request.trailer("sum")).isEqualTo("1");
        assertThat(request.header("te")).isEqualTo("trailers");
    }

    @Test
    void anAnswerOfTrailersAloneIsPassedOn() throws Exception {
        upstream((peer, _) -> {
            peer.begin();
            peer.awaitMessage(1);
            peer.send(
                    Frame.message(
                            1,
                            ":status: 200",
                            "content-type: application/grpc",
                            "grpc-status: 12",
                            "grpc-message: no"));
        });
        Http2Peer client = http2Client();
        client.send(
                Frame.headers(
                        1,
                        ":method: POST",
                        ":scheme: http",
                        ":authority: a",
                        ":path: /a.B/C",
                        "content-type: application/grpc",
                        "te: trailers"),
                Frame.lastData(1, "\0\0\0\0\0"));
        Http2Message response = client.awaitMessage(1);

        assertThat(response.header("grpc-status")).isEqualTo("12");
        assertThat(response.header("grpc-message")).isEqualTo("no");
        assertThat(response.body()).isEmpty();
        assertThat(response.trailers()).isEmpty();
    }

    @Test
    void theDownstreamsProtocolMayDecide() throws Exception {
        FakeUpstream upstream = keep(FakeUpstream.answering("hello"));
        start(upstream.port(), DOWNSTREAM);
        assertThat(client().exchange(GET).status()).isEqualTo(200);
        assertThat(stat("upstream_cx_http1_total")).isEqualTo(1);
        http2Client().send(get(1));
        proxy.awaitStat("cluster.c.upstream_cx_http2_total", 1);
        proxy.awaitStat("cluster.c.upstream_cx_tx_bytes_total", sent -> sent > 200, "to grow");

        assertThat(new String(upstream.received(), StandardCharsets.ISO_8859_1))
                .contains("GET / HTTP/1.1\r\n");
    }

    // How many connections.

    @Test
    void aHostThatTakesOneStreamAtATimeGetsOneConnectionForEach() throws Exception {
        Http2Upstream upstream =
                keep(
                        Http2Upstream.start((peer, _) -> {
                            peer.begin(MAX_CONCURRENT_STREAMS, 1);
                            peer.awaitMessage(1);
                            answer(peer, 1);
                        }));
        start(upstream.port(), HTTP2);
        Http2Peer client = http2Client();
        client.send(get(1));
        client.awaitMessage(1);
        client.send(get(3), get(5));
        upstream.awaitConnection(1);
        Http2Peer first = upstream.connections().getFirst();
        first.awaitMessage(3);
        answer(first, 3);

        assertThat(client.awaitMessage(3).status()).isEqualTo(200);
        assertThat(client.awaitMessage(5).status()).isEqualTo(200);
        assertThat(upstream.connections()).hasSize(2);
    }

    @Test
    void requestsWaitForTheOneStreamOfTheOneConnection() throws Exception {
        Http2Upstream upstream =
                keep(
                        Http2Upstream.start((peer, _) -> {
                            peer.begin(MAX_CONCURRENT_STREAMS, 1);
                            for (int stream = 1; ; stream += 2) {
                                peer.awaitMessage(stream);
                                assertThat(peer.messageSoFar(stream + 2).headers()).isEmpty();
                                answer(peer, stream);
                            }
                        }));
        start(upstream.port(), HTTP2 + ONE_CONNECTION);
        Http2Peer client = http2Client();
        client.send(get(1));
        client.awaitMessage(1);
        client.send(get(3), get(5), get(7));

        for (int stream = 3; stream <= 7; stream += 2) {
            assertThat(client.awaitMessage(stream).status()).isEqualTo(200);
        }
        assertThat(upstream.connections()).hasSize(1);
        assertThat(stat("upstream_rq_pending_total")).isGreaterThanOrEqualTo(3);
    }

    // Connections that end.

    @Test
    void afterGoAwayTheNextRequestGoesElsewhere() throws Exception {
        Http2Upstream upstream =
                upstream((peer, connection) -> {
                    peer.begin();
                    peer.awaitMessage(1);
                    if (connection == 0) {
                        peer.send(Frame.goAway(1, "NO_ERROR"));
                    } else {
                        answer(peer, 1);
                    }
                });
        Http2Peer client = http2Client();
        client.send(get(1));
        proxy.awaitStat("cluster.c.upstream_cx_close_notify", 1);
        client.send(get(3));
        assertThat(client.awaitMessage(3).status()).isEqualTo(200);
        Http2Peer first = upstream.connections().getFirst();
        answer(first, 1);

        assertThat(client.awaitMessage(1).status()).isEqualTo(200);
        first.awaitClose();
        proxy.awaitStat("cluster.c.upstream_cx_destroy_local", 1);
        assertThat(stat("upstream_cx_destroy_with_active_rq")).isZero();
        assertThat(upstream.connections()).hasSize(2);
    }

    @Test
    void streamsThatGoAwayLeavesOutAreRefused() throws Exception {
        upstream((peer, _) -> {
            peer.begin();
            peer.awaitMessage(3);
            peer.send(Frame.goAway(1, "NO_ERROR"));
            answer(peer, 1);
        });
        Http2Peer client = http2Client();
        client.send(get(1), get(3));

        assertThat(client.awaitMessage(1).status()).isEqualTo(200);
        Http2Message refused = client.awaitMessage(3);
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.bodyText()).endsWith("reset reason: remote refused stream reset");
        client.close();
        assertThat(logged())
                .contains(
                        "503 upstream_reset_before_response_started"
                                + "{remote_refused_stream_reset} UR");
    }

    @Test
    void aRefusedStreamEndsAlone() throws Exception {
        Http2Upstream upstream =
                upstream((peer, _) -> {
                    peer.begin();
                    peer.awaitMessage(3);
                    peer.send(Frame.reset(1, "REFUSED_STREAM"));
                    answer(peer, 3);
                });
        Http2Peer client = http2Client();
        client.send(get(1), get(3));

        assertThat(client.awaitMessage(1).status()).isEqualTo(503);
        assertThat(client.awaitMessage(3).status()).isEqualTo(200);
        assertThat(stat("upstream_rq_rx_reset")).isZero();
        assertThat(upstream.connections()).hasSize(1);
        assertThat(stat("upstream_cx_active")).isEqualTo(1);
    }

    @Test
    void aStreamThatTheHostResetsEndsAlone() throws Exception {
        upstream((peer, _) -> {
            peer.begin();
            peer.awaitMessage(3);
            peer.send(Frame.reset(1, "INTERNAL_ERROR"));
            peer.send(Frame.headers(3, ":status: 200"), Frame.data(3, "part"));
            peer.send(Frame.reset(3, "INTERNAL_ERROR"));
        });
        Http2Peer client = http2Client();
        client.send(get(1), get(3));

        assertThat(client.awaitMessage(1).status()).isEqualTo(503);
        Http2Message cut = client.awaitMessage(3);
        assertThat(cut.status()).isEqualTo(200);
        assertThat(cut.reset()).isNotNull();
        assertThat(stat("upstream_rq_rx_reset")).isEqualTo(2);
        assertThat(stat("upstream_cx_active")).isEqualTo(1);
        client.close();
        assertThat(logged())
                .contains("503 upstream_reset_before_response_started{remote_reset} UR")
                .contains("200 upstream_reset_after_response_started{remote_reset} UR");
    }

    @Test
    void aLostConnectionFailsItsFiftyStreams() throws Exception {
        upstream((peer, connection) -> {
            peer.begin();
            if (connection == 0) {
                peer.awaitMessage(99);
                peer.close();
            } else {
                peer.awaitMessage(1);
                answer(peer, 1);
            }
        });
        Http2Peer client = http2Client();
        for (int stream = 1; stream < 100; stream += 2) {
            client.send(get(stream));
        }
        for (int stream = 1; stream < 100; stream += 2) {
            assertThat(client.awaitMessage(stream).status()).isEqualTo(503);
        }
        proxy.awaitStat("cluster.c.upstream_cx_destroy_remote_with_active_rq", 1);
        proxy.awaitStat("cluster.c.upstream_rq_pending_failure_eject", 50);
        proxy.awaitStat("cluster.c.upstream_rq_active", 0);
        client.send(get(101));
        assertThat(client.awaitMessage(101).status()).isEqualTo(200);
        client.close();
        assertThat(logged())
                .filteredOn(
                        "503 upstream_reset_before_response_started{connection_termination} UC"
                                ::equals)
                .hasSize(50);
    }

    @Test
    void aHostThatBreaksTheProtocolFailsItsStreams() throws Exception {
        upstream((peer, _) -> {
            peer.begin();
            peer.awaitMessage(1);
            peer.send(Frame.data(0, "what?"));
        });
        Http2Peer client = http2Client();
        client.send(get(1));

        assertThat(client.awaitMessage(1).status()).isEqualTo(502);
        assertThat(stat("upstream_cx_protocol_error")).isEqualTo(1);
        client.close();
        assertThat(logged())
                .contains("502 upstream_reset_before_response_started{protocol_error} UPE");
    }

    @Test
    void anAnswerBeforeTheEndOfTheRequestEndsTheStreamAlone() throws Exception {
        Http2Upstream upstream =
                upstream((peer, _) -> {
                    peer.begin();
                    peer.awaitHeaders(1);
                    peer.send(Frame.message(1, ":status: 413"));
                    peer.awaitMessage(3);
                    answer(peer, 3);
                });
        Http2Peer client = http2Client();
        client.send(
                Frame.headers(1, ":method: POST", ":scheme: http", ":authority: a", ":path: /"));
        assertThat(client.awaitHeaders(1).status()).isEqualTo(413);
        client.send(get(3));

        assertThat(client.awaitMessage(3).status()).isEqualTo(200);
        assertThat(upstream.connections()).hasSize(1);
        assertThat(upstream.connections().getFirst().awaitMessage(1).reset()).isNotNull();
        proxy.awaitStat("cluster.c.upstream_rq_active", 0);
    }
}
