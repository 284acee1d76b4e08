package io.nuncio.kernel.http2;

import static io.nuncio.kernel.http2.Frames.ACK;
import static io.nuncio.kernel.http2.Frames.END_HEADERS;
import static io.nuncio.kernel.http2.Frames.PING;
import static io.nuncio.kernel.http2.Frames.PUSH_PROMISE;
import static io.nuncio.kernel.http2.Frames.bytes;
import static io.nuncio.kernel.http2.Frames.data;
import static io.nuncio.kernel.http2.Frames.frame;
import static io.nuncio.kernel.http2.Frames.goAway;
import static io.nuncio.kernel.http2.Frames.headers;
import static io.nuncio.kernel.http2.Frames.join;
import static io.nuncio.kernel.http2.Frames.number;
import static io.nuncio.kernel.http2.Frames.reset;
import static io.nuncio.kernel.http2.Frames.settings;
import static io.nuncio.kernel.http2.Frames.settingsAck;
import static io.nuncio.kernel.http2.Frames.windowUpdate;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.BoolValue;
import com.google.protobuf.UInt32Value;

import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.host.CodecError;
import io.nuncio.spi.host.ResetReason;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;

class Http2ClientCodecTest {
    private static byte[] ok(int stream, boolean end) {
        return headers(stream, end, ":status: 200");
    }

    @Test
    void theClientBeginsWithThePrefaceAndItsSettings() {
        var client =
                new ClientHarness(
                        HttpProtocolOptions.getDefaultInstance(),
                        Http2ProtocolOptions.getDefaultInstance());

        assertThat(client.preface()).isEqualTo("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        assertThat(client.wire.read(new byte[0])).isEmpty();
    }

    @Test
    void requestsMayBeSentBeforeTheServersSettings() {
        var client =
                new ClientHarness(
                        HttpProtocolOptions.getDefaultInstance(),
                        Http2ProtocolOptions.getDefaultInstance());
        client.preface();

        client.get();

        assertThat(client.answer()).isEqualTo("HEADERS 1 END_STREAM");
    }

    @Test
    void streamsHaveOddNumbersInTheOrderOfTheirHeaders() {
        var client = ClientHarness.open();
        var late = client.begin();
        client.get();

        late.request.headers(RequestHeaders.of("GET", "http", "host", "/"), true);

        assertThat(client.answer()).isEqualTo("HEADERS 1 END_STREAM, HEADERS 3 END_STREAM");
    }

    @Test
    void responsesComeInAnyOrder() {
        var client = ClientHarness.open();
        var first = client.get();
        var second = client.get();

        client.receive(ok(3, false), ok(1, false), data(3, "second", true), data(1, "first", true));

        assertThat(first.body).hasToString("first");
        assertThat(second.body).hasToString("second");
        assertThat(first.complete && second.complete).isTrue();
        assertThat(client.gauge("streams_active")).isZero();
    }

    @Test
    void aResponseIsWhatHttp1WouldSay() {
        var client = ClientHarness.open();
        var exchange = client.get();

        client.receive(headers(1, true, ":status: 404", "server: x", "content-length: 0"));

        assertThat(exchange.headers).hasToString(":status: 404\nserver: x\ncontent-length: 0\n");
    }

    @Test
    void informationalResponsesComeBeforeTheFinalOne() {
        var client = ClientHarness.open();
        var exchange = client.get();

        client.receive(
                headers(1, false, ":status: 100"),
                headers(1, false, ":status: 103", "link: x"),
                ok(1, true));

        assertThat(exchange.informational).containsExactly(100, 103);
        assertThat(exchange.status()).isEqualTo(200);
    }

    @Test
    void trailersEndAResponse() {
        var client = ClientHarness.open();
        var exchange = client.get();

        client.receive(ok(1, false), data(1, "x", false), headers(1, true, "grpc-status: 0"));

        assertThat(exchange.trailers).hasToString("grpc-status: 0\n");
        assertThat(exchange.complete).isTrue();
    }

    @Test
    void theRequestGoesOnAfterTheResponse() {
        var client = ClientHarness.open();
        var exchange = client.post();
        client.receive(ok(1, true));

        exchange.request.data(Buffer.copyOf("x"), true);

        assertThat(client.answer()).isEqualTo("HEADERS 1, DATA 1 \"x\" END_STREAM");
        assertThat(client.gauge("streams_active")).isZero();
    }

    @Test
    void aRequestEndsWithTrailers() {
        var client = ClientHarness.open();
        var exchange = client.post();
        var trailers = new Trailers();
        trailers.set(HeaderName.of("checksum"), "1");

        exchange.request.data(Buffer.copyOf("x"), false);
        exchange.request.trailers(trailers);

        assertThat(client.answer()).isEqualTo("HEADERS 1, DATA 1 \"x\", HEADERS 1 END_STREAM");
    }

    @Test
    void contentWaitsForTheServersWindow() {
        var client = ClientHarness.open();
        client.receive(settings(4, 3));
        client.frames();
        var exchange = client.post();

        exchange.request.data(Buffer.copyOf("12345"), true);
        String before = client.answer();
        client.receive(windowUpdate(1, 10));

        assertThat(before).isEqualTo("HEADERS 1, DATA 1 \"123\"");
        assertThat(client.answer()).isEqualTo("DATA 1 \"45\" END_STREAM");
    }

    @Test
    void theOwnerLearnsHowManyStreamsAreAllowed() {
        var client = ClientHarness.open();

        client.receive(settings(3, 10));
        client.receive(settings(4, 70_000));
        client.receive(settings(3, 5));

        assertThat(client.allowedStreams).containsExactly(0xffff_ffffL, 10L, 5L);
    }

    @Test
    void aGoAwayRefusesWhatCameTooLate() {
        var client = ClientHarness.open();
        var first = client.get();
        var second = client.get();
        var third = client.post();

        client.receive(goAway(3, 0));
        client.receive(ok(1, true), ok(3, true));

        assertThat(client.goneAway()).isEqualTo(1);
        assertThat(first.complete && second.complete).isTrue();
        assertThat(third.reset).isEqualTo(ResetReason.REMOTE_REFUSED_STREAM_RESET);
        assertThat(third.request.control().details()).isEqualTo("http2.remote_refuse");
    }

    @Test
    void aGoAwayInTwoStepsIsReportedOnce() {
        var client = ClientHarness.open();
        var exchange = client.get();

        client.receive(goAway(Integer.MAX_VALUE, 0));
        boolean untouched = exchange.reset == null;
        client.receive(goAway(0, 0));

        assertThat(untouched).isTrue();
        assertThat(client.goneAway()).isEqualTo(1);
        assertThat(exchange.reset).isEqualTo(ResetReason.REMOTE_REFUSED_STREAM_RESET);
    }

    @Test
    void aStreamThatBeginsAfterAGoAwayIsRefused() {
        var client = ClientHarness.open();
        var exchange = client.begin();
        client.receive(goAway(0, 0));

        exchange.request.headers(RequestHeaders.of("GET", "http", "host", "/"), true);
        client.connection.worker.run();

        assertThat(exchange.reset).isEqualTo(ResetReason.REMOTE_REFUSED_STREAM_RESET);
        assertThat(client.answer()).isEmpty();
    }

    @Test
    void aRefusedStreamMayBeTriedElsewhere() {
        var client = ClientHarness.open();
        var exchange = client.get();

        client.receive(reset(1, 7));

        assertThat(exchange.reset).isEqualTo(ResetReason.REMOTE_REFUSED_STREAM_RESET);
        assertThat(exchange.request.control().details()).isEqualTo("http2.remote_refuse");
    }

    @Test
    void otherResetsHaveTheirReasons() {
        var client = ClientHarness.open();
        var connect = client.get();
        var cancelled = client.get();

        client.receive(reset(1, 0xa), reset(3, 8));

        assertThat(connect.reset).isEqualTo(ResetReason.CONNECT_ERROR);
        assertThat(cancelled.reset).isEqualTo(ResetReason.REMOTE_RESET);
    }

    @Test
    void aRequestThatIsGivenUpIsReset() {
        var client = ClientHarness.open();
        var exchange = client.post();
        client.frames();

        exchange.request.control().reset(ResetReason.LOCAL_RESET);
        client.receive(ok(1, false), data(1, "late", true));

        assertThat(client.answer()).isEqualTo("RST_STREAM 1 NO_ERROR");
        assertThat(exchange.headers).isNull();
        assertThat(client.error()).isNull();
    }

    @Test
    void aStreamThatHasNotBegunIsGivenUpInSilence() {
        var client = ClientHarness.open();
        var exchange = client.begin();

        exchange.request.control().reset(ResetReason.LOCAL_RESET);
        exchange.request.headers(RequestHeaders.of("GET", "http", "host", "/"), true);

        assertThat(client.answer()).isEmpty();
        assertThat(client.gauge("streams_active")).isZero();
    }

    @Test
    void aSlowReaderClosesItsStreamsWindow() {
        var client =
                ClientHarness.open(
                        Http2ProtocolOptions.newBuilder()
                                .setInitialStreamWindowSize(UInt32Value.of(65_535))
                                .setInitialConnectionWindowSize(UInt32Value.of(1 << 20)));
        var exchange = client.get();
        client.receive(ok(1, false));
        client.frames();
        exchange.request.control().readDisable(true);

        client.receive(data(1, "x".repeat(16_384), false), data(1, "x".repeat(16_384), false));
        String before = client.answer();
        exchange.request.control().readDisable(false);
        client.connection.worker.run();

        assertThat(before).isEmpty();
        assertThat(exchange.body).hasSize(32_768);
        assertThat(client.answer()).isEqualTo("WINDOW_UPDATE 1 32768");
    }

    @Test
    void anUpgradeIsAnExtendedConnect() {
        var client = ClientHarness.open();
        var request = RequestHeaders.of("GET", "http", "host", "/chat");
        request.set(HeaderName.UPGRADE, "websocket");
        request.set(HeaderName.CONNECTION, "Upgrade");
        var exchange = client.send(request, false);

        client.receive(headers(1, false, ":status: 200"), data(1, "pong", false));

        assertThat(exchange.headers)
                .hasToString(":status: 101\nupgrade: websocket\nconnection: upgrade\n");
        assertThat(exchange.body).hasToString("pong");
        assertThat(request.methodIs("GET")).as("the user's headers stay").isTrue();
        assertThat(sent(client))
                .contains(":method: CONNECT", ":protocol: websocket", ":path: /chat")
                .noneMatch(field -> field.startsWith("upgrade") || field.startsWith("connection"));
    }

    @Test
    void whatOnlyHttp1HasIsLeftOut() {
        var client = ClientHarness.open();
        var request = RequestHeaders.of("GET", "http", "host", "/");
        request.set(HeaderName.CONNECTION, "keep-alive");
        request.set(HeaderName.TRANSFER_ENCODING, "chunked");
        request.set(HeaderName.HOST, "other");
        request.set(HeaderName.TE, "trailers");

        client.send(request, true);

        assertThat(sent(client))
                .containsExactly(
                        ":method: GET",
                        ":scheme: http",
                        ":authority: host",
                        ":path: /",
                        "te: trailers");
    }

    @Test
    void connectHasNeitherSchemeNorPath() {
        var client = ClientHarness.open();

        client.send(RequestHeaders.of("CONNECT", "http", "host:1", "/"), false);

        assertThat(sent(client)).containsExactly(":method: CONNECT", ":authority: host:1");
    }

    private static List<String> sent(ClientHarness client) {
        var frame = client.wire.read(client.connection.takeWritten()).getFirst();
        var headers = new RequestHeaders();
        var decoder = new io.nuncio.kernel.http2.hpack.HpackDecoder(10_000, 100);
        decoder.start(frame.payload(), 0, frame.payload().length, headers);
        while (decoder.next()) {
            decoder.keep();
        }
        return headers.toString().lines().toList();
    }

    /// @param answer what the server gets
    record Case(String rule, byte[] frames, String answer) {
        @Override
        public String toString() {
            return rule;
        }
    }

    private static Case row(String rule, String answer, byte[]... frames) {
        return new Case(rule, join(frames), answer);
    }

    private static final String BROKEN = "GOAWAY 0 PROTOCOL_ERROR";

    static List<Case> frames() {
        return List.of(
                row("5.1.1 a server begins no streams", BROKEN, ok(2, true)),
                row("5.1 idle: HEADERS", BROKEN, ok(3, true)),
                row("5.1 idle: DATA", BROKEN, data(3, "x", true)),
                row("5.1 idle: RST_STREAM", BROKEN, reset(3, 8)),
                row("5.1 idle: WINDOW_UPDATE", BROKEN, windowUpdate(2, 1)),
                row(
                        "5.1 closed: HEADERS",
                        "GOAWAY 0 STREAM_CLOSED",
                        ok(1, true),
                        headers(1, true, "a: b")),
                row("5.1 closed: DATA", "GOAWAY 0 STREAM_CLOSED", ok(1, true), data(1, "x", true)),
                row(
                        "5.1 closed: WINDOW_UPDATE, RST_STREAM",
                        "",
                        ok(1, true),
                        windowUpdate(1, 1),
                        reset(1, 0)),
                row("6.5 SETTINGS out of nowhere are acknowledged", "", settings(4, 1)),
                row("6.5.2 a server cannot push", BROKEN, settings(2, 1)),
                row("6.5.2 and may say so", "", settings(2, 0)),
                row("6.5.3 nothing to acknowledge", BROKEN, settingsAck()),
                row(
                        "6.6 PUSH_PROMISE",
                        BROKEN,
                        frame(
                                PUSH_PROMISE,
                                END_HEADERS,
                                1,
                                join(number(2), Frames.block(":path: /")))),
                row("6.7 an answer nobody asked for", "", frame(PING, ACK, 0, new byte[8])),
                row("8.1 DATA before HEADERS", BROKEN, data(1, "x", true)),
                row(
                        "8.1 an informational response that ends",
                        BROKEN,
                        headers(1, true, ":status: 100")),
                row(
                        "8.1 trailers that do not end",
                        BROKEN,
                        ok(1, false),
                        headers(1, false, "a: b")),
                row("8.3.2 no status", BROKEN, headers(1, true, "a: b")),
                row("8.3.2 a status of two digits", BROKEN, headers(1, true, ":status: 20")),
                row("8.3.2 a status with a sign", BROKEN, headers(1, true, ":status: +20")),
                row("8.3.2 two of them", BROKEN, headers(1, true, ":status: 200", ":status: 200")),
                row("8.6 101", BROKEN, headers(1, false, ":status: 101")),
                row(
                        "8.3 a pseudo-header of requests",
                        BROKEN,
                        headers(1, true, ":status: 200", ":path: /")),
                row(
                        "8.2.2 connection",
                        BROKEN,
                        headers(1, true, ":status: 200", "connection: close")),
                row("8.2.1 upper case", BROKEN, headers(1, true, ":status: 200", "Server: x")),
                row(
                        "8.1.1 less than announced",
                        BROKEN,
                        headers(1, false, ":status: 200", "content-length: 3"),
                        data(1, "xy", true)),
                row(
                        "8.1.1 more than announced",
                        BROKEN,
                        headers(1, false, ":status: 200", "content-length: 1"),
                        data(1, "xy", true)),
                row(
                        "8.1.1 a length without content for 304",
                        "",
                        headers(1, true, ":status: 304", "content-length: 3")),
                row(
                        "8.1.1 content for 304",
                        BROKEN,
                        headers(1, false, ":status: 304", "content-length: 3"),
                        data(1, "xyz", true)),
                row(
                        "9110, 8.6: a length for 1xx",
                        BROKEN,
                        headers(1, false, ":status: 103", "content-length: 0")),
                row(
                        "9110, 8.6: a length for 204",
                        BROKEN,
                        headers(1, true, ":status: 204", "content-length: 3")),
                row(
                        "9110, 8.6: no length for 204",
                        "",
                        headers(1, true, ":status: 204", "content-length: 0")));
    }

    @ParameterizedTest
    @MethodSource
    void frames(Case rule) {
        var client = ClientHarness.open();
        client.get();
        client.frames();

        client.receive(rule.frames());

        assertThat(client.answer()).isEqualTo(rule.answer());
        assertThat(client.error() == null).isEqualTo(rule.answer().isEmpty());
    }

    @ParameterizedTest
    @MethodSource("frames")
    void framesInSingleBytes(Case rule) {
        var client = ClientHarness.open();
        client.get();
        client.frames();

        for (byte octet : rule.frames()) {
            client.receive(new byte[] {octet});
        }

        assertThat(client.answer()).isEqualTo(rule.answer());
    }

    @Test
    void theAnswerToHeadHasALengthAndNoContent() {
        var client = ClientHarness.open();
        var exchange = client.send(RequestHeaders.of("HEAD", "http", "host", "/"), true);

        client.receive(headers(1, true, ":status: 200", "content-length: 100"));

        assertThat(exchange.complete).isTrue();
        assertThat(client.error()).isNull();
    }

    @Test
    void anInvalidResponseMayEndItsStreamAlone() {
        var client =
                ClientHarness.open(
                        Http2ProtocolOptions.newBuilder()
                                .setOverrideStreamErrorOnInvalidHttpMessage(BoolValue.of(true)));
        var first = client.get();
        var second = client.get();
        client.frames();

        client.receive(headers(1, true, ":status: 200", "connection: close"), ok(3, true));

        assertThat(client.answer()).isEqualTo("RST_STREAM 1 PROTOCOL_ERROR");
        assertThat(first.reset).isEqualTo(ResetReason.PROTOCOL_ERROR);
        assertThat(first.request.control().details()).isEqualTo("http2.invalid.header.field");
        assertThat(second.complete).isTrue();
    }

    @Test
    void aServerThatBreaksTheRulesOfAWindowHasBrokenTheProtocol() {
        var client = ClientHarness.open();
        var first = client.get();
        var second = client.get();
        client.frames();

        client.receive(windowUpdate(1, 0), ok(3, true));

        assertThat(client.answer()).isEqualTo("RST_STREAM 1 PROTOCOL_ERROR");
        assertThat(first.reset).isEqualTo(ResetReason.PROTOCOL_ERROR);
        assertThat(second.complete).isTrue();
    }

    @Test
    void tooManyHeadersEndTheStream() {
        var client =
                new ClientHarness(
                        HttpProtocolOptions.newBuilder()
                                .setMaxHeadersCount(UInt32Value.of(3))
                                .build(),
                        Http2ProtocolOptions.getDefaultInstance());
        client.preface();
        client.receive(settings());
        var exchange = client.get();
        client.frames();

        client.receive(headers(1, true, ":status: 200", "a: b", "c: d", "e: f"));

        assertThat(client.answer()).isEqualTo("RST_STREAM 1 INTERNAL_ERROR");
        assertThat(exchange.reset).isEqualTo(ResetReason.REMOTE_RESET);
        assertThat(exchange.request.control().details()).isEqualTo("http2.too_many_headers");
    }

    @Test
    void aServerThatSpeaksHttp1IsAnError() {
        var client = ClientHarness.open();

        client.receive(bytes("HTTP/1.1 400 Bad Request\r\n\r\n"));

        assertThat(client.error()).isNotNull();
        assertThat(client.error().kind()).isEqualTo(CodecError.Kind.PROTOCOL_ERROR);
    }

    @Test
    void aFullConnectionSlowsAllStreamsDown() {
        var client = ClientHarness.open();
        var first = client.post();
        var second = client.post();

        client.codec().onAboveWriteBufferHighWatermark();
        boolean slow = first.slow && second.slow;
        client.codec().onBelowWriteBufferLowWatermark();

        assertThat(slow).isTrue();
        assertThat(first.slow || second.slow).isFalse();
    }
}
