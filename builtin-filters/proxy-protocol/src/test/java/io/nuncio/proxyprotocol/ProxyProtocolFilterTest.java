package io.nuncio.proxyprotocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;

import io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol;
import io.nuncio.spi.Address;
import io.nuncio.spi.ProxyProtocolData;
import io.nuncio.spi.ProxyProtocolData.Tlv;
import io.nuncio.testkit.FakeAcceptedSocket;
import io.nuncio.testkit.FakeAcceptedSocket.State;
import io.nuncio.testkit.FakeConnectionInfo;
import io.nuncio.testkit.FakeFactoryContext;
import io.nuncio.testkit.FakeWorker;
import io.nuncio.testkit.YamlMessages;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/// What the filter makes of the first bytes of a connection.
class ProxyProtocolFilterTest {
    private static final String NAMESPACE = "envoy.filters.listener.proxy_protocol";
    private static final String V2 = "0d0a0d0a000d0a515549540a";
    private static final String V4_ADDRESSES = "010203040001010203050002";

    private FakeFactoryContext context = new FakeFactoryContext();

    private FakeAcceptedSocket socket(String yaml) {
        return new FakeAcceptedSocket(new FakeWorker())
                .pass(
                        new ProxyProtocolExtension()
                                .configure(
                                        YamlMessages.of(ProxyProtocol.getDefaultInstance(), yaml),
                                        context));
    }

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    // Envoy's own cases.

    /// A line of `headers.txt`.
    record Case(
            String name,
            String yaml,
            String result,
            String counters,
            byte[] left,
            String remote,
            byte[] bytes) {
        static Case of(String line) {
            String[] part = line.split("; ", -1);
            String yaml = "allow_requests_without_proxy_protocol: " + part[1].equals("optional");
            if (!part[2].equals("-")) {
                yaml += "\ndisallowed_versions: [" + part[2].toUpperCase(Locale.ROOT) + "]";
            }
            return new Case(
                    part[0],
                    yaml,
                    part[3],
                    part[4],
                    part[5].equals("-") ? new byte[0] : hex(part[5]),
                    part[6],
                    hex(part[7]));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static List<Case> cases() {
        try (InputStream in =
                ProxyProtocolFilterTest.class.getResourceAsStream("/proxyprotocol/headers.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .map(Case::of)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void check(Case test, FakeAcceptedSocket socket) {
        State expected =
                switch (test.result()) {
                    case "passed" -> State.PASSED;
                    case "closed" -> State.CLOSED;
                    default -> State.WAITING;
                };
        assertThat(socket.state()).isEqualTo(expected);
        if (expected == State.PASSED) {
            assertThat(socket.left()).isEqualTo(test.left());
        }
        if (!test.remote().equals("-")) {
            assertThat(socket.info().remoteAddress())
                    .isInstanceOfSatisfying(
                            Address.Ip.class, ip -> assertThat(ip.host()).isEqualTo(test.remote()));
        }
        if (!test.counters().equals("-")) {
            for (String counter : test.counters().split(" ")) {
                String[] pair = counter.split("=");
                assertThat(context.counter("proxy_proto." + pair[0]))
                        .as(pair[0])
                        .isEqualTo(Long.parseLong(pair[1]));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theResultIsEnvoysWholeByteByByteAndCutAnywhere(Case test) {
        check(test, socket(test.yaml()).receive(test.bytes()));
        for (int cut = 1; cut < test.bytes().length; cut++) {
            context = new FakeFactoryContext();
            FakeAcceptedSocket socket = socket(test.yaml());
            socket.receive(Arrays.copyOf(test.bytes(), cut));
            socket.receive(Arrays.copyOfRange(test.bytes(), cut, test.bytes().length));
            check(test, socket);
        }
        context = new FakeFactoryContext();
        FakeAcceptedSocket pieces = socket(test.yaml());
        for (byte each : test.bytes()) {
            pieces.receive(new byte[] {each});
        }
        check(test, pieces);
    }

    // Addresses.

    @Test
    void theAddressesOfTheHeaderAreThoseOfTheConnection() {
        FakeAcceptedSocket socket =
                socket("{}").receive(text("PROXY TCP4 1.2.3.4 5.6.7.8 65535 1234\r\nrest"));

        assertThat(socket.info().remoteAddress()).hasToString("1.2.3.4:65535");
        assertThat(socket.info().localAddress()).hasToString("5.6.7.8:1234");
        assertThat(socket.left()).isEqualTo(text("rest"));
    }

    @Test
    void anIpv4AddressInIpv6FormStaysOneOfIpv6() {
        FakeAcceptedSocket socket =
                socket("{}").receive(text("PROXY TCP6 ::ffff:1.2.3.4 1::2 1 2\r\n"));

        assertThat(socket.state()).isEqualTo(State.PASSED);
        assertThat(socket.info().remoteAddress().toString()).startsWith("[::ffff:");
    }

    @Test
    void addressesThatNoConnectionCanHaveAreRefused() {
        for (String source : List.of("0.0.0.0", "255.255.255.255", "224.0.0.1")) {
            assertThat(
                            socket("{}")
                                    .receive(text("PROXY TCP4 " + source + " 1.2.3.4 1 2\r\n"))
                                    .state())
                    .isEqualTo(State.CLOSED);
        }
        assertThat(socket("{}").receive(text("PROXY TCP6 ff02::1 1::2 1 2\r\n")).state())
                .isEqualTo(State.CLOSED);
        assertThat(context.counter("proxy_proto.versions.v1.error")).isEqualTo(4);
    }

    // TLVs.

    private static final String RULES =
            """
            rules:
            - tlv_type: 2
              on_tlv_present: { key: authority }
            - tlv_type: 0xea
              on_tlv_present: { metadata_namespace: ours, key: vpc }
            """
                    .replace("0xea", "234");

    private static String header(String tlvs) {
        int length = (V4_ADDRESSES.length() + tlvs.length()) / 2;
        return V2 + "2111%04x".formatted(length) + V4_ADDRESSES + tlvs;
    }

    @Test
    void tlvsBecomeMetadata() {
        String tlvs = "000001ff" + "020007666f6f2e636f6d" + "ea000401766331";

        FakeAcceptedSocket socket = socket(RULES).receive(hex(header(tlvs + "020003626172")));

        assertThat(socket.state()).isEqualTo(State.PASSED);
        var metadata = socket.streamInfo().metadata(NAMESPACE);
        assertThat(metadata.getFieldsCount()).isEqualTo(1);
        assertThat(metadata.getFieldsOrThrow("authority").getStringValue()).isEqualTo("foo.com");
        assertThat(socket.streamInfo().metadata("ours").getFieldsOrThrow("vpc").getStringValue())
                .isEqualTo("\u0001vc1");
    }

    @Test
    void whatIsNoTextInUtf8IsReplaced() {
        FakeAcceptedSocket socket = socket(RULES).receive(hex(header("02000766fe6f2e636fc1")));

        var metadata = socket.streamInfo().metadata(NAMESPACE);
        assertThat(metadata.getFieldsOrThrow("authority").getStringValue()).isEqualTo("f!o.co!");
    }

    private static ProxyProtocolData data(FakeAcceptedSocket socket) {
        return (ProxyProtocolData)
                socket.streamInfo().filterState("envoy.network.proxy_protocol_options");
    }

    @Test
    void tlvsAreKeptForTheUpstreamIfTheyShouldBe() {
        byte[] bytes = hex(header("000001ff" + "020007666f6f2e636f6d"));
        var first = new Tlv(0, ByteString.copyFrom(hex("ff")));
        var second = new Tlv(2, ByteString.copyFromUtf8("foo.com"));

        assertThat(data(socket("{}").receive(bytes)).tlvs()).isEmpty();
        assertThat(data(socket("pass_through_tlvs: {}").receive(bytes)).tlvs())
                .containsExactly(first, second);
        assertThat(
                        data(socket("pass_through_tlvs: {match_type: INCLUDE, tlv_type: [2]}")
                                        .receive(bytes))
                                .tlvs())
                .containsExactly(second);
        assertThat(data(socket("{}").receive(bytes)).source())
                .isEqualTo(FakeConnectionInfo.ip("1.2.3.4", 0x0305));
    }

    @Test
    void aLocalHeaderLeavesTheAddressesAndItsTlvsAreIgnored() {
        FakeAcceptedSocket socket =
                socket(RULES + "pass_through_tlvs: {}")
                        .receive(hex(V2 + "2000000a" + "020007666f6f2e636f6d"));

        assertThat(socket.state()).isEqualTo(State.PASSED);
        assertThat(socket.info().remoteAddress()).hasToString("203.0.113.7:40000");
        assertThat(socket.streamInfo().metadata(NAMESPACE)).isNull();
        assertThat(data(socket).tlvs()).isEmpty();
        assertThat(data(socket).source()).hasToString("203.0.113.7:40000");
    }

    // Settings.

    @Test
    void theStatisticsMayHaveAPrefix() {
        socket("stat_prefix: edge").receive(text("PROXY UNKNOWN\r\n"));

        assertThat(context.counter("proxy_proto.edge.versions.v1.found")).isEqualTo(1);
    }

    @Test
    void aLongHeaderIsReadWhole() {
        String tlv = "01f000" + "61".repeat(0xf000);
        FakeAcceptedSocket socket = socket("{}").receive(hex(header(tlv) + "62"));

        assertThat(socket.state()).isEqualTo(State.PASSED);
        assertThat(socket.left()).isEqualTo(text("b"));
    }

    // Anything at all.

    @Test
    void whateverComesAndHoweverItIsCutTheResultIsTheSame() {
        var random = new Random(20260102);
        List<byte[]> seeds = new ArrayList<>();
        cases().forEach(test -> seeds.add(test.bytes()));
        seeds.add(hex(header("000001ff" + "020007666f6f2e636f6d")));
        long end = System.nanoTime() + 2_000_000_000L;
        for (int round = 0; round < 20_000 && System.nanoTime() < end; round++) {
            byte[] bytes = seeds.get(random.nextInt(seeds.size())).clone();
            for (int changes = random.nextInt(4); changes > 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            String yaml = RULES + "allow_requests_without_proxy_protocol: " + random.nextBoolean();
            FakeAcceptedSocket whole = socket(yaml).receive(bytes);
            FakeAcceptedSocket cut = socket(yaml);
            for (int at = 0; at < bytes.length; ) {
                int next = Math.min(bytes.length, at + 1 + random.nextInt(8));
                cut.receive(Arrays.copyOfRange(bytes, at, next));
                at = next;
            }
            assertThat(cut.state()).isEqualTo(whole.state());
            assertThat(cut.info().remoteAddress()).isEqualTo(whole.info().remoteAddress());
            assertThat(cut.left().length).isEqualTo(whole.left().length);
            assertThat(cut.streamInfo().metadata()).isEqualTo(whole.streamInfo().metadata());
        }
    }
}
