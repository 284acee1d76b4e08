package io.nuncio.listener.tlsinspector;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.nuncio.listener.tlsinspector.Hellos.Bytes;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.ListenerFilterTemplate;
import io.nuncio.testkit.FakeAcceptedSocket;
import io.nuncio.testkit.FakeAcceptedSocket.State;
import io.nuncio.testkit.FakeFactoryContext;
import io.nuncio.testkit.FakeWorker;
import io.nuncio.testkit.YamlMessages;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// What the inspector finds in the first bytes of a connection.
class TlsInspectorFilterTest {
    private final FakeFactoryContext context = new FakeFactoryContext();

    private ListenerFilterTemplate template(String yaml) {
        return new TlsInspectorExtension()
                .configure(YamlMessages.of(TlsInspector.getDefaultInstance(), yaml), context);
    }

    private FakeAcceptedSocket socket(String yaml) {
        return new FakeAcceptedSocket(new FakeWorker()).pass(template(yaml));
    }

    private FakeAcceptedSocket socket() {
        return socket("{}");
    }

    private long stat(String name) {
        return context.counter("tls_inspector." + name);
    }

    private static String failure(FakeAcceptedSocket socket) {
        var values = socket.streamInfo().metadata("envoy.filters.listener.tls_inspector");
        return values == null ? "none" : values.getFieldsOrThrow("failure_reason").getStringValue();
    }

    static List<Hellos.Recorded> recorded() {
        return Hellos.recorded();
    }

    // Hellos.

    @ParameterizedTest
    @MethodSource("recorded")
    void aBrowsersHelloIsFoundByteByByteToo(Hellos.Recorded hello) {
        FakeAcceptedSocket whole = socket().receive(hello.bytes());
        FakeAcceptedSocket pieces = socket();
        for (byte each : hello.bytes()) {
            assertThat(pieces.state()).isEqualTo(State.WAITING);
            pieces.receive(new byte[] {each});
        }

        assertThat(whole.state()).isEqualTo(State.PASSED);
        assertThat(whole.transportProtocol()).isEqualTo("tls");
        assertThat(whole.left()).isEqualTo(hello.bytes());
        assertThat(pieces.state()).isEqualTo(State.PASSED);
        assertThat(pieces.transportProtocol()).isEqualTo("tls");
        assertThat(pieces.requestedServerName()).isEqualTo(whole.requestedServerName());
        assertThat(pieces.applicationProtocols()).isEqualTo(whole.applicationProtocols());
        assertThat(pieces.left()).isEqualTo(hello.bytes());
        assertThat(stat("tls_found")).isEqualTo(2);
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void theJa4FingerprintIsThatOfTheSpecification(Hellos.Recorded hello) {
        FakeAcceptedSocket socket =
                socket("enable_ja3_fingerprinting: true").receive(hello.bytes());

        assertThat(socket.ja4Hash()).isEqualTo(hello.ja4());
    }

    @Test
    void serverNameAndProtocolsAreTold() {
        FakeAcceptedSocket socket = socket().receive(Hellos.recorded().getFirst().bytes());

        assertThat(socket.requestedServerName()).isEqualTo("edge.microsoft.com");
        assertThat(socket.applicationProtocols()).containsExactly("h2", "http/1.1");
        assertThat(socket.ja3Hash()).isNull();
        assertThat(stat("sni_found")).isEqualTo(1);
        assertThat(stat("alpn_found")).isEqualTo(1);
        assertThat(stat("tls_not_found")).isZero();
        assertThat(failure(socket)).isEqualTo("none");
    }

    @Test
    void aHelloWithoutExtensionsIsTlsToo() {
        byte[] hello = Hellos.ofJa3("769,49162-49157-10,,,");

        FakeAcceptedSocket socket = socket("enable_ja3_fingerprinting: true").receive(hello);

        assertThat(socket.transportProtocol()).isEqualTo("tls");
        assertThat(socket.requestedServerName()).isNull();
        assertThat(stat("sni_not_found")).isEqualTo(1);
        assertThat(stat("alpn_not_found")).isEqualTo(1);
        assertThat(socket.ja3Hash()).isEqualTo(Digests.hex("MD5", "769,49162-49157-10,,,"));
    }

    @Test
    void aHelloMayBeSpreadOverManyRecords() {
        byte[] message = Arrays.copyOfRange(Hellos.recorded().getFirst().bytes(), 5, 517);

        FakeAcceptedSocket socket = socket().receive(Hellos.records(message, 3));

        assertThat(socket.requestedServerName()).isEqualTo("edge.microsoft.com");
        assertThat(socket.transportProtocol()).isEqualTo("tls");
    }

    @Test
    void aHelloInARecordOfSsl2IsTlsWithoutAName() {
        byte[] record =
                new Bytes()
                        .u16(0x8000 | 9 + 6 + 16)
                        .u8(1)
                        .u16(0x0301)
                        .u16(6)
                        .u16(0)
                        .u16(16)
                        .u8(0)
                        .u16(0x2f)
                        .u8(1)
                        .u16(0x80)
                        .zeros(16)
                        .bytes();
        FakeAcceptedSocket socket = socket();
        for (byte each : record) {
            socket.receive(new byte[] {each});
        }

        assertThat(socket.transportProtocol()).isEqualTo("tls");
        assertThat(stat("sni_not_found")).isEqualTo(1);
    }

    // Fingerprints.

    /// Curl, with and without numbers that mean nothing; a hello without groups; one of TLS 1.1.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "771,49200-49196-49192-49188-49172-49162-159-107-57-52393-255,0-11-10-13-16,29-23-24,0",
                "771,157-49313-49309-156-49312-49308-61-60-53-47-255,0-35-16-22-23-13,,",
                "770,49162-49172-49161-49171-57-56-51-50-53-47-255,0-11-10-16-22-23,5,0-1-2"
            })
    void ja3DigestsTheNumbersOfTheHello(String text) {
        FakeAcceptedSocket socket =
                socket("enable_ja3_fingerprinting: true").receive(Hellos.ofJa3(text));

        assertThat(socket.ja3Hash()).isEqualTo(Digests.hex("MD5", text));
        assertThat(socket.requestedServerName()).isEqualTo("www.example.com");
    }

    @Test
    void ja3LeavesOutNumbersThatMeanNothing() {
        String grease = "2570-31354-64250-";

        FakeAcceptedSocket socket =
                socket("enable_ja3_fingerprinting: true")
                        .receive(Hellos.ofJa3("771," + grease + "49200-255," + grease + "0-11,,0"));

        assertThat(socket.ja3Hash()).isEqualTo(Digests.hex("MD5", "771,49200-255,0-11,,0"));
    }

    // What is no hello.

    @Test
    void plaintextPassesAndIsCounted() {
        FakeAcceptedSocket socket =
                socket().receive("GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII));

        assertThat(socket.state()).isEqualTo(State.PASSED);
        assertThat(socket.transportProtocol()).isNull();
        assertThat(stat("tls_not_found")).isEqualTo(1);
        assertThat(failure(socket)).isEqualTo("ClientHelloNotDetected");
    }

    @Test
    void fourBytesDoNotDecideYet() {
        assertThat(socket().receive(new byte[4]).state()).isEqualTo(State.WAITING);
        assertThat(socket().receive(new byte[5]).state()).isEqualTo(State.PASSED);
    }

    @Test
    void aNameWithAZeroIsNone() {
        var name = new Bytes().u8(0).prefixed16(new Bytes().text("a.example\0.evil"));
        var data = new Bytes().prefixed16(name);

        FakeAcceptedSocket socket =
                socket().receive(Hellos.with(new Bytes().u16(0).prefixed16(data)));

        assertThat(socket.requestedServerName()).isNull();
        assertThat(socket.transportProtocol()).isNull();
        assertThat(stat("tls_not_found")).isEqualTo(1);
    }

    @Test
    void versionsAndCompressionsThatNobodySpeaksAreNotTls() {
        var ssl3 = Hellos.message(Hellos.body(0x0300, 0, new Bytes()));
        var compressed = Hellos.message(Hellos.body(0x0303, 1, new Bytes()));
        var draft = new Bytes().u16(43).prefixed16(new Bytes().u8(2).u16(0x7f1c));
        var versions = Hellos.message(Hellos.body(0x0303, 0, draft));

        for (byte[] message : List.of(ssl3, compressed, versions)) {
            FakeAcceptedSocket socket = socket().receive(Hellos.records(message, 16384));

            assertThat(socket.state()).isEqualTo(State.PASSED);
            assertThat(socket.transportProtocol()).isNull();
        }
    }

    @Test
    void aMalformedListOfProtocolsIsIgnored() {
        var wrong = new Bytes().u16(16).prefixed16(new Bytes().prefixed16(new Bytes().u8(9)));

        FakeAcceptedSocket socket = socket().receive(Hellos.with(wrong));

        assertThat(socket.transportProtocol()).isEqualTo("tls");
        assertThat(socket.applicationProtocols()).isEmpty();
        assertThat(stat("alpn_not_found")).isEqualTo(1);
    }

    // Limits.

    @Test
    void noMoreIsLookedAtThanTheInitialSizeAtFirst() {
        byte[] hello = Hellos.recorded().getFirst().bytes();
        var filter =
                template("initial_read_buffer_size: 256")
                        .create(new FakeAcceptedSocket(new FakeWorker()));

        assertThat(filter.maxBytes()).isEqualTo(256);
        filter.onData(Buffer.copyOf(Arrays.copyOf(hello, 256)));
        assertThat(filter.maxBytes()).isEqualTo(512);
        assertThat(socket("initial_read_buffer_size: 256").receive(hello).transportProtocol())
                .isEqualTo("tls");
    }

    @Test
    void aHelloThatIsNotCompleteWith16KilobytesIsClosed() {
        byte[] begin = new Bytes().u8(22).u16(0x0301).u16(16384).zeros(16379).bytes();

        FakeAcceptedSocket socket = socket().receive(begin);

        assertThat(socket.state()).isEqualTo(State.CLOSED);
        assertThat(stat("client_hello_too_large")).isEqualTo(1);
        assertThat(failure(socket)).isEqualTo("ClientHelloTooLarge");
    }

    @Test
    void recordsWithoutBytesAreNotReadForever() {
        byte[] empty = new Bytes().u8(22).u16(0x0301).u16(0).bytes();
        FakeAcceptedSocket socket = socket();
        for (int count = 0; count < 32; count++) {
            assertThat(socket.receive(empty).state()).isEqualTo(State.WAITING);
        }

        assertThat(socket.receive(empty).state()).isEqualTo(State.PASSED);
        assertThat(stat("tls_not_found")).isEqualTo(1);
    }

    // Anything at all.

    @Test
    void whateverComesAndHoweverItIsCutTheResultIsTheSame() {
        var random = new Random(20260101);
        List<Hellos.Recorded> hellos = Hellos.recorded();
        long end = System.nanoTime() + 2_000_000_000L;
        for (int round = 0; round < 20_000 && System.nanoTime() < end; round++) {
            byte[] bytes = hellos.get(random.nextInt(hellos.size())).bytes().clone();
            for (int changes = random.nextInt(4); changes > 0; changes--) {
                bytes[random.nextInt(random.nextBoolean() ? 140 : bytes.length)] =
                        (byte) random.nextInt(256);
            }
            if (random.nextInt(8) == 0) {
                bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
            }
            if (random.nextInt(50) == 0) {
                random.nextBytes(bytes);
            }
            FakeAcceptedSocket whole = socket("enable_ja3_fingerprinting: true").receive(bytes);
            FakeAcceptedSocket cut = socket("enable_ja3_fingerprinting: true");
            for (int at = 0; at < bytes.length; ) {
                int next = Math.min(bytes.length, at + 1 + random.nextInt(200));
                cut.receive(Arrays.copyOfRange(bytes, at, next));
                at = next;
            }
            assertThat(cut.state()).isEqualTo(whole.state());
            assertThat(cut.transportProtocol()).isEqualTo(whole.transportProtocol());
            assertThat(cut.requestedServerName()).isEqualTo(whole.requestedServerName());
            assertThat(cut.applicationProtocols()).isEqualTo(whole.applicationProtocols());
            assertThat(cut.ja3Hash()).isEqualTo(whole.ja3Hash());
            assertThat(cut.left()).isEqualTo(bytes);
        }
    }
}
