package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.FakeUpstream;
import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;

import org.junit.jupiter.api.Test;

import java.io.InputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// What the TCP proxy adds to the PROXY header that an upstream gets.
class TcpProxyProtocolIT {
    private static final int FIXED = 16;
    private static final int ADDRESSES = 12;
    private static final String ACCEPTS_HEADERS =
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
                config: { version: V2, pass_through_tlvs: { match_type: INCLUDE_ALL } }
                transport_socket:
                  name: envoy.transport_sockets.raw_buffer
                  typed_config:
                    "@type": type.googleapis.com/envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer
            """;

    private final CompletableFuture<byte[]> header = new CompletableFuture<>();

    private FakeUpstream upstream() {
        return FakeUpstream.start(peer -> {
            InputStream in = peer.socket().getInputStream();
            byte[] fixed = in.readNBytes(FIXED);
            byte[] rest = in.readNBytes((fixed[14] & 0xff) << 8 | fixed[15] & 0xff);
            header.complete(rest);
            peer.send(in.readNBytes(2));
        });
    }

    private static NuncioServer start(int port, String listener) throws Exception {
        return NuncioServer.start(
                Distribution.HOME.resolve("bundles"),
                ServiceBootstrap.text(
                        listener,
                        ServiceBootstrap.tcp("proxy_protocol_tlvs: [{ type: 0xE1, value: YWJj }]"),
                        CLUSTER,
                        port));
    }

    /// What follows the addresses, in hexadecimal.
    private String tlvs() throws Exception {
        byte[] rest = header.get(10, TimeUnit.SECONDS);
        return HexFormat.of().formatHex(Arrays.copyOfRange(rest, ADDRESSES, rest.length));
    }

    @Test
    void theUpstreamGetsTheTlvsOfTheConfiguration() throws Exception {
        try (FakeUpstream upstream = upstream();
                NuncioServer proxy = start(upstream.port(), "");
                RawClient client = proxy.client("in").send("hi")) {
            assertThat(client.readToEnd()).asString().isEqualTo("hi");
            assertThat(tlvs()).isEqualTo("e1" + "0003" + "616263");
        }
    }

    @Test
    void aDownstreamWithAHeaderOfItsOwnHasSaidAll() throws Exception {
        try (FakeUpstream upstream = upstream();
                NuncioServer proxy = start(upstream.port(), ACCEPTS_HEADERS);
                RawClient client =
                        proxy.client("in")
                                .send("PROXY TCP4 192.0.2.7 198.51.100.1 4711 443\r\nhi")) {
            assertThat(client.readToEnd()).asString().isEqualTo("hi");
            assertThat(tlvs()).isEmpty();
        }
    }
}
