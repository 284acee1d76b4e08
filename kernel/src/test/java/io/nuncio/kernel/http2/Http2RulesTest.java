package io.nuncio.kernel.http2;

import static io.nuncio.kernel.http2.Frames.ACK;
import static io.nuncio.kernel.http2.Frames.CONTINUATION;
import static io.nuncio.kernel.http2.Frames.DATA;
import static io.nuncio.kernel.http2.Frames.END_HEADERS;
import static io.nuncio.kernel.http2.Frames.END_STREAM;
import static io.nuncio.kernel.http2.Frames.GOAWAY;
import static io.nuncio.kernel.http2.Frames.HEADERS;
import static io.nuncio.kernel.http2.Frames.PADDED;
import static io.nuncio.kernel.http2.Frames.PING;
import static io.nuncio.kernel.http2.Frames.PRIORITY;
import static io.nuncio.kernel.http2.Frames.PUSH_PROMISE;
import static io.nuncio.kernel.http2.Frames.RST_STREAM;
import static io.nuncio.kernel.http2.Frames.SETTINGS;
import static io.nuncio.kernel.http2.Frames.WINDOW_UPDATE;
import static io.nuncio.kernel.http2.Frames.WITH_PRIORITY;
import static io.nuncio.kernel.http2.Frames.block;
import static io.nuncio.kernel.http2.Frames.data;
import static io.nuncio.kernel.http2.Frames.frame;
import static io.nuncio.kernel.http2.Frames.get;
import static io.nuncio.kernel.http2.Frames.goAway;
import static io.nuncio.kernel.http2.Frames.headers;
import static io.nuncio.kernel.http2.Frames.join;
import static io.nuncio.kernel.http2.Frames.number;
import static io.nuncio.kernel.http2.Frames.ping;
import static io.nuncio.kernel.http2.Frames.post;
import static io.nuncio.kernel.http2.Frames.priority;
import static io.nuncio.kernel.http2.Frames.request;
import static io.nuncio.kernel.http2.Frames.reset;
import static io.nuncio.kernel.http2.Frames.settings;
import static io.nuncio.kernel.http2.Frames.settingsAck;
import static io.nuncio.kernel.http2.Frames.windowUpdate;
import static io.nuncio.kernel.http2.Frames.with;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.BoolValue;
import com.google.protobuf.UInt32Value;

import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions.HeadersWithUnderscoresAction;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.host.CodecError;
import io.nuncio.spi.host.ResetReason;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;

/// The rules of RFC 9113 for what a client sends: each row breaks, or just keeps, one of them.
class Http2RulesTest {
    /// @param rule with its section
    /// @param frames what the client sends, after the preface and its SETTINGS
    /// @param answer what it gets, apart from answers to streams that are well
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
    private static final String BROKEN_AFTER_ONE = "GOAWAY 1 PROTOCOL_ERROR";
    private static final String FINE = "";

    static List<Case> frames() {
        byte[] priorityPayload = join(number(0), new byte[] {0});
        return List.of(
                row(
                        "4.1 an unknown type is ignored",
                        FINE,
                        frame(0x16, 0xff, 0, number(1)),
                        get(1)),
                row("4.1 also on a stream", FINE, frame(0x16, 0, 77, number(1)), get(1)),
                row(
                        "4.1 the reserved bit is ignored",
                        FINE,
                        frame(PING, ACK, 0x80000000, new byte[8])),
                row("4.1 unknown flags are ignored", FINE, frame(PING, 0xfe | ACK, 0, new byte[8])),
                row(
                        "4.2 a frame may have 16384 bytes",
                        FINE,
                        post(1),
                        frame(DATA, END_STREAM, 1, new byte[16_384])),
                row(
                        "4.2 but not more",
                        "GOAWAY 1 FRAME_SIZE_ERROR",
                        post(1),
                        frame(DATA, END_STREAM, 1, new byte[16_385])),
                row(
                        "4.2 not even of an unknown type",
                        "GOAWAY 0 FRAME_SIZE_ERROR",
                        frame(0x16, 0, 0, new byte[16_385])),
                row(
                        "4.3 a block that cannot be decompressed",
                        "GOAWAY 1 COMPRESSION_ERROR",
                        frame(HEADERS, END_HEADERS | END_STREAM, 1, (byte) 0x80)),
                row(
                        "4.3 also where nobody wants it",
                        "RST_STREAM 1 PROTOCOL_ERROR, GOAWAY 1 COMPRESSION_ERROR",
                        post(1),
                        windowUpdate(1, 0),
                        frame(HEADERS, END_HEADERS | END_STREAM, 1, (byte) 0x80)),
                row(
                        "4.3 blocks are continuous: no other frame",
                        BROKEN_AFTER_ONE,
                        frame(HEADERS, 0, 1, block(request("GET"))),
                        ping(1)),
                row(
                        "4.3 not even an unknown one",
                        BROKEN_AFTER_ONE,
                        frame(HEADERS, 0, 1, block(request("GET"))),
                        frame(0x16, 0, 1)),
                row(
                        "4.3 nor of another stream",
                        BROKEN_AFTER_ONE,
                        frame(HEADERS, 0, 1, block(request("GET"))),
                        frame(CONTINUATION, END_HEADERS, 3, block("a: b"))),
                row(
                        "4.3 nor another block",
                        BROKEN_AFTER_ONE,
                        frame(HEADERS, 0, 1, block(request("GET"))),
                        headers(1, true, "a: b")),
                row("5.1 idle: DATA", BROKEN, data(1, "x", true)),
                row("5.1 idle: RST_STREAM", BROKEN, reset(1, 8)),
                row("5.1 idle: WINDOW_UPDATE", BROKEN, windowUpdate(1, 1)),
                row(
                        "5.1 idle: CONTINUATION",
                        BROKEN,
                        frame(CONTINUATION, END_HEADERS, 1, block("a: b"))),
                row("5.1 idle: PRIORITY", FINE, priority(1, 0), priority(3, 0)),
                row("5.1 half closed: DATA", "GOAWAY 1 STREAM_CLOSED", get(1), data(1, "x", true)),
                row(
                        "5.1 half closed: HEADERS",
                        "GOAWAY 1 STREAM_CLOSED",
                        get(1),
                        headers(1, true, "a: b")),
                row(
                        "5.1 half closed: CONTINUATION",
                        BROKEN_AFTER_ONE,
                        get(1),
                        frame(CONTINUATION, END_HEADERS, 1, block("a: b"))),
                row(
                        "5.1 half closed: WINDOW_UPDATE, PRIORITY, RST_STREAM",
                        FINE,
                        get(1),
                        windowUpdate(1, 1),
                        priority(1, 0),
                        reset(1, 8)),
                row(
                        "5.1 closed by the peer: DATA",
                        "GOAWAY 1 STREAM_CLOSED",
                        post(1),
                        reset(1, 8),
                        data(1, "x", true)),
                row(
                        "5.1 closed by the peer: HEADERS",
                        "GOAWAY 1 STREAM_CLOSED",
                        post(1),
                        reset(1, 8),
                        headers(1, true, "a: b")),
                row(
                        "5.1 closed: WINDOW_UPDATE, PRIORITY, RST_STREAM",
                        FINE,
                        post(1),
                        reset(1, 8),
                        windowUpdate(1, 1),
                        priority(1, 0),
                        reset(1, 8)),
                row("5.1.1 clients use odd numbers", BROKEN, get(2)),
                row("5.1.1 numbers grow", "GOAWAY 5 STREAM_CLOSED", get(5), get(3)),
                row("5.1.1 some may be left out", FINE, get(5), get(9)),
                row("5.3.1 a stream cannot depend on itself: PRIORITY", BROKEN, priority(1, 1)),
                row(
                        "5.3.1 a stream cannot depend on itself: HEADERS",
                        BROKEN,
                        frame(
                                HEADERS,
                                END_HEADERS | END_STREAM | WITH_PRIORITY,
                                1,
                                join(number(1), new byte[] {0}, block(request("GET"))))),
                row(
                        "5.5 ALTSVC, ORIGIN and PRIORITY_UPDATE are ignored",
                        FINE,
                        frame(0xa, 0, 0, new byte[4]),
                        frame(0xc, 0, 0, new byte[4]),
                        frame(0x10, 0, 0, new byte[4])),
                row("6.1 DATA on stream 0", BROKEN, frame(DATA, END_STREAM, 0)),
                row(
                        "6.1 padding as long as the payload",
                        BROKEN_AFTER_ONE,
                        post(1),
                        frame(DATA, PADDED, 1, (byte) 3, (byte) 0, (byte) 0)),
                row(
                        "6.1 padding without a length",
                        "GOAWAY 1 FRAME_SIZE_ERROR",
                        post(1),
                        frame(DATA, PADDED, 1)),
                row(
                        "6.1 nothing but padding",
                        FINE,
                        post(1),
                        frame(DATA, PADDED | END_STREAM, 1, (byte) 2, (byte) 0, (byte) 0)),
                row(
                        "6.2 HEADERS on stream 0",
                        BROKEN,
                        frame(HEADERS, END_HEADERS, 0, block("a: b"))),
                row(
                        "6.2 padding and priority",
                        FINE,
                        frame(
                                HEADERS,
                                END_HEADERS | END_STREAM | PADDED | WITH_PRIORITY,
                                1,
                                join(
                                        new byte[] {2},
                                        priorityPayload,
                                        block(request("GET")),
                                        new byte[2]))),
                row(
                        "6.2 padding longer than the rest",
                        BROKEN,
                        frame(HEADERS, END_HEADERS | PADDED, 1, (byte) 2, (byte) 0)),
                row(
                        "6.2 no room for the padding's length",
                        "GOAWAY 0 FRAME_SIZE_ERROR",
                        frame(HEADERS, END_HEADERS | PADDED, 1)),
                row(
                        "6.2 no room for the priority",
                        "GOAWAY 0 FRAME_SIZE_ERROR",
                        frame(HEADERS, END_HEADERS | WITH_PRIORITY, 1, number(0))),
                row("6.3 PRIORITY on stream 0", BROKEN, priority(0, 1)),
                row(
                        "6.3 PRIORITY of the wrong size",
                        "GOAWAY 0 FRAME_SIZE_ERROR",
                        frame(PRIORITY, 0, 1, number(0))),
                row("6.4 RST_STREAM on stream 0", BROKEN, reset(0, 8)),
                row(
                        "6.4 RST_STREAM of the wrong size",
                        "GOAWAY 1 FRAME_SIZE_ERROR",
                        post(1),
                        frame(RST_STREAM, 0, 1, (byte) 8)),
                row("6.5 SETTINGS on a stream", BROKEN, frame(SETTINGS, 0, 1)),
                row(
                        "6.5 SETTINGS of the wrong size",
                        "GOAWAY 0 FRAME_SIZE_ERROR",
                        frame(SETTINGS, 0, 0, new byte[5])),
                row(
                        "6.5 an acknowledgement with a payload",
                        "GOAWAY 0 FRAME_SIZE_ERROR",
                        frame(SETTINGS, ACK, 0, new byte[6])),
                row("6.5.2 push is on or off", BROKEN, settings(2, 2)),
                row("6.5.2 a client may allow push", FINE, settings(2, 1)),
                row(
                        "6.5.2 windows have 31 bits",
                        "GOAWAY 0 FLOW_CONTROL_ERROR",
                        settings(4, 0x80000000)),
                row("6.5.2 frames are not smaller than 16384", BROKEN, settings(5, 16_383)),
                row("6.5.2 frames have 24 bits", BROKEN, settings(5, 0x1000000)),
                row("6.5.2 other settings are ignored", FINE, settings(0x99, 1, 6, 1)),
                row("RFC 8441, 3: extended CONNECT is on or off", BROKEN, settings(8, 2)),
                row("RFC 8441, 3: and stays on", BROKEN, settings(8, 1), settings(8, 0)),
                row("6.5.3 nothing to acknowledge", BROKEN, settingsAck()),
                row(
                        "6.6 clients do not push",
                        BROKEN_AFTER_ONE,
                        post(1),
                        frame(PUSH_PROMISE, END_HEADERS, 1, number(2))),
                row("6.7 PING on a stream", BROKEN, frame(PING, 0, 1, new byte[8])),
                row(
                        "6.7 PING of the wrong size",
                        "GOAWAY 0 FRAME_SIZE_ERROR",
                        frame(PING, 0, 0, new byte[7])),
                row("6.7 an answer nobody asked for", FINE, frame(PING, ACK, 0, new byte[8])),
                row("6.8 GOAWAY on a stream", BROKEN, frame(GOAWAY, 0, 1, new byte[8])),
                row(
                        "6.8 GOAWAY of the wrong size",
                        "GOAWAY 0 FRAME_SIZE_ERROR",
                        frame(GOAWAY, 0, 0, new byte[7])),
                row("6.8 GOAWAY with words", FINE, frame(GOAWAY, 0, 0, new byte[20]), get(1)),
                row(
                        "6.9 WINDOW_UPDATE of the wrong size",
                        "GOAWAY 0 FRAME_SIZE_ERROR",
                        frame(WINDOW_UPDATE, 0, 0, new byte[3])),
                row("6.9 an update of nothing: connection", BROKEN, windowUpdate(0, 0)),
                row(
                        "6.9 an update of nothing: stream",
                        "RST_STREAM 1 PROTOCOL_ERROR",
                        post(1),
                        windowUpdate(1, 0)),
                row(
                        "6.9.1 a window overflows: connection",
                        "GOAWAY 0 FLOW_CONTROL_ERROR",
                        windowUpdate(0, Integer.MAX_VALUE)),
                row(
                        "6.9.1 a window overflows: stream",
                        "RST_STREAM 1 FLOW_CONTROL_ERROR",
                        post(1),
                        windowUpdate(1, Integer.MAX_VALUE)),
                row(
                        "6.9.2 a window overflows by SETTINGS",
                        "GOAWAY 1 FLOW_CONTROL_ERROR",
                        post(1),
                        windowUpdate(1, Integer.MAX_VALUE - 65_535),
                        settings(4, 65_536)),
                row("6.10 CONTINUATION on stream 0", BROKEN, frame(CONTINUATION, END_HEADERS, 0)),
                row(
                        "6.10 a block in three frames",
                        FINE,
                        frame(HEADERS, END_STREAM, 1, block(request("GET"))),
                        frame(CONTINUATION, 0, 1, block("a: b")),
                        frame(CONTINUATION, END_HEADERS, 1, block("c: d"))),
                row(
                        "6.10 CONTINUATION after the end of a block",
                        BROKEN_AFTER_ONE,
                        post(1),
                        frame(CONTINUATION, END_HEADERS, 1, block("a: b"))));
    }

    @ParameterizedTest
    @MethodSource
    void frames(Case rule) {
        var server = ServerHarness.open().answeringLater();

        server.receive(rule.frames());

        assertThat(server.answer()).isEqualTo(rule.answer());
        assertThat(server.error() == null).isEqualTo(!rule.answer().contains("GOAWAY"));
    }

    @ParameterizedTest
    @MethodSource("frames")
    void framesInSingleBytes(Case rule) {
        var server = ServerHarness.open().answeringLater();

        for (byte octet : rule.frames()) {
            server.receive(new byte[] {octet});
        }

        assertThat(server.answer()).isEqualTo(rule.answer());
    }

    /// @param rule with its section
    /// @param request the fields of the header block
    /// @param details Envoy's words if the request is malformed, empty if it is not
    record Message(String rule, String details, String... request) {
        @Override
        public String toString() {
            return rule;
        }
    }

    private static final String FIELD = "http2.invalid.header.field";
    private static final String MESSAGE = "http2.violation.of.messaging.rule";

    private static Message valid(String rule, String... request) {
        return new Message(rule, "", request);
    }

    private static Message bad(String rule, String details, String... request) {
        return new Message(rule, details, request);
    }

    private static String[] more(String... fields) {
        return with(request("GET"), fields);
    }

    static List<Message> messages() {
        return List.of(
                valid("8.2 a request", request("GET")),
                bad("8.2.1 upper case in a name", FIELD, more("Accept: x")),
                bad("8.2.1 a name without a letter", FIELD, more(": x")),
                bad("8.2.1 a blank in a name", FIELD, more("a b: x")),
                bad("8.2.1 a colon in a name", FIELD, more("a:b: x")),
                bad("8.2.1 a control character in a name", FIELD, more("a\0b: x")),
                bad("8.2.1 a byte above 127 in a name", FIELD, more("\u00e4: x")),
                bad("8.2.1 NUL in a value", FIELD, more("a: \0")),
                bad("8.2.1 CR in a value", FIELD, more("a: b\rc")),
                bad("8.2.1 LF in a value", FIELD, more("a: b\nc")),
                valid("8.2.1 a tab or a byte above 127 in a value", more("a: b\tc\u00e4")),
                valid("8.2.1 a value without bytes", more("a: ")),
                valid("8.2.1 blanks around a value, as in Envoy", more("a:  b ")),
                bad("8.2.2 connection", FIELD, more("connection: close")),
                bad("8.2.2 keep-alive", FIELD, more("keep-alive: 1")),
                bad("8.2.2 proxy-connection", FIELD, more("proxy-connection: x")),
                bad("8.2.2 transfer-encoding", FIELD, more("transfer-encoding: chunked")),
                bad("8.2.2 upgrade", FIELD, more("upgrade: websocket")),
                valid("8.2.2 te: trailers", more("te: trailers")),
                bad("8.2.2 te: anything else", FIELD, more("te: gzip")),
                bad("8.2.2 te: not even among others", FIELD, more("te: trailers, gzip")),
                bad("8.3 an unknown pseudo-header", FIELD, with(request("GET"), ":other: x")),
                bad("8.3 a pseudo-header of responses", FIELD, more(":status: 200")),
                bad(
                        "8.3 a pseudo-header after a header",
                        FIELD,
                        ":method: GET",
                        ":scheme: http",
                        "a: b",
                        ":path: /"),
                bad("8.3 a pseudo-header twice", FIELD, more(":path: /")),
                bad("8.3.1 no method", MESSAGE, ":scheme: http", ":authority: a", ":path: /"),
                bad("8.3.1 no scheme", MESSAGE, ":method: GET", ":authority: a", ":path: /"),
                bad("8.3.1 no path", MESSAGE, ":method: GET", ":scheme: http", ":authority: a"),
                bad(
                        "8.3.1 a path without bytes",
                        FIELD,
                        ":method: GET",
                        ":scheme: http",
                        ":path: "),
                bad(
                        "8.3.1 a path that does not begin with a slash",
                        MESSAGE,
                        ":method: GET",
                        ":scheme: http",
                        ":authority: a",
                        ":path: a"),
                bad(
                        "8.3.1 a path with a blank",
                        FIELD,
                        ":method: GET",
                        ":scheme: http",
                        ":path: /a b"),
                valid(
                        "8.3.1 an asterisk for OPTIONS",
                        ":method: OPTIONS",
                        ":scheme: http",
                        ":authority: a",
                        ":path: *"),
                bad(
                        "8.3.1 an asterisk for others",
                        MESSAGE,
                        ":method: GET",
                        ":scheme: http",
                        ":authority: a",
                        ":path: *"),
                bad(
                        "8.3.1 a method that is no token",
                        FIELD,
                        ":method: G T",
                        ":scheme: http",
                        ":path: /"),
                bad(
                        "8.3.1 an authority with what no host has",
                        FIELD,
                        ":method: GET",
                        ":scheme: http",
                        ":authority: a/b",
                        ":path: /"),
                valid("8.3.1 no authority", ":method: GET", ":scheme: http", ":path: /"),
                bad("8.3.1 :protocol unless allowed", FIELD, more(":protocol: websocket")),
                valid("8.5 CONNECT", ":method: CONNECT", ":authority: a:1"),
                bad(
                        "8.5 CONNECT with a path",
                        MESSAGE,
                        ":method: CONNECT",
                        ":authority: a:1",
                        ":path: /"),
                bad(
                        "8.5 CONNECT with a scheme",
                        MESSAGE,
                        ":method: CONNECT",
                        ":authority: a:1",
                        ":scheme: http"),
                bad("8.5 CONNECT without an authority", MESSAGE, ":method: CONNECT"),
                bad("8.1.1 content that does not come", MESSAGE, more("content-length: 1")),
                valid("8.1.1 no content", more("content-length: 0")),
                bad("8.1.1 a length that is no number", FIELD, more("content-length: 0x1")),
                bad("8.1.1 a length with a sign", FIELD, more("content-length: +0")),
                bad("8.1.1 two lengths", FIELD, more("content-length: 0", "content-length: 0")));
    }

    @ParameterizedTest
    @MethodSource
    void messages(Message message) {
        var server = ServerHarness.open().answeringLater();

        server.receive(headers(1, true, message.request()));

        if (message.details().isEmpty()) {
            assertThat(server.exchange(0).complete).isTrue();
            assertThat(server.error()).isNull();
            return;
        }
        assertThat(server.exchange(0).headers).isNull();
        assertThat(server.answer()).isEqualTo("GOAWAY 1 PROTOCOL_ERROR");
        assertThat(server.exchange(0).response.control().details()).isEqualTo(message.details());
        assertThat(server.error()).isNotNull();
        assertThat(server.error().kind()).isEqualTo(CodecError.Kind.PROTOCOL_ERROR);
        assertThat(server.counter("rx_messaging_error")).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("messages")
    void anInvalidMessageMayEndItsStreamAlone(Message message) {
        var server =
                ServerHarness.open(
                                Http2ProtocolOptions.newBuilder()
                                        .setOverrideStreamErrorOnInvalidHttpMessage(
                                                BoolValue.of(true)))
                        .answeringLater();

        server.receive(headers(1, true, message.request()), get(3));

        boolean valid = message.details().isEmpty();
        assertThat(server.answer()).isEqualTo(valid ? "" : "RST_STREAM 1 PROTOCOL_ERROR");
        assertThat(server.exchange(0).reset).isEqualTo(valid ? null : ResetReason.LOCAL_RESET);
        assertThat(server.exchange(1).complete).isTrue();
        assertThat(server.error()).isNull();
    }

    @Test
    @SuppressWarnings("deprecation") // Envoy still reads the field
    void theOldNameOfStreamErrorsCounts() {
        var server =
                ServerHarness.open(
                        Http2ProtocolOptions.newBuilder()
                                .setStreamErrorOnInvalidHttpMessaging(true));

        server.receive(headers(1, true, more("connection: close")));

        assertThat(server.answer()).isEqualTo("RST_STREAM 1 PROTOCOL_ERROR");
    }

    static List<Case> contents() {
        return List.of(
                row(
                        "more than announced",
                        BROKEN_AFTER_ONE,
                        post(1, "content-length: 1"),
                        data(1, "xy", true)),
                row(
                        "less than announced",
                        BROKEN_AFTER_ONE,
                        post(1, "content-length: 3"),
                        data(1, "xy", true)),
                row(
                        "less than announced, in several frames",
                        BROKEN_AFTER_ONE,
                        post(1, "content-length: 3"),
                        data(1, "x", false),
                        data(1, "", true)),
                row(
                        "less than announced, before trailers",
                        BROKEN_AFTER_ONE,
                        post(1, "content-length: 3"),
                        data(1, "x", false),
                        headers(1, true, "a: b")),
                row("as announced", FINE, post(1, "content-length: 2"), data(1, "xy", true)),
                row(
                        "as announced, before trailers",
                        FINE,
                        post(1, "content-length: 2"),
                        data(1, "xy", false),
                        headers(1, true, "a: b")),
                row(
                        "trailers that do not end the stream",
                        BROKEN_AFTER_ONE,
                        post(1),
                        headers(1, false, "a: b")),
                row(
                        "a pseudo-header in trailers",
                        BROKEN_AFTER_ONE,
                        post(1),
                        headers(1, true, ":path: /")),
                row(
                        "a connection's header in trailers",
                        BROKEN_AFTER_ONE,
                        post(1),
                        headers(1, true, "connection: close")));
    }

    @ParameterizedTest
    @MethodSource
    void contents(Case rule) {
        var server = ServerHarness.open().answeringLater();

        server.receive(rule.frames());

        assertThat(server.answer()).isEqualTo(rule.answer());
    }

    @Test
    void cookiesAreOneHeader() {
        var server = ServerHarness.open().answeringLater();

        server.receive(headers(1, true, more("cookie: a=b", "x: y", "cookie: c=d")));

        assertThat(server.exchange(0).headers.toString()).endsWith("x: y\ncookie: a=b; c=d\n");
    }

    @Test
    void aHostWithoutAnAuthorityIsTheAuthority() {
        var server = ServerHarness.open().answeringLater();

        server.receive(
                headers(1, true, ":method: GET", ":scheme: http", ":path: /", "host: a", "x: y"));

        assertThat(server.exchange(0).headers)
                .hasToString(":method: GET\n:scheme: http\n:authority: a\n:path: /\nx: y\n");
    }

    @Test
    void aHostBesideAnAuthorityIsDropped() {
        var server = ServerHarness.open().answeringLater();

        server.receive(headers(1, true, more("host: other")));

        assertThat(server.exchange(0).header(":authority")).isEqualTo("host");
        assertThat(server.exchange(0).header("host")).isEmpty();
    }

    @Test
    void tooManyHeadersEndTheStream() {
        var server = ServerHarness.open().answeringLater();
        String[] fields = request("GET");
        for (int index = 0; index < 97; index++) {
            fields = with(fields, "a: b");
        }

        server.receive(headers(1, true, fields), get(3));

        assertThat(server.answer()).isEqualTo("RST_STREAM 1 INTERNAL_ERROR");
        assertThat(server.exchange(0).reset).isEqualTo(ResetReason.REMOTE_RESET);
        assertThat(server.exchange(0).response.control().details())
                .isEqualTo("http2.too_many_headers");
        assertThat(server.counter("header_overflow")).isEqualTo(1);
        assertThat(server.exchange(1).complete).isTrue();
    }

    @Test
    void headersThatAreTooLongEndTheStream() {
        var server = ServerHarness.open().answeringLater();
        byte[] block = block(more("a: " + "x".repeat(60 * 1024)));
        byte[] first = java.util.Arrays.copyOf(block, 16_384);
        byte[] second = java.util.Arrays.copyOfRange(block, 16_384, 32_768);
        byte[] third = java.util.Arrays.copyOfRange(block, 32_768, 49_152);
        byte[] rest = java.util.Arrays.copyOfRange(block, 49_152, block.length);

        server.receive(
                frame(HEADERS, END_STREAM, 1, first),
                frame(CONTINUATION, 0, 1, second),
                frame(CONTINUATION, 0, 1, third),
                frame(CONTINUATION, END_HEADERS, 1, rest),
                get(3));

        assertThat(server.answer()).isEqualTo("RST_STREAM 1 INTERNAL_ERROR");
        assertThat(server.exchange(1).complete).isTrue();
    }

    @Test
    void cookiesCountAsMuchAsOtherHeaders() {
        var server = ServerHarness.open().answeringLater();
        String[] fields = request("GET");
        for (int index = 0; index < 15; index++) {
            fields = with(fields, "cookie: " + "x".repeat(4200));
        }
        byte[] block = block(fields);

        server.receive(
                frame(HEADERS, END_STREAM, 1, java.util.Arrays.copyOf(block, 16_384)),
                frame(CONTINUATION, 0, 1, java.util.Arrays.copyOfRange(block, 16_384, 32_768)),
                frame(CONTINUATION, 0, 1, java.util.Arrays.copyOfRange(block, 32_768, 49_152)),
                frame(
                        CONTINUATION,
                        END_HEADERS,
                        1,
                        java.util.Arrays.copyOfRange(block, 49_152, block.length)));

        assertThat(server.answer()).isEqualTo("RST_STREAM 1 INTERNAL_ERROR");
    }

    @Test
    void headersWithUnderscoresAreDroppedOrRefusedIfAsked() {
        var dropping = underscores(HeadersWithUnderscoresAction.DROP_HEADER);
        var refusing = underscores(HeadersWithUnderscoresAction.REJECT_REQUEST);

        dropping.receive(headers(1, true, more("a_b: c", "d: e")));
        refusing.receive(headers(1, true, more("a_b: c")));

        assertThat(dropping.exchange(0).header("a_b")).isEmpty();
        assertThat(dropping.exchange(0).header("d")).isEqualTo("e");
        assertThat(dropping.counter("dropped_headers_with_underscores")).isEqualTo(1);
        assertThat(refusing.answer()).isEqualTo("RST_STREAM 1 INTERNAL_ERROR");
        assertThat(refusing.exchange(0).response.control().details())
                .isEqualTo("http2.unexpected_underscore");
        assertThat(refusing.counter("requests_rejected_with_underscores_in_headers")).isEqualTo(1);
    }

    private static ServerHarness underscores(HeadersWithUnderscoresAction action) {
        return new ServerHarness(
                        HttpProtocolOptions.newBuilder()
                                .setHeadersWithUnderscoresAction(action)
                                .build(),
                        Http2ProtocolOptions.getDefaultInstance())
                .opened()
                .answeringLater();
    }

    @Test
    void streamsBeyondTheLimitAreRefused() {
        var server =
                ServerHarness.open(
                                Http2ProtocolOptions.newBuilder()
                                        .setMaxConcurrentStreams(UInt32Value.of(2)))
                        .answeringLater();

        server.receive(get(1), get(3), post(5), data(5, "x", true));
        server.exchange(0).response.headers(ResponseHeaders.of(204), true);
        server.receive(get(7));

        assertThat(server.answer()).isEqualTo("RST_STREAM 5 REFUSED_STREAM, HEADERS 1 END_STREAM");
        assertThat(server.counter("stream_refused_errors")).isEqualTo(1);
        assertThat(server.exchanges).hasSize(3);
    }

    @Test
    void contentBeyondTheStreamsWindowEndsTheStream() {
        var server =
                ServerHarness.open(
                                Http2ProtocolOptions.newBuilder()
                                        .setInitialStreamWindowSize(UInt32Value.of(65_535)))
                        .answeringLater();
        server.receive(post(1));
        server.exchange(0).response.control().readDisable(true);

        for (int index = 0; index < 4; index++) {
            server.receive(data(1, "x".repeat(16_384), false));
        }

        assertThat(server.answer()).isEqualTo("RST_STREAM 1 FLOW_CONTROL_ERROR");
        assertThat(server.exchange(0).reset).isEqualTo(ResetReason.LOCAL_RESET);
    }

    @Test
    void contentBeyondTheConnectionsWindowEndsTheConnection() {
        var server =
                ServerHarness.open(
                                Http2ProtocolOptions.newBuilder()
                                        .setInitialConnectionWindowSize(UInt32Value.of(65_535)))
                        .answeringLater();
        server.receive(post(1));
        server.exchange(0).response.control().readDisable(true);

        for (int index = 0; index < 4; index++) {
            server.receive(data(1, "x".repeat(16_384), false));
        }

        assertThat(server.answer()).isEqualTo("GOAWAY 1 FLOW_CONTROL_ERROR");
    }

    @Test
    void anExtendedConnectIsAnUpgrade() {
        var server =
                ServerHarness.open(Http2ProtocolOptions.newBuilder().setAllowConnect(true))
                        .answeringLater();

        server.receive(
                headers(1, false, with(request("CONNECT"), ":protocol: websocket")),
                data(1, "ping", false));
        var agreed = ResponseHeaders.of(101);
        agreed.set(io.nuncio.spi.HeaderName.UPGRADE, "websocket");
        agreed.set(io.nuncio.spi.HeaderName.CONNECTION, "Upgrade");
        var exchange = server.exchange(0);
        exchange.response.headers(agreed, false);

        assertThat(exchange.headers)
                .hasToString(
                        """
                        :method: GET
                        :scheme: http
                        :authority: host
                        :path: /path
                        upgrade: websocket
                        connection: upgrade
                        """);
        assertThat(exchange.body).hasToString("ping");
        var answer = server.wire.read(server.connection.takeWritten()).getFirst();
        assertThat(answer.payload()).containsExactly(0x88); // :status: 200, and nothing else
    }

    @Test
    void anExtendedConnectNeedsAPathAndAScheme() {
        var server = ServerHarness.open(Http2ProtocolOptions.newBuilder().setAllowConnect(true));

        server.receive(
                headers(1, false, ":method: CONNECT", ":protocol: websocket", ":authority: host"));

        assertThat(server.answer()).isEqualTo("GOAWAY 1 PROTOCOL_ERROR");
    }

    static List<Case> beginnings() {
        byte[] preface = Frames.preface();
        return List.of(
                row("3.4 not the preface", BROKEN, Frames.bytes("GET / HTTP/1.1\r\n\r\n")),
                row(
                        "3.4 almost the preface",
                        BROKEN,
                        Frames.bytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\rX")),
                row("3.4 no SETTINGS", BROKEN, preface, get(1)),
                row("3.4 an acknowledgement is none", BROKEN, preface, settingsAck()),
                row("3.4 an unknown frame is none", BROKEN, preface, frame(0x16, 0, 0)),
                row("3.4 the preface and SETTINGS", FINE, preface, settings()));
    }

    @ParameterizedTest
    @MethodSource
    void beginnings(Case rule) {
        var server = new ServerHarness();
        server.frames();

        server.receive(rule.frames());

        assertThat(server.answer()).isEqualTo(rule.answer());
    }

    @Test
    void whatComesAfterAConnectionErrorIsNotLookedAt() {
        var server = ServerHarness.open();

        server.receive(data(1, "x", true), get(1));

        assertThat(server.exchanges).isEmpty();
        assertThat(server.frames()).containsExactly("GOAWAY 0 PROTOCOL_ERROR");
    }

    @Test
    void aGoAwayDoesNotStopTheStreamsUnderWay() {
        var server = ServerHarness.open().answeringLater();

        server.receive(get(1), goAway(0, 0));
        server.exchange(0).answer("ok");

        assertThat(server.answer()).isEqualTo("HEADERS 1, DATA 1 \"ok\" END_STREAM");
    }
}
