package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nuncio.kernel.server.StartFailure;
import io.nuncio.testkit.FakeUpstream;
import io.nuncio.testkit.HttpMessage;
import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/// From start to end: what an operator sees of the process.
class LifeCycleIT {
    private static final String GET = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
    private static final Path BUNDLES = Distribution.HOME.resolve("bundles");

    @TempDir Path folder;

    @Test
    void drainingClosesIdleConnectionsAtOnceAndEndsWithTheLastOne() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.answering("ok");
                NuncioServer proxy = start(upstream);
                RawClient idle = proxy.client("l")) {
            assertThat(idle.exchange(GET).header("connection")).isNull();

            proxy.terminate();

            assertThat(idle.closedByPeer()).isTrue();
            assertThat(proxy.awaitEnd()).isZero();
        }
    }

    @Test
    void drainingLetsARequestFinishAndSaysGoodbyeInItsResponse() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        try (FakeUpstream upstream =
                        FakeUpstream.start(peer -> {
                            peer.readRequest();
                            await(answer);
                            peer.send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
                            peer.awaitClose();
                        });
                NuncioServer proxy = start(upstream);
                RawClient client = proxy.client("l")) {
            client.send(GET);
            upstream.takeRequest();

            proxy.terminate();
            proxy.awaitStat("listener_manager.listener_stopped", 1);
            answer.countDown();
            HttpMessage response = client.readResponse();

            assertThat(response.status()).isEqualTo(200);
            assertThat(response.header("connection")).isEqualTo("close");
            assertThat(client.closedByPeer()).isTrue();
            assertThat(proxy.awaitEnd()).isZero();
        }
    }

    @Test
    void aSecondSignalEndsAtOnce() throws Exception {
        try (FakeUpstream silent = FakeUpstream.start(FakeUpstream.Peer::awaitClose);
                NuncioServer proxy = start(silent);
                RawClient client = proxy.client("l")) {
            client.send(GET);
            proxy.awaitStat("cluster.c.upstream_rq_total", 1);

            proxy.terminate();
            proxy.terminate();

            assertThat(proxy.awaitEnd()).isZero();
        }
    }

    @Test
    void aPortInUseIsOneLineThatSaysWhatAndWhere() throws Exception {
        try (FakeUpstream taken = FakeUpstream.answering("")) {
            String yaml =
                    Bootstraps.http1(taken.port(), folder.resolve("log"), "route: { cluster: c }")
                            .replaceFirst("port_value: 0", "port_value: " + taken.port());

            assertThatThrownBy(() -> NuncioServer.start(BUNDLES, yaml).close())
                    .isInstanceOf(StartFailure.class)
                    .hasMessage(
                            "error adding listener 'l': cannot bind 127.0.0.1:"
                                    + taken.port()
                                    + ": Address already in use");
        }
    }

    @Test
    void anUnreadableFileIsOneLineAndExitCodeOne() throws Exception {
        Distribution.Finished finished =
                Distribution.run("-c", folder.resolve("none.yaml").toString());

        assertThat(finished.exitCode()).isEqualTo(1);
        assertThat(finished.output().strip())
                .isEqualTo("cannot read " + folder.resolve("none.yaml") + ": no such file");
    }

    @Test
    void anUnsupportedOptionSaysSo() throws Exception {
        Distribution.Finished finished = Distribution.run("--base-id", "1");

        assertThat(finished.exitCode()).isEqualTo(1);
        assertThat(finished.output().strip())
                .isEqualTo(
                        "nuncio: --base-id is an option of Envoy that Nuncio does not support yet"
                                + " (hot restart)");
    }

    private NuncioServer start(FakeUpstream upstream) throws Exception {
        return NuncioServer.start(
                BUNDLES,
                Bootstraps.http1(upstream.port(), folder.resolve("log"), "route: { cluster: c }"));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
