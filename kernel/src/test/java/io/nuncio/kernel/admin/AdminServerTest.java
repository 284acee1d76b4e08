package io.nuncio.kernel.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;

import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.envoyproxy.envoy.config.route.v3.RateLimit;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.nuncio.kernel.format.FormatEnvironment;
import io.nuncio.kernel.format.Formats;
import io.nuncio.kernel.http1.Http1Codecs;
import io.nuncio.kernel.network.BindFailure;
import io.nuncio.kernel.network.ConnectionLimit;
import io.nuncio.kernel.network.IoEngine;
import io.nuncio.kernel.network.ListenOptions;
import io.nuncio.kernel.network.WorkerLoops;
import io.nuncio.kernel.stats.StatsStore;
import io.nuncio.spi.Address;
import io.nuncio.spi.Calls;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.Format;
import io.nuncio.spi.GrpcClient;
import io.nuncio.spi.HeaderChanges;
import io.nuncio.spi.LogFile;
import io.nuncio.spi.Problems;
import io.nuncio.spi.RateLimitPolicy;
import io.nuncio.spi.RuntimeValues;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.TextMatcher;
import io.nuncio.spi.WatchedFile;
import io.nuncio.spi.Worker;
import io.nuncio.spi.host.CodecConfig;
import io.nuncio.spi.host.Platform;
import io.nuncio.spi.host.RetryPolicy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;

@Timeout(30)
class AdminServerTest {
    private final StatsStore store = StatsStore.detached();
    private final WorkerLoops loops = WorkerLoops.create(1, IoEngine.NIO);
    private final AdminEndpoints endpoints = new AdminEndpoints();
    private final List<String> log = new CopyOnWriteArrayList<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private AdminServer server;

    @BeforeEach
    void start() throws BindFailure {
        Format format =
                new Formats(FormatEnvironment.system())
                        .text(
                                "%REQ(:METHOD)% %REQ(:PATH)% %PROTOCOL% %RESPONSE_CODE%"
                                        + " %RESPONSE_CODE_DETAILS% %RESPONSE_FLAGS%",
                                new Problems());
        var codec =
                new Http1Codecs()
                        .server(
                                new CodecConfig(
                                        CodecConfig.Type.HTTP1,
                                        HttpProtocolOptions.getDefaultInstance(),
                                        Http1ProtocolOptions.getDefaultInstance(),
                                        Http2ProtocolOptions.getDefaultInstance(),
                                        0),
                                new CodecContext(store.root()),
                                "");
        endpoints.add(
                AdminEndpoint.command(
                        "/echo", "", request -> AdminResponse.text(200, request.body())));
        server =
                AdminServer.bind(
                        loops.main(),
                        new AdminSocket(
                                new Address.Ip(InetAddress.getLoopbackAddress(), 0),
                                ListenOptions.DEFAULT,
                                ConnectionLimit.ofAll(RuntimeValues.UNSET),
                                false),
                        endpoints,
                        codec,
                        context -> log.add(format.format(context)),
                        store.root());
        server.start();
    }

    @AfterEach
    void stop() {
        server.close();
        loops.close();
    }

    @Test
    void answersWithEnvoysHeadersAndKeepsTheConnection() throws IOException {
        try (var client = new Client()) {
            String answer = client.exchange("GET /help HTTP/1.1\r\nhost: a\r\n\r\n");
            assertThat(answer)
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .containsIgnoringCase("content-type: text/plain; charset=UTF-8\r\n")
                    .containsIgnoringCase("cache-control: no-cache, max-age=0\r\n")
                    .containsIgnoringCase("x-content-type-options: nosniff\r\n")
                    .containsIgnoringCase("server: envoy\r\n")
                    .contains("admin commands are:\n");
            assertThat(client.exchange("GET /nothing HTTP/1.1\r\nhost: a\r\n\r\n"))
                    .startsWith("HTTP/1.1 404 Not Found\r\n");
        }
        awaitTrue(() -> counter("http.admin.downstream_cx_destroy") == 1);
        assertThat(counter("http.admin.downstream_rq_2xx")).isEqualTo(1);
        assertThat(counter("http.admin.downstream_rq_4xx")).isEqualTo(1);
        assertThat(counter("listener.admin.downstream_cx_total")).isEqualTo(1);
        assertThat(log)
                .containsExactly(
                        "GET /help HTTP/1.1 200 admin_filter_response -",
                        "GET /nothing HTTP/1.1 404 admin_filter_response -");
    }

    @Test
    void givesTheBodyToTheHandler() throws IOException {
        try (var client = new Client()) {
            assertThat(
                            client.exchange(
                                    "POST /echo HTTP/1.1\r\n"
                                            + "host: a\r\n"
                                            + "content-length: 5\r\n\r\n"
                                            + "hello"))
                    .endsWith("\r\n\r\nhello");
        }
    }

    @Test
    void refusesABodyThatIsTooLargeAndCloses() throws IOException {
        try (var client = new Client()) {
            client.send("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 2000000\r\n\r\n");
            client.send("x".repeat(1_100_000));
            assertThat(client.readToEnd())
                    .startsWith("HTTP/1.1 413 ")
                    .containsIgnoringCase("connection: close\r\n");
        }
    }

    @Test
    void closesWhenTheClientAsks() throws IOException {
        try (var client = new Client()) {
            client.send("GET /help HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
            assertThat(client.readToEnd())
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .containsIgnoringCase("connection: close\r\n");
        }
    }

    @Test
    void answersHeadWithoutABody() throws IOException {
        try (var client = new Client()) {
            client.send("HEAD /help HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
            assertThat(client.readToEnd()).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\n");
        }
    }

    @Test
    void refusesWhatIsNotHttp() throws IOException {
        try (var client = new Client()) {
            client.send("nonsense\r\n\r\n");
            assertThat(client.readToEnd()).startsWith("HTTP/1.1 400 Bad Request\r\n");
        }
        awaitTrue(() -> counter("http.admin.downstream_cx_protocol_error") == 1);
    }

    @Test
    void refusesARequestWithoutAHost() throws IOException {
        try (var client = new Client()) {
            assertThat(client.exchange("GET /help HTTP/1.1\r\n\r\n"))
                    .startsWith("HTTP/1.1 400 Bad Request\r\n");
        }
    }

    @Test
    void writesALargePageInPieces() throws IOException {
        String piece = "0123456789abcdef".repeat(1024);
        endpoints.add(
                AdminEndpoint.page(
                        "/large",
                        "",
                        _ ->
                                AdminResponse.pieces(
                                        200,
                                        "text/plain",
                                        sink -> {
                                            for (int count = 0; count < 400; count++) {
                                                sink.accept(piece);
                                            }
                                        })));
        try (var client = new Client()) {
            client.send("GET /large HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
            String answer = client.readToEnd();
            assertThat(answer).containsIgnoringCase("transfer-encoding: chunked\r\n");
            assertThat(answer.length()).isGreaterThan(400 * piece.length());
            assertThat(answer).endsWith("0\r\n\r\n");
        }
    }

    @Test
    void stopsWritingAPageThatNobodyReads() throws Exception {
        String piece = "x".repeat(64 * 1024);
        endpoints.add(
                AdminEndpoint.page(
                        "/endless",
                        "",
                        _ ->
                                AdminResponse.pieces(
                                        200,
                                        "text/plain",
                                        sink -> {
                                            try {
                                                while (true) {
                                                    sink.accept(piece);
                                                }
                                            } finally {
                                                stopped.countDown();
                                            }
                                        })));
        try (var client = new Client()) {
            client.send("GET /endless HTTP/1.1\r\nhost: a\r\n\r\n");
            client.read(1000);
        }
        stopped.await();
        awaitTrue(() -> log.size() == 1);
        assertThat(log.getFirst()).endsWith(" 200 admin_filter_response DC");
    }

    @Test
    void writesItsAddressToAFile(@TempDir Path folder) {
        Path file = folder.resolve("address");
        server.writeAddress(file);
        assertThat(file).hasContent(server.address().toString());
    }

    private long counter(String name) {
        return store.findCounter(name).value();
    }

    private static void awaitTrue(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.yield();
        }
    }

    private final class Client implements AutoCloseable {
        private final Socket socket;

        Client() throws IOException {
            Address.Ip to = (Address.Ip) server.address();
            socket = new Socket(to.address(), to.port());
        }

        void send(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
        }

        String read(int count) throws IOException {
            return new String(
                    socket.getInputStream().readNBytes(count), StandardCharsets.ISO_8859_1);
        }

        String readToEnd() throws IOException {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }

        /// A response with a content length.
        String exchange(String request) throws IOException {
            send(request);
            StringBuilder head = new StringBuilder();
            while (!head.toString().endsWith("\r\n\r\n")) {
                head.append(read(1));
            }
            String length = head.toString().toLowerCase().split("content-length: ")[1];
            return head + read(Integer.parseInt(length.substring(0, length.indexOf('\r'))));
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /// What the codec needs of a context.
    private record CodecContext(StatsScope stats) implements FactoryContext {
        @Override
        public Problems problems() {
            return new Problems();
        }

        @Override
        public WatchedFile watch(Path path, Runnable changed) {
            throw unused();
        }

        @Override
        public Worker mainThread() {
            throw unused();
        }

        @Override
        public <T> Function<Worker, T> perWorker(Function<Worker, T> maker) {
            return maker;
        }

        @Override
        public StatsScope listenerStats() {
            return stats;
        }

        @Override
        public FactoryContext in(String field, String name) {
            return this;
        }

        @Override
        public FactoryContext withStats(StatsScope scope) {
            return new CodecContext(scope);
        }

        @Override
        public FactoryContext withProblems(Problems others) {
            throw unused();
        }

        @Override
        public Logger logger() {
            throw unused();
        }

        @Override
        public String name() {
            throw unused();
        }

        @Override
        public Node node() {
            throw unused();
        }

        @Override
        public RuntimeValues runtime() {
            throw unused();
        }

        @Override
        public LogFile logFile(String path) {
            throw unused();
        }

        @Override
        public Format textFormat(String field, String format) {
            throw unused();
        }

        @Override
        public Format jsonFormat(String field, Struct format, boolean omitEmptyValues) {
            throw unused();
        }

        @Override
        public Format format(String field, SubstitutionFormatString format) {
            throw unused();
        }

        @Override
        public List<RateLimitPolicy> rateLimits(String field, List<RateLimit> rateLimits) {
            throw unused();
        }

        @Override
        public TextMatcher textMatcher(String field, StringMatcher config) {
            throw unused();
        }

        @Override
        public HeaderChanges headerChange(String field, HeaderValueOption change) {
            throw unused();
        }

        @Override
        public HeaderChanges headerChanges(String field, List<HeaderValueOption> changes) {
            throw unused();
        }

        @Override
        public Calls calls(Worker worker) {
            throw unused();
        }

        @Override
        public GrpcClient grpcClient(String field, GrpcService service) {
            throw unused();
        }

        @Override
        public RetryPolicy retryPolicy(
                String field, io.envoyproxy.envoy.config.core.v3.RetryPolicy policy) {
            throw unused();
        }

        @Override
        public <T> T shared(String key, Supplier<T> maker) {
            throw unused();
        }

        @Override
        public Platform platform() {
            throw unused();
        }

        private static AssertionError unused() {
            return new AssertionError("a codec has no use for this");
        }
    }
}
