package io.nuncio.kernel.http2;

import static io.nuncio.kernel.http2.Frames.data;
import static io.nuncio.kernel.http2.Frames.get;
import static io.nuncio.kernel.http2.Frames.headers;
import static io.nuncio.kernel.http2.Frames.post;
import static io.nuncio.kernel.http2.Frames.preface;
import static io.nuncio.kernel.http2.Frames.request;
import static io.nuncio.kernel.http2.Frames.reset;
import static io.nuncio.kernel.http2.Frames.settings;
import static io.nuncio.kernel.http2.Frames.windowUpdate;
import static io.nuncio.kernel.http2.Frames.with;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.UInt32Value;

import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.host.ResetReason;

import org.junit.jupiter.api.Test;

class Http2ServerCodecTest {
    @Test
    void theServerBeginsWithItsSettingsAndALargerWindow() {
        var server = new ServerHarness();

        assertThat(server.frames())
                .containsExactly("SETTINGS", "WINDOW_UPDATE 0 " + (24 * 1024 * 1024 - 65535));
    }

    @Test
    void settingsAreAcknowledged() {
        var server = new ServerHarness();
        server.frames();

        server.receive(preface(), settings(3, 100));

        assertThat(server.frames()).containsExactly("SETTINGS ACK");
    }

    @Test
    void aRequestComesAsInHttp1() {
        var server = ServerHarness.open();

        server.receive(headers(1, true, with(request("GET"), "accept: */*")));

        var exchange = server.exchange(0);
        assertThat(exchange.headers)
                .hasToString(
                        """
                        :method: GET
                        :scheme: http
                        :authority: host
                        :path: /path
                        accept: */*
                        """);
        assertThat(exchange.complete).isTrue();
        assertThat(server.frames()).containsExactly("HEADERS 1", "DATA 1 \"ok\" END_STREAM");
        assertThat(server.gauge("streams_active")).isZero();
    }

    @Test
    void contentComesInOrderAndEndsWithTheStream() {
        var server = ServerHarness.open().answeringLater();

        server.receive(post(1), data(1, "one", false), data(1, "two", true));

        assertThat(server.exchange(0).body).hasToString("onetwo");
        assertThat(server.exchange(0).complete).isTrue();
    }

    @Test
    void trailersEndARequest() {
        var server = ServerHarness.open();

        server.receive(post(1), data(1, "one", false), headers(1, true, "a: b"));

        assertThat(server.exchange(0).trailers).hasToString("a: b\n");
        assertThat(server.counter("trailers")).isEqualTo(1);
        assertThat(server.answer()).isEqualTo("HEADERS 1, DATA 1 \"ok\" END_STREAM");
    }

    @Test
    void paddingIsNoContent() {
        var server = ServerHarness.open();
        byte[] padded = Frames.join(new byte[] {3}, Frames.bytes("one"), new byte[3]);

        server.receive(
                post(1), Frames.frame(Frames.DATA, Frames.PADDED | Frames.END_STREAM, 1, padded));

        assertThat(server.exchange(0).body).hasToString("one");
    }

    @Test
    void streamsAnswerInAnyOrder() {
        var server = ServerHarness.open().answeringLater();
        server.receive(get(1), get(3));

        server.exchange(1).answer("second");
        server.exchange(0).answer("first");

        assertThat(server.answer())
                .isEqualTo(
                        "HEADERS 3, DATA 3 \"second\" END_STREAM,"
                                + " HEADERS 1, DATA 1 \"first\" END_STREAM");
    }

    @Test
    void anInformationalResponseComesBeforeTheFinalOne() {
        var server = ServerHarness.open().answeringLater();
        server.receive(get(1));

        server.exchange(0).response.informational(ResponseHeaders.of(103));
        server.exchange(0).response.headers(ResponseHeaders.of(204), true);

        assertThat(server.answer()).isEqualTo("HEADERS 1, HEADERS 1 END_STREAM");
    }

    @Test
    void trailersEndAResponse() {
        var server = ServerHarness.open().answeringLater();
        server.receive(get(1));
        var trailers = new Trailers();
        trailers.set(HeaderName.GRPC_STATUS, "0");

        server.exchange(0).response.headers(ResponseHeaders.of(200), false);
        server.exchange(0).response.data(Buffer.copyOf("x"), false);
        server.exchange(0).response.trailers(trailers);

        assertThat(server.answer()).isEqualTo("HEADERS 1, DATA 1 \"x\", HEADERS 1 END_STREAM");
    }

    @Test
    void trailersWithoutAFieldAreAnEnd() {
        var server = ServerHarness.open().answeringLater();
        server.receive(get(1));

        server.exchange(0).response.headers(ResponseHeaders.of(200), false);
        server.exchange(0).response.trailers(new Trailers());

        assertThat(server.answer()).isEqualTo("HEADERS 1, DATA 1 END_STREAM");
    }

    @Test
    void contentWaitsForTheStreamsWindow() {
        var server = ServerHarness.open().answeringLater();
        server.receive(settings(4, 5), get(1));

        server.exchange(0).answer("0123456789");
        String before = server.answer();
        server.receive(windowUpdate(1, 2), windowUpdate(1, 100));

        assertThat(before).isEqualTo("HEADERS 1, DATA 1 \"01234\"");
        assertThat(server.answer()).isEqualTo("DATA 1 \"56\", DATA 1 \"789\" END_STREAM");
        assertThat(server.gauge("pending_send_bytes")).isZero();
        assertThat(server.gauge("streams_active")).isZero();
    }

    @Test
    void aLargerInitialWindowOpensStreamsThatWait() {
        var server = ServerHarness.open().answeringLater();
        server.receive(settings(4, 5), get(1));
        server.exchange(0).answer("0123456789");
        server.frames();

        server.receive(settings(4, 7));

        assertThat(server.answer()).isEqualTo("DATA 1 \"56\"");
    }

    @Test
    void aSmallerInitialWindowMayTurnAStreamsNegative() {
        var server = ServerHarness.open().answeringLater();
        server.receive(settings(4, 5), get(1));
        server.exchange(0).answer("0123456789");
        server.frames();

        server.receive(settings(4, 0), windowUpdate(1, 5), windowUpdate(1, 1));

        assertThat(server.answer()).isEqualTo("DATA 1 \"5\"");
    }

    @Test
    void streamsShareTheConnectionsWindowInTurns() {
        var server = ServerHarness.open().answeringLater();
        server.receive(settings(4, 1_000_000), get(1), get(3), get(5));
        server.exchange(0).answer("a".repeat(65_535));
        server.exchange(1).answer("b".repeat(40_000));
        server.exchange(2).answer("c".repeat(40_000));
        server.frames();

        server.receive(windowUpdate(0, 65_000));

        assertThat(server.answer())
                .isEqualTo("DATA 3 16384, DATA 5 16384, DATA 3 16384, DATA 5 15848");
    }

    @Test
    void trailersWaitBehindContent() {
        var server = ServerHarness.open().answeringLater();
        server.receive(settings(4, 1), get(1));
        var trailers = new Trailers();
        trailers.set(HeaderName.GRPC_STATUS, "0");
        server.exchange(0).response.headers(ResponseHeaders.of(200), false);
        server.exchange(0).response.data(Buffer.copyOf("xy"), false);

        server.exchange(0).response.trailers(trailers);
        String before = server.answer();
        server.receive(windowUpdate(1, 1));

        assertThat(before).isEqualTo("HEADERS 1, DATA 1 \"x\"");
        assertThat(server.answer()).isEqualTo("DATA 1 \"y\", HEADERS 1 END_STREAM");
    }

    @Test
    void aSlowPeerSlowsItsStreamDown() {
        var server =
                ServerHarness.open(
                                Http2ProtocolOptions.newBuilder()
                                        .setInitialStreamWindowSize(UInt32Value.of(65_535)))
                        .answeringLater();
        server.receive(settings(4, 10), get(1));
        var exchange = server.exchange(0);
        exchange.response.headers(ResponseHeaders.of(200), false);

        exchange.response.data(Buffer.copyOf("x".repeat(65_546)), false);
        boolean slow = exchange.slow;
        server.receive(windowUpdate(1, 32_768));
        boolean stillSlow = exchange.slow;
        server.receive(windowUpdate(1, 1));

        assertThat(slow).isTrue();
        assertThat(stillSlow).isTrue();
        assertThat(exchange.slow).isFalse();
    }

    @Test
    void aFullConnectionSlowsAllStreamsDown() {
        var server = ServerHarness.open().answeringLater();
        server.receive(get(1), get(3));

        server.codec().onAboveWriteBufferHighWatermark();

        assertThat(server.exchanges).allMatch(exchange -> exchange.slow);
        server.codec().onBelowWriteBufferLowWatermark();
        assertThat(server.exchanges).noneMatch(exchange -> exchange.slow);
    }

    @Test
    void aStreamThatBeginsOnAFullConnectionIsSlow() {
        var server = ServerHarness.open().answeringLater();
        server.connection.aboveHighWatermark(true);

        server.receive(get(1));

        assertThat(server.exchange(0).slow).isTrue();
    }

    @Test
    void theWindowOpensAsContentIsRead() {
        var server = ServerHarness.open(smallWindows()).answeringLater();
        server.receive(post(1));
        server.frames();

        server.receive(data(1, "x".repeat(16_384), false), data(1, "x".repeat(16_383), false));
        String before = server.answer();
        server.receive(data(1, "x", false));

        assertThat(before).isEqualTo("WINDOW_UPDATE 0 32767, WINDOW_UPDATE 1 32767");
        assertThat(server.answer()).isEmpty();
    }

    @Test
    void aReaderThatDoesNotReadClosesItsStreamsWindowAndGetsNothing() {
        var server = ServerHarness.open(smallWindows()).answeringLater();
        server.receive(post(1));
        server.frames();
        var exchange = server.exchange(0);
        exchange.response.control().readDisable(true);

        server.receive(data(1, "x".repeat(16_384), false), data(1, "x".repeat(16_384), true));
        String before = server.answer();
        int partsBefore = exchange.parts;
        exchange.response.control().readDisable(false);
        server.connection.worker.run();

        assertThat(before).isEmpty();
        assertThat(partsBefore).isZero();
        assertThat(exchange.body).hasSize(32_768);
        assertThat(exchange.complete).isTrue();
        assertThat(server.answer()).isEqualTo("WINDOW_UPDATE 0 32768");
    }

    @Test
    void whatAReaderGotBeforeItStoppedIsGivenBackWithWhatItGetsAfterwards() {
        var server = ServerHarness.open(smallWindows()).answeringLater();
        server.receive(post(1));
        server.frames();
        var exchange = server.exchange(0);
        exchange.stopsAtNextPart = true;

        server.receive(data(1, "x".repeat(16_384), false), data(1, "x".repeat(16_384), false));
        String before = server.answer();
        exchange.response.control().readDisable(false);
        server.connection.worker.run();

        assertThat(before).isEmpty();
        assertThat(exchange.body).hasSize(32_768);
        assertThat(server.answer()).isEqualTo("WINDOW_UPDATE 0 32768, WINDOW_UPDATE 1 32768");
    }

    @Test
    void trailersWaitForAReader() {
        var server = ServerHarness.open().answeringLater();
        server.receive(post(1));
        var exchange = server.exchange(0);
        exchange.response.control().readDisable(true);

        server.receive(data(1, "x", false), headers(1, true, "a: b"));
        boolean before = exchange.complete;
        exchange.response.control().readDisable(false);
        server.connection.worker.run();

        assertThat(before).isFalse();
        assertThat(exchange.body).hasToString("x");
        assertThat(exchange.trailers).hasToString("a: b\n");
    }

    @Test
    void aStreamThatIsOverIsDeliveredToTheEnd() {
        var server = ServerHarness.open().answeringLater();
        server.receive(post(1));
        var exchange = server.exchange(0);
        exchange.response.control().readDisable(true);
        server.receive(data(1, "x", true));

        exchange.response.headers(ResponseHeaders.of(200), true);
        long deferred = server.gauge("deferred_stream_close");
        exchange.response.control().readDisable(false);
        server.connection.worker.run();

        assertThat(deferred).isEqualTo(1);
        assertThat(exchange.complete).isTrue();
        assertThat(server.gauge("deferred_stream_close")).isZero();
        assertThat(server.gauge("streams_active")).isZero();
    }

    @Test
    void whatNobodyReadIsGivenBackWithTheStream() {
        var server = ServerHarness.open(smallWindows()).answeringLater();
        server.receive(post(1));
        server.frames();
        server.exchange(0).response.control().readDisable(true);
        server.receive(data(1, "x".repeat(16_384), false), data(1, "x".repeat(16_384), false));

        server.receive(reset(1, 8));

        assertThat(server.answer()).isEqualTo("WINDOW_UPDATE 0 32768");
    }

    @Test
    void aResetEndsTheStream() {
        var server = ServerHarness.open().answeringLater();
        server.receive(get(1), reset(1, 8));

        assertThat(server.exchange(0).reset).isEqualTo(ResetReason.REMOTE_RESET);
        assertThat(server.exchange(0).response.control().details()).isEqualTo("http2.remote_reset");
        assertThat(server.counter("rx_reset")).isEqualTo(1);
        assertThat(server.gauge("streams_active")).isZero();
    }

    @Test
    void aStreamThatIsGivenUpIsReset() {
        var server = ServerHarness.open().answeringLater();
        server.receive(post(1));

        server.exchange(0).response.control().reset(ResetReason.LOCAL_RESET);
        server.receive(data(1, "ignored", true), windowUpdate(1, 1), reset(1, 8));

        assertThat(server.answer()).isEqualTo("RST_STREAM 1 NO_ERROR");
        assertThat(server.exchange(0).reset).isNull();
        assertThat(server.counter("tx_reset")).isEqualTo(1);
        assertThat(server.error()).isNull();
    }

    @Test
    void afterTheFinalGoAwayNewStreamsAreIgnored() {
        var server = ServerHarness.open().answeringLater();
        server.receive(get(1));

        server.codec().shutdownNotice();
        server.receive(get(3));
        server.codec().goAway();
        server.receive(post(5), data(5, "x", true));
        server.exchange(0).answer("a");
        server.exchange(1).answer("b");

        assertThat(server.answer())
                .isEqualTo(
                        "GOAWAY max NO_ERROR, GOAWAY 3 NO_ERROR,"
                                + " HEADERS 1, DATA 1 \"a\" END_STREAM,"
                                + " HEADERS 3, DATA 3 \"b\" END_STREAM");
        assertThat(server.exchanges).hasSize(2);
        assertThat(server.error()).isNull();
        assertThat(server.counter("goaway_sent")).isEqualTo(1);
        assertThat(server.counter("goaway_graceful_sent")).isEqualTo(1);
    }

    @Test
    void aPingIsAnswered() {
        var server = ServerHarness.open();

        server.receive(Frames.ping(0x0102030405060708L));

        var frame = server.wire.read(server.connection.takeWritten()).getFirst();
        assertThat(frame).hasToString("PING ACK");
        assertThat(frame.payload()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
    }

    @Test
    void aPeerThatLeavesIsReported() {
        var server = ServerHarness.open();

        server.receive(Frames.goAway(0, 0));

        assertThat(server.goneAway()).isTrue();
    }

    @Test
    void framesOfOneReadAreAnsweredInOneWrite() {
        var server = ServerHarness.open().answeringLater();
        int before = server.connection.writes;

        server.receive(Frames.ping(1), Frames.ping(2), settings(), get(1));

        assertThat(server.connection.writes - before).isEqualTo(1);
    }

    @Test
    void whatIsHeldIsFreedWithTheConnection() {
        var server = ServerHarness.open().answeringLater();
        server.receive(settings(4, 1), post(1));
        server.exchange(0).response.control().readDisable(true);
        server.receive(data(1, "x", false));
        server.exchange(0).response.headers(ResponseHeaders.of(200), false);
        server.exchange(0).response.data(Buffer.copyOf("12345"), false);

        server.connection.peerCloses();

        assertThat(server.gauge("pending_send_bytes")).isZero();
        assertThat(server.gauge("streams_active")).isZero();
    }

    private static Http2ProtocolOptions.Builder smallWindows() {
        return Http2ProtocolOptions.newBuilder()
                .setInitialStreamWindowSize(UInt32Value.of(65_535))
                .setInitialConnectionWindowSize(UInt32Value.of(65_535));
    }
}
