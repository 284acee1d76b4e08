package io.nuncio.network.httpconnectionmanager;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.BoolValue;
import com.google.protobuf.Duration;
import com.google.protobuf.UInt32Value;

import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions.HeadersWithUnderscoresAction;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.CodecType;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.HcmAccessLogOptions;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.PathWithEscapedSlashesAction;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.RequestIDExtension;
import io.envoyproxy.envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig;
import io.nuncio.spi.Connection;
import io.nuncio.spi.Direction;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.HeadersOutcome;
import io.nuncio.spi.HttpFilterTemplate;
import io.nuncio.spi.LocalReply;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.RequestIdTemplate;
import io.nuncio.spi.ResponseFlag;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Worker;
import io.nuncio.testkit.FakePlatform.LogEntry;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

class ConnectionManagerFilterTest {
    private final ManagerHarness manager = new ManagerHarness();

    @AfterEach
    void whenTheConnectionIsGoneEveryGaugeIsZeroAndEveryStreamLogged() {
        manager.connection().peerCloses();
        manager.worker.runPosted();
        assertThat(manager.gauge("downstream_cx_active")).isZero();
        assertThat(manager.gauge("downstream_cx_http1_active")).isZero();
        assertThat(manager.gauge("downstream_rq_active")).isZero();
        assertThat(manager.counter("downstream_cx_destroy"))
                .isEqualTo(manager.counter("downstream_cx_total"));
        assertThat(manager.log().stream().filter(entry -> entry.type().equals("DownstreamEnd")))
                .hasSize((int) manager.counter("downstream_rq_total") - manager.unlogged);
        assertThat(manager.exchanges).allMatch(exchange -> exchange.destroyed);
        assertThat(manager.worker.armedTimers()).isZero();
    }

    @Nested
    class Exchanges {
        @Test
        void aRequestIsAnswered() {
            manager.open();
            assertThat(manager.get("/a"))
                    .isEqualTo(
                            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n"
                                    + "date: Thu, 01 Jan 2026 00:00:00 GMT\r\n"
                                    + "server: envoy\r\n\r\nok");
            assertThat(manager.onlyLogEntry())
                    .isEqualTo(new LogEntry("DownstreamEnd", 200, "test", "", "/a"));
            assertThat(manager.counter("downstream_rq_total")).isEqualTo(1);
            assertThat(manager.counter("downstream_rq_http1_total")).isEqualTo(1);
            assertThat(manager.counter("downstream_rq_completed")).isEqualTo(1);
            assertThat(manager.counter("downstream_rq_2xx")).isEqualTo(1);
            assertThat(
                            manager.context.counter(
                                    "listener.test.http.ingress.downstream_rq_completed"))
                    .isEqualTo(1);
            assertThat(manager.counter("downstream_cx_http1_total")).isEqualTo(1);
        }

        @Test
        void requestsFollowOneAnother() {
            manager.open();
            assertThat(manager.get("/a")).endsWith("ok");
            assertThat(manager.get("/b")).endsWith("ok");
            assertThat(manager.connection().open()).isTrue();
            assertThat(manager.counter("downstream_cx_total")).isEqualTo(1);
            assertThat(manager.counter("downstream_rq_total")).isEqualTo(2);
        }

        @Test
        void pipelinedRequestsWaitForTheResponseBefore() {
            manager.answersAtOnce = false;
            manager.open();
            String request = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
            manager.exchange(request + request);
            assertThat(manager.exchanges).hasSize(1);
            assertThat(manager.connection().reading()).isFalse();
            manager.last().respond(200, "first");
            manager.worker.runPosted();
            assertThat(manager.exchanges).hasSize(2);
            manager.last().respond(200, "second");
            assertThat(manager.connection().takeSent()).contains("first").endsWith("second");
        }

        @Test
        void bytesAreCountedOnce() {
            manager.answersAtOnce = false;
            manager.open();
            String request = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
            manager.exchange(request + request);
            manager.last().respond(200, "first");
            manager.worker.runPosted();
            manager.last().respond(200, "second");
            assertThat(manager.counter("downstream_cx_rx_bytes_total"))
                    .isEqualTo(request.length() * 2L);
            assertThat(manager.counter("downstream_cx_tx_bytes_total"))
                    .isEqualTo(manager.connection().takeSent().length());
        }

        @Test
        void theRouteIsResolvedFromNormalizedHeaders() {
            manager.config.setNormalizePath(BoolValue.of(true));
            manager.open();
            manager.get("/a/../b");
            assertThat(manager.last().headers.path()).isEqualTo("/b");
        }

        @Test
        void aRequestIdIsMade() {
            manager.open();
            manager.get("/");
            assertThat(manager.last().headers.get(HeaderName.X_REQUEST_ID)).hasSize(36);
        }

        @Test
        void noRequestIdIsMadeIfNotWanted() {
            manager.config.setGenerateRequestId(BoolValue.of(false));
            manager.open();
            manager.get("/");
            assertThat(manager.last().headers.contains(HeaderName.X_REQUEST_ID)).isFalse();
        }

        @Test
        void aSlowClientSlowsTheApplicationDown() {
            manager.answersAtOnce = false;
            manager.open().bufferLimit(1000);
            manager.connection().peerStalls(true);
            manager.get("/");
            manager.last().begin(200);
            manager.last().data("x".repeat(2000), false);
            assertThat(manager.last().aboveWatermark).isEqualTo(1);
            manager.connection().peerStalls(false);
            assertThat(manager.last().aboveWatermark).isZero();
        }

        @Test
        void aSlowApplicationSlowsTheClientDown() {
            manager.answersAtOnce = false;
            manager.open();
            manager.exchange("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n");
            manager.last().stream.pushBack(Direction.REQUEST, true);
            assertThat(manager.connection().reading()).isFalse();
            manager.last().stream.pushBack(Direction.REQUEST, false);
            assertThat(manager.connection().reading()).isTrue();
            assertThat(manager.counter("downstream_flow_control_paused_reading_total"))
                    .isEqualTo(1);
            assertThat(manager.counter("downstream_flow_control_resumed_reading_total"))
                    .isEqualTo(1);
        }
    }

    @Nested
    class Refusals {
        @Test
        void withoutHostTheRequestIsBad() {
            manager.open();
            assertThat(manager.exchange("GET /a HTTP/1.1\r\n\r\n"))
                    .startsWith("HTTP/1.1 400 Bad Request\r\n")
                    .contains("connection: close\r\n");
            assertThat(manager.onlyLogEntry().details()).isEqualTo("missing_host_header");
            assertThat(manager.onlyLogEntry().path()).isEqualTo("/a");
            assertThat(manager.connection().closedHow()).isEqualTo(Connection.Close.FLUSH_WRITE);
            assertThat(manager.exchanges).allMatch(exchange -> exchange.headers.isEmpty());
        }

        @Test
        void anAbsentRouteIsTheRoutersMatter() {
            manager.noRoute();
            manager.open();
            assertThat(manager.get("/")).startsWith("HTTP/1.1 200 OK");
        }

        @Test
        void aPathThatCannotBeNormalizedIsBad() {
            manager.config.setNormalizePath(BoolValue.of(true));
            manager.open();
            assertThat(manager.get("/%00")).startsWith("HTTP/1.1 400 Bad Request\r\n");
            assertThat(manager.onlyLogEntry().details()).isEqualTo("path_normalization_failed");
            assertThat(manager.counter("downstream_rq_failed_path_normalization")).isEqualTo(1);
        }

        @Test
        void anUnescapedPathCanBeRedirected() {
            manager.config.setPathWithEscapedSlashesAction(
                    PathWithEscapedSlashesAction.UNESCAPE_AND_REDIRECT);
            manager.open();
            assertThat(manager.get("/a%2Fb?c"))
                    .startsWith("HTTP/1.1 307 Temporary Redirect\r\n")
                    .contains("location: /a/b?c\r\n");
            assertThat(manager.counter("downstream_rq_redirected_with_normalized_path"))
                    .isEqualTo(1);
            assertThat(manager.connection().open()).isTrue();
        }

        @Test
        void aGrpcRequestIsNotRedirected() {
            manager.config.setPathWithEscapedSlashesAction(
                    PathWithEscapedSlashesAction.UNESCAPE_AND_REDIRECT);
            manager.open();
            manager.exchange(
                    "POST /a%2Fb HTTP/1.1\r\nhost: a\r\ncontent-type: application/grpc\r\n"
                            + "content-length: 0\r\n\r\n");
            assertThat(manager.counter("downstream_rq_failed_path_normalization")).isEqualTo(1);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "GET / HTTP/1.1\r\n"
                            + "host: a\r\n"
                            + "connection: upgrade\r\n"
                            + "upgrade: websocket\r\n\r\n",
                    "CONNECT a:80 HTTP/1.1\r\nhost: a:80\r\n\r\n"
                })
        void anUpgradeIsForbiddenAndTheConnectionCloses(String request) {
            manager.open();
            assertThat(manager.exchange(request))
                    .startsWith("HTTP/1.1 403 Forbidden\r\n")
                    .contains("connection: close\r\n");
            assertThat(manager.onlyLogEntry().details()).isEqualTo("upgrade_failed");
            assertThat(manager.counter("downstream_rq_ws_on_non_ws_route")).isEqualTo(1);
            assertThat(manager.connection().open()).isFalse();
        }

        @Test
        void withoutRouteAnUpgradeIsTheRoutersMatter() {
            manager.noRoute();
            manager.answersAtOnce = false;
            manager.open();
            manager.exchange(
                    "GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n");
            assertThat(manager.counter("downstream_rq_ws_on_non_ws_route")).isZero();
            manager.last().respond(404, "");
        }

        @Test
        void aRefusedHeadRequestGetsNoBody() {
            manager.answersAtOnce = false;
            manager.config.setStreamIdleTimeout(Duration.newBuilder().setSeconds(1));
            manager.open();
            manager.exchange("HEAD / HTTP/1.1\r\nhost: a\r\n\r\n");
            manager.advance(java.time.Duration.ofSeconds(1));
            assertThat(manager.connection().takeSent())
                    .startsWith("HTTP/1.1 504")
                    .contains("content-length: 14\r\n")
                    .endsWith("\r\n\r\n");
        }
    }

    @Nested
    class TooLarge {
        @ParameterizedTest
        @CsvSource({
            "413, request_payload_too_large, downstream_rq_too_large",
            "500, response_payload_too_large, rs_too_large"
        })
        void messagesThatDoNotFitTheBuffersAreCounted(int status, String details, String counter) {
            manager.answersAtOnce = false;
            manager.open();
            manager.get("/");
            manager.last().stream.reply(LocalReply.reply(status).details(details));
            assertThat(manager.counter(counter)).isEqualTo(1);
        }
    }

    @Nested
    class ProtocolErrors {
        @Test
        void aMalformedRequestIsAnsweredAndTheConnectionCloses() {
            manager.open();
            assertThat(manager.exchange("GET / HTTP/1.1\r\nhost: a\r\nbad header\r\n\r\n"))
                    .startsWith("HTTP/1.1 400 Bad Request\r\n")
                    .contains("connection: close\r\n");
            assertThat(manager.onlyLogEntry().details()).isEqualTo("http1.codec_error");
            assertThat(manager.onlyLogEntry().flags()).isEqualTo("DPE");
            assertThat(manager.counter("downstream_cx_protocol_error")).isEqualTo(1);
            assertThat(manager.connection().closedHow())
                    .isEqualTo(Connection.Close.FLUSH_WRITE_AND_DELAY);
            assertThat(
                            manager.connection()
                                    .streamInfo()
                                    .hasFlag(ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR))
                    .isTrue();
        }

        @Test
        void aMalformedBodyEndsTheStream() {
            manager.answersAtOnce = false;
            manager.open();
            manager.exchange(
                    "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n");
            assertThat(manager.connection().takeSent()).isEmpty();
            assertThat(manager.last().destroyed).isTrue();
            assertThat(manager.onlyLogEntry().status()).isEqualTo(400);
            assertThat(manager.counter("downstream_cx_protocol_error")).isEqualTo(1);
        }

        @Test
        void afterTheResponseHasBegunTheConnectionIsJustClosed() {
            manager.answersAtOnce = false;
            manager.open();
            manager.exchange("POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n");
            manager.last().begin(200);
            manager.connection().takeSent();
            assertThat(manager.exchange("xyz\r\n")).isEmpty();
            assertThat(manager.connection().open()).isFalse();
            assertThat(manager.onlyLogEntry().status()).isEqualTo(200);
            assertThat(manager.onlyLogEntry().flags()).isEqualTo("DPE");
            assertThat(manager.counter("downstream_cx_destroy_local_active_rq")).isEqualTo(1);
        }
    }

    @Nested
    class HeaderLimits {
        private String withHeaders(String lines) {
            manager.open();
            return manager.exchange("GET / HTTP/1.1\r\nhost: a\r\n" + lines + "\r\n");
        }

        @Test
        void maxRequestHeadersKbBoundsTheirSize() {
            manager.config.setMaxRequestHeadersKb(UInt32Value.of(1));
            assertThat(withHeaders("x: " + "y".repeat(1024) + "\r\n"))
                    .startsWith("HTTP/1.1 431 Request Header Fields Too Large\r\n");
            assertThat(manager.onlyLogEntry().details()).isEqualTo("http1.headers_too_large");
        }

        @Test
        void byDefaultSixtyKilobytesPass() {
            assertThat(withHeaders("x: " + "y".repeat(59 * 1024) + "\r\n"))
                    .startsWith("HTTP/1.1 200 OK");
        }

        @Test
        void maxHeadersCountBoundsTheirNumber() {
            manager.config
                    .getCommonHttpProtocolOptionsBuilder()
                    .setMaxHeadersCount(UInt32Value.of(3));
            assertThat(withHeaders("x: 1\r\ny: 2\r\nz: 3\r\n")).startsWith("HTTP/1.1 431 ");
            assertThat(manager.onlyLogEntry().details()).isEqualTo("http1.too_many_headers");
        }

        @Test
        void headersWithUnderscoresCanBeRejected() {
            manager.config
                    .getCommonHttpProtocolOptionsBuilder()
                    .setHeadersWithUnderscoresAction(HeadersWithUnderscoresAction.REJECT_REQUEST);
            assertThat(withHeaders("x_y: 1\r\n")).startsWith("HTTP/1.1 400 ");
            assertThat(manager.onlyLogEntry().details()).isEqualTo("http1.unexpected_underscore");
        }

        @Test
        void theyCanBeDropped() {
            manager.config
                    .getCommonHttpProtocolOptionsBuilder()
                    .setHeadersWithUnderscoresAction(HeadersWithUnderscoresAction.DROP_HEADER);
            assertThat(withHeaders("x_y: 1\r\n")).startsWith("HTTP/1.1 200 OK");
            assertThat(manager.last().headers.contains(HeaderName.of("x_y"))).isFalse();
        }
    }

    @Nested
    class Continue {
        private static final String EXPECTING =
                "POST / HTTP/1.1\r\nhost: a\r\nexpect: 100-Continue\r\ncontent-length: 1\r\n\r\n";

        @Test
        void theProxyAnswersItAndCountsIt() {
            manager.open();
            assertThat(manager.exchange(EXPECTING)).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            assertThat(manager.last().headers.contains(HeaderName.EXPECT)).isFalse();
            assertThat(manager.exchange("a")).startsWith("HTTP/1.1 200 OK");
            assertThat(manager.counter("downstream_rq_1xx")).isEqualTo(1);
            assertThat(manager.counter("downstream_rq_2xx")).isEqualTo(1);
            assertThat(manager.counter("downstream_rq_completed")).isEqualTo(2);
        }

        @Test
        void proxy100ContinueLeavesItToTheUpstream() {
            manager.config.setProxy100Continue(true);
            manager.open();
            assertThat(manager.exchange(EXPECTING)).isEmpty();
            assertThat(manager.last().headers.is(HeaderName.EXPECT, "100-Continue")).isTrue();
            ResponseHeaders answer = ResponseHeaders.of(100);
            answer.set(HeaderName.KEEP_ALIVE, "1");
            manager.last().stream.respondInformational(answer);
            assertThat(manager.connection().takeSent()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            manager.exchange("a");
        }
    }

    @Nested
    class Closing {
        @Test
        void connectionCloseIsHonoured() {
            manager.open();
            assertThat(manager.exchange("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"))
                    .contains("connection: close\r\n");
            assertThat(manager.connection().closedHow()).isEqualTo(Connection.Close.FLUSH_WRITE);
            assertThat(manager.connection().info().localCloseReason())
                    .isEqualTo("deferred_close_on_drained_connection");
            assertThat(manager.counter("downstream_cx_destroy_local")).isEqualTo(1);
            assertThat(manager.counter("downstream_cx_destroy_local_active_rq")).isZero();
        }

        @Test
        void soIsProxyConnectionClose() {
            manager.open();
            manager.exchange("GET / HTTP/1.1\r\nhost: a\r\nproxy-connection: close\r\n\r\n");
            assertThat(manager.connection().open()).isFalse();
        }

        @Test
        void aResponseBeforeTheEndOfTheRequestClosesGently() {
            manager.answersAtOnce = false;
            manager.config.setDelayedCloseTimeout(Duration.newBuilder().setSeconds(7));
            manager.open();
            manager.exchange("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n");
            manager.last().respond(413, "");
            assertThat(manager.connection().takeSent()).contains("connection: close\r\n");
            assertThat(manager.connection().closedHow())
                    .isEqualTo(Connection.Close.FLUSH_WRITE_AND_DELAY);
            assertThat(manager.connection().delayedClose()).isEqualTo(7_000_000_000L);
            assertThat(manager.counter("downstream_rq_response_before_rq_complete")).isEqualTo(1);
        }

        @Test
        void byDefaultAGentleCloseTakesASecond() {
            manager.open();
            assertThat(manager.connection().delayedClose()).isEqualTo(1_000_000_000L);
        }

        @Test
        void aStreamThatAFilterResetsClosesTheConnection() {
            manager.answersAtOnce = false;
            manager.open();
            manager.get("/");
            manager.last().begin(200);
            manager.last().stream.reset();
            assertThat(manager.connection().open()).isFalse();
            assertThat(manager.counter("downstream_rq_tx_reset")).isEqualTo(1);
            assertThat(manager.counter("downstream_rq_rx_reset")).isEqualTo(1);
        }

        @Test
        void aPeerThatGoesAwayEndsItsStream() {
            manager.answersAtOnce = false;
            manager.open();
            manager.get("/");
            manager.connection().peerCloses();
            assertThat(manager.last().destroyed).isTrue();
            assertThat(manager.onlyLogEntry())
                    .isEqualTo(
                            new LogEntry(
                                    "DownstreamEnd", 0, "downstream_remote_disconnect", "DC", "/"));
            assertThat(manager.counter("downstream_cx_destroy_remote")).isEqualTo(1);
            assertThat(manager.counter("downstream_cx_destroy_remote_active_rq")).isEqualTo(1);
            assertThat(manager.counter("downstream_cx_destroy_active_rq")).isEqualTo(1);
            assertThat(manager.counter("downstream_rq_rx_reset")).isEqualTo(1);
        }

        @Test
        void aConnectionThatOthersCloseEndsItsStream() {
            manager.answersAtOnce = false;
            manager.open();
            manager.get("/");
            manager.connection().close(Connection.Close.NO_FLUSH, "too slow");
            assertThat(manager.onlyLogEntry().details())
                    .isEqualTo("downstream_local_disconnect(too_slow)");
            assertThat(manager.onlyLogEntry().flags()).isEmpty();
            assertThat(manager.counter("downstream_cx_destroy_local_active_rq")).isEqualTo(1);
        }

        @Test
        void afterTheLastAllowedRequestTheConnectionCloses() {
            manager.config
                    .getCommonHttpProtocolOptionsBuilder()
                    .setMaxRequestsPerConnection(UInt32Value.of(2));
            manager.open();
            assertThat(manager.get("/")).doesNotContain("connection: close");
            assertThat(manager.get("/")).contains("connection: close");
            assertThat(manager.connection().open()).isFalse();
            assertThat(manager.counter("downstream_cx_max_requests_reached")).isEqualTo(1);
        }
    }

    @Nested
    class Draining {
        @Test
        void anIdleConnectionClosesAtOnce() {
            manager.open();
            manager.get("/");
            manager.connection().drain();
            assertThat(manager.connection().closedHow()).isEqualTo(Connection.Close.FLUSH_WRITE);
            assertThat(manager.counter("downstream_cx_drain_close")).isEqualTo(1);
        }

        @Test
        void aBusyOneSaysSoWithItsResponse() {
            manager.answersAtOnce = false;
            manager.open();
            manager.get("/");
            manager.connection().drain();
            assertThat(manager.connection().open()).isTrue();
            manager.last().respond(200, "bye");
            assertThat(manager.connection().takeSent())
                    .contains("connection: close\r\n")
                    .endsWith("bye");
            assertThat(manager.connection().open()).isFalse();
            assertThat(manager.counter("downstream_cx_drain_close")).isEqualTo(1);
        }

        @Test
        void aListenerThatDrainsIsAskedAtEveryResponse() {
            manager.open();
            assertThat(manager.get("/")).doesNotContain("connection: close");
            manager.connection().drainClose(true);
            assertThat(manager.get("/")).contains("connection: close");
            assertThat(manager.counter("downstream_cx_drain_close")).isEqualTo(1);
        }
    }

    @Nested
    class Http10 {
        private final Http1ProtocolOptions.Builder options =
                manager.config.getHttpProtocolOptionsBuilder();

        @Test
        void byDefaultAnUpgradeIsRequired() {
            manager.open();
            assertThat(manager.exchange("GET / HTTP/1.0\r\nhost: a\r\n\r\n"))
                    .contains(" 426 Upgrade Required\r\n");
            assertThat(manager.onlyLogEntry().details()).isEqualTo("low_version");
        }

        @Test
        void acceptedItClosesTheConnection() {
            options.setAcceptHttp10(true);
            manager.open();
            assertThat(manager.exchange("GET / HTTP/1.0\r\nhost: a\r\n\r\n"))
                    .contains(" 200 OK\r\n")
                    .contains("connection: close\r\n");
            assertThat(manager.connection().open()).isFalse();
        }

        @Test
        void keepAliveIsAgreedToWhereTheLengthIsKnown() {
            options.setAcceptHttp10(true);
            manager.open();
            String request = "GET / HTTP/1.0\r\nhost: a\r\nconnection: keep-alive\r\n\r\n";
            assertThat(manager.exchange(request)).contains("connection: keep-alive\r\n");
            assertThat(manager.connection().open()).isTrue();
        }

        @Test
        void withoutLengthTheEndOfTheConnectionEndsTheBody() {
            options.setAcceptHttp10(true);
            manager.answersAtOnce = false;
            manager.open();
            manager.exchange("GET / HTTP/1.0\r\nhost: a\r\nconnection: keep-alive\r\n\r\n");
            manager.last().begin(200);
            manager.last().data("endless", true);
            assertThat(manager.connection().takeSent())
                    .contains("connection: close\r\n")
                    .endsWith("\r\n\r\nendless");
            assertThat(manager.connection().closedHow()).isEqualTo(Connection.Close.FLUSH_WRITE);
        }

        @Test
        void aDefaultHostCanBeGiven() {
            options.setAcceptHttp10(true).setDefaultHostForHttp10("default.example");
            manager.open();
            manager.exchange("GET / HTTP/1.0\r\n\r\n");
            assertThat(manager.last().headers.authority()).isEqualTo("default.example");
        }
    }

    @Nested
    class AccessLogging {
        @Test
        void withoutAccessLogNothingIsLogged() {
            manager.open();
            manager.get("/a");
            assertThat(manager.log()).hasSize(1);
            manager.config.clearAccessLog();
            manager.connection().peerCloses();
            manager.worker.runPosted();
            manager.reopen();
            manager.get("/b");
            assertThat(manager.log()).hasSize(1);
            manager.unlogged++;
        }

        @Test
        void aNewRequestCanBeLoggedToo() {
            manager.config.setAccessLogOptions(
                    HcmAccessLogOptions.newBuilder().setFlushAccessLogOnNewRequest(true));
            manager.open();
            manager.get("/a");
            assertThat(manager.log())
                    .containsExactly(
                            new LogEntry("DownstreamStart", 0, "", "", "/a"),
                            new LogEntry("DownstreamEnd", 200, "test", "", "/a"));
        }
    }

    @Nested
    class Configuration {
        private List<String> problems() {
            new HttpConnectionManagerExtension().configure(manager.config.build(), manager.context);
            return manager.context.reported();
        }

        @Test
        void aRouteConfigurationIsNeeded() {
            manager.config.clearRouteConfig();
            assertThat(problems()).containsExactly("route_config: is missing");
        }

        @Test
        void http3IsRefused() {
            manager.config.setCodecType(CodecType.HTTP3);
            assertThat(problems()).singleElement().asString().startsWith("codec_type: was");
        }

        @Test
        void aFilterThatIsUnknownIsReportedWithItsPlace() {
            manager.config.addHttpFiltersBuilder().setName("nobody");
            assertThat(problems()).contains("http_filters[1]: no extension nobody");
        }

        @Test
        void aFilterGetsItsConfiguration() {
            Any typed = Any.pack(BoolValue.of(true));
            manager.context.platform().extension("mine", (HttpFilterTemplate) stream -> null);
            manager.config.addHttpFilters(
                    0, HttpFilter.newBuilder().setName("mine").setTypedConfig(typed));
            assertThat(problems()).isEmpty();
            assertThat(manager.context.platform().configuration("mine")).isEqualTo(typed);
        }

        @Test
        void withoutAnOptionalFilterThatIsUnknownTheChainStands() {
            manager.config.addHttpFilters(0, HttpFilter.newBuilder().setName("nobody"));
            manager.config.getHttpFiltersBuilder(0).setIsOptional(true);
            manager.open();
            assertThat(manager.get("/")).startsWith("HTTP/1.1 200 OK");
        }

        @Test
        void aDisabledFilterIsNotAsked() {
            manager.context
                    .platform()
                    .extension(
                            "denies",
                            (HttpFilterTemplate)
                                    stream ->
                                            new io.nuncio.spi.HttpFilter() {
                                                @Override
                                                public HeadersOutcome onRequestHeaders(
                                                        RequestHeaders headers, boolean endStream) {
                                                    return LocalReply.reply(403);
                                                }
                                            });
            manager.config.addHttpFilters(0, HttpFilter.newBuilder().setName("denies"));
            manager.open();
            assertThat(manager.get("/")).startsWith("HTTP/1.1 403 Forbidden");
            manager.connection().peerCloses();
            manager.worker.runPosted();
            manager.config.getHttpFiltersBuilder(0).setDisabled(true);
            manager.reopen();
            assertThat(manager.get("/")).startsWith("HTTP/1.1 200 OK");
        }

        @Test
        void requestIdsCanBeMadeByAnExtension() {
            manager.context
                    .platform()
                    .extension(
                            "envoy.request_id.uuid",
                            new RequestIdTemplate() {
                                @Override
                                public void set(
                                        RequestHeaders headers,
                                        Worker worker,
                                        boolean edge,
                                        boolean keepExternal) {
                                    headers.set(HeaderName.X_REQUEST_ID, "mine");
                                }

                                @Override
                                public void setInResponse(
                                        ResponseHeaders response, RequestHeaders request) {}
                            });
            Any typed =
                    Any.pack(
                            UuidRequestIdConfig.newBuilder()
                                    .setPackTraceReason(BoolValue.of(false))
                                    .build());
            manager.config.setRequestIdExtension(
                    RequestIDExtension.newBuilder().setTypedConfig(typed));
            manager.open();
            manager.get("/");
            assertThat(manager.context.platform().configuration("envoy.request_id.uuid"))
                    .isEqualTo(typed);
            assertThat(manager.last().headers.get(HeaderName.X_REQUEST_ID)).isEqualTo("mine");
        }

        @Test
        void theManagerIsTerminal() {
            assertThat(manager.template().terminal()).isTrue();
        }

        @ParameterizedTest
        @CsvSource({"AUTO", "HTTP1"})
        void theCodecCanBeChosen(CodecType type) {
            manager.config.setCodecType(type);
            manager.open();
            assertThat(manager.get("/")).startsWith("HTTP/1.1 200 OK");
        }
    }
}
