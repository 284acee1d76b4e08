package io.nuncio.distribution;

import static io.nuncio.distribution.Http2Rule.rule;
import static io.nuncio.testkit.http2.Frame.ACK;
import static io.nuncio.testkit.http2.Frame.CONTINUATION;
import static io.nuncio.testkit.http2.Frame.DATA;
import static io.nuncio.testkit.http2.Frame.END_HEADERS;
import static io.nuncio.testkit.http2.Frame.END_STREAM;
import static io.nuncio.testkit.http2.Frame.GOAWAY;
import static io.nuncio.testkit.http2.Frame.HEADERS;
import static io.nuncio.testkit.http2.Frame.PADDED;
import static io.nuncio.testkit.http2.Frame.PING;
import static io.nuncio.testkit.http2.Frame.PREFACE;
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
import static io.nuncio.testkit.http2.Frame.message;
import static io.nuncio.testkit.http2.Frame.number;
import static io.nuncio.testkit.http2.Frame.ping;
import static io.nuncio.testkit.http2.Frame.priority;
import static io.nuncio.testkit.http2.Frame.reset;
import static io.nuncio.testkit.http2.Frame.settings;
import static io.nuncio.testkit.http2.Frame.settingsAck;
import static io.nuncio.testkit.http2.Frame.windowUpdate;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.http2.Frame;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What a client may send by the frame (RFC 9113, 3 to 7), and what it gets from us. Messages are
/// in [Http2ServerMessageRules].
final class Http2ServerRules {
    /// Frames of one connection have at most this.
    private static final int MAX_FRAME = 16_384;

    private static final byte[] NO_PRIORITY = new byte[5];

    private Http2ServerRules() {}

    /// A request without content, with more headers.
    static String[] request(String method, String... more) {
        var fields = new ArrayList<String>();
        fields.add(":method: " + method);
        fields.add(":scheme: http");
        fields.add(":authority: a");
        fields.add(":path: " + Http2Rule.PATH);
        fields.addAll(List.of(more));
        return fields.toArray(String[]::new);
    }

    static Frame get(int stream, String... more) {
        return message(stream, request("GET", more));
    }

    /// A request that goes on.
    static Frame post(int stream, String... more) {
        return headers(stream, request("POST", more));
    }

    static List<Http2Rule> all() {
        var rules = new ArrayList<Http2Rule>();
        rules.addAll(starting());
        rules.addAll(frames());
        rules.addAll(headerBlocks());
        rules.addAll(streams());
        rules.addAll(dataAndHeaders());
        rules.addAll(priorityAndReset());
        rules.addAll(settingsFrames());
        rules.addAll(pingAndGoAway());
        rules.addAll(windows());
        rules.addAll(continuations());
        return rules;
    }

    private static List<Http2Rule> starting() {
        return List.of(
                rule("3.4", "the preface and SETTINGS, then a request")
                        .fromTheStart()
                        .sends(join(PREFACE, settings().bytes(), get(1).bytes()))
                        .step(peer -> {
                            Frame first = peer.await("a frame", _ -> true);
                            assertThat(first.type()).as("the first frame").isEqualTo(SETTINGS);
                            assertThat(first.has(ACK)).isFalse();
                            peer.awaitSettingsAck();
                        })
                        .served(1),
                rule("3.4", "something else than the preface")
                        .fromTheStart()
                        .sends(latin1("GET / HTTP/1.1\r\nhost: a\r\n\r\n"))
                        .goAway("PROTOCOL_ERROR"),
                rule("3.4", "half of the preface and something else")
                        .fromTheStart()
                        .sends(latin1("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n"))
                        .goAway("PROTOCOL_ERROR"),
                rule("3.4", "the preface, and a first frame that is not SETTINGS")
                        .fromTheStart()
                        .sends(join(PREFACE, ping(1).bytes()))
                        .goAway("PROTOCOL_ERROR"),
                rule("3.4", "the preface, and an acknowledgement as the first frame")
                        .fromTheStart()
                        .sends(join(PREFACE, settingsAck().bytes()))
                        .goAway("PROTOCOL_ERROR"),
                rule("3.4", "the preface twice").sends(PREFACE).goAway("FRAME_SIZE_ERROR"));
    }

    private static List<Http2Rule> frames() {
        return List.of(
                rule("4.1", "a frame of an unknown type")
                        .sends(Frame.of(0x16, 0xff, 0, new byte[8]))
                        .ignored(),
                rule("4.1", "a frame of an unknown type, on a stream, between others of it")
                        .sends(post(1), Frame.of(0x16, 0, 1, new byte[8]), lastData(1, "x"))
                        .served(1),
                rule("4.1", "flags that are not defined")
                        .sends(Frame.of(PING, 0xfe, 0, new byte[8]))
                        .step(peer ->
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
                                        block(request("GET"))))
                        .served(1),
                rule("4.2", "DATA of 16,384 bytes")
                        .sends(post(1), Frame.of(DATA, END_STREAM, 1, new byte[MAX_FRAME]))
                        .served(1),
                rule("4.2", "DATA of 16,385 bytes")
                        .sends(post(1), Frame.of(DATA, END_STREAM, 1, new byte[MAX_FRAME + 1]))
                        .goAway("FRAME_SIZE_ERROR")
                        .afterGood(),
                rule("4.2", "HEADERS of 16,384 bytes")
                        .sends(message(1, request("GET", "x: " + "y".repeat(largestValue()))))
                        .served(1),
                rule("4.2", "HEADERS of more than 16,384 bytes")
                        .sends(message(1, request("GET", "x: " + "y".repeat(MAX_FRAME))))
                        .goAway("FRAME_SIZE_ERROR"),
                rule("4.2", "a frame of an unknown type of 16,385 bytes")
                        .sends(Frame.of(0x16, 0, 0, new byte[MAX_FRAME + 1]))
                        .goAway("FRAME_SIZE_ERROR"));
    }

    /// So much fits in one frame; the length of the value takes two bytes more.
    private static int largestValue() {
        return MAX_FRAME - block(request("GET", "x: ")).length - 2;
    }

    private static List<Http2Rule> headerBlocks() {
        return List.of(
                rule("4.3", "a header block that cannot be decoded")
                        .sends(Frame.of(HEADERS, END_HEADERS | END_STREAM, 1, (byte) 0x80))
                        .goAway("COMPRESSION_ERROR"),
                rule("4.3", "one that cannot be decoded, on a stream that was reset")
                        .sends(post(1), reset(1, "CANCEL"))
                        .sends(Frame.of(HEADERS, END_HEADERS | END_STREAM, 3, (byte) 0x80))
                        .goAway("COMPRESSION_ERROR")
                        .afterGood(),
                rule("4.3", "PRIORITY within a header block")
                        .sends(
                                Frame.of(HEADERS, END_STREAM, 1, block(request("GET"))),
                                priority(1, 0, 16))
                        .goAway("PROTOCOL_ERROR"),
                rule("4.3", "HEADERS of another stream within a header block")
                        .sends(Frame.of(HEADERS, END_STREAM, 1, block(request("GET"))), get(3))
                        .goAway("PROTOCOL_ERROR"),
                rule("4.3", "HEADERS of the same stream within a header block")
                        .sends(Frame.of(HEADERS, END_STREAM, 1, block(request("GET"))), get(1))
                        .goAway("PROTOCOL_ERROR"),
                rule("4.3", "CONTINUATION of another stream within a header block")
                        .sends(
                                Frame.of(HEADERS, END_STREAM, 1, block(request("GET"))),
                                Frame.of(CONTINUATION, END_HEADERS, 3, block("x: y")))
                        .goAway("PROTOCOL_ERROR"),
                rule("4.3", "DATA within a header block")
                        .sends(Frame.of(HEADERS, 0, 1, block(request("POST"))), lastData(1, "x"))
                        .goAway("PROTOCOL_ERROR"),
                rule("4.3", "a block that refers to one of a stream that was reset")
                        .sends(
                                Frame.of(
                                        HEADERS,
                                        END_HEADERS,
                                        1,
                                        join(
                                                block(request("POST")),
                                                new byte[] {0x40, 1, 'x', 1, 'y'})),
                                reset(1, "CANCEL"),
                                Frame.of(
                                        HEADERS,
                                        END_HEADERS | END_STREAM,
                                        3,
                                        join(block(request("GET")), new byte[] {(byte) 0xbe})))
                        .served(3));
    }

    private static List<Http2Rule> streams() {
        return List.of(
                rule("5.1", "idle: DATA").sends(lastData(1, "x")).goAway("PROTOCOL_ERROR"),
                rule("5.1", "idle: RST_STREAM").sends(reset(1, "CANCEL")).goAway("PROTOCOL_ERROR"),
                rule("5.1", "idle: WINDOW_UPDATE")
                        .sends(windowUpdate(1, 1))
                        .goAway("PROTOCOL_ERROR"),
                rule("5.1", "idle: CONTINUATION")
                        .sends(Frame.of(CONTINUATION, END_HEADERS, 1, block(request("GET"))))
                        .goAway("PROTOCOL_ERROR"),
                rule("5.1", "idle: PRIORITY").sends(priority(1, 0, 16), get(1)).served(1),
                rule("5.1", "half-closed: DATA")
                        .sends(get(1), lastData(1, "x"))
                        .goAway("STREAM_CLOSED")
                        .afterGood(),
                rule("5.1", "half-closed: HEADERS")
                        .sends(get(1), get(1))
                        .goAway("STREAM_CLOSED")
                        .afterGood(),
                rule("5.1", "half-closed: CONTINUATION")
                        .sends(get(1), Frame.of(CONTINUATION, END_HEADERS, 1, block("x: y")))
                        .goAway("PROTOCOL_ERROR")
                        .afterGood(),
                rule("5.1", "half-closed: WINDOW_UPDATE and PRIORITY")
                        .sends(get(1), windowUpdate(1, 1), priority(1, 0, 16))
                        .served(1),
                rule("5.1", "half-closed: RST_STREAM")
                        .sends(get(1), reset(1, "CANCEL"))
                        .ignored()
                        .afterGood()
                        .counts("http2.rx_reset"),
                rule("5.1", "closed by RST_STREAM: DATA")
                        .sends(post(1), reset(1, "CANCEL"), lastData(1, "x"))
                        .goAway("STREAM_CLOSED")
                        .afterGood(),
                rule("5.1", "closed by RST_STREAM: HEADERS")
                        .sends(post(1), reset(1, "CANCEL"), get(1))
                        .goAway("STREAM_CLOSED")
                        .afterGood(),
                rule("5.1", "closed by RST_STREAM: CONTINUATION")
                        .sends(
                                post(1),
                                reset(1, "CANCEL"),
                                Frame.of(CONTINUATION, END_HEADERS, 1, block("x: y")))
                        .goAway("PROTOCOL_ERROR")
                        .afterGood(),
                rule("5.1", "closed by END_STREAM on both sides: DATA")
                        .sends(get(1))
                        .answered(1)
                        .sends(lastData(1, "x"))
                        .goAway("STREAM_CLOSED"),
                rule("5.1", "closed by END_STREAM on both sides: HEADERS")
                        .sends(get(1))
                        .answered(1)
                        .sends(get(1))
                        .goAway("STREAM_CLOSED"),
                rule("5.1", "closed by END_STREAM on both sides: CONTINUATION")
                        .sends(get(1))
                        .answered(1)
                        .sends(Frame.of(CONTINUATION, END_HEADERS, 1, block("x: y")))
                        .goAway("PROTOCOL_ERROR"),
                rule("5.1", "closed: WINDOW_UPDATE, PRIORITY and RST_STREAM")
                        .sends(get(1))
                        .answered(1)
                        .sends(windowUpdate(1, 1), priority(1, 0, 16), reset(1, "CANCEL"))
                        .ignored(),
                rule("5.1", "reset by us: DATA that was on its way")
                        .sends(post(1), windowUpdate(1, 0))
                        .step(peer -> peer.awaitReset(1))
                        .sends(data(1, "x"), lastData(1, "y"))
                        .ignored()
                        .afterGood(),
                rule("5.1", "reset by us: trailers that were on their way")
                        .sends(post(1), windowUpdate(1, 0))
                        .step(peer -> peer.awaitReset(1))
                        .sends(message(1, "x: y"))
                        .ignored()
                        .afterGood(),
                rule("5.1.1", "HEADERS on a stream with an even number")
                        .sends(get(2))
                        .goAway("PROTOCOL_ERROR"),
                rule("5.1.1", "HEADERS on a stream below one that was used")
                        .sends(get(5))
                        .answered(5)
                        .sends(get(3))
                        .goAway("STREAM_CLOSED"),
                rule("5.1.1", "streams that are left out").sends(get(5), get(9)).served(9),
                rule("5.3.1", "PRIORITY of a stream that depends on itself")
                        .sends(priority(1, 1, 16))
                        .goAway("PROTOCOL_ERROR"),
                rule("5.3.1", "HEADERS of a stream that depends on itself")
                        .sends(
                                Frame.of(
                                        HEADERS,
                                        END_HEADERS | END_STREAM | WITH_PRIORITY,
                                        1,
                                        join(number(1), new byte[1], block(request("GET")))))
                        .goAway("PROTOCOL_ERROR"),
                rule("5.5", "extensions: ALTSVC, ORIGIN, PRIORITY_UPDATE")
                        .sends(
                                Frame.of(0xa, 0, 0, new byte[4]),
                                Frame.of(0xc, 0, 0, new byte[4]),
                                Frame.of(0x10, 0, 0, new byte[8]))
                        .ignored(),
                rule("5.5", "an extension within a header block")
                        .sends(
                                Frame.of(HEADERS, END_STREAM, 1, block(request("GET"))),
                                Frame.of(0x16, 0, 1, new byte[4]),
                                Frame.of(CONTINUATION, END_HEADERS, 1, block("x: y")))
                        .goAway("PROTOCOL_ERROR"));
    }

    private static List<Http2Rule> dataAndHeaders() {
        return List.of(
                rule("6.1", "DATA").sends(post(1), lastData(1, "test")).served(1),
                rule("6.1", "several DATA")
                        .sends(post(1), data(1, "te"), lastData(1, "st"))
                        .served(1),
                rule("6.1", "DATA with padding")
                        .sends(
                                post(1),
                                Frame.of(
                                        DATA,
                                        END_STREAM | PADDED,
                                        1,
                                        join(new byte[] {6}, latin1("test"), new byte[6])))
                        .served(1),
                rule("6.1", "DATA of nothing but padding")
                        .sends(
                                post(1),
                                Frame.of(DATA, END_STREAM | PADDED, 1, new byte[] {2, 0, 0}))
                        .served(1),
                rule("6.1", "DATA on stream 0").sends(lastData(0, "x")).goAway("PROTOCOL_ERROR"),
                rule("6.1", "DATA with more padding than payload")
                        .sends(
                                post(1),
                                Frame.of(DATA, END_STREAM | PADDED, 1, new byte[] {5, 0, 0, 0, 0}))
                        .goAway("PROTOCOL_ERROR")
                        .afterGood(),
                rule("6.1", "DATA with padding and no room for its length")
                        .sends(post(1), Frame.of(DATA, END_STREAM | PADDED, 1))
                        .goAway("FRAME_SIZE_ERROR")
                        .afterGood(),
                rule("6.2", "HEADERS with padding")
                        .sends(
                                Frame.of(
                                        HEADERS,
                                        END_HEADERS | END_STREAM | PADDED,
                                        1,
                                        join(new byte[] {6}, block(request("GET")), new byte[6])))
                        .served(1),
                rule("6.2", "HEADERS with a priority")
                        .sends(
                                Frame.of(
                                        HEADERS,
                                        END_HEADERS | END_STREAM | WITH_PRIORITY,
                                        1,
                                        join(NO_PRIORITY, block(request("GET")))))
                        .served(1),
                rule("6.2", "HEADERS with padding and a priority")
                        .sends(
                                Frame.of(
                                        HEADERS,
                                        END_HEADERS | END_STREAM | PADDED | WITH_PRIORITY,
                                        1,
                                        join(
                                                new byte[] {6},
                                                NO_PRIORITY,
                                                block(request("GET")),
                                                new byte[6])))
                        .served(1),
                rule("6.2", "HEADERS on stream 0").sends(get(0)).goAway("PROTOCOL_ERROR"),
                rule("6.2", "HEADERS with more padding than payload")
                        .sends(
                                Frame.of(
                                        HEADERS,
                                        END_HEADERS | END_STREAM | PADDED,
                                        1,
                                        join(new byte[] {(byte) 255}, block(request("GET")))))
                        .goAway("PROTOCOL_ERROR"),
                rule("6.2", "HEADERS with padding and no room for its length")
                        .sends(Frame.of(HEADERS, END_HEADERS | PADDED, 1))
                        .goAway("FRAME_SIZE_ERROR"),
                rule("6.2", "HEADERS with a priority and no room for it")
                        .sends(Frame.of(HEADERS, END_HEADERS | WITH_PRIORITY, 1, new byte[4]))
                        .goAway("FRAME_SIZE_ERROR"));
    }

    private static List<Http2Rule> priorityAndReset() {
        return List.of(
                rule("6.3", "PRIORITY: weight 1, weight 256, dependencies, exclusive ones")
                        .sends(
                                priority(1, 0, 1),
                                priority(3, 0, 256),
                                priority(5, 3, 16),
                                priority(7, 0x80000003, 16),
                                get(9))
                        .served(9),
                rule("6.3", "PRIORITY of an idle stream, then a request on a lower one")
                        .sends(priority(5, 0, 256), get(3))
                        .served(3),
                rule("6.3", "PRIORITY on stream 0")
                        .sends(priority(0, 1, 16))
                        .goAway("PROTOCOL_ERROR"),
                rule("6.3", "PRIORITY of 4 bytes")
                        .sends(Frame.of(PRIORITY, 0, 1, new byte[4]))
                        .goAway("FRAME_SIZE_ERROR"),
                rule("6.4", "RST_STREAM")
                        .sends(post(1), reset(1, "CANCEL"))
                        .ignored()
                        .afterGood()
                        .counts("http2.rx_reset"),
                rule("6.4", "RST_STREAM on stream 0")
                        .sends(reset(0, "CANCEL"))
                        .goAway("PROTOCOL_ERROR"),
                rule("6.4", "RST_STREAM of 3 bytes")
                        .sends(post(1), Frame.of(RST_STREAM, 0, 1, new byte[3]))
                        .goAway("FRAME_SIZE_ERROR")
                        .afterGood());
    }

    private static List<Http2Rule> settingsFrames() {
        return List.of(
                rule("6.5", "SETTINGS")
                        .sends(settings(3, 100))
                        .step(peer -> peer.awaitSettingsAcks(2))
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
                rule("6.5.2", "ENABLE_PUSH of 2").sends(settings(2, 2)).goAway("PROTOCOL_ERROR"),
                rule("6.5.2", "ENABLE_PUSH of 1").sends(settings(2, 1)).ignored(),
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
                rule("6.5.3", "INITIAL_WINDOW_SIZE twice in one frame: the last one holds")
                        .sends(settings(4, 100, 4, 1), get(1))
                        .step(peer -> {
                            assertThat(peer.awaitBody(1, 1).body()).hasSize(1);
                            peer.awaitPong(7);
                            assertThat(peer.messageSoFar(1).body()).hasSize(1);
                        })
                        .sends(settings(4, 100))
                        .served(1),
                rule("6.5.3", "an acknowledgement of nothing")
                        .step(peer -> peer.await("SETTINGS", frame -> frame.type() == SETTINGS))
                        .sends(settingsAck(), settingsAck())
                        .goAway("PROTOCOL_ERROR"),
                rule("6.6", "PUSH_PROMISE of a client")
                        .sends(
                                post(1),
                                Frame.of(
                                        PUSH_PROMISE,
                                        END_HEADERS,
                                        1,
                                        join(number(2), block(request("GET")))))
                        .goAway("PROTOCOL_ERROR")
                        .afterGood(),
                rule("RFC 8441, 3", "ENABLE_CONNECT_PROTOCOL of 2")
                        .sends(settings(8, 2))
                        .goAway("PROTOCOL_ERROR"),
                rule("RFC 8441, 3", "ENABLE_CONNECT_PROTOCOL that is taken back")
                        .sends(settings(8, 1), settings(8, 0))
                        .goAway("PROTOCOL_ERROR"));
    }

    private static List<Http2Rule> pingAndGoAway() {
        return List.of(
                rule("6.7", "PING").step(peer -> peer.awaitPong(0x1122334455667788L)).ignored(),
                rule("6.7", "an answer to PING that nobody asked for")
                        .sends(Frame.of(PING, ACK, 0, new byte[8]))
                        .step(peer -> {
                            peer.awaitPong(1);
                            assertThat(peer.frames().stream().filter(frame -> frame.type() == PING))
                                    .hasSize(1);
                        })
                        .ignored(),
                rule("6.7", "PING on a stream")
                        .sends(Frame.of(PING, 0, 1, new byte[8]))
                        .goAway("PROTOCOL_ERROR"),
                rule("6.7", "PING of 6 bytes")
                        .sends(Frame.of(PING, 0, 0, new byte[6]))
                        .goAway("FRAME_SIZE_ERROR"),
                rule("6.8", "GOAWAY: streams that are open are served")
                        .sends(post(1), goAway(0, "NO_ERROR"), lastData(1, "x"))
                        .served(1),
                rule("6.8", "GOAWAY on a stream")
                        .sends(Frame.of(GOAWAY, 0, 1, new byte[8]))
                        .goAway("PROTOCOL_ERROR"),
                rule("6.8", "GOAWAY of 7 bytes")
                        .sends(Frame.of(GOAWAY, 0, 0, new byte[7]))
                        .goAway("FRAME_SIZE_ERROR"),
                rule("7", "RST_STREAM with an error that is not defined")
                        .sends(post(1), Frame.of(RST_STREAM, 0, 1, number(0xff)))
                        .ignored()
                        .afterGood(),
                rule("7", "GOAWAY with an error that is not defined")
                        .sends(get(1), Frame.of(GOAWAY, 0, 0, join(number(0), number(0xff))))
                        .served(1));
    }

    private static List<Http2Rule> windows() {
        return List.of(
                rule("6.9", "WINDOW_UPDATE of the connection").sends(windowUpdate(0, 1)).ignored(),
                rule("6.9", "WINDOW_UPDATE of a stream")
                        .sends(post(1), windowUpdate(1, 1), lastData(1, "x"))
                        .served(1),
                rule("6.9", "WINDOW_UPDATE of 0, connection")
                        .sends(windowUpdate(0, 0))
                        .goAway("PROTOCOL_ERROR"),
                rule("6.9", "WINDOW_UPDATE of 0, stream")
                        .sends(post(1), windowUpdate(1, 0))
                        .reset(1, "PROTOCOL_ERROR")
                        .afterGood(),
                rule("6.9", "WINDOW_UPDATE of 3 bytes")
                        .sends(Frame.of(WINDOW_UPDATE, 0, 0, new byte[3]))
                        .goAway("FRAME_SIZE_ERROR"),
                rule("6.9.1", "a window of 1 byte, a request, and a window of 1 byte more")
                        .sends(settings(4, 1), get(1))
                        .step(peer -> assertThat(peer.awaitBody(1, 1).body()).hasSize(1))
                        .sends(windowUpdate(1, 1))
                        .answered(1)
                        .sends(settings(4, 100))
                        .served(1),
                rule("6.9.1", "WINDOW_UPDATE beyond 2^31-1, connection")
                        .sends(windowUpdate(0, Integer.MAX_VALUE), windowUpdate(0, 1))
                        .goAway("FLOW_CONTROL_ERROR"),
                rule("6.9.1", "WINDOW_UPDATE beyond 2^31-1, stream")
                        .sends(
                                post(1),
                                windowUpdate(1, Integer.MAX_VALUE - 65_535),
                                windowUpdate(1, 1))
                        .reset(1, "FLOW_CONTROL_ERROR")
                        .afterGood(),
                rule("6.9.2", "INITIAL_WINDOW_SIZE that changes while a response waits")
                        .sends(settings(4, 0), get(1))
                        .step(peer -> peer.awaitHeaders(1))
                        .sends(settings(4, 1))
                        .step(peer -> peer.awaitBody(1, 1))
                        .sends(settings(4, 100))
                        .served(1),
                rule("6.9.2", "a window that becomes negative")
                        .sends(settings(4, 1), get(1))
                        .step(peer -> peer.awaitBody(1, 1))
                        .sends(settings(4, 0))
                        .sends(windowUpdate(1, 1))
                        .step(peer -> {
                            peer.awaitPong(1);
                            assertThat(peer.messageSoFar(1).body()).hasSize(1);
                        })
                        .sends(windowUpdate(1, 1))
                        .answered(1)
                        .sends(settings(4, 100))
                        .served(1),
                rule("6.9.2", "a window that SETTINGS brings beyond 2^31-1")
                        .sends(
                                post(1),
                                windowUpdate(1, Integer.MAX_VALUE - 65_535),
                                settings(4, 65_536))
                        .goAway("FLOW_CONTROL_ERROR")
                        .afterGood());
    }

    private static List<Http2Rule> continuations() {
        return List.of(
                rule("6.10", "a header block in three frames")
                        .sends(
                                Frame.of(HEADERS, END_STREAM, 1, block(request("GET"))),
                                Frame.of(CONTINUATION, 0, 1, block("x: y")),
                                Frame.of(CONTINUATION, END_HEADERS, 1, block("z: y")))
                        .served(1),
                rule("6.10", "a header block that is cut within a field")
                        .sends(
                                Frame.of(
                                        HEADERS,
                                        END_STREAM,
                                        1,
                                        Arrays.copyOf(block(request("GET")), 20)),
                                Frame.of(
                                        CONTINUATION,
                                        END_HEADERS,
                                        1,
                                        Arrays.copyOfRange(
                                                block(request("GET")),
                                                20,
                                                block(request("GET")).length)))
                        .served(1),
                rule("6.10", "CONTINUATION on stream 0")
                        .sends(
                                Frame.of(HEADERS, END_STREAM, 1, block(request("GET"))),
                                Frame.of(CONTINUATION, END_HEADERS, 0, block("x: y")))
                        .goAway("PROTOCOL_ERROR"),
                rule("6.10", "CONTINUATION after HEADERS with END_HEADERS")
                        .sends(post(1), Frame.of(CONTINUATION, END_HEADERS, 1, block("x: y")))
                        .goAway("PROTOCOL_ERROR")
                        .afterGood(),
                rule("6.10", "CONTINUATION after CONTINUATION with END_HEADERS")
                        .sends(
                                Frame.of(HEADERS, 0, 1, block(request("POST"))),
                                Frame.of(CONTINUATION, END_HEADERS, 1, block("x: y")),
                                Frame.of(CONTINUATION, END_HEADERS, 1, block("x: y")))
                        .goAway("PROTOCOL_ERROR")
                        .afterGood(),
                rule("6.10", "CONTINUATION after DATA")
                        .sends(
                                post(1),
                                data(1, "x"),
                                Frame.of(CONTINUATION, END_HEADERS, 1, block("x: y")))
                        .goAway("PROTOCOL_ERROR")
                        .afterGood());
    }
}
