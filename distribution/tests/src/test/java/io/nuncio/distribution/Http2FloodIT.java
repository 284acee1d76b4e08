package io.nuncio.distribution;

import static io.nuncio.distribution.Http2ServerRules.request;
import static io.nuncio.testkit.http2.Frame.CONTINUATION;
import static io.nuncio.testkit.http2.Frame.DATA;
import static io.nuncio.testkit.http2.Frame.HEADERS;
import static io.nuncio.testkit.http2.Frame.PADDED;
import static io.nuncio.testkit.http2.Frame.block;
import static io.nuncio.testkit.http2.Frame.headers;
import static io.nuncio.testkit.http2.Frame.join;
import static io.nuncio.testkit.http2.Frame.message;
import static io.nuncio.testkit.http2.Frame.ping;
import static io.nuncio.testkit.http2.Frame.priority;
import static io.nuncio.testkit.http2.Frame.reset;
import static io.nuncio.testkit.http2.Frame.settings;
import static io.nuncio.testkit.http2.Frame.windowUpdate;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.nuncio.testkit.FakeUpstream;
import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;
import io.nuncio.testkit.http2.Frame;
import io.nuncio.testkit.http2.Http2Message;
import io.nuncio.testkit.http2.Http2Peer;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/// Clients that make the proxy work for nothing. Each is sent away before long, is counted under
/// Envoy's name, and takes neither the proxy's memory nor the service of its neighbours: all
/// connections are on one worker.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class Http2FloodIT {
    /// A flood that goes on for so many frames was not stopped.
    private static final int ENDLESS = 2_000_000;

    private static final int AT_ONCE = 8 * 1024;

    /// What one connection may hold: its buffer of 1 MiB, and what goes with it.
    private static final long MOST_MEMORY = 16 << 20;

    private FakeUpstream upstream;
    private NuncioServer proxy;
    private Path log;

    /// @param begin what the client does first
    /// @param frames the bytes of frame number n of the flood
    /// @param reads true if the client reads, and so gets its GOAWAY
    /// @param counter that grows by one
    /// @param details what the access log says of a stream, null if no stream is to blame
    record Flood(
            String name,
            List<Frame> begin,
            IntFunction<byte[]> frames,
            boolean reads,
            String counter,
            @Nullable String details) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Flood> floods() {
        List<Frame> nothing = List.of();
        List<Frame> waiting = List.of(headers(1, target("POST", "/silent")));
        var floods = new ArrayList<Flood>();
        floods.add(
                new Flood(
                        "requests that are reset at once",
                        nothing,
                        n ->
                                join(
                                        message(2 * n + 1, target("GET", "/silent")).bytes(),
                                        reset(2 * n + 1, "CANCEL").bytes()),
                        true,
                        "http.t.downstream_rq_too_many_premature_resets",
                        "http2.remote_reset"));
        floods.add(
                new Flood(
                        "requests that make us reset them",
                        nothing,
                        n ->
                                join(
                                        message(2 * n + 1, target("GET", "/silent")).bytes(),
                                        windowUpdate(2 * n + 1, 0).bytes()),
                        true,
                        "http.t.downstream_rq_too_many_premature_resets",
                        null));
        floods.add(
                new Flood(
                        "a header block that does not end",
                        List.of(Frame.of(HEADERS, 0, 1, block(target("GET", "/")))),
                        n -> Frame.of(CONTINUATION, 0, 1, block("x: " + n)).bytes(),
                        true,
                        "http2.header_overflow",
                        "http2.too_many_headers"));
        floods.add(
                new Flood(
                        "a header block that grows and grows",
                        List.of(Frame.of(HEADERS, 0, 1, block(target("GET", "/")))),
                        _ -> Frame.of(CONTINUATION, 0, 1, new byte[16_384]).bytes(),
                        true,
                        "http2.header_overflow",
                        "http2.too_many_headers"));
        floods.add(
                new Flood(
                        "DATA without content",
                        waiting,
                        _ -> Frame.of(DATA, 0, 1).bytes(),
                        true,
                        "http2.inbound_empty_frames_flood",
                        "http2.inbound_empty_frames_flood"));
        floods.add(
                new Flood(
                        "DATA of nothing but padding",
                        waiting,
                        _ -> Frame.of(DATA, PADDED, 1, new byte[] {2, 0, 0}).bytes(),
                        true,
                        "http2.inbound_empty_frames_flood",
                        "http2.inbound_empty_frames_flood"));
        floods.add(
                new Flood(
                        "CONTINUATION without content",
                        List.of(Frame.of(HEADERS, 0, 1, block(target("GET", "/")))),
                        _ -> Frame.of(CONTINUATION, 0, 1).bytes(),
                        true,
                        "http2.inbound_empty_frames_flood",
                        "http2.inbound_empty_frames_flood"));
        floods.add(
                new Flood(
                        "PRIORITY",
                        waiting,
                        n -> priority(2 * n + 3, 0, 16).bytes(),
                        true,
                        "http2.inbound_priority_frames_flood",
                        null));
        floods.add(
                new Flood(
                        "PRIORITY on a connection that has had many streams",
                        answered(500),
                        n -> priority(2 * n + 1, 0, 16).bytes(),
                        true,
                        "http2.inbound_priority_frames_flood",
                        null));
        floods.add(
                new Flood(
                        "WINDOW_UPDATE",
                        waiting,
                        _ -> windowUpdate(0, 1).bytes(),
                        true,
                        "http2.inbound_window_update_frames_flood",
                        null));
        floods.add(
                new Flood(
                        "WINDOW_UPDATE on a connection that has had many streams",
                        answered(500),
                        _ -> windowUpdate(0, 1).bytes(),
                        true,
                        "http2.inbound_window_update_frames_flood",
                        null));
        floods.add(unread("PING", n -> ping(n).bytes(), "http2.outbound_control_flood"));
        floods.add(unread("SETTINGS", _ -> settings().bytes(), "http2.outbound_control_flood"));
        floods.add(
                unread(
                        "requests whose answers are not read",
                        n -> message(2 * n + 3, target("GET", "/none")).bytes(),
                        "http2.outbound_flood"));
        return floods;
    }

    private static Flood unread(String name, IntFunction<byte[]> frames, String counter) {
        List<Frame> begin =
                List.of(
                        settings(4, Integer.MAX_VALUE),
                        windowUpdate(0, Integer.MAX_VALUE - 65_535),
                        message(1, target("GET", "/big")));
        return new Flood(name + ", and nothing is read", begin, frames, false, counter, null);
    }

    private static String[] target(String method, String path) {
        String[] fields = request(method);
        fields[3] = ":path: " + path;
        return fields;
    }

    /// Requests that are answered at once.
    private static List<Frame> answered(int count) {
        var frames = new ArrayList<Frame>();
        for (int index = 0; index < count; index++) {
            frames.add(message(2 * index + 1, target("GET", "/none")));
        }
        return frames;
    }

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        upstream = FakeUpstream.start(Http2FloodIT::serve);
        log = folder.resolve("access.log");
        String routes =
                """
                - match: { path: "/none" }
                  direct_response: { status: 204 }
                - match: { prefix: "/" }
                  route: { cluster: c, timeout: 0s }
                """;
        proxy =
                NuncioServer.start(
                        Distribution.HOME.resolve("bundles"),
                        """
                        static_resources:
                          listeners:
                        %s
                          clusters:
                        %s
                        """
                                .formatted(
                                        Http2Bootstraps.listener("l", "HTTP2", log, "", routes),
                                        Http2Bootstraps.cluster("c", upstream.port(), "")),
                        "--concurrency",
                        "1",
                        "--file-flush-interval-msec",
                        "5");
    }

    private static void serve(FakeUpstream.Peer peer) throws IOException {
        while (true) {
            switch (peer.readRequest().target()) {
                case "/silent" -> peer.awaitClose();
                case "/big" -> {
                    peer.send("HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n");
                    byte[] piece = new byte[64 * 1024];
                    for (int sent = 0; sent < 1 << 30; sent += piece.length) {
                        peer.send(piece);
                    }
                }
                default -> peer.send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
            }
        }
    }

    @AfterAll
    void stop() {
        proxy.close();
        upstream.close();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("floods")
    void isStoppedAndHarmsNobodyElse(Flood flood) throws Exception {
        long counted = proxy.stat(flood.counter());
        long memory = memory();
        int entries = entries().size();
        try (Http2Peer neighbour = Http2Peer.connect(proxy.address("l")).begin();
                Http2Peer flooder = Http2Peer.connect(proxy.address("l")).begin()) {
            begin(flood, flooder);
            int stream = 1;
            for (int n = 0; n < ENDLESS && !flooder.closed(); stream += 2) {
                n = sendSome(flood, flooder, n);
                serve(neighbour, stream);
                assertThat(memory() - memory).isLessThan(MOST_MEMORY);
            }

            flooder.readOn();
            flooder.awaitClose();
            if (flood.reads()) {
                assertThat(flooder.awaitGoAway().error()).isEqualTo("ENHANCE_YOUR_CALM");
            }
            serve(neighbour, stream);
        }
        assertThat(proxy.stat(flood.counter())).isEqualTo(counted + 1);
        proxy.awaitStat("http.t.downstream_rq_active", 0);
        if (flood.details() != null) {
            awaitEntry(entries, flood.details());
        }
    }

    private void begin(Flood flood, Http2Peer flooder) {
        flooder.awaitPong(1); // and our acknowledgement is not sent in the midst of what follows
        for (Frame frame : flood.begin()) {
            flooder.send(frame);
        }
        if (!flood.reads()) {
            flooder.awaitBody(1, 1);
            flooder.stopReading();
        }
        flooder.mute();
    }

    /// So little at once that the proxy has read all of it when it closes, and its GOAWAY arrives.
    ///
    /// @return the number of the next frame
    private static int sendSome(Flood flood, Http2Peer flooder, int first) {
        var some = new ByteArrayOutputStream();
        int next = first;
        while (some.size() < AT_ONCE) {
            some.writeBytes(flood.frames().apply(next++));
        }
        if (!flooder.trySend(some.toByteArray())) {
            flooder.readOn();
            flooder.awaitClose();
        }
        return next;
    }

    private static void serve(Http2Peer client, int stream) {
        client.send(message(stream, target("GET", "/")));
        Http2Message answer = client.awaitMessage(stream);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.bodyText()).isEqualTo("ok");
    }

    /// What the buffers of all connections have outside the heap, as `nuncio.memory_direct` says it
    /// every few seconds.
    private static long memory() {
        return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT)
                .metric()
                .usedDirectMemory();
    }

    private List<String> entries() throws IOException {
        return LogLines.of(log);
    }

    private void awaitEntry(int count, String details) throws IOException {
        long deadline = System.nanoTime() + RawClient.TIMEOUT_MILLIS * 1_000_000L;
        while (System.nanoTime() < deadline) {
            if (entries().stream().skip(count).anyMatch(entry -> entry.contains(details))) {
                return;
            }
            Thread.onSpinWait();
        }
        throw new AssertionError("expected an entry with " + details);
    }
}
