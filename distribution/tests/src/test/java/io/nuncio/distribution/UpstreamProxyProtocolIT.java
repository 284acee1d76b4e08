package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.nuncio.testkit.FakeUpstream;
import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/// An upstream that wants PROXY headers, behind a proxy that gets some.
class UpstreamProxyProtocolIT {
    private static final String LISTENER =
            """
            listener_filters:
            - name: envoy.filters.listener.proxy_protocol
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol
            """;
    private static final String CLUSTER =
            """
            transport_socket:
              name: envoy.transport_sockets.upstream_proxy_protocol
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport
                config: { version: V1 }
                transport_socket:
                  name: envoy.transport_sockets.raw_buffer
                  typed_config:
                    "@type": type.googleapis.com/envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer
            """;
    private static final String REQUEST = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";

    private final AtomicInteger connections = new AtomicInteger();
    private final FakeUpstream upstream = FakeUpstream.start(this::serve);

    @AfterEach
    void stop() {
        upstream.close();
    }

    /// Answers each request with the header of its connection and the connection's number.
    private void serve(FakeUpstream.Peer peer) throws IOException {
        int number = connections.incrementAndGet();
        var header = new StringBuilder();
        while (header.indexOf("\r\n") < 0) {
            header.append((char) peer.socket().getInputStream().read());
        }
        while (true) {
            peer.readRequest();
            peer.answer(header.toString().strip() + " on " + number);
        }
    }

    private NuncioServer start(String filter) throws Exception {
        return NuncioServer.start(
                Distribution.HOME.resolve("bundles"),
                ServiceBootstrap.text(LISTENER, filter, CLUSTER, upstream.port()),
                "--concurrency",
                "1");
    }

    private static RawClient client(NuncioServer proxy, String source, int port) {
        return proxy.client("in")
                .send("PROXY TCP4 %s 198.51.100.1 %d 443\r\n".formatted(source, port));
    }

    @Test
    void requestsOfDifferentDownstreamsDoNotShareAConnection() throws Exception {
        try (NuncioServer proxy = start(ServiceBootstrap.HTTP);
                RawClient one = client(proxy, "192.0.2.7", 4711);
                RawClient other = client(proxy, "192.0.2.8", 4711)) {
            String first = "PROXY TCP4 192.0.2.7 198.51.100.1 4711 443 on 1";
            assertThat(one.exchange(REQUEST).bodyText()).isEqualTo(first);
            assertThat(other.exchange(REQUEST).bodyText())
                    .isEqualTo("PROXY TCP4 192.0.2.8 198.51.100.1 4711 443 on 2");
            assertThat(one.exchange(REQUEST).bodyText()).isEqualTo(first);
            assertThat(proxy.stat("cluster.service.upstream_cx_total")).isEqualTo(2);
        }
    }

    @Test
    void aHeaderOfVersion2HasTheTlvsOfTheHost() throws Exception {
        String metadata =
                """
                      metadata:
                        typed_filter_metadata:
                          envoy.transport_sockets.proxy_protocol:
                            "@type": type.googleapis.com/envoy.config.core.v3.PerHostConfig
                            added_tlvs: [{ type: 211, value: aG9zdA== }]
                """;
        try (ServerSocket host = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String endpoint = "port_value: " + host.getLocalPort() + " } } }\n";
            String yaml =
                    ServiceBootstrap.text(
                                    LISTENER,
                                    ServiceBootstrap.TCP,
                                    CLUSTER.replace("version: V1", "version: V2"),
                                    host.getLocalPort())
                            .replace(endpoint, endpoint + metadata.indent(4));
            try (NuncioServer proxy =
                            NuncioServer.start(Distribution.HOME.resolve("bundles"), yaml);
                    RawClient _ = client(proxy, "192.0.2.7", 4711);
                    Socket accepted = host.accept()) {
                byte[] header = accepted.getInputStream().readNBytes(16 + 12 + 3 + 4);
                assertThat(new String(header, ISO_8859_1)).endsWith("\u00d3\0\u0004host");
            }
        }
    }

    @Test
    void aRawConnectionBeginsWithTheHeaderToo() throws Exception {
        try (NuncioServer proxy = start(ServiceBootstrap.TCP);
                RawClient client = client(proxy, "192.0.2.7", 4711)) {
            assertThat(client.exchange(REQUEST).bodyText())
                    .isEqualTo("PROXY TCP4 192.0.2.7 198.51.100.1 4711 443 on 1");
        }
    }
}
