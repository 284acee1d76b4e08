package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;
import io.nuncio.testkit.http2.Frame;
import io.nuncio.testkit.http2.Http2Message;
import io.nuncio.testkit.http2.Http2Peer;
import io.nuncio.testkit.http2.Http2Upstream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// The rules of [Http2ClientRules] and [Http2ClientMessageRules], each on an upstream connection of
/// its own: what the downstream client gets, what the access log says, what the upstream gets, and
/// that the next request is served.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class Http2ClientConformanceIT {
    /// Above the streams of all rules.
    private static final int NEXT_STREAM = 1001;

    /// An invalid message ends its stream only.
    private static final String STREAMS = "streams";

    private Http2Upstream upstream;
    private NuncioServer proxy;
    private Path log;
    private int runs;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        upstream = Http2Upstream.start((_, _) -> {});
        log = folder.resolve("access.log");
        proxy =
                NuncioServer.start(
                        Distribution.HOME.resolve("bundles"),
                        Http2Bootstraps.clusters(
                                upstream.port(),
                                log,
                                Http2ClientRule.CLUSTER,
                                "",
                                STREAMS,
                                "override_stream_error_on_invalid_http_message: true",
                                Http2ClientRules.SMALL_STREAMS,
                                "initial_stream_window_size: 65535",
                                Http2ClientRules.SMALL_CONNECTIONS,
                                "initial_connection_window_size: 65535"),
                        "--file-flush-interval-msec",
                        "5");
    }

    @AfterAll
    void stop() {
        proxy.close();
        upstream.close();
    }

    static Stream<Http2ClientRule> frames() {
        return Http2ClientRules.all().stream();
    }

    static Stream<Http2ClientRule> compression() {
        return Http2ClientMessageRules.compression().stream();
    }

    static Stream<Http2ClientRule> messages() {
        return Http2ClientMessageRules.all().stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"frames", "compression", "messages"})
    void whatAnUpstreamSends(Http2ClientRule rule) throws Exception {
        check(rule, rule.cluster(), rule.expected());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("messages")
    void endsOnlyItsStreamWhereThatIsConfigured(Http2ClientRule rule) throws Exception {
        boolean resets = rule.expected().equals(new Http2Rule.Expected.GoAway("PROTOCOL_ERROR"));
        check(
                rule,
                STREAMS,
                resets ? new Http2Rule.Expected.Reset(1, "PROTOCOL_ERROR") : rule.expected());
    }

    private void check(Http2ClientRule rule, String cluster, Http2Rule.Expected expected)
            throws Exception {
        long errors = stat(cluster, "upstream_cx_protocol_error");
        int connection = upstream.connections().size();
        String path = String.format("/%s/%08d", cluster, ++runs);
        try (Http2Peer client = Http2Peer.connect(proxy.address("l")).begin()) {
            client.send(request(rule.method(), path));
            Http2Peer peer = upstream.awaitConnection(connection);
            if (rule.begins()) {
                peer.begin();
                peer.awaitHeaders(1);
            } else {
                peer.mute();
            }
            rule.steps().forEach(step -> step.accept(peer, client));
            assertAnswer(client, path, rule.entry());
            String next = "/" + cluster + "/next" + runs;
            client.send(
                    Frame.message(
                            NEXT_STREAM,
                            ":method: GET",
                            ":scheme: http",
                            ":authority: a",
                            ":path: " + next),
                    Frame.windowUpdate(NEXT_STREAM, 100));
            switch (expected) {
                case Http2Rule.Expected.GoAway(var error) -> {
                    assertThat(peer.awaitGoAway().error()).isEqualTo(error);
                    peer.awaitClose();
                    serve(upstream.awaitConnection(connection + 1).begin(), next);
                    assertThat(stat(cluster, "upstream_cx_protocol_error")).isEqualTo(errors + 1);
                }
                case Http2Rule.Expected.Closed() -> {
                    peer.awaitClose();
                    serve(upstream.awaitConnection(connection + 1).begin(), next);
                }
                case Http2Rule.Expected.Reset(var stream, var error) -> {
                    assertThat(peer.awaitReset(stream)).isEqualTo(error);
                    serve(peer, next);
                }
                case Http2Rule.Expected.Answered _, Http2Rule.Expected.Ignored _ ->
                        serve(peer, next);
            }
            assertThat(client.awaitMessage(NEXT_STREAM).bodyText()).isEqualTo("ok");
        } finally {
            for (Http2Peer peer : upstream.connections()) {
                peer.close();
            }
            proxy.awaitStat("cluster." + cluster + ".upstream_cx_active", 0);
        }
    }

    private static Frame request(String method, String path) {
        String[] fields = {
            ":method: " + method, ":scheme: http", ":authority: a", ":path: " + path
        };
        return method.equals("POST") ? Frame.headers(1, fields) : Frame.message(1, fields);
    }

    /// What the client gets fits to what the log says.
    private void assertAnswer(Http2Peer client, String path, String entry) throws IOException {
        String expected = path + " " + entry;
        awaitEntry(expected);
        if (entry.startsWith("0 ")) {
            return; // the client has given it up
        }
        Http2Message answer = client.awaitMessage(1);
        assertThat(answer.status()).isEqualTo(Integer.parseInt(entry.substring(0, 3)));
        boolean whole = !entry.startsWith("200") || entry.endsWith(" -");
        assertThat(answer.ended()).as("a whole response").isEqualTo(whole);
    }

    private static void serve(Http2Peer peer, String path) {
        Http2Message request = peer.takeMessage();
        while (!path.equals(request.header(":path"))) {
            request = peer.takeMessage();
        }
        peer.send(
                Frame.headers(request.stream(), ":status: 200"),
                Frame.lastData(request.stream(), "ok"));
    }

    private long stat(String cluster, String name) {
        return proxy.stat("cluster." + cluster + "." + name);
    }

    private void awaitEntry(String expected) throws IOException {
        long deadline = System.nanoTime() + RawClient.TIMEOUT_MILLIS * 1_000_000L;
        String path = expected.substring(0, expected.indexOf(' ') + 1);
        List<String> entries = List.of();
        while (System.nanoTime() < deadline && entries.isEmpty()) {
            entries = LogLines.of(log).stream().filter(entry -> entry.startsWith(path)).toList();
            Thread.onSpinWait();
        }
        assertThat(entries).containsExactly(expected);
    }
}
