package io.nuncio.kernel.http1;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.UInt32Value;

import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.host.CodecError;
import io.nuncio.spi.host.ResetReason;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Http1ClientCodecTest {
    private final ClientHarness harness = new ClientHarness();

    // Requests.

    @Test
    void aRequestIsWrittenWithItsHostFirst() {
        RequestHeaders headers = RequestHeaders.of("GET", "http", "host.example", "/a?b");
        headers.add(HeaderName.USER_AGENT, "curl");
        harness.request(headers, true);
        assertThat(harness.written())
                .isEqualTo("GET /a?b HTTP/1.1\r\nhost: host.example\r\nuser-agent: curl\r\n\r\n");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, ''",
        "HEAD, ''",
        "DELETE, ''",
        "TRACE, ''",
        "POST, content-length: 0",
        "OPTIONS, content-length: 0"
    })
    void aRequestOfHeadersAloneHasALengthIfItCouldHaveABody(String method, String line) {
        harness.request(method);
        assertThat(harness.written())
                .isEqualTo(
                        method
                                + " / HTTP/1.1\r\nhost: host.example\r\n"
                                + (line.isEmpty() ? "" : line + "\r\n")
                                + "\r\n");
    }

    @Test
    void aBodyWithoutLengthIsChunked() {
        harness.request(RequestHeaders.of("POST", "http", "a", "/"), false);
        harness.sender().data(Buffer.copyOf("0123456789abcdef"), false);
        harness.sender().data(Buffer.copyOf("x"), true);
        assertThat(harness.written())
                .isEqualTo(
                        "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"
                                + "10\r\n0123456789abcdef\r\n1\r\nx\r\n0\r\n\r\n");
    }

    @Test
    void aBodyOfKnownLengthIsNot() {
        RequestHeaders headers = RequestHeaders.of("POST", "http", "a", "/");
        headers.set(HeaderName.CONTENT_LENGTH, "3");
        harness.request(headers, false);
        harness.sender().data(Buffer.copyOf("abc"), true);
        assertThat(harness.written())
                .isEqualTo("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nabc");
    }

    @Test
    void trailersAreDroppedUnlessEnabled() {
        var trailers = new Trailers();
        trailers.add(HeaderName.of("x-last"), "v");
        harness.request(RequestHeaders.of("POST", "http", "a", "/"), false);
        harness.sender().trailers(trailers);
        assertThat(harness.written()).endsWith("\r\n\r\n0\r\n\r\n");
        var enabled =
                new ClientHarness(
                        Http1ProtocolOptions.newBuilder().setEnableTrailers(true).build());
        enabled.request(RequestHeaders.of("POST", "http", "a", "/"), false);
        enabled.sender().trailers(trailers);
        assertThat(enabled.written()).endsWith("\r\n\r\n0\r\nx-last: v\r\n\r\n");
    }

    @Test
    void theFullUrlIsSentIfAsked() {
        var full =
                new ClientHarness(
                        Http1ProtocolOptions.newBuilder().setSendFullyQualifiedUrl(true).build());
        full.request("GET");
        assertThat(full.written()).startsWith("GET http://host.example/ HTTP/1.1\r\n");
    }

    @Test
    void connectNamesTheAuthority() {
        RequestHeaders headers = new RequestHeaders();
        headers.method("CONNECT");
        headers.authority("a:1");
        harness.request(headers, false);
        harness.sender().data(Buffer.copyOf("raw"), false);
        assertThat(harness.written()).isEqualTo("CONNECT a:1 HTTP/1.1\r\nhost: a:1\r\n\r\nraw");
    }

    // Responses.

    @Test
    void aResponseHasItsStatusAndHeaders() {
        harness.request("GET");
        assertThat(harness.receive("HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 2\r\n\r\nok"))
                .isNull();
        assertThat(harness.headers.status()).isEqualTo(200);
        assertThat(harness.headers).hasToString(":status: 200\nserver: x\ncontent-length: 2\n");
        assertThat(harness.body.toString()).isEqualTo("ok");
        assertThat(harness.events).containsExactly("complete", "reusable");
    }

    @Test
    void aConnectionCarriesManyResponses() {
        for (int round = 0; round < 3; round++) {
            harness.request("GET");
            harness.receive("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        }
        assertThat(harness.events)
                .containsExactly(
                        "complete", "reusable", "complete", "reusable", "complete", "reusable");
    }

    @Test
    void aChunkedResponseEndsWithItsLastChunk() {
        harness.request("GET");
        harness.receive("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n");
        assertThat(harness.body.toString()).isEqualTo("abc");
        assertThat(harness.complete).isFalse();
        harness.receive("1;x\r\nd\r\n0\r");
        harness.receive("\nA: b\r\n\r\n");
        assertThat(harness.body.toString()).isEqualTo("abcd");
        assertThat(harness.trailers).isNull();
        assertThat(harness.events).containsExactly("complete", "reusable");
    }

    @Test
    void trailersArriveIfEnabled() {
        var enabled =
                new ClientHarness(
                        Http1ProtocolOptions.newBuilder().setEnableTrailers(true).build());
        enabled.request("GET");
        enabled.receive(
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\nA: b\r\n\r\n");
        assertThat(enabled.body.toString()).isEqualTo("a");
        assertThat(enabled.trailers).hasToString("a: b\n");
        assertThat(enabled.events).containsExactly("complete", "reusable");
    }

    @Test
    void aBodyWithoutLengthEndsWithTheConnection() {
        harness.request("GET");
        harness.receive("HTTP/1.1 200 OK\r\n\r\nabc");
        harness.receive("def");
        assertThat(harness.complete).isFalse();
        harness.codec().onEndOfStream();
        assertThat(harness.body.toString()).isEqualTo("abcdef");
        assertThat(harness.events).containsExactly("complete", "not reusable");
    }

    @ParameterizedTest
    @CsvSource({"GET, 204, ''", "GET, 304, ''", "GET, 304, 10", "HEAD, 200, 10", "GET, 200, 0"})
    void someResponsesHaveNoBody(String method, int status, String length) {
        harness.request(method);
        String line = length.isEmpty() ? "" : "content-length: " + length + "\r\n";
        harness.receive("HTTP/1.1 " + status + " X\r\n" + line + "\r\n");
        assertThat(harness.events).containsExactly("complete", "reusable");
        assertThat(harness.headers.get(HeaderName.CONTENT_LENGTH, "")).isEqualTo(length);
    }

    @Test
    void informationalResponsesComeBefore() {
        harness.request("GET");
        harness.receive(
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n"
                        + "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        assertThat(harness.events)
                .containsExactly("informational 100", "informational 103", "complete", "reusable");
        assertThat(harness.headers.contains(HeaderName.of("link"))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "1.1, connection: close, false", "1.1, connection: Keep-Alive, true",
        "1.1, proxy-connection: close, false", "1.0, x: y, false",
        "1.0, connection: keep-alive, true"
    })
    void theConnectionIsUsedAgainAsItSays(String version, String line, boolean reusable) {
        harness.request("GET");
        harness.receive(
                "HTTP/" + version + " 200 OK\r\ncontent-length: 1\r\n" + line + "\r\n\r\nx");
        assertThat(harness.events)
                .containsExactly("complete", reusable ? "reusable" : "not reusable");
    }

    @Test
    void aConnectionWithMoreThanTheResponseIsNotUsedAgain() {
        harness.request("GET");
        harness.receive(
                "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nxHTTP/1.1 200 OK\r\n"
                        + "content-length: 0\r\n\r\n");
        assertThat(harness.events).containsExactly("complete", "not reusable");
        assertThat(harness.body.toString()).isEqualTo("x");
    }

    @Test
    void aResponseBeforeTheRequestsEndLeavesTheConnectionUnusable() {
        harness.request(RequestHeaders.of("POST", "http", "a", "/"), false);
        harness.receive("HTTP/1.1 413 Payload Too Large\r\ncontent-length: 0\r\n\r\n");
        assertThat(harness.events).containsExactly("complete", "not reusable");
    }

    @Test
    void aResponseWithoutARequestIsAnError() {
        CodecError error = harness.receive("HTTP/1.1 408 Request Timeout\r\n\r\n");
        assertThat(error.kind()).isEqualTo(CodecError.Kind.PREMATURE_RESPONSE);
        assertThat(error.status()).isEqualTo(408);
    }

    @ParameterizedTest
    @CsvSource({"HTTP/1.1 408 Request, 408", "HTTP/1.1 40, 0", "garbage, 0"})
    void aPieceOfAResponseWithoutARequestIsAnErrorToo(String piece, int status) {
        CodecError error = harness.receive(piece);
        assertThat(error.kind()).isEqualTo(CodecError.Kind.PREMATURE_RESPONSE);
        assertThat(error.status()).isEqualTo(status);
    }

    @Test
    void anUpgradeOpensATunnel() {
        RequestHeaders headers = RequestHeaders.of("GET", "http", "a", "/");
        headers.set(HeaderName.CONNECTION, "upgrade");
        headers.set(HeaderName.UPGRADE, "foo");
        harness.request(headers, false);
        assertThat(harness.written()).doesNotContain("chunked");
        harness.receive("HTTP/1.1 101 Switching Protocols\r\nupgrade: foo\r\n\r\nraw");
        assertThat(harness.body.toString()).isEqualTo("raw");
        assertThat(harness.complete).isFalse();
        harness.codec().onEndOfStream();
        assertThat(harness.events).containsExactly("complete", "not reusable");
    }

    private void connect() {
        RequestHeaders headers = new RequestHeaders();
        headers.method("CONNECT");
        headers.authority("a:1");
        harness.request(headers, false);
        harness.written();
    }

    @Test
    void whatAnAgreementToConnectSaysOfABodyMeansNothing() {
        connect();
        harness.receive(
                "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\nraw");

        assertThat(harness.body.toString()).isEqualTo("raw");
        assertThat(harness.complete).isFalse();
        assertThat(harness.headers.size()).isEqualTo(1);
    }

    @Test
    void aTunnelThatTheUpstreamEndsFirstGoesOnTheOtherWay() {
        connect();
        harness.receive("HTTP/1.1 204 Yes\r\n\r\n");
        harness.codec().onEndOfStream();
        harness.sender().data(Buffer.copyOf("more"), false);
        harness.sender().data(Buffer.copyOf(""), true);

        assertThat(harness.complete).isTrue();
        assertThat(harness.written()).isEqualTo("more");
        assertThat(harness.connection.sentEnd()).isTrue();
        assertThat(harness.connection.open()).isTrue();
        assertThat(harness.events).containsExactly("complete", "tunnel ended");
    }

    @Test
    void aTunnelThatItsUserEndsFirstGoesOnTheOtherWay() {
        connect();
        harness.receive("HTTP/1.1 200 OK\r\n\r\n");
        harness.sender().data(Buffer.copyOf("last"), true);
        boolean ended = harness.connection.sentEnd();
        harness.receive("answer");
        harness.codec().onEndOfStream();

        assertThat(ended).isTrue();
        assertThat(harness.body.toString()).isEqualTo("answer");
        assertThat(harness.events).containsExactly("complete", "tunnel ended");
    }

    @Test
    void whatEndsBeforeTheTunnelStandsEndsWhenItDoes() {
        connect();
        harness.sender().data(Buffer.copyOf("all"), true);
        boolean before = harness.connection.sentEnd();
        harness.receive("HTTP/1.1 200 OK\r\n\r\n");

        assertThat(before).isFalse();
        assertThat(harness.connection.sentEnd()).isTrue();
    }

    @Test
    void aRefusalToConnectIsAResponseLikeAnyOther() {
        connect();
        harness.sender().data(Buffer.copyOf(""), true);
        harness.receive("HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno");

        assertThat(harness.body.toString()).isEqualTo("no");
        assertThat(harness.events).containsExactly("complete", "reusable");
    }

    /// The upstream takes them for a request, and answers it.
    @Test
    void bytesForATunnelThatIsRefusedLeaveTheConnectionUnusable() {
        connect();
        harness.sender().data(Buffer.copyOf("GET /admin HTTP/1.1\r\nhost: a\r\n\r\n"), true);
        harness.receive("HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno");

        assertThat(harness.body.toString()).isEqualTo("no");
        assertThat(harness.events).containsExactly("complete", "not reusable");
    }

    @ParameterizedTest
    @CsvSource({"'', not reusable", "2, reusable"})
    void soDoBytesForAnUpgradeUnlessTheyAreABody(String length, String connection) {
        RequestHeaders headers = RequestHeaders.of("POST", "http", "a", "/");
        headers.set(HeaderName.CONNECTION, "upgrade");
        headers.set(HeaderName.UPGRADE, "foo");
        if (!length.isEmpty()) {
            headers.set(HeaderName.CONTENT_LENGTH, length);
        }
        harness.request(headers, false);
        harness.sender().data(Buffer.copyOf("ab"), true);
        harness.receive("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");

        assertThat(harness.events).containsExactly("complete", connection);
    }

    @Test
    void aResetClosesTheConnection() {
        harness.request("GET");
        harness.sender().control().reset(ResetReason.LOCAL_RESET);
        assertThat(harness.connection.open()).isFalse();
        assertThat(harness.connection.closedHow()).isEqualTo(Connection.Close.NO_FLUSH);
        assertThat(harness.receive("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")).isNull();
        assertThat(harness.events).isEmpty();
    }

    @Test
    void aPausedResponseDoesNotPauseTheNext() {
        harness.request("GET");
        harness.sender().control().readDisable(true);
        assertThat(harness.connection.reading()).isFalse();
        harness.receive("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        assertThat(harness.connection.reading()).isTrue();
    }

    @Test
    void theSizeOfResponseHeadersIsLimited() {
        var small =
                new ClientHarness(
                        HttpProtocolOptions.newBuilder()
                                .setMaxResponseHeadersKb(UInt32Value.of(1))
                                .build(),
                        Http1ProtocolOptions.getDefaultInstance());
        small.request("GET");
        CodecError error = small.receive("HTTP/1.1 200 OK\r\na: " + "x".repeat(1024));
        assertThat(error.kind()).isEqualTo(CodecError.Kind.PROTOCOL_ERROR);
        assertThat(small.sender().control().details()).isEqualTo("http1.headers_too_large");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "garbage | hello | http1.codec_error",
                "empty line first | ^HTTP/1.1 200 OK^^ | http1.codec_error",
                "no version | HTTP 200 OK^^ | http1.codec_error",
                "bad version | HTTP/1.x 200 OK^^ | http1.codec_error",
                "no status | HTTP/1.1^^ | http1.codec_error",
                "short status | HTTP/1.1 20 OK^^ | http1.codec_error",
                "long status | HTTP/1.1 2000 OK^^ | http1.codec_error",
                "status below 100 | HTTP/1.1 099 OK^^ | http1.codec_error",
                "two lengths | HTTP/1.1 200 OK^content-length: 1^content-length: 1^^ |"
                        + " http1.codec_error",
                "coding and length | HTTP/1.1 200 OK^content-length: 1^transfer-encoding:"
                        + " chunked^^ | http1.content_length_and_chunked_not_allowed",
                "unknown coding | HTTP/1.1 200 OK^transfer-encoding: gzip^^ |"
                        + " http1.invalid_transfer_encoding",
                "204 with a coding | HTTP/1.1 204 X^transfer-encoding: chunked^^ |"
                        + " http1.transfer_encoding_not_allowed",
                "204 with a length | HTTP/1.1 204 X^content-length: 1^^ |"
                        + " http1.content_length_not_allowed",
                "100 with a length | HTTP/1.1 100 X^content-length: 1^^ |"
                        + " http1.content_length_not_allowed",
                "unasked switch | HTTP/1.1 101 X^^ | http1.codec_error",
                "bad name | HTTP/1.1 200 OK^a b: c^^ | http1.codec_error",
                "bad value | HTTP/1.1 200 OK^a: \u0001^^ | http1.invalid_characters",
                "bad chunk | HTTP/1.1 200 OK^transfer-encoding: chunked^^x^ | http1.codec_error",
                "large | HTTP/1.1 200 OK^a: {long}^^ | http1.headers_too_large",
                "many | HTTP/1.1 200 OK^{many}^ | http1.too_many_headers",
            })
    void badResponsesAreErrors(String name, String input, String details) {
        String bytes =
                input.replace("^", "\r\n")
                        .replace("{long}", "x".repeat(80 * 1024))
                        .replace("{many}", "a: b\r\n".repeat(101));
        harness.request("GET");
        CodecError error = harness.receive(bytes);
        assertThat(error.kind()).isEqualTo(CodecError.Kind.PROTOCOL_ERROR);
        assertThat(harness.sender().control().details()).isEqualTo(details);
        assertThat(harness.events).isEmpty();
    }
}
