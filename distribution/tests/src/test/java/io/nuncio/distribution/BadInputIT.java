package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.ClosedPort;
import io.nuncio.testkit.FakeUpstream;
import io.nuncio.testkit.HttpMessage;
import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/// What becomes of bad input, as a table: the answer, its details, the counter, the connection, and
/// what the upstream saw.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputIT {
    private static final String GOOD = "GET /good HTTP/1.1\r\nhost: a\r\n\r\n";

    private Path folder = Path.of("");

    private FakeUpstream upstream;
    private NuncioServer proxy;
    private Path log;
    private int logged;

    /// A request that is refused before an upstream hears of it.
    ///
    /// @param counter one that grows by one
    record Refused(String name, String bytes, int status, String details, String counter) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Refused> refused() {
        String protocolError = "http.t.downstream_cx_protocol_error";
        String completed = "http.t.downstream_rq_4xx";
        return Stream.of(
                new Refused(
                        "conflicting content-length",
                        "POST / HTTP/1.1\r\n"
                                + "host: a\r\n"
                                + "content-length: 5\r\n"
                                + "content-length: 6\r\n\r\n"
                                + "hello!",
                        400,
                        "http1.codec_error",
                        protocolError),
                new Refused(
                        "repeated content-length",
                        "POST / HTTP/1.1\r\n"
                                + "host: a\r\n"
                                + "content-length: 5\r\n"
                                + "content-length: 5\r\n\r\n"
                                + "hello",
                        400,
                        "http1.codec_error",
                        protocolError),
                new Refused(
                        "list of content-lengths",
                        "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5, 5\r\n\r\nhello",
                        400,
                        "http1.codec_error",
                        protocolError),
                new Refused(
                        "signed content-length",
                        "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: +5\r\n\r\nhello",
                        400,
                        "http1.codec_error",
                        protocolError),
                new Refused(
                        "transfer-encoding with content-length",
                        "POST / HTTP/1.1\r\n"
                                + "host: a\r\n"
                                + "content-length: 5\r\n"
                                + "transfer-encoding: chunked\r\n\r\n"
                                + "0\r\n\r\n",
                        400,
                        "http1.content_length_and_chunked_not_allowed",
                        protocolError),
                new Refused(
                        "unknown transfer-encoding",
                        "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip\r\n\r\n",
                        501,
                        "http1.invalid_transfer_encoding",
                        protocolError),
                new Refused(
                        "chunked not last",
                        "POST / HTTP/1.1\r\n"
                                + "host: a\r\n"
                                + "transfer-encoding: chunked, gzip\r\n\r\n"
                                + "0\r\n\r\n",
                        501,
                        "http1.invalid_transfer_encoding",
                        protocolError),
                new Refused(
                        "folded content-length",
                        "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\n 2\r\n\r\na",
                        400,
                        "http1.codec_error",
                        protocolError),
                new Refused(
                        "NUL in a value",
                        "GET / HTTP/1.1\r\nhost: a\r\nx: a\0b\r\n\r\n",
                        400,
                        "http1.invalid_characters",
                        protocolError),
                new Refused(
                        "bare CR in a value",
                        "GET / HTTP/1.1\r\nhost: a\r\nx: a\rb\r\n\r\n",
                        400,
                        "http1.invalid_characters",
                        protocolError),
                new Refused(
                        "space before the colon",
                        "GET / HTTP/1.1\r\nhost : a\r\n\r\n",
                        400,
                        "http1.codec_error",
                        protocolError),
                new Refused(
                        "over-long request line",
                        "GET /" + "a".repeat(70_000) + " HTTP/1.1\r\nhost: a\r\n\r\n",
                        431,
                        "http1.headers_too_large",
                        protocolError),
                new Refused(
                        "10,000 headers",
                        "GET / HTTP/1.1\r\nhost: a\r\n" + "x: y\r\n".repeat(10_000) + "\r\n",
                        431,
                        "http1.too_many_headers",
                        protocolError),
                new Refused(
                        "unknown method",
                        "FROB / HTTP/1.1\r\nhost: a\r\n\r\n",
                        400,
                        "http1.codec_error",
                        protocolError),
                new Refused(
                        "missing host",
                        "GET / HTTP/1.1\r\nx: y\r\n\r\n",
                        400,
                        "missing_host_header",
                        completed),
                new Refused(
                        "HTTP/1.0",
                        "GET / HTTP/1.0\r\nhost: a\r\n\r\n",
                        426,
                        "low_version",
                        completed),
                new Refused(
                        "HTTP/2 preface",
                        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                        400,
                        "http1.codec_error",
                        protocolError));
    }

    /// A request that is not as the RFC wants it and served nevertheless, as Envoy does: the
    /// upstream gets it in good form.
    ///
    /// @param header of the forwarded request
    record Mended(String name, String bytes, String header, String value, String body) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Mended> mended() {
        return Stream.of(
                new Mended("bare LF", "GET / HTTP/1.1\nhost: a\nx: y\n\n", "x", "y", ""),
                new Mended(
                        "bare LF among CRLF",
                        "GET / HTTP/1.1\r\nhost: a\nx: y\r\n\r\n",
                        "x",
                        "y",
                        ""),
                new Mended(
                        "folded value",
                        "GET / HTTP/1.1\r\nhost: a\r\nx: one\r\n two\r\n\tthree\r\n\r\n",
                        "x",
                        "one two\tthree",
                        ""),
                new Mended(
                        "folded transfer-encoding",
                        "POST / HTTP/1.1\r\n"
                                + "host: a\r\n"
                                + "transfer-encoding:\r\n chunked\r\n\r\n"
                                + "1\r\na\r\n0\r\n\r\n",
                        "transfer-encoding",
                        "chunked",
                        "a"));
    }

    @BeforeAll
    void start(@TempDir Path temporary) throws Exception {
        folder = temporary;
        upstream = FakeUpstream.answering("ok");
        log = folder.resolve("access.log");
        proxy =
                NuncioServer.start(
                        Distribution.HOME.resolve("bundles"),
                        Bootstraps.http1(upstream.port(), log, "route: { cluster: c }"),
                        "--file-flush-interval-msec",
                        "10");
    }

    @AfterAll
    void stop() {
        proxy.close();
        upstream.close();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void isAnsweredCountedAndNeverReachesTheUpstream(Refused row) throws Exception {
        long counted = proxy.stat(row.counter());
        int seen = upstream.received().length;
        try (RawClient client = proxy.client("l")) {
            client.sendWhatItTakes((row.bytes() + GOOD).getBytes(StandardCharsets.ISO_8859_1));
            HttpMessage answer = client.readResponse();

            assertThat(answer.status()).isEqualTo(row.status());
            assertThat(answer.header("connection")).isEqualTo("close");
            assertThat(client.closedByPeer()).as("what follows is never looked at").isTrue();
        }
        assertThat(lastEntry()).startsWith(row.status() + " " + row.details() + " ");
        proxy.awaitStat(row.counter(), counted + 1);
        assertThat(upstream.received()).hasSize(seen);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mended")
    void isServedAndReachesTheUpstreamInGoodForm(Mended row) throws Exception {
        int seen = upstream.received().length;
        try (RawClient client = proxy.client("l")) {
            assertThat(client.exchange(row.bytes()).status()).isEqualTo(200);
            assertThat(client.exchange(GOOD).status()).as("the connection goes on").isEqualTo(200);
        }
        HttpMessage request = upstream.takeRequest();
        assertThat(request.header(row.header())).isEqualTo(row.value());
        assertThat(request.bodyText()).isEqualTo(row.body());
        upstream.takeRequest();
        byte[] received = upstream.received();
        String forwarded =
                new String(received, seen, received.length - seen, StandardCharsets.ISO_8859_1);
        assertThat(forwarded.replace("\r\n", "")).doesNotContain("\r", "\n");
        assertThat(forwarded).doesNotContain("\r\n ", "\r\n\t");
        entries(2);
    }

    @Test
    void tenMegabytesOfHeadersAreCutOff() throws Exception {
        int seen = upstream.received().length;
        try (RawClient client = proxy.client("l")) {
            client.send("GET / HTTP/1.1\r\nhost: a\r\n");
            byte[] header =
                    ("x: " + "y".repeat(10_000) + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
            for (int i = 0; i < 1_000; i++) {
                client.sendWhatItTakes(header);
            }
            assertThat(new String(client.readToEnd(), StandardCharsets.ISO_8859_1))
                    .matches("(?s)(HTTP/1.1 431 .*)?");
        }
        assertThat(lastEntry()).startsWith("431 http1.headers_too_large");
        assertThat(upstream.received()).hasSize(seen);
    }

    @Test
    void anAbsoluteTargetIsServedByItsHostAndPath() throws Exception {
        try (RawClient client = proxy.client("l")) {
            assertThat(client.exchange("GET http://b/x?y HTTP/1.1\r\nhost: a\r\n\r\n").status())
                    .isEqualTo(200);
            assertThat(client.exchange(GOOD).status()).as("the connection goes on").isEqualTo(200);
        }
        HttpMessage request = upstream.takeRequest();
        assertThat(request.startLine()).isEqualTo("GET /x?y HTTP/1.1");
        assertThat(request.header("host")).isEqualTo("b");
        upstream.takeRequest();
        entries(2);
    }

    @Test
    void anUpstreamThatAnswersGarbageIsABadGateway() throws Exception {
        try (FakeUpstream garbage = FakeUpstream.answeringRaw("what?\r\n\r\n");
                NuncioServer own = with(garbage);
                RawClient client = own.client("l")) {
            HttpMessage answer = client.exchange(GOOD);

            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.bodyText())
                    .startsWith(
                            "upstream connect error or disconnect/reset before headers. reset"
                                    + " reason: protocol error");
            assertThat(client.exchange(GOOD).status()).as("the connection goes on").isEqualTo(502);
            own.awaitStat("cluster.c.upstream_cx_protocol_error", 2);
        }
    }

    @Test
    void anUpstreamThatClosesInsideTheBodyEndsTheResponse() throws Exception {
        try (FakeUpstream closing =
                        FakeUpstream.start(peer -> {
                            peer.readRequest();
                            peer.send("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf");
                        });
                NuncioServer own = with(closing);
                RawClient client = own.client("l")) {
            client.send(GOOD);
            String all = new String(client.readToEnd(), StandardCharsets.ISO_8859_1);

            assertThat(all).startsWith("HTTP/1.1 200 OK").endsWith("half");
            own.awaitStat("cluster.c.upstream_cx_destroy_remote_with_active_rq", 1);
        }
    }

    @Test
    void anUpstreamThatNeverAnswersIsATimeout() throws Exception {
        try (FakeUpstream silent = FakeUpstream.start(FakeUpstream.Peer::awaitClose);
                NuncioServer own = with(silent, "route: { cluster: c, timeout: 0.5s }");
                RawClient client = own.client("l")) {
            HttpMessage answer = client.exchange(GOOD);

            assertThat(answer.status()).isEqualTo(504);
            assertThat(answer.bodyText()).isEqualTo("upstream request timeout");
            own.awaitStat("cluster.c.upstream_rq_timeout", 1);
            own.awaitStat("cluster.c.upstream_cx_active", 0);
        }
    }

    @Test
    void anUpstreamThatCannotBeReachedIsUnavailable() throws Exception {
        try (ClosedPort nobody = ClosedPort.take();
                NuncioServer own = with(nobody.port(), "route: { cluster: c }");
                RawClient client = own.client("l")) {
            HttpMessage answer = client.exchange(GOOD);

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.bodyText()).contains("reset reason: remote connection failure");
            own.awaitStat("cluster.c.upstream_cx_connect_fail", 1);
        }
    }

    private NuncioServer with(FakeUpstream other) throws Exception {
        return with(other, "route: { cluster: c }");
    }

    private NuncioServer with(FakeUpstream other, String action) throws Exception {
        return with(other.port(), action);
    }

    private NuncioServer with(int port, String action) throws Exception {
        return NuncioServer.start(
                Distribution.HOME.resolve("bundles"),
                Bootstraps.http1(port, folder.resolve("other.log"), action));
    }

    /// The next entry of the access log; waits for it.
    private String lastEntry() throws IOException {
        return entries(1).getLast();
    }

    /// Waits for so many more entries of the access log; all of them then.
    private List<String> entries(int more) throws IOException {
        long deadline = System.nanoTime() + RawClient.TIMEOUT_MILLIS * 1_000_000L;
        while (true) {
            List<String> entries = LogLines.of(log);
            if (entries.size() >= logged + more) {
                logged = entries.size();
                return entries;
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("no entry was written to the access log");
            }
            LockSupport.parkNanos(1_000_000);
        }
    }
}
