package io.nuncio.kernel.http;

import static io.nuncio.spi.LocalReply.reply;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.spi.DataOutcome;
import io.nuncio.spi.HeaderChanges;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.HeadersOutcome;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseFlag;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.TrailersOutcome;
import io.nuncio.spi.host.HttpStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LocalRepliesTest {
    private final StreamHarness harness = StreamHarness.of(3);
    private final TestFilter a = harness.filter("a");
    private final TestFilter b = harness.filter("b");
    private final TestFilter c = harness.filter("c");

    @Test
    void replyPassesAllFiltersBackToTheOwner() {
        b.requestHeaders = (headers, end) -> reply(403).body("no").details("denied");

        harness.request(true);

        assertThat(harness.events())
                .containsExactly(
                        "a requestHeaders end",
                        "a requestComplete",
                        "b requestHeaders end",
                        "a localReply 403",
                        "b localReply 403",
                        "c localReply 403",
                        "c responseHeaders 403",
                        "b responseHeaders 403",
                        "a responseHeaders 403",
                        "sink headers 403",
                        "c responseData no end",
                        "b responseData no end",
                        "a responseData no end",
                        "sink data no end",
                        "sink complete",
                        "a destroy",
                        "b destroy",
                        "c destroy");
        assertThat(harness.details()).isEqualTo("denied");
        assertThat(harness.stream().info().localReply()).isTrue();
    }

    @Test
    void bodyIsPlainTextWithItsLength() {
        b.requestHeaders = (headers, end) -> reply(403).body("größer");

        harness.request(true);

        assertThat(harness.header(HeaderName.CONTENT_TYPE)).isEqualTo("text/plain");
        assertThat(harness.header(HeaderName.CONTENT_LENGTH)).isEqualTo("8");
        assertThat(harness.body.toString()).isEqualTo("größer");
    }

    @Test
    void replyWithoutBodyHasNeitherTypeNorLength() {
        b.requestHeaders =
                (headers, end) -> reply(403).header(HeaderName.CONTENT_TYPE, "text/html");

        harness.request(true);

        assertThat(harness.events()).contains("sink headers 403 end");
        assertThat(harness.headers.contains(HeaderName.CONTENT_TYPE)).isFalse();
        assertThat(harness.headers.contains(HeaderName.CONTENT_LENGTH)).isFalse();
    }

    @Test
    void headersAreAddedOverwrittenAndRemovedInTheOrderOfTheCalls() {
        var one = HeaderName.of("x-one");
        var two = HeaderName.of("x-two");
        var seen = HeaderName.of("x-seen");
        HeaderChanges compiled =
                (headers, context) -> {
                    headers.set(seen, headers.get(one) + " " + context.info().responseCode());
                    headers.set(two, "compiled");
                };
        b.requestHeaders =
                (headers, end) ->
                        reply(403)
                                .header(one, "a")
                                .header(one, "b", true)
                                .headers(compiled)
                                .removeHeader(one)
                                .header(two, "last", true);

        harness.request(true);

        assertThat(harness.headers.contains(one)).isFalse();
        assertThat(harness.headers.getAll(two)).containsExactly("compiled", "last");
        assertThat(harness.header(seen)).isEqualTo("a 403");
    }

    @Test
    void contentTypeOfTheReplyIsKept() {
        b.requestHeaders =
                (headers, end) ->
                        reply(403).body("{}").header(HeaderName.CONTENT_TYPE, "application/json");

        harness.request(true);

        assertThat(harness.header(HeaderName.CONTENT_TYPE)).isEqualTo("application/json");
    }

    @Test
    void ownerSeesTheHeadersAndMayChangeThemWithTheStatus() {
        b.requestHeaders = (headers, end) -> reply(403).body("no").header(HeaderName.LOCATION, "/");
        harness.format =
                (headers, own) -> {
                    assertThat(headers.status()).isEqualTo(403);
                    assertThat(harness.stream().info().responseCode()).isEqualTo(403);
                    headers.status(401);
                    headers.set(HeaderName.LOCATION, "/login");
                    return new HttpStream.ReplyBody(own + " way", "text/html");
                };

        harness.request(true);

        assertThat(harness.events()).contains("sink headers 401", "sink data no way end");
        assertThat(harness.header(HeaderName.LOCATION)).isEqualTo("/login");
        assertThat(harness.header(HeaderName.CONTENT_TYPE)).isEqualTo("text/html");
        assertThat(harness.header(HeaderName.CONTENT_LENGTH)).isEqualTo("6");
    }

    @ParameterizedTest
    @CsvSource({
        "same,'',application/json",
        "other,'',text/html",
        "other,text/x-own,text/x-own",
        "same,text/x-own,text/x-own"
    })
    void anotherBodyHasItsOwnTypeUnlessTheOwnerGaveOne(String body, String given, String type) {
        b.requestHeaders =
                (headers, end) ->
                        reply(403).body("same").header(HeaderName.CONTENT_TYPE, "application/json");
        harness.format =
                (headers, own) -> {
                    if (!given.isEmpty()) {
                        headers.set(HeaderName.CONTENT_TYPE, given);
                    }
                    return new HttpStream.ReplyBody(body, "text/html");
                };

        harness.request(true);

        assertThat(harness.header(HeaderName.CONTENT_TYPE)).isEqualTo(type);
    }

    @Test
    void grpcMessageIsTheOwnersBodyWithoutItsLineEnd() {
        b.requestHeaders = (headers, end) -> reply(503).body("no");
        harness.format =
                (headers, own) -> {
                    headers.status(404);
                    return new HttpStream.ReplyBody("{}\n", "application/json");
                };

        harness.request(grpcRequest("application/grpc"), false);

        assertThat(harness.header(HeaderName.GRPC_STATUS)).isEqualTo("12");
        assertThat(harness.header(HeaderName.GRPC_MESSAGE)).isEqualTo("{}");
        assertThat(harness.header(HeaderName.CONTENT_TYPE)).isEqualTo("application/grpc");
    }

    @Test
    void headersAreSetOrAdded() {
        var name = HeaderName.of("x-why");
        b.requestHeaders =
                (headers, end) ->
                        reply(403)
                                .header(name, "one")
                                .header(name, "two", true)
                                .header(HeaderName.LOCATION, "/");

        harness.request(true);

        assertThat(harness.headers.getAll(name)).containsExactly("one", "two");
        assertThat(harness.header(HeaderName.LOCATION)).isEqualTo("/");
    }

    @Test
    void replyToHeadHasNoBodyButItsLength() {
        b.requestHeaders = (headers, end) -> reply(404).body("gone");

        harness.request(RequestHeaders.of("HEAD", "http", "example.com", "/"), true);

        assertThat(harness.events()).contains("sink headers 404 end");
        assertThat(harness.header(HeaderName.CONTENT_LENGTH)).isEqualTo("4");
        assertThat(harness.body).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "400,13", "401,16", "403,7", "404,12", "429,14", "502,14", "503,14", "504,14", "418,2"
    })
    void grpcRequestGetsAGrpcStatus(int http, String grpc) {
        b.requestHeaders = (headers, end) -> reply(http).body("100% ~\nsure\n");

        harness.request(grpcRequest("application/grpc"), false);

        assertThat(harness.events()).contains("sink headers 200 end");
        assertThat(harness.header(HeaderName.GRPC_STATUS)).isEqualTo(grpc);
        assertThat(harness.header(HeaderName.GRPC_MESSAGE)).isEqualTo("100%25 %7E%0Asure");
        assertThat(harness.header(HeaderName.CONTENT_TYPE)).isEqualTo("application/grpc");
        assertThat(harness.headers.contains(HeaderName.CONTENT_LENGTH)).isFalse();
    }

    @Test
    void grpcStatusOfTheReplyWins() {
        b.requestHeaders = (headers, end) -> reply(503).grpcStatus(8);

        harness.request(grpcRequest("application/grpc+proto"), false);

        assertThat(harness.header(HeaderName.GRPC_STATUS)).isEqualTo("8");
    }

    @ParameterizedTest
    @CsvSource({
        "'',false",
        "application/text,false",
        "application/grpc,true",
        "application/grpc+,true",
        "application/grpc+foo,true",
        "application/grpc-,false",
        "application/grpc-web,false",
        "application/grpc-web+foo,false"
    })
    void grpcIsToldByTheContentType(String contentType, boolean grpc) {
        assertThat(GrpcStatus.isGrpc(contentType)).isEqualTo(grpc);
    }

    @Test
    void formOfTheReplyFollowsTheRequestAsItCame() {
        b.requestHeaders =
                (headers, end) -> {
                    headers.set(HeaderName.CONTENT_TYPE, "text/html");
                    return reply(503);
                };

        harness.request(grpcRequest("application/grpc"), false);

        assertThat(harness.header(HeaderName.GRPC_STATUS)).isEqualTo("14");
    }

    @Test
    void replyFromDataAnswersAndStopsTheRequest() {
        b.requestData = (data, end) -> reply(400);
        harness.destroyAtEnd = false;

        harness.request(false).data("x", false).data("y", true);

        assertThat(harness.events())
                .contains("sink headers 400 end")
                .doesNotContain("c requestData x", "a requestData y end");
    }

    @Test
    void replyFromTrailersAnswers() {
        b.requestTrailers = trailers -> reply(400);

        harness.request(false).trailers();

        assertThat(harness.events())
                .contains("sink headers 400 end")
                .doesNotContain("c requestTrailers");
    }

    @Test
    void replyAfterAPauseAnswers() {
        b.requestHeaders = (headers, end) -> HeadersOutcome.PAUSE;
        harness.request(true).events();

        b.stream.reply(reply(401).details("late"));

        assertThat(harness.events()).contains("sink headers 401 end");
        assertThat(harness.details()).isEqualTo("late");
    }

    @Test
    void replyWithinACallbackIsSentWhenItHasReturned() {
        b.requestHeaders =
                (headers, end) -> {
                    b.stream.reply(reply(401));
                    harness.log.add("still in b");
                    return HeadersOutcome.CONTINUE;
                };

        harness.request(true);

        assertThat(harness.events())
                .containsSubsequence("still in b", "sink headers 401 end")
                .doesNotContain("c requestHeaders end");
    }

    @Test
    void continueAfterAReplyDoesNothing() {
        b.requestHeaders = (headers, end) -> HeadersOutcome.PAUSE;
        a.responseHeaders = (headers, end) -> HeadersOutcome.PAUSE;
        harness.request(true);
        b.stream.reply(reply(401));
        harness.events();

        b.goOnWithRequest();

        assertThat(harness.events()).isEmpty();
    }

    @Test
    void secondReplyIsIgnoredAndCounted() {
        b.requestHeaders =
                (headers, end) -> {
                    b.stream.reply(reply(401));
                    return reply(402);
                };

        harness.request(true);

        assertThat(harness.events()).contains("sink headers 401 end");
        assertThat(harness.stats.ignoredReplies().value()).isEqualTo(1);
    }

    @Test
    void replyAfterTheEndIsIgnoredAndCounted() {
        harness.request(true);
        c.respond(200, true);
        harness.events();

        b.stream.reply(reply(500));

        assertThat(harness.events()).isEmpty();
        assertThat(harness.stats.ignoredReplies().value()).isEqualTo(1);
    }

    @Test
    void responseOfTheUpstreamAfterAReplyIsDropped() {
        b.requestHeaders = (headers, end) -> HeadersOutcome.CONTINUE;
        a.responseHeaders = (headers, end) -> HeadersOutcome.PAUSE;
        harness.request(true);
        b.stream.reply(reply(504));
        harness.events();

        c.respond(200, true);

        assertThat(harness.events()).isEmpty();
    }

    @Test
    void replyInAResponseCallbackGoesStraightToTheOwner() {
        b.responseHeaders = (headers, end) -> reply(502).body("bad");
        harness.request(true).events();

        c.respond(200, false);

        assertThat(harness.events())
                .startsWith(
                        "c responseHeaders 200",
                        "b responseHeaders 200",
                        "a localReply 502",
                        "b localReply 502",
                        "c localReply 502",
                        "sink headers 502",
                        "sink data bad end",
                        "sink complete");
    }

    @Test
    void replyAfterTheHeadersWereSentResetsTheStream() {
        b.responseData = (data, end) -> reply(500).details("too_late");
        harness.request(true);
        c.respond(200, false);
        harness.events();

        c.respondData("x", false);

        assertThat(harness.events())
                .contains("sink reset", "a localReply 500")
                .doesNotContain("sink headers 500 end");
        assertThat(harness.details()).isEqualTo("too_late");
    }

    @Test
    void replyToAnInformationalResponseGoesStraightToTheOwner() {
        b.informational = headers -> reply(500);
        harness.request(true);

        c.stream.respondInformational(ResponseHeaders.of(100));

        assertThat(harness.events())
                .contains("sink headers 500 end")
                .doesNotContain("a informational 100");
    }

    @Test
    void replyInResponseTrailersResets() {
        b.responseTrailers = trailers -> reply(500);
        harness.request(true);
        c.respond(200, false);

        c.stream.respondTrailers(new io.nuncio.spi.Trailers());

        assertThat(harness.events()).contains("sink reset");
    }

    @Test
    void replyHeldByAResponseFilterIsOvertakenByTheOwnersReply() {
        a.responseHeaders = (headers, end) -> HeadersOutcome.PAUSE;
        b.requestHeaders = (headers, end) -> reply(403);
        harness.request(true).events();

        harness.stream().reply(reply(408).details("stream_idle_timeout"));

        assertThat(harness.events()).contains("sink headers 408 end", "sink complete");
        assertThat(harness.details()).isEqualTo("stream_idle_timeout");
    }

    @Test
    void ownersReplyAfterTheHeadersWereSentIsIgnored() {
        harness.request(true);
        c.respond(200, false);
        harness.events();

        harness.stream().reply(reply(408));

        assertThat(harness.events()).isEmpty();
    }

    @Test
    void ownerMayReplyBeforeTheRequestIsThere() {
        harness.stream().reply(reply(400).details("http1.codec_error"));

        assertThat(harness.events())
                .containsSubsequence(
                        "c responseHeaders 400 end",
                        "a responseHeaders 400 end",
                        "sink headers 400 end");
    }

    @Test
    void requestAfterTheOwnersReplyReachesNoFilter() {
        harness.destroyAtEnd = false;
        harness.stream().reply(reply(400));
        harness.events();

        harness.request(true);

        assertThat(harness.events()).isEmpty();
    }

    @Test
    void ownerMayChangeTheReply() {
        harness.rewrite = reply -> reply(418).body("teapot").details(reply.details());
        b.requestHeaders = (headers, end) -> reply(403).body("no").details("denied");

        harness.request(true);

        assertThat(harness.events()).contains("sink headers 418", "sink data teapot end");
        assertThat(harness.stream().formatContext("DownstreamEnd").localReplyBody())
                .isEqualTo("teapot");
        assertThat(harness.details()).isEqualTo("denied");
    }

    @Test
    void flagOfTheReplyIsNoted() {
        b.requestHeaders = (headers, end) -> reply(429).flag(ResponseFlag.RATE_LIMITED);

        harness.request(true);

        assertThat(harness.stream().info().flags()).containsExactly(ResponseFlag.RATE_LIMITED);
    }

    @Test
    void replyWhileRepliesAreAnnouncedIsIgnored() {
        a.localReply = () -> a.stream.reply(reply(500));
        b.requestHeaders = (headers, end) -> reply(403);

        harness.request(true);

        assertThat(harness.events()).contains("sink headers 403 end");
        assertThat(harness.stats.ignoredReplies().value()).isEqualTo(1);
    }

    @Test
    void resetWhileRepliesAreAnnouncedEndsTheStream() {
        a.localReply = () -> a.stream.reset();
        b.requestHeaders = (headers, end) -> reply(403);

        harness.request(true);

        assertThat(harness.events()).contains("sink reset").doesNotContain("sink headers 403 end");
    }

    @Test
    void ownerThatEndsTheStreamAtTheHeadersGetsNoBody() {
        harness.atHeaders = () -> harness.stream().destroy();
        b.requestHeaders = (headers, end) -> reply(403).body("no");

        harness.request(true);

        assertThat(harness.events()).doesNotContain("sink data no end", "sink complete");
    }

    @Test
    void replyWithBodyHeldByAFilterIsCompleteAfterResume() {
        a.responseHeaders = (headers, end) -> HeadersOutcome.PAUSE;
        a.responseData = (data, end) -> DataOutcome.BUFFER;
        b.requestHeaders = (headers, end) -> reply(403).body("no");
        harness.request(true).events();

        a.goOnWithResponse();

        assertThat(harness.events())
                .startsWith("sink headers 403", "sink data no end", "sink complete");
    }

    @Test
    void pauseInTrailersIsNoReply() {
        b.requestTrailers = trailers -> TrailersOutcome.PAUSE;

        harness.request(false).trailers();

        assertThat(harness.events()).doesNotContain("c requestTrailers");
        assertThat(harness.headers).isNull();
    }

    private static RequestHeaders grpcRequest(String contentType) {
        var headers = RequestHeaders.of("POST", "http", "example.com", "/Service/Method");
        headers.set(HeaderName.CONTENT_TYPE, contentType);
        return headers;
    }
}
