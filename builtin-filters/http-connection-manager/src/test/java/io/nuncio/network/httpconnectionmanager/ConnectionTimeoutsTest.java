package io.nuncio.network.httpconnectionmanager;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;

import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;
import io.nuncio.spi.Connection;
import io.nuncio.testkit.FakeConnection;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// All limits on time, in a time that only the test moves.
class ConnectionTimeoutsTest {
    private final ManagerHarness manager = new ManagerHarness();
    private final HttpProtocolOptions.Builder common =
            manager.config.getCommonHttpProtocolOptionsBuilder();

    private static Duration seconds(long seconds) {
        return Duration.newBuilder().setSeconds(seconds).build();
    }

    private void pass(long millis) {
        manager.advance(java.time.Duration.ofMillis(millis));
    }

    @Nested
    class ConnectionIdle {
        @Test
        void aConnectionWithoutAnyRequestIsClosed() {
            common.setIdleTimeout(seconds(10));
            FakeConnection connection = manager.open();
            pass(9_999);
            assertThat(connection.open()).isTrue();
            pass(1);
            assertThat(connection.closedHow()).isEqualTo(Connection.Close.FLUSH_WRITE);
            assertThat(connection.info().localCloseReason()).isEqualTo("on_idle_timeout");
            assertThat(manager.counter("downstream_cx_idle_timeout")).isEqualTo(1);
        }

        @Test
        void itCountsFromTheEndOfTheLastRequest() {
            common.setIdleTimeout(seconds(10));
            FakeConnection connection = manager.open();
            pass(9_000);
            manager.get("/");
            pass(9_999);
            assertThat(manager.counter("downstream_cx_idle_timeout")).isZero();
            pass(1);
            assertThat(manager.counter("downstream_cx_idle_timeout")).isEqualTo(1);
            assertThat(connection.open()).isTrue();
        }

        @Test
        void aRequestUnderWayIsNotIdle() {
            common.setIdleTimeout(seconds(10));
            manager.answersAtOnce = false;
            manager.open();
            manager.get("/");
            pass(60_000);
            assertThat(manager.counter("downstream_cx_idle_timeout")).isZero();
        }

        @Test
        void aConnectionThatHadRequestsDrainsFirst() {
            common.setIdleTimeout(seconds(10));
            FakeConnection connection = manager.open();
            manager.get("/");
            pass(10_000);
            assertThat(manager.get("/")).contains("connection: close");
            assertThat(connection.open()).isFalse();
        }

        @Test
        void byDefaultItIsAnHour() {
            FakeConnection connection = manager.open();
            pass(3_599_999);
            assertThat(connection.open()).isTrue();
            pass(1);
            assertThat(connection.open()).isFalse();
        }

        @Test
        void zeroMeansNone() {
            common.setIdleTimeout(seconds(0));
            FakeConnection connection = manager.open();
            pass(1_000_000_000);
            assertThat(connection.open()).isTrue();
        }
    }

    @Nested
    class DrainTimeout {
        @Test
        void aDrainingConnectionClosesWhenItIsOver() {
            common.setIdleTimeout(seconds(10));
            manager.config.setDrainTimeout(seconds(3));
            FakeConnection connection = manager.open();
            manager.get("/");
            pass(10_000 + 2_999);
            assertThat(connection.open()).isTrue();
            pass(1);
            assertThat(connection.closedHow()).isEqualTo(Connection.Close.FLUSH_WRITE_AND_DELAY);
            assertThat(connection.info().localCloseReason())
                    .isEqualTo("deferred_close_on_drained_connection");
        }

        @Test
        void byDefaultItIsFiveSeconds() {
            common.setIdleTimeout(seconds(10));
            FakeConnection connection = manager.open();
            manager.get("/");
            pass(10_000 + 4_999);
            assertThat(connection.open()).isTrue();
            pass(1);
            assertThat(connection.open()).isFalse();
        }

        @Test
        void aRequestUnderWayIsFinished() {
            common.setMaxConnectionDuration(seconds(10));
            manager.answersAtOnce = false;
            FakeConnection connection = manager.open();
            manager.get("/");
            pass(20_000);
            assertThat(connection.open()).isTrue();
            manager.last().respond(200, "late");
            assertThat(connection.takeSent()).contains("connection: close").endsWith("late");
            assertThat(connection.open()).isFalse();
        }
    }

    @Nested
    class MaxConnectionDuration {
        @Test
        void aConnectionWithoutAnyRequestIsClosed() {
            common.setMaxConnectionDuration(seconds(10));
            FakeConnection connection = manager.open();
            pass(10_000);
            assertThat(connection.closedHow()).isEqualTo(Connection.Close.FLUSH_WRITE);
            assertThat(manager.counter("downstream_cx_max_duration_reached")).isEqualTo(1);
        }

        @Test
        void requestsDoNotProlongIt() {
            common.setMaxConnectionDuration(seconds(10));
            manager.open();
            pass(6_000);
            assertThat(manager.get("/")).doesNotContain("connection: close");
            pass(4_000);
            assertThat(manager.counter("downstream_cx_max_duration_reached")).isEqualTo(1);
            assertThat(manager.get("/")).contains("connection: close");
        }
    }

    @Nested
    class StreamIdle {
        @Test
        void aRequestThatIsWaitedForInVainTimesOut() {
            manager.config.setStreamIdleTimeout(seconds(10));
            manager.answersAtOnce = false;
            manager.open();
            manager.exchange("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nab");
            pass(10_000);
            assertThat(manager.connection().takeSent())
                    .startsWith("HTTP/1.1 408 Request Timeout\r\n")
                    .contains("connection: close\r\n")
                    .endsWith("stream timeout");
            assertThat(manager.connection().open()).isFalse();
            assertThat(manager.onlyLogEntry().flags()).isEqualTo("SI");
            assertThat(manager.onlyLogEntry().details()).isEqualTo("stream_idle_timeout");
            assertThat(manager.counter("downstream_rq_idle_timeout")).isEqualTo(1);
        }

        @Test
        void aResponseThatIsWaitedForInVainTimesOut() {
            manager.config.setStreamIdleTimeout(seconds(10));
            manager.answersAtOnce = false;
            manager.open();
            manager.get("/");
            pass(10_000);
            assertThat(manager.connection().takeSent())
                    .startsWith("HTTP/1.1 504 Gateway Timeout\r\n");
            assertThat(manager.connection().open()).isTrue();
        }

        @Test
        void everyPieceOfTheRequestProlongsIt() {
            manager.config.setStreamIdleTimeout(seconds(10));
            manager.open();
            manager.exchange("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\n");
            pass(9_000);
            manager.exchange("a");
            pass(9_000);
            manager.exchange("b");
            pass(9_000);
            assertThat(manager.exchange("c")).startsWith("HTTP/1.1 200 OK");
        }

        @Test
        void soDoesEveryPieceOfTheResponse() {
            manager.config.setStreamIdleTimeout(seconds(10));
            manager.answersAtOnce = false;
            manager.open();
            manager.get("/");
            pass(9_000);
            manager.last().begin(200);
            pass(9_000);
            manager.last().data("a", false);
            pass(9_999);
            assertThat(manager.connection().open()).isTrue();
            pass(1);
            assertThat(manager.connection().open()).isFalse();
            assertThat(manager.onlyLogEntry().details()).isEqualTo("stream_idle_timeout");
            assertThat(manager.onlyLogEntry().status()).isEqualTo(200);
            assertThat(manager.counter("downstream_rq_tx_reset")).isEqualTo(1);
        }

        @Test
        void byDefaultItIsFiveMinutes() {
            manager.answersAtOnce = false;
            manager.open();
            manager.get("/");
            pass(299_999);
            assertThat(manager.connection().takeSent()).isEmpty();
            pass(1);
            assertThat(manager.connection().takeSent()).startsWith("HTTP/1.1 504");
        }

        @Test
        void zeroMeansNone() {
            manager.config.setStreamIdleTimeout(seconds(0));
            manager.answersAtOnce = false;
            manager.open();
            manager.get("/");
            pass(100_000_000);
            assertThat(manager.connection().takeSent()).isEmpty();
        }
    }

    @Nested
    class RequestTimeout {
        @Test
        void aRequestMustBeCompleteInTime() {
            manager.config.setRequestTimeout(seconds(10));
            manager.open();
            manager.exchange("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n");
            pass(6_000);
            manager.exchange("a");
            pass(4_000);
            assertThat(manager.connection().takeSent())
                    .startsWith("HTTP/1.1 408 Request Timeout\r\n")
                    .endsWith("request timeout");
            assertThat(manager.onlyLogEntry().details()).isEqualTo("request_overall_timeout");
            assertThat(manager.counter("downstream_rq_timeout")).isEqualTo(1);
        }

        @Test
        void itEndsWithTheRequest() {
            manager.config.setRequestTimeout(seconds(10));
            manager.answersAtOnce = false;
            manager.open();
            manager.get("/");
            pass(20_000);
            assertThat(manager.connection().takeSent()).isEmpty();
        }

        @Test
        void itEndsWhenTheResponseBegins() {
            manager.config.setRequestTimeout(seconds(10));
            manager.open();
            manager.exchange("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n");
            manager.last().begin(200);
            pass(20_000);
            assertThat(manager.connection().open()).isTrue();
            assertThat(manager.counter("downstream_rq_timeout")).isZero();
        }
    }

    @Nested
    class RequestHeadersTimeout {
        @Test
        void headersMustBeCompleteInTime() {
            manager.config.setRequestHeadersTimeout(seconds(10));
            manager.open();
            manager.exchange("GET / HTTP/1.1\r\nhost:");
            pass(10_000);
            assertThat(manager.connection().takeSent())
                    .startsWith("HTTP/1.1 408 Request Timeout\r\n")
                    .endsWith("request header timeout");
            assertThat(manager.onlyLogEntry().details()).isEqualTo("request_header_timeout");
            assertThat(manager.counter("downstream_rq_header_timeout")).isEqualTo(1);
            assertThat(manager.connection().open()).isFalse();
        }

        @Test
        void theBodyMayTakeLonger() {
            manager.config.setRequestHeadersTimeout(seconds(10));
            manager.open();
            manager.exchange("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\n\r\n");
            pass(20_000);
            assertThat(manager.exchange("a")).startsWith("HTTP/1.1 200 OK");
        }
    }

    @Nested
    class MaxStreamDuration {
        @Test
        void aStreamEndsWhenItIsReached() {
            common.setMaxStreamDuration(seconds(10));
            manager.answersAtOnce = false;
            manager.open();
            manager.get("/");
            pass(10_000);
            assertThat(manager.connection().takeSent())
                    .startsWith("HTTP/1.1 504 Gateway Timeout\r\n")
                    .endsWith("downstream duration timeout");
            assertThat(manager.onlyLogEntry().details()).isEqualTo("max_duration_timeout");
            assertThat(manager.counter("downstream_rq_max_duration_reached")).isEqualTo(1);
        }

        @Test
        void withTheRequestIncompleteItIsTheClientsFault() {
            common.setMaxStreamDuration(seconds(10));
            manager.open();
            manager.exchange("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n");
            pass(10_000);
            assertThat(manager.connection().takeSent()).startsWith("HTTP/1.1 408");
        }

        @Test
        void aResponseUnderWayIsCutOff() {
            common.setMaxStreamDuration(seconds(10));
            manager.answersAtOnce = false;
            manager.open();
            manager.get("/");
            manager.last().begin(200);
            for (int i = 0; i < 10; i++) {
                pass(1_000);
                if (manager.connection().open()) {
                    manager.last().data("x", false);
                }
            }
            assertThat(manager.connection().open()).isFalse();
            assertThat(manager.last().destroyed).isTrue();
        }

        @Test
        void aGrpcRequestIsToldThatItsDeadlineHasPassed() {
            common.setMaxStreamDuration(seconds(10));
            manager.answersAtOnce = false;
            manager.open();
            manager.exchange(
                    "POST / HTTP/1.1\r\nhost: a\r\ncontent-type: application/grpc\r\n"
                            + "content-length: 0\r\n\r\n");
            pass(10_000);
            assertThat(manager.connection().takeSent()).contains("grpc-status: 4\r\n");
        }
    }

    @Nested
    class OneTimer {
        @Test
        void aRequestThatComesAndGoesArmsNothing() {
            manager.open();
            manager.get("/");
            long armed = manager.worker.timesArmed();
            for (int i = 0; i < 100; i++) {
                manager.get("/");
                pass(1);
            }
            assertThat(manager.worker.timesArmed()).isEqualTo(armed);
            assertThat(manager.worker.armedTimers()).isEqualTo(1);
        }

        @Test
        void aConnectionThatEndsLeavesNoTimer() {
            manager.open();
            manager.get("/");
            manager.connection().peerCloses();
            manager.worker.runPosted();
            assertThat(manager.worker.armedTimers()).isZero();
        }
    }
}
