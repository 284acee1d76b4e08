package io.nuncio.distribution;

import static io.nuncio.distribution.Http2ClientRule.AFTER;
import static io.nuncio.distribution.Http2ClientRule.BEFORE;
import static io.nuncio.distribution.Http2ClientRule.SERVED;
import static io.nuncio.distribution.Http2ClientRule.rule;
import static io.nuncio.testkit.http2.Frame.ACK;
import static io.nuncio.testkit.http2.Frame.CONTINUATION;
import static io.nuncio.testkit.http2.Frame.DATA;
import static io.nuncio.testkit.http2.Frame.END_HEADERS;
import static io.nuncio.testkit.http2.Frame.END_STREAM;
import static io.nuncio.testkit.http2.Frame.GOAWAY;
import static io.nuncio.testkit.http2.Frame.HEADERS;
import static io.nuncio.testkit.http2.Frame.PADDED;
import static io.nuncio.testkit.http2.Frame.PING;
import static io.nuncio.testkit.http2.Frame.PRIORITY;
import static io.nuncio.testkit.http2.Frame.PUSH_PROMISE;
import static io.nuncio.testkit.http2.Frame.RST_STREAM;
import static io.nuncio.testkit.http2.Frame.SETTINGS;
import static io.nuncio.testkit.http2.Frame.WINDOW_UPDATE;
import static io.nuncio.testkit.http2.Frame.WITH_PRIORITY;
import static io.nuncio.testkit.http2.Frame.block;
import static io.nuncio.testkit.http2.Frame.data;
import static io.nuncio.testkit.http2.Frame.goAway;
import static io.nuncio.testkit.http2.Frame.headers;
import static io.nuncio.testkit.http2.Frame.join;
import static io.nuncio.testkit.http2.Frame.lastData;
import static io.nuncio.testkit.http2.Frame.latin1;
import static io.nuncio.testkit.http2.Frame.number;
import static io.nuncio.testkit.http2.Frame.ping;
import static io.nuncio.testkit.http2.Frame.priority;
import static io.nuncio.testkit.http2.Frame.settings;
import static io.nuncio.testkit.http2.Frame.settingsAck;
import static io.nuncio.testkit.http2.Frame.windowUpdate;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.http2.Frame;

import java.util.ArrayList;
import java.util.List;

/// What a server may send by the frame (RFC 9113, 3 to 7), and what it gets from us. Messages are
/// in [Http2ClientMessageRules].
final class Http2ClientRules {
    /// A cluster whose streams have windows of 65,535 bytes.
    static final String SMALL_STREAMS = "small-streams";

    /// A cluster whose connections have windows of 65,535 bytes.
    static final String SMALL_CONNECTIONS = "small-connections";

    /// Frames of one connection have at most this.
    private static final int MAX_FRAME = 16_384;

    private static final byte[] NO_PRIORITY = new byte[5];

    private static final String STATUS = ":status: 200";
    private static final String REFUSED =
            "503 upstream_reset_before_response_started{remote_refused_stream_reset} UR";
    private static final String RESET =
            "503 upstream_reset_before_response_started{remote_reset} UR";
    private static final String RESET_AFTER =
            "200 upstream_reset_after_response_started{remote_reset} UR";

    private Http2ClientRules() {}

    /// A response without content.
    static Frame ok(int stream) {
        return Frame.message(stream, STATUS);
    }

    /// A response that goes on.
    static Frame response(int stream) {
        return headers(stream, STATUS);
    }

    static List<Http2ClientRule> all() {
        var rules = new ArrayList<Http2ClientRule>();
        rules.addAll(starting());
        rules.addAll(frames());
        rules.addAll(headerBlocks());
        rules.addAll(idleStreams());
        rules.addAll(closedStreams());
        rules.addAll(data());
        rules.addAll(headersFrames());
        rules.addAll(priorityAndReset());
        rules.addAll(settingsFrames());
        rules.addAll(obeyedSettings());
        rules.addAll(pings());
        rules.addAll(goAways());
        rules.addAll(windows());
        rules.addAll(overflows());
        rules.addAll(continuations());
        return rules;
    }

    private static List<Http2ClientRule> starting() {
        return List.of(
                rule("3.4", "SETTINGS, then a response").sends(ok(1)).served(),
                rule("3.4", "a first frame that is not SETTINGS")
                        .fromTheStart()
                        .sends(ping(1))
                        .goAway("PROTOCOL_ERROR"),
                rule("3.4", "a response before SETTINGS")
                        .fromTheStart()
                        .sends(ok(1))
                        .goAway("PROTOCOL_ERROR"),
                rule("3.4", "an acknowledgement as the first frame")
                        .fromTheStart()
                        .sends(settingsAck())
                        .goAway("PROTOCOL_ERROR"),
                rule("3.4", "a response of HTTP/1")
                        .fromTheStart()
                        .sends(latin1("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n"))
                        .goAway("FRAME_SIZE_ERROR"));
    }

    private static List<Http2ClientRule> frames() {
        return List.of(
                rule("4.1", "a frame of an unknown type")
                        .sends(Frame.of(0x16, 0xff, 0, new byte[8]))
                        .ignored(),
                rule("4.1", "a frame of an unknown type, on a stream, between others of it")
                        .sends(response(1), Frame.of(0x16, 0, 1, new byte[8]), lastData(1, "x"))
                        .served(),
                rule("4.1", "flags that are not defined")
                        .sends(Frame.of(PING, 0xfe, 0, new byte[8]))
                        .upstream(peer ->
                                peer.await(
                                        "an answer to PING",
                                        frame -> frame.type() == PING && frame.has(ACK)))
                        .ignored(),
                rule("4.1", "the reserved bit of the stream's number")
                        .sends(
                                Frame.of(
                                        HEADERS,
                                        END_HEADERS | END_STREAM,
                                        0x80000001,
                                        block(STATUS)))
                        .served(),
                rule("4.2", "DATA of 16,384 bytes")
                        .sends(response(1), Frame.of(DATA, END_STREAM, 1, new byte[MAX_FRAME]))
                        .served(),
                rule("4.2", "DATA of 16,385 bytes")
                        .sends(response(1))
                        .client(peer -> peer.awaitHeaders(1))
                        .sends(Frame.of(DATA, END_STREAM, 1, new byte[MAX_FRAME + 1]))
                        .goAwayAfterHeaders("FRAME_SIZE_ERROR"),
                rule("4.2", "HEADERS of 16,384 bytes")
                        .sends(Frame.message(1, STATUS, "x: " + "y".repeat(largestValue())))
                        .served(),
                rule("4.2", "HEADERS of more than 16,384 bytes")
                        .sends(Frame.message(1, STATUS, "x: " + "y".repeat(MAX_FRAME)))
                        .goAway("FRAME_SIZE_ERROR"),
                rule("4.2", "a frame of an unknown type of 16,385 bytes")
                        .sends(Frame.of(0x16, 0, 0, new byte[MAX_FRAME + 1]))
                        .goAway("FRAME_SIZE_ERROR"));
    }

    /// So much fits in one frame; the length of the value takes two bytes more.
    private static int largestValue() {
        return MAX_FRAME - block(STATUS, "x: ").length - 2;
    }

    private static List<Http2ClientRule> headerBlocks() {
        Frame begun = Frame.of(HEADERS, END_STREAM, 1, block(STATUS));
        return List.of(
                rule("4.3", "a header block that cannot be decoded")
                        .sends(Frame.of(HEADERS, END_HEADERS | END_STREAM, 1, (byte) 0x80))
                        .goAway("COMPRESSION_ERROR"),
                rule("4.3", "trailers that cannot be decoded")
                        .sends(response(1))
                        .client(peer -> peer.awaitHeaders(1))
                        .sends(Frame.of(HEADERS, END_HEADERS | END_STREAM, 1, (byte) 0x80))
                        .goAwayAfterHeaders("COMPRESSION_ERROR"),
                rule("4.3", "PRIORITY within a header block")
                        .sends(begun, priority(1, 0, 16))
                        .goAway("PROTOCOL_ERROR"),
                rule("4.3", "HEADERS within a header block")
                        .sends(begun, ok(1))
                        .goAway("PROTOCOL_ERROR"),
                rule("4.3", "CONTINUATION of another stream within a header block")
                        .sends(begun, Frame.of(CONTINUATION, END_HEADERS, 3, block("x: y")))
                        .goAway("PROTOCOL_ERROR"),
                rule("4.3", "DATA within a header block")
                        .sends(Frame.of(HEADERS, 0, 1, block(STATUS)), lastData(1, "x"))
                        .goAway("PROTOCOL_ERROR"),
                rule("4.3", "PING within a header block")
                        .sends(begun, ping(1))
                        .goAway("PROTOCOL_ERROR"),
                rule("4.3", "a block that refers to one of a stream that was reset")
                        .post()
                        .client(peer -> peer.send(Frame.reset(1, "CANCEL")))
                        .upstream(peer -> peer.awaitReset(1))
                        .sends(
                                Frame.of(
                                        HEADERS,
                                        END_HEADERS,
                                        1,
                                        join(block(STATUS), new byte[] {0x40, 1, 'x', 1, 'y'})))
                        .client(peer ->
                                peer.send(
                                        Frame.message(
                                                3,
                                                ":method: GET",
                                                ":scheme: http",
                                                ":authority: a",
                                                ":path: /c/")))
                        .upstream(peer -> peer.awaitMessage(3))
                        .sends(
                                Frame.of(
                                        HEADERS,
                                        END_HEADERS | END_STREAM,
                                        3,
                                        join(block(STATUS), new byte[] {(byte) 0xbe})))
                        .client(peer -> assertThat(peer.awaitMessage(3).header("x")).isEqualTo("y"))
                        .fails("0 http2.remote_reset DR"));
    }

    private static List<Http2ClientRule> idleStreams() {
        return List.of(
                rule("5.1", "idle: HEADERS").sends(ok(3)).goAway("PROTOCOL_ERROR"),
                rule("5.1", "idle: DATA").sends(lastData(3, "x")).goAway("PROTOCOL_ERROR"),
                rule("5.1", "idle: RST_STREAM")
                        .sends(Frame.reset(3, "CANCEL"))
                        .goAway("PROTOCOL_ERROR"),
                rule("5.1", "idle: WINDOW_UPDATE")
                        .sends(windowUpdate(3, 1))
                        .goAway("PROTOCOL_ERROR"),
                rule("5.1", "idle: CONTINUATION")
                        .sends(Frame.of(CONTINUATION, END_HEADERS, 3, block(STATUS)))
                        .goAway("PROTOCOL_ERROR"),
                rule("5.1", "idle: PRIORITY").sends(priority(3, 0, 16)).ignored(),
                rule("5.1.1", "HEADERS on a stream with an even number, which was not promised")
                        .sends(ok(2))
                        .goAway("PROTOCOL_ERROR"),
                rule("5.1.1", "DATA on a stream with an even number")
                        .sends(lastData(2, "x"))
                        .goAway("PROTOCOL_ERROR"),
                rule("5.1.1", "RST_STREAM on a stream with an even number")
                        .sends(Frame.reset(2, "CANCEL"))
                        .goAway("PROTOCOL_ERROR"),
                rule("5.1.1", "WINDOW_UPDATE on a stream with an even number")
                        .sends(windowUpdate(2, 1))
                        .goAway("PROTOCOL_ERROR"),
                rule("5.3.1", "PRIORITY of a stream that depends on itself")
                        .sends(priority(1, 1, 16))
                        .goAway("PROTOCOL_ERROR"),
                rule("5.3.1", "HEADERS of a stream that depends on itself")
                        .sends(
                                Frame.of(
                                        HEADERS,
                                        END_HEADERS | END_STREAM | WITH_PRIORITY,
                                        1,
                                        join(number(1), new byte[1], block(STATUS))))
                        .goAway("PROTOCOL_ERROR"),
                rule("5.5", "extensions: ALTSVC, ORIGIN, PRIORITY_UPDATE")
                        .sends(
                                Frame.of(0xa, 0, 0, new byte[4]),
                                Frame.of(0xc, 0, 0, new byte[4]),
                                Frame.of(0x10, 0, 0, new byte[8]))
                        .ignored(),
                rule("5.5", "an extension within a header block")
                        .sends(
                                Frame.of(HEADERS, END_STREAM, 1, block(STATUS)),
                                Frame.of(0x16, 0, 1, new byte[4]))
                        .goAway("PROTOCOL_ERROR"));
    }

    private static List<Http2ClientRule> closedStreams() {
        return List.of(
                afterAll("HEADERS").sends(Frame.message(1, "x: y")).goAwayAfterAll("STREAM_CLOSED"),
                afterAll("DATA").sends(lastData(1, "x")).goAwayAfterAll("STREAM_CLOSED"),
                afterAll("CONTINUATION")
                        .sends(Frame.of(CONTINUATION, END_HEADERS, 1, block("x: y")))
                        .goAwayAfterAll("PROTOCOL_ERROR"),
                afterAll("WINDOW_UPDATE, PRIORITY and RST_STREAM")
                        .sends(windowUpdate(1, 1), priority(1, 0, 16), Frame.reset(1, "NO_ERROR"))
                        .served(),
                rule("5.1", "closed by RST_STREAM: HEADERS")
                        .sends(Frame.reset(1, "CANCEL"), ok(1))
                        .goAwayWith("STREAM_CLOSED", RESET),
                rule("5.1", "closed by RST_STREAM: DATA")
                        .sends(Frame.reset(1, "CANCEL"), lastData(1, "x"))
                        .goAwayWith("STREAM_CLOSED", RESET),
                rule("5.1", "reset by us: HEADERS, DATA and trailers that were on their way")
                        .post()
                        .client(peer -> peer.send(Frame.reset(1, "CANCEL")))
                        .upstream(peer -> peer.awaitReset(1))
                        .sends(response(1), Frame.data(1, "x"), Frame.message(1, "x: y"))
                        .fails("0 http2.remote_reset DR"),
                rule("5.1", "reset by us: RST_STREAM and WINDOW_UPDATE that were on their way")
                        .post()
                        .client(peer -> peer.send(Frame.reset(1, "CANCEL")))
                        .upstream(peer -> peer.awaitReset(1))
                        .sends(windowUpdate(1, 1), Frame.reset(1, "CANCEL"))
                        .fails("0 http2.remote_reset DR"));
    }

    private static Http2ClientRule afterAll(String frames) {
        return rule("5.1", "closed by END_STREAM on both sides: " + frames)
                .sends(ok(1))
                .client(peer -> peer.awaitMessage(1));
    }

    private static List<Http2ClientRule> data() {
        return List.of(
                rule("6.1", "DATA").sends(response(1), lastData(1, "test")).served(),
                rule("6.1", "several DATA, the last one empty")
                        .sends(
                                response(1),
                                Frame.data(1, "te"),
                                Frame.data(1, "st"),
                                lastData(1, ""))
                        .client(peer ->
                                assertThat(peer.awaitMessage(1).bodyText()).isEqualTo("test"))
                        .served(),
                rule("6.1", "DATA with padding")
                        .sends(
                                response(1),
                                Frame.of(
                                        DATA,
                                        END_STREAM | PADDED,
                                        1,
                                        join(new byte[] {6}, latin1("test"), new byte[6])))
                        .client(peer ->
                                assertThat(peer.awaitMessage(1).bodyText()).isEqualTo("test"))
                        .served(),
                rule("6.1", "DATA of nothing but padding")
                        .sends(
                                response(1),
                                Frame.of(DATA, END_STREAM | PADDED, 1, new byte[] {2, 0, 0}))
                        .served(),
                rule("6.1", "DATA on stream 0").sends(lastData(0, "x")).goAway("PROTOCOL_ERROR"),
                rule("6.1", "DATA with more padding than payload")
                        .sends(response(1))
                        .client(peer -> peer.awaitHeaders(1))
                        .sends(Frame.of(DATA, END_STREAM | PADDED, 1, new byte[] {5, 0, 0, 0, 0}))
                        .goAwayAfterHeaders("PROTOCOL_ERROR"),
                rule("6.1", "DATA with padding and no room for its length")
                        .sends(response(1))
                        .client(peer -> peer.awaitHeaders(1))
                        .sends(Frame.of(DATA, END_STREAM | PADDED, 1))
                        .goAwayAfterHeaders("FRAME_SIZE_ERROR"));
    }

    private static List<Http2ClientRule> headersFrames() {
        return List.of(
                rule("6.2", "HEADERS with padding")
                        .sends(
                                Frame.of(
                                        HEADERS,
                                        END_HEADERS | END_STREAM | PADDED,
                                        1,
                                        join(new byte[] {6}, block(STATUS), new byte[6])))
                        .served(),
                rule("6.2", "HEADERS with a priority")
                        .sends(
                                Frame.of(
                                        HEADERS,
                                        END_HEADERS | END_STREAM | WITH_PRIORITY,
                                        1,
                                        join(NO_PRIORITY, block(STATUS))))
                        .served(),
                rule("6.2", "HEADERS on stream 0").sends(ok(0)).goAway("PROTOCOL_ERROR"),
                rule("6.2", "HEADERS with more padding than payload")
                        .sends(
                                Frame.of(
                                        HEADERS,
                                        END_HEADERS | END_STREAM | PADDED,
                                        1,
                                        join(new byte[] {(byte) 255}, block(STATUS))))
                        .goAway("PROTOCOL_ERROR"),
                rule("6.2", "HEADERS with padding and no room for its length")
                        .sends(Frame.of(HEADERS, END_HEADERS | PADDED, 1))
                        .goAway("FRAME_SIZE_ERROR"),
                rule("6.2", "HEADERS with a priority and no room for it")
                        .sends(Frame.of(HEADERS, END_HEADERS | WITH_PRIORITY, 1, new byte[4]))
                        .goAway("FRAME_SIZE_ERROR"));
    }

    private static List<Http2ClientRule> priorityAndReset() {
        return List.of(
                rule("6.3", "PRIORITY").sends(priority(1, 0, 256)).ignored(),
                rule("6.3", "PRIORITY on stream 0")
                        .sends(priority(0, 1, 16))
                        .goAway("PROTOCOL_ERROR"),
                rule("6.3", "PRIORITY of 4 bytes")
                        .sends(Frame.of(PRIORITY, 0, 1, new byte[4]))
                        .goAway("FRAME_SIZE_ERROR"),
                rule("6.4", "RST_STREAM before a response")
                        .sends(Frame.reset(1, "INTERNAL_ERROR"))
                        .fails(RESET),
                rule("6.4", "RST_STREAM in the middle of a response")
                        .sends(response(1), Frame.data(1, "x"))
                        .client(peer -> peer.awaitBody(1, 1))
                        .sends(Frame.reset(1, "INTERNAL_ERROR"))
                        .fails(RESET_AFTER),
                rule("6.4", "RST_STREAM with an error that is not defined")
                        .sends(Frame.of(RST_STREAM, 0, 1, number(0xff)))
                        .fails(RESET),
                rule("6.4", "RST_STREAM on stream 0")
                        .sends(Frame.reset(0, "CANCEL"))
                        .goAway("PROTOCOL_ERROR"),
                rule("6.4", "RST_STREAM of 3 bytes")
                        .sends(Frame.of(RST_STREAM, 0, 1, new byte[3]))
                        .goAway("FRAME_SIZE_ERROR"),
                rule("8.7", "RST_STREAM with REFUSED_STREAM")
                        .sends(Frame.reset(1, "REFUSED_STREAM"))
                        .fails(REFUSED));
    }

    private static List<Http2ClientRule> settingsFrames() {
        return List.of(
                rule("6.5", "SETTINGS, again")
                        .sends(settings(3, 100))
                        .upstream(peer -> peer.awaitSettingsAcks(2))
                        .ignored(),
                rule("6.5", "SETTINGS on a stream")
                        .sends(Frame.of(SETTINGS, 0, 1))
                        .goAway("PROTOCOL_ERROR"),
                rule("6.5", "SETTINGS of 5 bytes")
                        .sends(Frame.of(SETTINGS, 0, 0, new byte[5]))
                        .goAway("FRAME_SIZE_ERROR"),
                rule("6.5", "an acknowledgement with a payload")
                        .sends(Frame.of(SETTINGS, ACK, 0, new byte[6]))
                        .goAway("FRAME_SIZE_ERROR"),
                rule("6.5.2", "ENABLE_PUSH of 1, which a server may not say")
                        .sends(settings(2, 1))
                        .goAway("PROTOCOL_ERROR"),
                rule("6.5.2", "ENABLE_PUSH of 0").sends(settings(2, 0)).ignored(),
                rule("6.5.2", "INITIAL_WINDOW_SIZE of 2^31")
                        .sends(settings(4, 0x80000000))
                        .goAway("FLOW_CONTROL_ERROR"),
                rule("6.5.2", "MAX_FRAME_SIZE of 16,383")
                        .sends(settings(5, MAX_FRAME - 1))
                        .goAway("PROTOCOL_ERROR"),
                rule("6.5.2", "MAX_FRAME_SIZE of 2^24")
                        .sends(settings(5, 1 << 24))
                        .goAway("PROTOCOL_ERROR"),
                rule("6.5.2", "settings that are not defined")
                        .sends(settings(0x99, 1, 0xffff, -1))
                        .ignored(),
                rule("6.5.3", "an acknowledgement of nothing")
                        .upstream(peer -> peer.await("SETTINGS", frame -> frame.type() == SETTINGS))
                        .sends(settingsAck(), settingsAck())
                        .goAway("PROTOCOL_ERROR"),
                rule("8.4", "PUSH_PROMISE, which we do not allow")
                        .sends(
                                Frame.of(
                                        PUSH_PROMISE,
                                        END_HEADERS,
                                        1,
                                        join(number(2), block(":method: GET", ":path: /"))))
                        .goAway("PROTOCOL_ERROR"),
                rule("6.6", "PUSH_PROMISE on stream 0")
                        .sends(
                                Frame.of(
                                        PUSH_PROMISE,
                                        END_HEADERS,
                                        0,
                                        join(number(2), block("a: b"))))
                        .goAway("PROTOCOL_ERROR"));
    }

    /// What the upstream says in SETTINGS, we do.
    private static List<Http2ClientRule> obeyedSettings() {
        return List.of(
                rule("6.5.2", "INITIAL_WINDOW_SIZE of 1: we send 1 byte")
                        .post()
                        .sends(settings(4, 1))
                        .upstream(peer -> peer.awaitPong(2))
                        .client(peer -> peer.send(lastData(1, "test")))
                        .upstream(peer -> {
                            assertThat(peer.awaitBody(1, 1).body()).hasSize(1);
                            peer.awaitPong(1);
                            assertThat(peer.messageSoFar(1).body()).hasSize(1);
                        })
                        .sends(windowUpdate(1, 10))
                        .upstream(peer ->
                                assertThat(peer.awaitMessage(1).bodyText()).isEqualTo("test"))
                        .ignored(),
                rule("6.5.2", "MAX_FRAME_SIZE that was not said: we send 16,384 bytes at most")
                        .post()
                        .client(peer -> {
                            peer.send(Frame.of(DATA, 0, 1, new byte[MAX_FRAME]));
                            peer.send(Frame.of(DATA, END_STREAM, 1, new byte[MAX_FRAME]));
                        })
                        .upstream(peer -> {
                            peer.awaitMessage(1);
                            assertThat(peer.frames())
                                    .noneMatch(frame -> frame.length() > MAX_FRAME);
                        })
                        .ignored(),
                rule("6.5.2", "HEADER_TABLE_SIZE of 0: we compress without a table")
                        .sends(settings(1, 0))
                        .ignored());
    }

    private static List<Http2ClientRule> pings() {
        return List.of(
                rule("6.7", "PING").upstream(peer -> peer.awaitPong(0x1122334455667788L)).ignored(),
                rule("6.7", "an answer to PING that nobody asked for")
                        .sends(Frame.of(PING, ACK, 0, new byte[8]))
                        .ignored(),
                rule("6.7", "PING on a stream")
                        .sends(Frame.of(PING, 0, 1, new byte[8]))
                        .goAway("PROTOCOL_ERROR"),
                rule("6.7", "PING of 6 bytes")
                        .sends(Frame.of(PING, 0, 0, new byte[6]))
                        .goAway("FRAME_SIZE_ERROR"));
    }

    private static List<Http2ClientRule> goAways() {
        return List.of(
                rule("6.8", "GOAWAY: the stream that it includes is served, no other begins")
                        .sends(goAway(1, "NO_ERROR"), ok(1))
                        .closed(SERVED),
                rule("6.8", "GOAWAY that leaves the stream out: it is refused")
                        .sends(goAway(0, "NO_ERROR"))
                        .closed(REFUSED),
                rule("6.8", "GOAWAY in two steps")
                        .sends(goAway(Integer.MAX_VALUE, "NO_ERROR"), goAway(1, "NO_ERROR"), ok(1))
                        .closed(SERVED),
                rule("6.8", "GOAWAY with an error, and the stream included")
                        .sends(goAway(1, "INTERNAL_ERROR"), ok(1))
                        .closed(SERVED),
                rule("6.8", "GOAWAY with more data than it needs")
                        .sends(
                                Frame.of(
                                        GOAWAY,
                                        0,
                                        0,
                                        join(number(1), number(0), latin1("shutting down"))),
                                ok(1))
                        .closed(SERVED),
                rule("6.8", "GOAWAY on a stream")
                        .sends(Frame.of(GOAWAY, 0, 1, new byte[8]))
                        .goAway("PROTOCOL_ERROR"),
                rule("6.8", "GOAWAY of 7 bytes")
                        .sends(Frame.of(GOAWAY, 0, 0, new byte[7]))
                        .goAway("FRAME_SIZE_ERROR"),
                rule("7", "GOAWAY with an error that is not defined")
                        .sends(Frame.of(GOAWAY, 0, 0, join(number(1), number(0xff))), ok(1))
                        .closed(SERVED));
    }

    private static List<Http2ClientRule> windows() {
        return List.of(
                rule("6.9", "WINDOW_UPDATE of the connection and of the stream")
                        .sends(windowUpdate(0, 1), windowUpdate(1, 1))
                        .ignored(),
                rule("6.9", "WINDOW_UPDATE of 0, connection")
                        .sends(windowUpdate(0, 0))
                        .goAway("PROTOCOL_ERROR"),
                rule("6.9", "WINDOW_UPDATE of 0, stream")
                        .sends(windowUpdate(1, 0))
                        .reset("PROTOCOL_ERROR", BEFORE),
                rule("6.9", "WINDOW_UPDATE of 3 bytes")
                        .sends(Frame.of(WINDOW_UPDATE, 0, 0, new byte[3]))
                        .goAway("FRAME_SIZE_ERROR"),
                rule("6.9.1", "WINDOW_UPDATE beyond 2^31-1, connection")
                        .sends(windowUpdate(0, Integer.MAX_VALUE), windowUpdate(0, 1))
                        .goAway("FLOW_CONTROL_ERROR"),
                rule("6.9.1", "WINDOW_UPDATE beyond 2^31-1, stream")
                        .sends(windowUpdate(1, Integer.MAX_VALUE - 65_535), windowUpdate(1, 1))
                        .reset("FLOW_CONTROL_ERROR", BEFORE),
                rule("6.9.2", "a window that SETTINGS brings beyond 2^31-1")
                        .sends(windowUpdate(1, Integer.MAX_VALUE - 65_535), settings(4, 65_536))
                        .goAway("FLOW_CONTROL_ERROR"),
                rule("6.9.2", "a window that becomes negative")
                        .post()
                        .sends(settings(4, 2))
                        .upstream(peer -> peer.awaitPong(2))
                        .client(peer -> peer.send(lastData(1, "test")))
                        .upstream(peer -> peer.awaitBody(1, 2))
                        .sends(settings(4, 0), windowUpdate(1, 2))
                        .upstream(peer -> {
                            peer.awaitPong(1);
                            assertThat(peer.messageSoFar(1).body()).hasSize(2);
                        })
                        .sends(windowUpdate(1, 2))
                        .upstream(peer -> peer.awaitMessage(1))
                        .ignored());
    }

    /// The downstream client takes nothing, and the proxy holds back.
    private static List<Http2ClientRule> overflows() {
        return List.of(
                tooMuch("6.9.1", "more content than the stream's window")
                        .to(SMALL_STREAMS)
                        .reset("FLOW_CONTROL_ERROR", AFTER),
                tooMuch("6.9.1", "more content than the connection's window")
                        .to(SMALL_CONNECTIONS)
                        .goAwayAfterHeaders("FLOW_CONTROL_ERROR"));
    }

    private static Http2ClientRule tooMuch(String section, String text) {
        Http2ClientRule rule =
                rule(section, text)
                        .client(peer -> peer.send(settings(4, 0)).awaitPong(2))
                        .sends(response(1))
                        .client(peer -> peer.awaitHeaders(1));
        for (int count = 0; count < 24; count++) {
            rule = rule.sends(Frame.of(DATA, 0, 1, new byte[MAX_FRAME]));
        }
        return rule;
    }

    private static List<Http2ClientRule> continuations() {
        return List.of(
                rule("6.10", "a header block in three frames")
                        .sends(
                                Frame.of(HEADERS, END_STREAM, 1, block(STATUS)),
                                Frame.of(CONTINUATION, 0, 1, block("x: y")),
                                Frame.of(CONTINUATION, END_HEADERS, 1, block("z: y")))
                        .client(peer ->
                                assertThat(peer.awaitMessage(1).headers()).contains("x: y", "z: y"))
                        .served(),
                rule("6.10", "a header block that is cut within a field")
                        .sends(
                                Frame.of(HEADERS, END_STREAM, 1, (byte) 0, (byte) 7, (byte) ':'),
                                Frame.of(
                                        CONTINUATION,
                                        END_HEADERS,
                                        1,
                                        join(latin1("status"), new byte[] {3}, latin1("200"))))
                        .served(),
                rule("6.10", "CONTINUATION on stream 0")
                        .sends(
                                Frame.of(HEADERS, END_STREAM, 1, block(STATUS)),
                                Frame.of(CONTINUATION, END_HEADERS, 0, block("x: y")))
                        .goAway("PROTOCOL_ERROR"),
                rule("6.10", "CONTINUATION without HEADERS")
                        .sends(Frame.of(CONTINUATION, END_HEADERS, 1, block(STATUS)))
                        .goAway("PROTOCOL_ERROR"),
                rule("6.10", "CONTINUATION after HEADERS with END_HEADERS")
                        .sends(response(1))
                        .client(peer -> peer.awaitHeaders(1))
                        .sends(Frame.of(CONTINUATION, END_HEADERS, 1, block("x: y")))
                        .goAwayAfterHeaders("PROTOCOL_ERROR"),
                rule("6.10", "CONTINUATION after DATA")
                        .sends(response(1), Frame.data(1, "x"))
                        .client(peer -> peer.awaitBody(1, 1))
                        .sends(Frame.of(CONTINUATION, END_HEADERS, 1, block("x: y")))
                        .goAwayAfterHeaders("PROTOCOL_ERROR"));
    }
}
