package io.nuncio.kernel.http1;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.BoolValue;
import com.google.protobuf.UInt32Value;

import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions.HeadersWithUnderscoresAction;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.Protocol;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.host.ResetReason;
import io.nuncio.spi.host.StreamControl;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class Http1ServerCodecTest {
    private static final String GET = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

    private final ServerHarness harness = new ServerHarness();

    // Requests.

    @Test
    void aRequestHasItsPartsAsPseudoHeaders() {
        harness.receive("GET /a?b HTTP/1.1\r\nHost: example.com:80\r\nUser-Agent: x\r\n\r\n");
        assertThat(harness.exchange(0).describe())
                .isEqualTo(
                        """
                        :method: GET
                        :authority: example.com:80
                        :path: /a?b
                        user-agent: x
                        """);
        assertThat(harness.exchange(0).complete).isTrue();
        assertThat(harness.error()).isNull();
    }

    @Test
    void valuesAreTrimmedAndNamesLowered() {
        harness.receive("GET / HTTP/1.1\r\nHOST:a\r\nX-Empty:\r\nX-Tabs:\t v\tw \t\r\n\r\n");
        assertThat(harness.exchange(0).header("x-empty")).isEmpty();
        assertThat(harness.exchange(0).header("x-tabs")).isEqualTo("v\tw");
        assertThat(harness.exchange(0).headers.size()).isEqualTo(5);
    }

    @Test
    void emptyLinesBeforeARequestAreIgnored() {
        harness.receive("\r\n\n\r\n").receive(GET);
        assertThat(harness.exchanges).hasSize(1);
        assertThat(harness.exchange(0).complete).isTrue();
    }

    @Test
    void aBodyOfKnownLengthIsPassedOnAsItComes() {
        harness.receive("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 6\r\n\r\nabc");
        assertThat(harness.exchange(0).body.toString()).isEqualTo("abc");
        assertThat(harness.exchange(0).complete).isFalse();
        harness.receive("def");
        assertThat(harness.exchange(0).body.toString()).isEqualTo("abcdef");
        assertThat(harness.exchange(0).complete).isTrue();
    }

    @Test
    void aLengthOfZeroIsNoBody() {
        harness.receive("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n");
        assertThat(harness.exchange(0).complete).isTrue();
    }

    @Test
    void chunksAreTakenApart() {
        harness.receive(
                "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: Chunked\r\n\r\n"
                        + "3\r\nabc\r\nA;name=value\r\n0123456789\r\n0\r\n\r\n");
        assertThat(harness.exchange(0).body.toString()).isEqualTo("abc0123456789");
        assertThat(harness.exchange(0).complete).isTrue();
    }

    @Test
    void trailersAreDroppedUnlessEnabled() {
        String request =
                "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"
                        + "1\r\na\r\n0\r\nX-Last: v\r\n\r\n";
        harness.receive(request);
        assertThat(harness.exchange(0).trailers).isNull();
        assertThat(harness.exchange(0).complete).isTrue();
        var enabled = new ServerHarness(options().setEnableTrailers(true).build());
        enabled.receive(request);
        assertThat(enabled.exchange(0).trailers).hasToString("x-last: v\n");
        assertThat(enabled.exchange(0).body.toString()).isEqualTo("a");
        assertThat(enabled.exchange(0).complete).isTrue();
    }

    @Test
    void theAbsoluteFormReplacesTheHost() {
        harness.receive("GET http://other:81/p?q HTTP/1.1\r\nhost: a.long.name\r\n\r\n");
        assertThat(harness.exchange(0).describe())
                .isEqualTo(
                        """
                        :method: GET
                        :scheme: http
                        :authority: other:81
                        :path: /p?q
                        """);
    }

    @Test
    void theAbsoluteFormMayLackAPath() {
        harness.receive("GET HTTPS://other?q HTTP/1.1\r\n\r\n");
        assertThat(harness.exchange(0).describe())
                .isEqualTo(
                        """
                        :method: GET
                        :scheme: https
                        :authority: other
                        :path: /?q
                        """);
    }

    @Test
    void theAbsoluteFormIsAPathIfNotAllowed() {
        var strict = new ServerHarness(options().setAllowAbsoluteUrl(BoolValue.of(false)).build());
        strict.receive("GET http://other/p HTTP/1.1\r\nhost: a\r\n\r\n");
        assertThat(strict.exchange(0).header(":path")).isEqualTo("http://other/p");
        assertThat(strict.exchange(0).header(":authority")).isEqualTo("a");
    }

    @Test
    void optionsMayAskAboutEverything() {
        harness.receive("OPTIONS * HTTP/1.1\r\nhost: a\r\n\r\n");
        assertThat(harness.exchange(0).header(":path")).isEqualTo("*");
    }

    @Test
    void anOfferOfHttp2IsTakenBack() {
        harness.receive(
                "GET / HTTP/1.1\r\nhost: a\r\nconnection: Upgrade, HTTP2-Settings, close\r\n"
                        + "upgrade: h2c\r\nhttp2-settings: AAA\r\n\r\n");
        assertThat(harness.exchange(0).describe())
                .isEqualTo(":method: GET\n:authority: a\n:path: /\nconnection: close\n");
        assertThat(harness.exchange(0).complete).isTrue();
    }

    @Test
    void headersNamedByConnectionAreRemoved() {
        harness.receive(
                "GET / HTTP/1.1\r\nhost: a\r\nconnection: keep-alive, x-hop, te\r\nx-hop: 1\r\n"
                        + "te: gzip, trailers\r\n\r\n");
        assertThat(harness.exchange(0).header("x-hop")).isEmpty();
        assertThat(harness.exchange(0).header("te")).isEqualTo("trailers");
        assertThat(harness.exchange(0).header("connection")).isEqualTo("keep-alive");
    }

    @Test
    void http10IsServedIfAccepted() {
        var lenient =
                new ServerHarness(
                        options().setAcceptHttp10(true).setDefaultHostForHttp10("default").build());
        lenient.receive("GET / HTTP/1.0\r\n\r\n");
        assertThat(lenient.exchange(0).header(":authority")).isEqualTo("default");
        assertThat(lenient.codec().protocol()).isEqualTo(Protocol.HTTP10);
        assertThat(lenient.written()).isEqualTo(OK.replace("1.1", "1.0"));
    }

    // One after the other.

    @Test
    void aConnectionCarriesManyRequests() {
        harness.receive(GET).receive(GET).receive(GET);
        assertThat(harness.exchanges).hasSize(3);
        assertThat(harness.written()).isEqualTo(OK + OK + OK);
    }

    @Test
    void pipelinedRequestsAreServedInTurn() {
        harness.answeringLater().receive(GET + GET + GET);
        assertThat(harness.exchanges).hasSize(1);
        assertThat(harness.connection.reading()).isFalse();
        assertThat(harness.unreadBytes()).isEqualTo(2 * GET.length());
        harness.exchange(0).answer();
        assertThat(harness.connection.reading()).isTrue();
        harness.dispatch();
        assertThat(harness.exchanges).hasSize(2);
        assertThat(harness.connection.reading()).isFalse();
        harness.exchange(1).answer();
        harness.dispatch();
        harness.exchange(2).answer();
        assertThat(harness.connection.reading()).isTrue();
        assertThat(harness.unreadBytes()).isZero();
        assertThat(harness.written()).isEqualTo(OK + OK + OK);
    }

    @Test
    void readingGoesOnWhileNothingIsPipelined() {
        harness.answeringLater().receive(GET);
        assertThat(harness.connection.reading()).isTrue();
        harness.exchange(0).answer();
        assertThat(harness.connection.reading()).isTrue();
    }

    @Test
    void aSlowReaderGetsNoFurtherRequestServed() {
        harness.connection.aboveHighWatermark(true);
        harness.receive(GET);
        assertThat(harness.exchanges).isEmpty();
        assertThat(harness.connection.reading()).isFalse();
        harness.connection.aboveHighWatermark(false);
        harness.codec().onBelowWriteBufferLowWatermark();
        assertThat(harness.connection.reading()).isTrue();
        harness.dispatch();
        assertThat(harness.exchanges).hasSize(1);
    }

    @Test
    void watermarksReachTheStream() {
        List<String> seen = new ArrayList<>();
        harness.answeringLater().receive(GET);
        harness.exchange(0)
                .response
                .control()
                .callbacks(
                        new StreamControl.Callbacks() {
                            @Override
                            public void onReset(ResetReason reason, String transportFailure) {
                                seen.add("reset");
                            }

                            @Override
                            public void onAboveWriteBufferHighWatermark() {
                                seen.add("above");
                            }

                            @Override
                            public void onBelowWriteBufferLowWatermark() {
                                seen.add("below");
                            }
                        });
        harness.codec().onAboveWriteBufferHighWatermark();
        harness.codec().onBelowWriteBufferLowWatermark();
        harness.exchange(0).answer();
        harness.codec().onAboveWriteBufferHighWatermark();
        assertThat(seen).containsExactly("above", "below");
    }

    @Test
    void aPausedRequestDoesNotPauseTheNext() {
        harness.answeringLater().receive("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\n\r\n");
        harness.exchange(0).response.control().readDisable(true);
        harness.exchange(0).response.control().readDisable(true);
        assertThat(harness.connection.reading()).isFalse();
        harness.receive("x");
        harness.exchange(0).answer();
        assertThat(harness.connection.reading()).isTrue();
    }

    @Test
    void aResetClosesTheConnection() {
        harness.answeringLater().receive(GET + GET);
        harness.exchange(0).response.control().reset(ResetReason.LOCAL_RESET);
        assertThat(harness.connection.open()).isFalse();
        assertThat(harness.connection.closedHow())
                .isEqualTo(Connection.Close.FLUSH_WRITE_AND_DELAY);
        harness.dispatch();
        assertThat(harness.exchanges).hasSize(1);
        harness.exchange(0).answer();
        assertThat(harness.written()).isEmpty();
    }

    @Test
    void whatFollowsAResponseThatCameEarlyIsDropped() {
        harness.answeringLater()
                .receive("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nx");
        harness.exchange(0).answer();
        harness.receive(GET + GET);
        assertThat(harness.exchanges).hasSize(1);
        assertThat(harness.exchange(0).body.toString()).isEqualTo("x");
        assertThat(harness.unreadBytes()).isZero();
    }

    @Test
    void whatFollowsAnUpgradeWaitsForTheAgreement() {
        harness.answeringLater()
                .receive(
                        "GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: foo\r\n\r\n"
                                + GET);
        assertThat(harness.exchange(0).complete).isFalse();
        assertThat(harness.exchange(0).body.toString()).isEmpty();
        assertThat(harness.connection.reading()).isFalse();
        ResponseHeaders agreement = ResponseHeaders.of(101);
        agreement.set(HeaderName.CONNECTION, "upgrade");
        agreement.set(HeaderName.UPGRADE, "foo");
        harness.exchange(0).response.headers(agreement, false);
        assertThat(harness.connection.reading()).isTrue();
        harness.dispatch();
        assertThat(harness.exchanges).hasSize(1);
        assertThat(harness.exchange(0).body.toString()).isEqualTo(GET);
        harness.exchange(0).response.data(Buffer.copyOf("raw"), false);
        assertThat(harness.written())
                .isEqualTo(
                        "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade:"
                                + " foo\r\n\r\nraw");
    }

    @Test
    void whatFollowsARefusedUpgradeIsNeverRead() {
        harness.answeringLater()
                .receive(
                        "GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: foo\r\n\r\n"
                                + GET);
        harness.exchange(0).answer();
        harness.dispatch();
        assertThat(harness.exchanges).hasSize(1);
        assertThat(harness.exchange(0).body.toString()).isEmpty();
    }

    @Test
    void connectNamesAnAuthorityAndThenTunnels() {
        harness.answeringLater()
                .receive("CONNECT example.com:443 HTTP/1.1\r\nhost: other\r\n\r\nearly");
        assertThat(harness.exchange(0).describe())
                .isEqualTo(":method: CONNECT\n:authority: example.com:443\n");
        harness.exchange(0).response.headers(ResponseHeaders.of(200), false);
        harness.dispatch();
        assertThat(harness.exchange(0).body.toString()).isEqualTo("early");
        assertThat(harness.written()).isEqualTo("HTTP/1.1 200 OK\r\n\r\n");
    }

    // Responses.

    @Test
    void aResponseWithoutLengthIsChunked() {
        harness.answeringLater().receive(GET);
        var response = harness.exchange(0).response;
        ResponseHeaders headers = ResponseHeaders.of(200);
        headers.set(HeaderName.VIA, "x");
        response.headers(headers, false);
        response.data(Buffer.copyOf("hello"), false);
        response.data(Buffer.copyOf("x".repeat(0x123)), false);
        response.data(new Buffer(), true);
        assertThat(harness.written())
                .isEqualTo(
                        "HTTP/1.1 200 OK\r\nvia: x\r\ntransfer-encoding: chunked\r\n\r\n"
                                + "5\r\nhello\r\n123\r\n"
                                + "x".repeat(0x123)
                                + "\r\n0\r\n\r\n");
    }

    @Test
    void trailersOfAResponseAreSentIfEnabled() {
        for (boolean enabled : new boolean[] {true, false}) {
            var other = new ServerHarness(options().setEnableTrailers(enabled).build());
            other.answeringLater().receive(GET);
            var trailers = new Trailers();
            trailers.add(HeaderName.GRPC_STATUS, "0");
            other.exchange(0).response.headers(ResponseHeaders.of(200), false);
            other.exchange(0).response.data(Buffer.copyOf("a"), false);
            other.exchange(0).response.trailers(trailers);
            assertThat(other.written())
                    .endsWith("1\r\na\r\n0\r\n" + (enabled ? "grpc-status: 0\r\n" : "") + "\r\n");
        }
    }

    @Test
    void aResponseOfHeadersAloneHasALengthOfZero() {
        assertThat(responseTo(GET, 200)).isEqualTo("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        assertThat(responseTo(GET, 404))
                .isEqualTo("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
        assertThat(responseTo(GET, 204)).isEqualTo("HTTP/1.1 204 No Content\r\n\r\n");
        assertThat(responseTo(GET, 304)).isEqualTo("HTTP/1.1 304 Not Modified\r\n\r\n");
        assertThat(responseTo(GET, 299))
                .isEqualTo("HTTP/1.1 299 Unknown\r\ncontent-length: 0\r\n\r\n");
    }

    @Test
    void aResponseToHeadSaysHowItWouldBeFramed() {
        assertThat(responseTo(GET.replace("GET", "HEAD"), 200))
                .isEqualTo("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
    }

    private static String responseTo(String request, int status) {
        var harness = new ServerHarness().answeringLater().receive(request);
        harness.exchange(0).response.headers(ResponseHeaders.of(status), true);
        return harness.written();
    }

    @Test
    void informationalResponsesComeBefore() {
        harness.answeringLater().receive(GET);
        harness.exchange(0).response.informational(ResponseHeaders.of(100));
        harness.exchange(0).answer();
        assertThat(harness.written()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n" + OK);
    }

    @Test
    void aReasonPhraseIsKept() {
        harness.answeringLater().receive(GET);
        ResponseHeaders headers = ResponseHeaders.of(200);
        headers.reasonPhrase("Fine");
        harness.exchange(0).response.headers(headers, true);
        assertThat(harness.written()).startsWith("HTTP/1.1 200 Fine\r\n");
    }

    @Test
    void namesAreCapitalizedIfAsked() {
        var proper =
                new ServerHarness(
                        options()
                                .setHeaderKeyFormat(
                                        HeaderKeyFormat.newBuilder()
                                                .setProperCaseWords(
                                                        HeaderKeyFormat.ProperCaseWords
                                                                .getDefaultInstance()))
                                .build());
        proper.answeringLater().receive(GET);
        ResponseHeaders headers = ResponseHeaders.of(200);
        headers.set(HeaderName.of("foo$b#$are"), "a: b-c");
        headers.set(HeaderName.CONTENT_TYPE, "text/plain");
        proper.exchange(0).response.headers(headers, true);
        assertThat(proper.written())
                .isEqualTo(
                        "HTTP/1.1 200 OK\r\nFoo$B#$Are: a: b-c\r\nContent-Type: text/plain\r\n"
                                + "Content-Length: 0\r\n\r\n");
    }

    @Test
    void theTransferEncodingOfAnotherHopIsNotPassedOn() {
        harness.answeringLater().receive(GET);
        ResponseHeaders headers = ResponseHeaders.of(200);
        headers.set(HeaderName.TRANSFER_ENCODING, "chunked");
        headers.set(HeaderName.CONTENT_LENGTH, "1");
        harness.exchange(0).response.headers(headers, false);
        assertThat(harness.written()).isEqualTo("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n");
    }

    // Limits and options.

    @Test
    void theNumberOfHeadersIsLimited() {
        var small =
                new ServerHarness(
                        HttpProtocolOptions.newBuilder()
                                .setMaxHeadersCount(UInt32Value.of(2))
                                .build());
        small.receive("GET / HTTP/1.1\r\nhost: a\r\na: b\r\n\r\n");
        assertThat(small.exchange(0).refusal).isNull();
        small.receive("GET / HTTP/1.1\r\nhost: a\r\na: b\r\na: c\r\n\r\n");
        assertThat(small.exchange(1).refusal.details()).isEqualTo("http1.too_many_headers");
    }

    @Test
    void headersWithUnderscoresAreDroppedOrRefusedIfAsked() {
        String request = "GET / HTTP/1.1\r\nhost: a\r\na_b: 1\r\nc: 2\r\n\r\n";
        var dropping = new ServerHarness(underscores(HeadersWithUnderscoresAction.DROP_HEADER));
        dropping.receive(request);
        assertThat(dropping.exchange(0).describe()).doesNotContain("a_b").contains("c: 2");
        assertThat(dropping.counter("http1.dropped_headers_with_underscores")).isEqualTo(1);
        var refusing = new ServerHarness(underscores(HeadersWithUnderscoresAction.REJECT_REQUEST));
        refusing.receive(request);
        assertThat(refusing.exchange(0).refusal.details()).isEqualTo("http1.unexpected_underscore");
        assertThat(refusing.counter("http1.requests_rejected_with_underscores_in_headers"))
                .isEqualTo(1);
        harness.receive(request);
        assertThat(harness.exchange(0).header("a_b")).isEqualTo("1");
    }

    private static HttpProtocolOptions underscores(HeadersWithUnderscoresAction action) {
        return HttpProtocolOptions.newBuilder().setHeadersWithUnderscoresAction(action).build();
    }

    @Test
    void otherMethodsPassIfAllowed() {
        var custom = new ServerHarness(options().setAllowCustomMethods(true).build());
        custom.receive(GET.replace("GET", "BREW"));
        assertThat(custom.exchange(0).header(":method")).isEqualTo("BREW");
    }

    @Test
    void aLengthBesideChunkedIsIgnoredIfAllowed() {
        var lenient = new ServerHarness(options().setAllowChunkedLength(true).build());
        lenient.receive(
                "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n"
                        + "\r\n2\r\nab\r\n0\r\n\r\n");
        assertThat(lenient.exchange(0).body.toString()).isEqualTo("ab");
        assertThat(lenient.exchange(0).header("content-length")).isEmpty();
    }

    private static Http1ProtocolOptions.Builder options() {
        return Http1ProtocolOptions.newBuilder();
    }
}
