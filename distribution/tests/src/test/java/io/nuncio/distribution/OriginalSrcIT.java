package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.FakeUpstream;
import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/// An upstream that sees the addresses of the proxy's clients.
class OriginalSrcIT {
    private static final String LISTENER =
            """
            listener_filters:
            - name: envoy.filters.listener.original_src
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.listener.original_src.v3.OriginalSrc
            """;
    private static final String REQUEST = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";

    /// Answers each request with the address that it comes from.
    private final FakeUpstream upstream =
            FakeUpstream.start(peer -> {
                while (true) {
                    peer.readRequest();
                    peer.answer(peer.socket().getInetAddress().getHostAddress());
                }
            });

    @AfterEach
    void stop() {
        upstream.close();
    }

    private NuncioServer start(String filter) throws Exception {
        return NuncioServer.start(
                Distribution.HOME.resolve("bundles"),
                ServiceBootstrap.text(LISTENER, filter, "", upstream.port()),
                "--concurrency",
                "1");
    }

    private static RawClient client(NuncioServer proxy, String source) throws IOException {
        InetSocketAddress to = proxy.address("in");
        var socket = new Socket(to.getAddress(), to.getPort(), InetAddress.ofLiteral(source), 0);
        socket.setSoTimeout(RawClient.TIMEOUT_MILLIS);
        return RawClient.over(socket);
    }

    @Test
    void aRawConnectionComesFromThePeersAddress() throws Exception {
        try (NuncioServer proxy = start(ServiceBootstrap.TCP);
                RawClient client = client(proxy, "127.0.0.9")) {
            assertThat(client.exchange(REQUEST).bodyText()).isEqualTo("127.0.0.9");
        }
    }

    @Test
    void requestsOfDifferentPeersDoNotShareAConnection() throws Exception {
        try (NuncioServer proxy = start(ServiceBootstrap.HTTP);
                RawClient one = client(proxy, "127.0.0.9");
                RawClient other = client(proxy, "127.0.0.10");
                RawClient same = client(proxy, "127.0.0.9")) {
            assertThat(one.exchange(REQUEST).bodyText()).isEqualTo("127.0.0.9");
            assertThat(other.exchange(REQUEST).bodyText()).isEqualTo("127.0.0.10");
            assertThat(same.exchange(REQUEST).bodyText()).isEqualTo("127.0.0.9");
            assertThat(proxy.stat("cluster.service.upstream_cx_total")).isEqualTo(2);
        }
    }
}
