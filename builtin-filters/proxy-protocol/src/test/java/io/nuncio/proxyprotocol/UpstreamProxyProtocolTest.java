package io.nuncio.proxyprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;

import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.PerHostConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport;
import io.nuncio.spi.Address;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.Counter;
import io.nuncio.spi.Host;
import io.nuncio.spi.ProxyProtocolData;
import io.nuncio.spi.ProxyProtocolData.Tlv;
import io.nuncio.spi.TransportOptions;
import io.nuncio.spi.TransportSocket;
import io.nuncio.spi.TransportSocketContext;
import io.nuncio.spi.TransportSocketTemplate;
import io.nuncio.spi.Worker;
import io.nuncio.testkit.FakeConnection;
import io.nuncio.testkit.FakeConnectionInfo;
import io.nuncio.testkit.FakeWorker;
import io.nuncio.testkit.YamlMessages;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/// What goes to the upstream first.
class UpstreamProxyProtocolTest {
    private static final String V2 = "config: {version: V2}";

    private final FakeWorker worker = new FakeWorker();
    private final FakeConnection downstream = new FakeConnection(worker);
    private final List<String> calls = new ArrayList<>();
    private @Nullable Host host;
    private final Counter tooLong = Counter.detached("too_long");

    private UpstreamProxyProtocolTemplate template(String yaml) {
        ProxyProtocolUpstreamTransport message =
                YamlMessages.of(ProxyProtocolUpstreamTransport.getDefaultInstance(), yaml);
        return new UpstreamProxyProtocolTemplate(
                UpstreamProxyProtocolConfig.from(message), new Shouting(), tooLong);
    }

    private String header(String yaml, @Nullable Connection of) {
        var own = new FakeConnectionInfo().from("127.0.0.2").to("127.0.0.1", 99);
        return new String(template(yaml).header(of, host, own), ISO_8859_1);
    }

    private static String hex(String header) {
        return HexFormat.of().formatHex(header.getBytes(ISO_8859_1));
    }

    private void said(String source, int port, String destination, Tlv... tlvs) {
        downstream
                .streamInfo()
                .filterState(
                        ProxyProtocolData.FILTER_STATE,
                        new ProxyProtocolData(
                                FakeConnectionInfo.ip(source, port),
                                FakeConnectionInfo.ip(destination, 513),
                                List.of(tlvs)));
    }

    private static Tlv tlv(int type, String hex) {
        return new Tlv(type, ByteString.copyFrom(HexFormat.of().parseHex(hex)));
    }

    // Envoy's own cases.

    @Test
    void aLineOfVersion1IsEnvoys() {
        Address v4 = FakeConnectionInfo.ip("174.2.2.222", 50000);
        Address v6 = FakeConnectionInfo.ip("1::2:3", 50000);

        assertThat(HeaderWriter.v1(v4, FakeConnectionInfo.ip("172.0.0.1", 80)))
                .isEqualTo("PROXY TCP4 174.2.2.222 172.0.0.1 50000 80\r\n".getBytes(US_ASCII));
        assertThat(HeaderWriter.v1(v6, FakeConnectionInfo.ip("a:b:c:d::", 80)))
                .isEqualTo("PROXY TCP6 1::2:3 a:b:c:d:: 50000 80\r\n".getBytes(US_ASCII));
        assertThat(HeaderWriter.v1(new Address.Pipe("/a", 0), v4))
                .isEqualTo("PROXY UNKNOWN\r\n".getBytes(US_ASCII));
    }

    @Test
    void aHeaderOfVersion2IsEnvoys() {
        said("1.2.3.4", 773, "0.1.1.2");
        assertThat(hex(header(V2, downstream)))
                .isEqualTo("0d0a0d0a000d0a515549540a2111000c010203040001010203050201");
        said("1:2:3::4", 773, "1:100:200:3::");
        assertThat(hex(header(V2, downstream)))
                .isEqualTo(
                        "0d0a0d0a000d0a515549540a21210024"
                                + "00010002000300000000000000000004"
                                + "00010100020000030000000000000000"
                                + "03050201");
        assertThat(hex(header(V2, null))).isEqualTo("0d0a0d0a000d0a515549540a20000000");
    }

    // Whom it names.

    @Test
    void theHeaderNamesTheDownstream() {
        assertThat(header("{}", downstream))
                .isEqualTo("PROXY TCP4 203.0.113.7 192.0.2.1 40000 10000\r\n");
        said("1.2.3.4", 773, "0.1.1.2");
        assertThat(header("{}", downstream)).isEqualTo("PROXY TCP4 1.2.3.4 0.1.1.2 773 513\r\n");
        assertThat(header(V2, downstream)).contains("QUIT");
    }

    @Test
    void aConnectionForNobodyNamesItsOwnSocket() {
        assertThat(header("{}", null)).isEqualTo("PROXY TCP4 127.0.0.1 127.0.0.2 99 40000\r\n");
    }

    @Test
    void aDownstreamWithoutAnIpAddressIsUnspecifiedIfThatIsAllowed() {
        Address pipe = new Address.Pipe("/socket", 0);
        downstream
                .streamInfo()
                .filterState(
                        ProxyProtocolData.FILTER_STATE,
                        new ProxyProtocolData(pipe, pipe, List.of(tlv(5, "0607"))));
        String tlvs = "config: {version: V2, pass_through_tlvs: {}}";
        String allowed = ", allow_unspecified_address: true";

        assertThat(hex(header(tlvs, downstream))).isEqualTo("0d0a0d0a000d0a515549540a20000000");
        assertThat(hex(header("{" + tlvs + allowed + "}", downstream)))
                .isEqualTo("0d0a0d0a000d0a515549540a210000050500020607");
        assertThat(hex(header("{" + tlvs + allowed + "}", null)))
                .as("for nobody")
                .isEqualTo("0d0a0d0a000d0a515549540a20000000");
        assertThat(header("allow_unspecified_address: true", downstream))
                .isEqualTo("PROXY UNKNOWN\r\n");
    }

    @Test
    void addressesOfBothFamiliesAreWrittenInThatOfIpv6() {
        said("1.2.3.4", 773, "1::2");

        assertThat(header("{}", downstream)).startsWith("PROXY TCP6 ::ffff:");
        assertThat(hex(header(V2, downstream))).contains("00000000000000000000ffff01020304");
    }

    // TLVs.

    @Test
    void tlvsAreAddedAndPassedThrough() {
        said("1.2.3.4", 773, "0.1.1.2", tlv(5, "0607"), tlv(0xd3, "0607"));
        String fixed = "0d0a0d0a000d0a515549540a211100%02x010203040001010203050201";
        String all = "config: {version: V2, pass_through_tlvs: {}%s}";
        String added = ", added_tlvs: [{type: 211, value: CQ==}]"; // 09

        assertThat(hex(header(V2, downstream))).isEqualTo(fixed.formatted(12));
        assertThat(hex(header(all.formatted(""), downstream)))
                .isEqualTo(fixed.formatted(22) + "0500020607" + "d300020607");
        assertThat(hex(header(all.formatted(added), downstream)))
                .isEqualTo(fixed.formatted(21) + "d3000109" + "0500020607");
        assertThat(
                        hex(
                                header(
                                        "config: {version: V2, pass_through_tlvs:"
                                                + " {match_type: INCLUDE, tlv_type: [5]}}",
                                        downstream)))
                .isEqualTo(fixed.formatted(17) + "0500020607");
    }

    /// A host that has nothing but metadata.
    private static Host host(Metadata metadata) {
        return (Host)
                Proxy.newProxyInstance(
                        Host.class.getClassLoader(),
                        new Class<?>[] {Host.class},
                        (_, method, _) -> {
                            assertThat(method.getName()).isEqualTo("metadata");
                            return metadata;
                        });
    }

    @Test
    void tlvsOfTheHostComeBeforeAllOthers() {
        said("1.2.3.4", 773, "0.1.1.2", tlv(5, "0607"), tlv(0xd3, "0607"));
        String fixed = "0d0a0d0a000d0a515549540a211100%02x010203040001010203050201";
        String yaml =
                "config: {version: V2, pass_through_tlvs: {}, added_tlvs: [{type: 211, value:"
                        + " CQ==}, {type: 212, value: CQ==}]}";
        PerHostConfig perHost =
                YamlMessages.of(
                        PerHostConfig.getDefaultInstance(),
                        "added_tlvs: [{type: 211, value: CA==}, {type: 211, value: CQ==}, {type: 6,"
                                + " value: ''}]");
        String namespace = "envoy.transport_sockets.proxy_protocol";

        host =
                host(
                        Metadata.newBuilder()
                                .putTypedFilterMetadata(namespace, Any.pack(perHost))
                                .build());
        assertThat(hex(header(yaml, downstream)))
                .isEqualTo(fixed.formatted(25) + "d3000108" + "d4000109" + "0500020607");

        Any other = Any.pack(Metadata.getDefaultInstance());
        host = host(Metadata.newBuilder().putTypedFilterMetadata(namespace, other).build());
        assertThat(hex(header(yaml, downstream)))
                .as("metadata of another type")
                .isEqualTo(fixed.formatted(25) + "d3000109" + "d4000109" + "0500020607");
    }

    @Test
    void tlvsThatAreTooLongAreLeftOutAndCounted() {
        said("1.2.3.4", 773, "0.1.1.2", tlv(5, "06".repeat(65500)));

        assertThat(header("config: {version: V2, pass_through_tlvs: {}}", downstream)).hasSize(28);
        assertThat(tooLong.value()).isEqualTo(1);
    }

    // Sharing.

    @Test
    void connectionsAreSharedByThoseWhomTheHeaderNamesAlike() {
        String all = "config: {version: V2, pass_through_tlvs: {}}";
        said("1.2.3.4", 773, "0.1.1.2", tlv(5, "01"));
        Object key = template(all).sharingKey(downstream);
        Object exact = template(all + "\ntlv_as_pool_key: true").sharingKey(downstream);

        said("1.2.3.4", 773, "0.1.1.2", tlv(5, "02"));
        assertThat(template(all).sharingKey(downstream)).isEqualTo(key);
        assertThat(template(all + "\ntlv_as_pool_key: true").sharingKey(downstream))
                .isNotEqualTo(exact);
        said("1.2.3.4", 774, "0.1.1.2", tlv(5, "01"));
        assertThat(template(all).sharingKey(downstream)).isNotEqualTo(key);
    }

    // The socket.

    /// Writes in capitals.
    private final class Shouting implements TransportSocketTemplate {
        @Override
        public TransportSocket create(TransportSocketContext context) {
            return new TransportSocket() {
                @Override
                public void onTransportConnected() {
                    context.connected();
                }

                @Override
                public Progress read(Buffer wire, Buffer plain, boolean endStream) {
                    wire.moveTo(plain);
                    return Progress.OPEN;
                }

                @Override
                public Progress write(Buffer plain, Buffer wire, boolean endStream) {
                    wire.append(plain.toString(US_ASCII).toUpperCase(Locale.ROOT));
                    plain.clear();
                    return Progress.OPEN;
                }
            };
        }
    }

    private final class Context implements TransportSocketContext {
        @Override
        public ConnectionInfo info() {
            return new FakeConnectionInfo();
        }

        @Override
        public Worker worker() {
            return worker;
        }

        @Override
        public void connected() {
            calls.add("connected");
        }

        @Override
        public void flush() {
            calls.add("flush");
        }

        @Override
        public void readMore() {
            calls.add("read more");
        }

        @Override
        public void failed(String reason) {
            calls.add(reason);
        }

        @Override
        public void post(Runnable task) {
            task.run();
        }

        @Override
        public @Nullable String serverName() {
            return null;
        }

        @Override
        public TransportOptions options() {
            return new TransportOptions(null, List.of(), List.of(), downstream);
        }
    }

    @Test
    void theHeaderComesBeforeWhatTheInnerSocketWrites() {
        TransportSocket socket = template("{}").create(new Context());
        var wire = new Buffer();

        socket.onTransportConnected();
        socket.write(new Buffer(), wire, false);
        assertThat(wire.toString(US_ASCII))
                .isEqualTo("PROXY TCP4 203.0.113.7 192.0.2.1 40000 10000\r\n");
        socket.write(Buffer.copyOf("hello"), wire, false);

        assertThat(wire.toString(US_ASCII)).endsWith("\r\nHELLO");
        assertThat(calls).containsExactly("flush", "connected");
    }
}
