package io.nuncio.kernel.http2;

import static io.nuncio.kernel.http2.Frames.data;
import static io.nuncio.kernel.http2.Frames.get;
import static io.nuncio.kernel.http2.Frames.post;
import static io.nuncio.kernel.http2.Frames.priority;
import static io.nuncio.kernel.http2.Frames.request;
import static io.nuncio.kernel.http2.Frames.settings;
import static io.nuncio.kernel.http2.Frames.windowUpdate;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.BoolValue;
import com.google.protobuf.UInt32Value;

import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.host.CodecError;

import org.junit.jupiter.api.Test;

import java.util.Arrays;

/// What a peer may do too often.
class Http2FloodTest {
    private static final Http2ProtocolOptions.Builder DEFAULTS = Http2ProtocolOptions.newBuilder();

    private static UInt32Value number(int value) {
        return UInt32Value.of(value);
    }

    private static void assertCalmed(ServerHarness server, String counter) {
        assertThat(server.error()).isNotNull();
        assertThat(server.error().kind()).isEqualTo(CodecError.Kind.BUFFER_FLOOD);
        assertThat(server.counter(counter)).isEqualTo(1);
        assertThat(server.frames().getLast()).endsWith("ENHANCE_YOUR_CALM");
    }

    @Test
    void emptyFramesInARowAreLimited() {
        var server =
                ServerHarness.open(
                                Http2ProtocolOptions.newBuilder()
                                        .setMaxConsecutiveInboundFramesWithEmptyPayload(number(2)))
                        .answeringLater();

        server.receive(post(1), data(1, "", false), data(1, "", false));
        CodecError before = server.error();
        server.receive(data(1, "", false));

        assertThat(before).isNull();
        assertCalmed(server, "inbound_empty_frames_flood");
        assertThat(server.exchange(0).response.control().details())
                .isEqualTo("http2.inbound_empty_frames_flood");
    }

    @Test
    void paddingAloneIsEmpty() {
        var server = ServerHarness.open().answeringLater();
        byte[] padded = Frames.frame(Frames.DATA, Frames.PADDED, 1, (byte) 2, (byte) 0, (byte) 0);

        server.receive(post(1), padded, padded);

        assertCalmed(server, "inbound_empty_frames_flood");
    }

    @Test
    void contentOrAnEndStartsTheCountAnew() {
        var server = ServerHarness.open().answeringLater();

        server.receive(
                post(1),
                data(1, "", false),
                data(1, "x", false),
                data(1, "", false),
                data(1, "", true),
                post(3),
                data(3, "", false));

        assertThat(server.error()).isNull();
    }

    @Test
    void emptyContinuationsAreLimited() {
        var server = ServerHarness.open();
        byte[] begin = Frames.frame(Frames.HEADERS, 0, 1, Frames.block("a: b"));
        byte[] empty = Frames.frame(Frames.CONTINUATION, 0, 1);

        server.receive(begin, empty, empty);

        assertCalmed(server, "inbound_empty_frames_flood");
    }

    @Test
    void continuationsAreLimitedByNumber() {
        var server = ServerHarness.open();
        server.receive(Frames.frame(Frames.HEADERS, 0, 1, (byte) 0));

        for (int index = 0; index < 100 && server.error() == null; index++) {
            server.receive(Frames.frame(Frames.CONTINUATION, 0, 1, (byte) 0));
        }

        assertCalmed(server, "header_overflow");
    }

    @Test
    void continuationsAreLimitedBySize() {
        var server = ServerHarness.open();
        server.receive(Frames.frame(Frames.HEADERS, 0, 1, new byte[16_384]));

        for (int index = 0; index < 4; index++) {
            server.receive(Frames.frame(Frames.CONTINUATION, 0, 1, new byte[16_384]));
        }

        assertCalmed(server, "header_overflow");
    }

    /// A byte may stand for a field of the table.
    @Test
    void whatABlockDecompressesToIsLimited() {
        var server = ServerHarness.open().answeringLater();

        server.receive(get(1), bomb(3, request("GET")));

        assertCalmed(server, "header_overflow");
        assertThat(server.exchange(1).headers).isNull();
        assertThat(server.exchange(1).response.control().details())
                .isEqualTo("http2.too_many_headers");
    }

    @Test
    void soItIsWhereNobodyWantsTheBlock() {
        var server =
                ServerHarness.open(
                                Http2ProtocolOptions.newBuilder()
                                        .setMaxConcurrentStreams(number(1)))
                        .answeringLater();

        server.receive(post(1), bomb(3, request("GET")));

        assertThat(server.counter("stream_refused_errors")).isEqualTo(1);
        assertCalmed(server, "header_overflow");
    }

    @Test
    void soItIsWhereTheMessageIsMalformedAlready() {
        var server =
                ServerHarness.open(
                                Http2ProtocolOptions.newBuilder()
                                        .setOverrideStreamErrorOnInvalidHttpMessage(
                                                BoolValue.of(true)))
                        .answeringLater();

        server.receive(bomb(1, "connection: close"));

        assertCalmed(server, "header_overflow");
    }

    /// A header block of these fields and 100 references to a large one.
    private static byte[] bomb(int id, String... fields) {
        byte[] large = Frames.block("a: " + "b".repeat(3900));
        large[0] = 0x40; // enters the table
        byte[] references = new byte[100];
        Arrays.fill(references, (byte) 0xbe);
        return Frames.frame(
                Frames.HEADERS,
                Frames.END_HEADERS | Frames.END_STREAM,
                id,
                Frames.join(Frames.block(fields), large, references));
    }

    @Test
    void priorityFramesAreLimitedByOpenStreams() {
        var server =
                ServerHarness.open(
                                Http2ProtocolOptions.newBuilder()
                                        .setMaxInboundPriorityFramesPerStream(number(2)))
                        .answeringLater();
        server.receive(get(1));

        for (int index = 0; index < 4; index++) {
            server.receive(priority(1, 0));
        }
        CodecError before = server.error();
        server.receive(priority(1, 0));

        assertThat(before).isNull();
        assertCalmed(server, "inbound_priority_frames_flood");
    }

    @Test
    void whatStreamsWereAllowedGoesWithThem() {
        var server =
                ServerHarness.open(
                        Http2ProtocolOptions.newBuilder()
                                .setMaxInboundPriorityFramesPerStream(number(2)));
        for (int id = 1; id < 2001; id += 2) {
            server.receive(get(id));
        }

        server.receive(priority(3, 0), priority(3, 0));
        CodecError before = server.error();
        server.receive(priority(3, 0));

        assertThat(before).isNull();
        assertCalmed(server, "inbound_priority_frames_flood");
    }

    @Test
    void aStreamsOwnPrioritiesAreForgottenWithIt() {
        var server =
                ServerHarness.open(
                                Http2ProtocolOptions.newBuilder()
                                        .setMaxInboundPriorityFramesPerStream(number(2)))
                        .answeringLater();

        for (int id = 1; id < 201; id += 2) {
            server.receive(get(id), priority(id, 0), priority(id, 0));
            server.exchanges.getLast().answer("ok");
        }

        assertThat(server.error()).isNull();
    }

    @Test
    void windowUpdatesAreLimitedByOpenStreamsAndData() {
        var server =
                ServerHarness.open(
                                Http2ProtocolOptions.newBuilder()
                                        .setMaxInboundWindowUpdateFramesPerDataFrameSent(number(1)))
                        .answeringLater();
        server.receive(get(1));
        server.exchange(0).response.headers(ResponseHeaders.of(200), false);
        server.exchange(0).response.data(Buffer.copyOf("x"), false);

        for (int index = 0; index < 5 + 2 * (1 + 1); index++) {
            server.receive(windowUpdate(0, 1));
        }
        CodecError before = server.error();
        server.receive(windowUpdate(0, 1));

        assertThat(before).isNull();
        assertCalmed(server, "inbound_window_update_frames_flood");
    }

    @Test
    void requestsThatWidenTheirWindowAreNoFlood() {
        var server = ServerHarness.open().answeringLater();

        for (int id = 1; id < 2001; id += 2) {
            server.receive(get(id), windowUpdate(id, 1000));
            server.exchanges.getLast().response.headers(ResponseHeaders.of(204), true);
        }

        assertThat(server.error()).isNull();
    }

    @Test
    void answersThatNobodyReadsAreLimited() {
        var server = ServerHarness.open(DEFAULTS);
        server.connection.stall();

        for (int index = 0; index < 1000; index++) {
            server.receive(Frames.ping(index));
        }
        CodecError before = server.error();
        server.receive(Frames.ping(0));

        assertThat(before).isNull();
        assertCalmed(server, "outbound_control_flood");
    }

    @Test
    void settingsThatAreNotReadAreLimitedToo() {
        var server =
                ServerHarness.open(
                        Http2ProtocolOptions.newBuilder().setMaxOutboundControlFrames(number(200)));
        server.connection.stall();

        for (int index = 0; index < 201; index++) {
            server.receive(settings());
        }

        assertCalmed(server, "outbound_control_flood");
    }

    @Test
    void framesThatNobodyReadsAreLimited() {
        var server =
                ServerHarness.open(
                                Http2ProtocolOptions.newBuilder().setMaxOutboundFrames(number(500)))
                        .answeringLater();
        server.connection.stall();
        server.receive(get(1));
        var response = server.exchange(0).response;
        response.headers(ResponseHeaders.of(200), false);

        for (int index = 0; index < 500; index++) {
            response.data(Buffer.copyOf("x"), false);
        }
        server.connection.worker.run();

        assertThat(server.connection.state()).isEqualTo(Connection.State.CLOSED);
        assertThat(server.connection.closeReason())
                .isEqualTo("http2_connection_protocol_violation");
        assertThat(server.counter("outbound_flood")).isEqualTo(1);
        assertThat(response.control().details()).isEqualTo("http2.outbound_frames_flood");
    }

    @Test
    void framesThatAreReadAreNotCounted() {
        var server =
                ServerHarness.open(
                                Http2ProtocolOptions.newBuilder().setMaxOutboundFrames(number(500)))
                        .answeringLater();
        server.connection.stall();
        server.receive(get(1));
        var response = server.exchange(0).response;
        response.headers(ResponseHeaders.of(200), false);

        for (int index = 0; index < 5000; index++) {
            response.data(Buffer.copyOf("x"), false);
            if (server.connection.unsentBytes() > 100) {
                server.connection.sent(10);
            }
        }
        server.connection.worker.run();

        assertThat(server.connection.state()).isEqualTo(Connection.State.OPEN);
    }
}
