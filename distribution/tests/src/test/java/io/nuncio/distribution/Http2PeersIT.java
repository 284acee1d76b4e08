package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.nuncio.testkit.FakeUpstream;
import io.nuncio.testkit.NuncioServer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// Clients that others have written speak HTTP/2 with prior knowledge to a listener that finds out
/// by itself, in front of an HTTP/1 upstream.
///
/// Needs `curl`, `nghttp` and `h2load`: `apt-get install curl nghttp2-client`. Where one is
/// missing, its test is left out, except in CI, where it fails.
class Http2PeersIT {
    @TempDir private Path folder;
    private FakeUpstream upstream;
    private NuncioServer proxy;

    @BeforeEach
    void start() throws Exception {
        upstream = FakeUpstream.answering("hello");
        proxy =
                NuncioServer.start(
                        Distribution.HOME.resolve("bundles"),
                        Bootstraps.http(
                                "AUTO",
                                upstream.port(),
                                folder.resolve("log"),
                                "route: { cluster: c }"));
    }

    @AfterEach
    void stop() {
        proxy.close();
        upstream.close();
    }

    @Test
    void curlGetsAnAnswer() throws Exception {
        String output = run("curl", "-sS", "-i", "--http2-prior-knowledge", url("/path"));

        assertThat(output)
                .startsWith("HTTP/2 200")
                .contains("server: envoy\r\n")
                .contains("x-envoy-upstream-service-time: ")
                .doesNotContain("transfer-encoding")
                .doesNotContain("connection:")
                .endsWith("hello");
        var request = upstream.takeRequest();
        assertThat(request.startLine()).isEqualTo("GET /path HTTP/1.1");
        assertThat(request.header("host")).startsWith("127.0.0.1:");
        assertThat(proxy.stat("http.t.downstream_cx_http2_total")).isEqualTo(1);
        assertThat(proxy.stat("http.t.downstream_rq_http2_total")).isEqualTo(1);
    }

    @Test
    void curlUploadsABody() throws Exception {
        byte[] content = "0123456789".repeat(100_000).getBytes(StandardCharsets.US_ASCII);
        Path file = Files.write(folder.resolve("upload"), content);

        String output =
                run(
                        "curl",
                        "-sS",
                        "--http2-prior-knowledge",
                        "--data-binary",
                        "@" + file,
                        url("/"));

        assertThat(output).isEqualTo("hello");
        assertThat(upstream.takeRequest().body()).hasSize(content.length);
    }

    @Test
    void http1IsStillServed() throws Exception {
        String output = run("curl", "-sS", "-i", "--http1.1", url("/"));

        assertThat(output).startsWith("HTTP/1.1 200 OK\r\n").endsWith("hello");
    }

    @Test
    void nghttpGetsManyStreamsOnOneConnection() throws Exception {
        String output = run("nghttp", "-nv", "-m", "50", url("/many"));

        assertThat(output.lines().filter(line -> line.contains(":status: 200"))).hasSize(50);
        assertThat(output).doesNotContain("RST_STREAM").doesNotContain("INVALID");
        assertThat(proxy.stat("http.t.downstream_cx_http2_total")).isEqualTo(1);
        assertThat(proxy.stat("http.t.downstream_rq_http2_total")).isEqualTo(50);
    }

    @Test
    void nghttpSendsTrailersAndPadding() throws Exception {
        Path file = Files.writeString(folder.resolve("upload"), "some content");

        String output =
                run(
                        "nghttp",
                        "-v",
                        "-b",
                        "100",
                        "--trailer",
                        "checksum: 1",
                        "-d",
                        file.toString(),
                        url("/"));

        assertThat(output).contains(":status: 200").contains("hello");
        assertThat(upstream.takeRequest().bodyText()).isEqualTo("some content");
    }

    @Test
    void h2loadFinishesWhatItBegins() throws Exception {
        String output = run("h2load", "-n", "2000", "-c", "4", "-m", "32", url("/"));

        assertThat(output)
                .contains("2000 succeeded, 0 failed, 0 errored, 0 timeout")
                .contains("status codes: 2000 2xx");
    }

    private String url(String path) {
        return "http://127.0.0.1:" + proxy.address("l").getPort() + path;
    }

    /// What a command writes, or the test is left out if there is no such command.
    private static String run(String... command) throws IOException, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException missing) {
            String advice = command[0] + " is missing: apt-get install curl nghttp2-client";
            if (System.getenv("CI") != null) {
                throw new AssertionError(advice, missing);
            }
            return abort(advice);
        }
        process.getOutputStream().close();
        String output =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return output;
    }
}
