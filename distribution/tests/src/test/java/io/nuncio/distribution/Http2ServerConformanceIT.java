package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.FakeUpstream;
import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;
import io.nuncio.testkit.http2.Frame;
import io.nuncio.testkit.http2.Http2Message;
import io.nuncio.testkit.http2.Http2Peer;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// The rules of [Http2ServerRules] and [Http2ServerMessageRules], each on a connection of its own:
/// what the client gets, what is counted and logged, that the next request is answered, and that
/// the upstream saw nothing of a bad one.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class Http2ServerConformanceIT {
    /// Above the streams of all rules.
    private static final int NEXT_STREAM = 1001;

    private static final String NEXT = "/next";
    private final Set<String> seen = new HashSet<>();
    private int runs;

    private FakeUpstream upstream;
    private NuncioServer proxy;
    private Path log;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        upstream = FakeUpstream.answering("ok");
        log = folder.resolve("access.log");
        proxy =
                NuncioServer.start(
                        Distribution.HOME.resolve("bundles"),
                        Http2Bootstraps.twoListeners(upstream.port(), log),
                        "--file-flush-interval-msec",
                        "5");
    }

    @AfterAll
    void stop() {
        proxy.close();
        upstream.close();
    }

    static Stream<Http2Rule> frames() {
        return Http2ServerRules.all().stream();
    }

    static Stream<Http2Rule> compression() {
        return Http2ServerMessageRules.compression().stream();
    }

    static Stream<Http2Rule> messages() {
        return Http2ServerMessageRules.all().stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"frames", "compression", "messages"})
    void isAnsweredAndNeverReachesTheUpstream(Http2Rule rule) throws Exception {
        check(rule, "l", rule.expected());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("messages")
    void endsOnlyItsStreamWhereThatIsConfigured(Http2Rule rule) throws Exception {
        boolean resets = rule.expected().equals(new Http2Rule.Expected.GoAway("PROTOCOL_ERROR"));
        check(
                rule,
                "streams",
                resets ? new Http2Rule.Expected.Reset(1, "PROTOCOL_ERROR") : rule.expected());
    }

    private void check(Http2Rule rule, String listener, Http2Rule.Expected expected)
            throws Exception {
        String counter = rule.counter();
        long counted = counter == null ? 0 : proxy.stat(counter);
        int before = entries().size();
        String path = String.format("/%08d", ++runs);
        try (Http2Peer client = Http2Peer.connect(proxy.address(listener))) {
            if (rule.begins()) {
                client.begin();
            }
            rule.steps().forEach(step -> step.accept(client, path));
            switch (expected) {
                case Http2Rule.Expected.GoAway(var error) -> {
                    assertThat(client.awaitGoAway().error()).isEqualTo(error);
                    client.awaitClose();
                    nextOnANewConnection(listener);
                }
                case Http2Rule.Expected.Closed() -> {
                    client.awaitClose();
                    nextOnANewConnection(listener);
                }
                case Http2Rule.Expected.Reset(var stream, var error) -> {
                    assertThat(client.awaitReset(stream)).isEqualTo(error);
                    next(client);
                }
                case Http2Rule.Expected.Answered(var stream, var status) -> {
                    Http2Message answer = client.awaitMessage(stream);
                    assertThat(answer.ended()).isTrue();
                    assertThat(answer.status()).isEqualTo(status);
                    next(client);
                }
                case Http2Rule.Expected.Ignored() -> next(client);
            }
        }
        if (counter != null) {
            proxy.awaitStat(counter, now -> now > counted, "to grow");
        }
        if (rule.details() != null) {
            awaitEntry(before, path, rule.details());
        }
        assertUpstreamSaw(path, rule.reaches());
    }

    private void nextOnANewConnection(String listener) {
        try (Http2Peer another = Http2Peer.connect(proxy.address(listener)).begin()) {
            next(another);
        }
    }

    private void next(Http2Peer client) {
        client.send(
                Frame.message(
                        NEXT_STREAM,
                        ":method: GET",
                        ":scheme: http",
                        ":authority: a",
                        ":path: " + NEXT + runs));
        Http2Message answer = client.awaitMessage(NEXT_STREAM);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.bodyText()).isEqualTo("ok");
    }

    /// Nothing of a bad request; the next one was seen.
    private void assertUpstreamSaw(String path, boolean good) {
        while (!seen.contains(NEXT + runs) || upstream.waitingRequests() > 0) {
            seen.add(upstream.takeRequest().target());
        }
        assertThat(good || !seen.contains(path)).as("the upstream saw nothing").isTrue();
    }

    private List<String> entries() throws IOException {
        return LogLines.of(log);
    }

    /// Waits for the entry of a path, or of no path, with these details, after so many others.
    private void awaitEntry(int count, String path, String details) throws IOException {
        long deadline = System.nanoTime() + RawClient.TIMEOUT_MILLIS * 1_000_000L;
        List<String> entries = List.of();
        while (System.nanoTime() < deadline) {
            entries = entries().stream().skip(count).toList();
            for (String entry : entries) {
                boolean mine = entry.startsWith(path + " ") || entry.startsWith("- ");
                if (mine && entry.contains(" " + details + " ")) {
                    return;
                }
            }
            Thread.onSpinWait();
        }
        throw new AssertionError("expected an entry with " + details + ", were " + entries);
    }
}
