package io.nuncio.network.httpconnectionmanager;

import static io.nuncio.testkit.Http2Frames.BEGINNING;
import static io.nuncio.testkit.Http2Frames.cancel;
import static io.nuncio.testkit.Http2Frames.data;
import static io.nuncio.testkit.Http2Frames.describe;
import static io.nuncio.testkit.Http2Frames.get;
import static io.nuncio.testkit.Http2Frames.headers;
import static io.nuncio.testkit.Http2Frames.post;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.UInt32Value;
import com.google.protobuf.util.Durations;

import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.CodecType;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.NetworkOutcome;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A connection with many streams.
class Http2ConnectionTest {
    private final ManagerHarness manager = new ManagerHarness();

    private void open() {
        manager.open().receive(BEGINNING);
        manager.connection().takeSent();
    }

    private List<String> send(String frames) {
        manager.connection().receive(frames);
        manager.worker.runPosted();
        return describe(manager.connection().takeSent());
    }

    private List<String> sent() {
        return describe(manager.connection().takeSent());
    }

    @Test
    void thePrefaceChoosesHttp2() {
        open();

        assertThat(send(get(1, "/"))).containsExactly("HEADERS 1", "DATA 1 \"ok\" END_STREAM");
        assertThat(manager.counter("downstream_cx_http2_total")).isEqualTo(1);
        assertThat(manager.gauge("downstream_cx_http2_active")).isEqualTo(1);
        assertThat(manager.counter("downstream_rq_http2_total")).isEqualTo(1);
        assertThat(manager.counter("downstream_cx_http1_total")).isZero();
        assertThat(manager.onlyLogEntry().details()).isEqualTo("test");
    }

    @Test
    void thePrefaceMayComeInParts() {
        manager.open();
        for (char octet : BEGINNING.toCharArray()) {
            manager.connection().receive(String.valueOf(octet));
        }
        long http1 = manager.counter("downstream_cx_http1_total");
        manager.connection().takeSent();

        assertThat(send(get(1, "/"))).hasSize(2);
        assertThat(http1).isZero();
        assertThat(manager.counter("downstream_cx_http2_total")).isEqualTo(1);
    }

    @Test
    void whatIsNotThePrefaceIsHttp1() {
        manager.open();
        manager.connection().receive("P");
        String answer = manager.exchange("UT / HTTP/1.1\r\nhost: example.com\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 200 OK\r\n");
        assertThat(manager.counter("downstream_cx_http1_total")).isEqualTo(1);
    }

    @Test
    void withCodecTypeHttp2NothingElseIsServed() {
        manager.config.setCodecType(CodecType.HTTP2);
        manager.open();
        manager.connection().receive("GET / HTTP/1.1\r\n\r\n");

        assertThat(sent()).containsExactly("GOAWAY 0 PROTOCOL_ERROR");
        assertThat(manager.connection().open()).isFalse();
        assertThat(manager.counter("downstream_cx_protocol_error")).isEqualTo(1);
    }

    @Test
    void withCodecTypeHttp1ThePrefaceIsAnUnknownMethod() {
        manager.config.setCodecType(CodecType.HTTP1);
        manager.open();
        manager.connection().receive(BEGINNING);

        assertThat(manager.connection().takeSent()).startsWith("HTTP/1.1 400 Bad Request\r\n");
    }

    @Test
    void optionsReachTheCodec() {
        manager.config.getHttp2ProtocolOptionsBuilder().setMaxConcurrentStreams(UInt32Value.of(1));
        manager.answersAtOnce = false;
        open();

        assertThat(send(get(1, "/") + get(3, "/"))).containsExactly("RST_STREAM 3 REFUSED_STREAM");
    }

    @Test
    void streamsEndInAnyOrder() {
        manager.answersAtOnce = false;
        open();
        send(get(1, "/a") + get(3, "/b") + get(5, "/c"));

        manager.exchanges.get(2).respond(200, "c");
        manager.exchanges.get(0).respond(200, "a");
        manager.exchanges.get(1).respond(200, "b");

        assertThat(sent().stream().filter(frame -> frame.startsWith("DATA")))
                .containsExactly(
                        "DATA 5 \"c\" END_STREAM",
                        "DATA 1 \"a\" END_STREAM",
                        "DATA 3 \"b\" END_STREAM");
        assertThat(manager.gauge("downstream_rq_active")).isZero();
        assertThat(manager.connection().open()).isTrue();
    }

    @Test
    void aResetEndsOneStream() {
        manager.answersAtOnce = false;
        open();
        send(get(1, "/a") + get(3, "/b") + cancel(1));

        assertThat(manager.exchanges.get(0).destroyed).isTrue();
        assertThat(manager.exchanges.get(1).destroyed).isFalse();
        assertThat(manager.counter("downstream_rq_rx_reset")).isEqualTo(1);
        var entry = manager.onlyLogEntry();
        assertThat(entry.details()).isEqualTo("http2.remote_reset");
        assertThat(entry.flags()).isEqualTo("DR");
    }

    @Test
    void anAnswerBeforeTheEndOfTheRequestResetsItsStream() {
        manager.answersAtOnce = false;
        open();
        send(post(1, "/") + get(3, "/"));

        manager.exchanges.get(0).respond(200, "early");

        assertThat(sent())
                .containsExactly(
                        "HEADERS 1", "DATA 1 \"early\" END_STREAM", "RST_STREAM 1 NO_ERROR");
        assertThat(send(data(1, "late", true))).isEmpty();
        assertThat(manager.connection().open()).isTrue();
    }

    /// Closes the connection when it is told to, as it sees bytes go out.
    private static final class ClosingFilter implements NetworkFilter {
        private final Connection connection;
        private boolean closes;

        ClosingFilter(Connection connection) {
            this.connection = connection;
        }

        @Override
        public NetworkOutcome onWrite(Buffer data, boolean endStream) {
            if (closes) {
                connection.close(Connection.Close.NO_FLUSH, "enough");
            }
            return NetworkOutcome.CONTINUE;
        }
    }

    @Test
    void aStreamWhoseResetClosesTheConnectionEndsOnce() {
        manager.answersAtOnce = false;
        ClosingFilter first = new ClosingFilter(manager.connection());
        manager.connection().serve(List.of(_ -> first, manager.template()));
        send(BEGINNING + get(1, "/a") + get(3, "/b"));
        manager.exchanges.get(0).begin(200);
        manager.worker.runPosted();

        first.closes = true;
        manager.exchanges.get(0).stream.reset();
        manager.worker.runPosted();

        assertThat(manager.connection().open()).isFalse();
        assertEachEndedOnce(2);
    }

    @Test
    void aFilterThatClosesTheConnectionWhenItsStreamEndsEndsEachStreamOnce() {
        manager.answersAtOnce = false;
        open();
        send(get(1, "/a") + get(3, "/b") + get(5, "/c"));
        for (ManagerHarness.Exchange exchange : manager.exchanges) {
            exchange.whenDestroyed =
                    () -> manager.connection().close(Connection.Close.NO_FLUSH, "enough");
        }

        manager.exchanges.get(1).respond(200, "b");
        manager.worker.runPosted();

        assertThat(manager.connection().open()).isFalse();
        assertEachEndedOnce(3);
    }

    @Test
    void aLoggerThatFailsKeepsNoStream() {
        manager.answersAtOnce = false;
        manager.context
                .platform()
                .onLogEntry(entry -> {
                    throw new AssertionError("expected by the test");
                });
        open();
        send(get(1, "/a") + get(3, "/b"));

        assertThatThrownBy(() -> manager.connection().peerCloses())
                .hasRootCauseMessage("expected by the test");

        assertThat(manager.exchanges).hasSize(2).allMatch(exchange -> exchange.destroyed);
        assertThat(manager.log()).hasSize(2);
        assertThat(manager.gauge("downstream_rq_active")).isZero();
    }

    private void assertEachEndedOnce(int streams) {
        assertThat(manager.exchanges).hasSize(streams).allMatch(exchange -> exchange.destroyed);
        assertThat(manager.log()).hasSize(streams);
        assertThat(manager.gauge("downstream_rq_active")).isZero();
        assertThat(manager.gauge("downstream_cx_active")).isZero();
    }

    @Test
    void streamsOfAConnectionShareAFiltersValueAndItIsClosedOnceAfterTheLast() {
        manager.answersAtOnce = false;
        open();
        send(get(1, "/a") + get(3, "/b"));
        List<String> ends = new ArrayList<>();
        List<AutoCloseable> values = new ArrayList<>();
        for (ManagerHarness.Exchange exchange : manager.exchanges) {
            String path = exchange.headers.get(HeaderName.PATH);
            exchange.whenDestroyed = () -> ends.add(path);
            values.add(exchange.stream.<AutoCloseable>perConnection(() -> () -> ends.add("value")));
        }

        manager.exchanges.get(0).respond(200, "a");
        List<String> before = List.copyOf(ends);
        manager.connection().peerCloses();
        manager.worker.runPosted();

        assertThat(values.get(0)).isSameAs(values.get(1));
        assertThat(before).containsExactly("/a");
        assertThat(ends).containsExactly("/a", "/b", "value");
    }

    @Test
    void aMissingPathIsAnsweredOnItsStreamAlone() {
        open();

        List<String> frames =
                send(headers(1, true, ":method: GET", ":scheme: http", ":path: /") + get(3, "/"));

        assertThat(frames).contains("HEADERS 1 END_STREAM", "HEADERS 3");
        assertThat(manager.log().getFirst().details()).isEqualTo("missing_host_header");
    }

    @Test
    void aMessageThatIsNotValidEndsTheConnection() {
        manager.answersAtOnce = false;
        open();

        List<String> frames = send(get(1, "/") + get(3, "/", "connection: close"));

        assertThat(frames).containsExactly("GOAWAY 3 PROTOCOL_ERROR");
        assertThat(manager.connection().open()).isFalse();
        assertThat(manager.counter("downstream_cx_protocol_error")).isEqualTo(1);
        assertThat(manager.log()).hasSize(2);
        assertThat(manager.log())
                .anySatisfy(entry ->
                        assertThat(entry.details()).isEqualTo("http2.invalid.header.field"));
    }

    @Test
    void aDrainSaysGoodbyeTwice() {
        manager.config.setDrainTimeout(Durations.fromSeconds(3));
        manager.answersAtOnce = false;
        open();
        send(get(1, "/"));

        manager.connection().drain();
        List<String> notice = sent();
        List<String> between = send(get(3, "/"));
        manager.advance(Duration.ofSeconds(3));
        List<String> goAway = sent();
        List<String> tooLate = send(get(5, "/"));
        manager.exchanges.get(0).respond(200, "a");
        boolean openStill = manager.connection().open();
        manager.exchanges.get(1).respond(200, "b");

        assertThat(notice).containsExactly("GOAWAY max NO_ERROR");
        assertThat(between).isEmpty();
        assertThat(goAway).containsExactly("GOAWAY 3 NO_ERROR");
        assertThat(tooLate).isEmpty();
        assertThat(manager.exchanges).hasSize(2);
        assertThat(openStill).isTrue();
        assertThat(manager.connection().open()).isFalse();
        assertThat(sent()).contains("DATA 3 \"b\" END_STREAM");
        assertThat(manager.counter("downstream_cx_drain_close")).isEqualTo(1);
    }

    @Test
    void anIdleConnectionDrainsBeforeItCloses() {
        manager.config
                .setDrainTimeout(Durations.fromSeconds(3))
                .getCommonHttpProtocolOptionsBuilder()
                .setIdleTimeout(Durations.fromSeconds(10));
        open();
        send(get(1, "/"));

        manager.advance(Duration.ofSeconds(10));
        List<String> notice = sent();
        manager.advance(Duration.ofSeconds(3));

        assertThat(notice).containsExactly("GOAWAY max NO_ERROR");
        assertThat(sent()).containsExactly("GOAWAY 1 NO_ERROR");
        assertThat(manager.connection().open()).isFalse();
        assertThat(manager.counter("downstream_cx_idle_timeout")).isEqualTo(1);
    }

    @Test
    void aConnectionThatIsOldEnoughDrains() {
        manager.config
                .setDrainTimeout(Durations.fromSeconds(3))
                .getCommonHttpProtocolOptionsBuilder()
                .setMaxConnectionDuration(Durations.fromSeconds(10));
        manager.answersAtOnce = false;
        open();
        send(get(1, "/"));

        manager.advance(Duration.ofSeconds(10));

        assertThat(sent()).containsExactly("GOAWAY max NO_ERROR");
        assertThat(manager.counter("downstream_cx_max_duration_reached")).isEqualTo(1);
        assertThat(manager.connection().open()).isTrue();
        manager.exchanges.get(0).respond(200, "a");
    }

    @Test
    void aConnectionWithEnoughRequestsDrains() {
        manager.config
                .setDrainTimeout(Durations.fromSeconds(3))
                .getCommonHttpProtocolOptionsBuilder()
                .setMaxRequestsPerConnection(UInt32Value.of(2));
        open();

        List<String> first = send(get(1, "/"));
        List<String> second = send(get(3, "/"));

        assertThat(first).doesNotContain("GOAWAY max NO_ERROR");
        assertThat(second).contains("GOAWAY max NO_ERROR", "DATA 3 \"ok\" END_STREAM");
        assertThat(manager.counter("downstream_cx_max_requests_reached")).isEqualTo(1);
    }

    @Test
    void eachStreamHasItsOwnIdleTimeout() {
        manager.config.setStreamIdleTimeout(Durations.fromSeconds(10));
        manager.answersAtOnce = false;
        open();
        send(post(1, "/"));
        manager.advance(Duration.ofSeconds(6));
        send(post(3, "/"));

        manager.advance(Duration.ofSeconds(5));

        assertThat(sent()).first().isEqualTo("HEADERS 1");
        assertThat(manager.exchanges.get(0).destroyed).isTrue();
        assertThat(manager.exchanges.get(1).destroyed).isFalse();
        assertThat(manager.counter("downstream_rq_idle_timeout")).isEqualTo(1);
        assertThat(manager.onlyLogEntry().details()).isEqualTo("stream_idle_timeout");
    }

    @Test
    void aPeerThatOnlyResetsIsSentAway() {
        manager.context.runtime("overload.premature_reset_total_stream_count", "10");
        manager.answersAtOnce = false;
        open();

        for (int id = 1; id < 9; id += 2) {
            send(get(id, "/") + cancel(id));
        }
        boolean openStill = manager.connection().open();
        List<String> frames = send(get(9, "/") + cancel(9));

        assertThat(openStill).isTrue();
        assertThat(frames).containsExactly("GOAWAY 9 ENHANCE_YOUR_CALM");
        assertThat(manager.connection().open()).isFalse();
        assertThat(manager.connection().closedHow()).isEqualTo(Connection.Close.FLUSH_WRITE);
        assertThat(manager.connection().info().localCloseReason())
                .isEqualTo("too_many_premature_resets");
        assertThat(manager.counter("downstream_rq_too_many_premature_resets")).isEqualTo(1);
    }

    @Test
    void streamsThatLiveLongerMayBeReset() {
        manager.context.runtime("overload.premature_reset_total_stream_count", "10");
        manager.answersAtOnce = false;
        open();

        for (int id = 1; id < 41; id += 2) {
            send(get(id, "/"));
            manager.advance(Duration.ofSeconds(2));
            send(cancel(id));
        }

        assertThat(manager.connection().open()).isTrue();
    }

    @Test
    void whoGetsEnoughAnswersMayResetTheRest() {
        manager.context.runtime("overload.premature_reset_total_stream_count", "10");
        open();
        for (int id = 1; id < 41; id += 2) {
            send(get(id, "/"));
        }
        manager.answersAtOnce = false;

        for (int id = 41; id < 71; id += 2) {
            send(get(id, "/") + cancel(id));
        }

        assertThat(manager.connection().open()).isTrue();
    }
}
