package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.ClosedPort;
import io.nuncio.testkit.FakeUpstream;
import io.nuncio.testkit.FakeUpstream.Peer;
import io.nuncio.testkit.HttpMessage;
import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/// What a client sees of upstreams that fail, with routes that try again.
class RetriesIT {
    private static final String GET = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ngood";
    private static final String UNAVAILABLE =
            "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 5\r\n\r\nsorry";

    @TempDir private Path folder;

    private final List<AutoCloseable> opened = new ArrayList<>();

    /// What an upstream does with one request.
    @FunctionalInterface
    private interface Answer {
        void give(Peer peer, int attempt) throws IOException;
    }

    /// An upstream that counts the requests over all its connections, from 1.
    private FakeUpstream upstream(Answer answer) {
        var count = new AtomicInteger();
        FakeUpstream upstream =
                FakeUpstream.start(peer -> {
                    while (true) {
                        peer.readRequest();
                        answer.give(peer, count.incrementAndGet());
                    }
                });
        opened.add(upstream);
        return upstream;
    }

    /// @param action of the one route, besides its cluster
    /// @param cluster what the cluster has besides its hosts
    private NuncioServer proxy(String action, String cluster, int port) throws Exception {
        return proxy(action, cluster, 1_000_000, port);
    }

    /// @param bufferLimit how many bytes of a body may be kept
    private NuncioServer proxy(String action, String cluster, int bufferLimit, int... ports)
            throws Exception {
        var endpoints = new StringBuilder();
        for (int port : ports) {
            endpoints.append(
                    """
                    - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %d } } }
                    """
                            .formatted(port)
                            .indent(10));
        }
        NuncioServer server =
                NuncioServer.start(
                        Distribution.HOME.resolve("bundles"),
                        """
                        static_resources:
                          listeners:
                          - name: l
                            address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
                            filter_chains:
                            - filters:
                              - name: envoy.filters.network.http_connection_manager
                                typed_config:
                                  "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                                  stat_prefix: t
                                  internal_address_config:
                                    cidr_ranges: [ { address_prefix: 10.0.0.0, prefix_len: 8 } ]
                                  access_log:
                                  - name: envoy.access_loggers.file
                                    typed_config:
                                      "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
                                      path: %s
                                      log_format:
                                        text_format_source:
                                          inline_string: "%%RESPONSE_CODE%% %%RESPONSE_CODE_DETAILS%% %%RESPONSE_FLAGS%% %%UPSTREAM_REQUEST_ATTEMPT_COUNT%%\\n"
                                  route_config:
                                    virtual_hosts:
                                    - name: all
                                      domains: ["*"]
                                      include_request_attempt_count: true
                                      include_attempt_count_in_response: true
                                      routes:
                                      - match: { prefix: "/" }
                                        route: { cluster: c, %s }
                                        per_request_buffer_limit_bytes: %s
                                  http_filters:
                                  - name: envoy.filters.http.router
                                    typed_config:
                                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
                          clusters:
                          - name: c
                            type: STATIC
                            %s
                            load_assignment:
                              cluster_name: c
                              endpoints:
                              - lb_endpoints:
                        %s
                        """
                                .formatted(
                                        folder.resolve("log"),
                                        action,
                                        bufferLimit,
                                        cluster,
                                        endpoints),
                        "--file-flush-interval-msec",
                        "50");
        opened.add(server);
        return server;
    }

    private HttpMessage get(NuncioServer proxy) {
        try (RawClient client = proxy.client("l")) {
            return client.exchange(GET);
        }
    }

    /// The lines of the access log, once there are so many.
    private List<String> log(int lines) throws Exception {
        return LogLines.await(folder.resolve("log"), lines);
    }

    @AfterEach
    void close() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    @Test
    void aHostThatRefusesConnectionsIsPassedOver() throws Exception {
        ClosedPort closed = ClosedPort.take();
        opened.add(closed);
        FakeUpstream good = upstream((peer, attempt) -> peer.send(OK));
        NuncioServer proxy =
                proxy(
                        "retry_policy: { retry_on: connect-failure }",
                        "",
                        0,
                        closed.port(),
                        good.port());
        for (int i = 0; i < 10; i++) {
            assertThat(get(proxy).bodyText()).isEqualTo("good");
        }
        assertThat(proxy.stat("cluster.c.upstream_rq_retry")).isPositive();
        assertThat(proxy.stat("cluster.c.upstream_rq_retry_success"))
                .isEqualTo(proxy.stat("cluster.c.upstream_rq_retry"));
        assertThat(proxy.stat("cluster.c.upstream_rq_503")).isZero();
    }

    @Test
    void anUpstreamThatClosesBeforeItsAnswerIsAskedAgain() throws Exception {
        FakeUpstream upstream =
                upstream((peer, attempt) -> {
                    if (attempt == 1) {
                        peer.abort();
                    } else {
                        peer.send(OK);
                    }
                });
        NuncioServer proxy = proxy("retry_policy: { retry_on: reset }", "", upstream.port());
        HttpMessage response = get(proxy);
        assertThat(response.bodyText()).isEqualTo("good");
        assertThat(response.header("x-envoy-attempt-count")).isEqualTo("2");
        assertThat(upstream.takeRequest().header("x-envoy-attempt-count")).isEqualTo("1");
        assertThat(upstream.takeRequest().header("x-envoy-attempt-count")).isEqualTo("2");
        assertThat(log(1)).containsExactly("200 via_upstream - 2");
    }

    @Test
    void anErrorIsTriedAgain() throws Exception {
        FakeUpstream upstream =
                upstream((peer, attempt) -> peer.send(attempt <= 2 ? UNAVAILABLE : OK));
        NuncioServer proxy =
                proxy("retry_policy: { retry_on: 5xx, num_retries: 3 }", "", upstream.port());
        assertThat(get(proxy).bodyText()).isEqualTo("good");
        assertThat(log(1)).containsExactly("200 via_upstream - 3");
        assertThat(proxy.stat("cluster.c.upstream_rq_retry")).isEqualTo(2);
        assertThat(proxy.stat("cluster.c.upstream_rq_retry_success")).isEqualTo(1);
        assertThat(proxy.stat("cluster.c.retry.upstream_rq_503")).isEqualTo(2);
        assertThat(proxy.stat("cluster.c.upstream_rq_200")).isEqualTo(1);
        assertThat(proxy.stat("cluster.c.upstream_rq_503")).isZero();
    }

    @Test
    void theLastErrorIsPassedOnWithItsFlag() throws Exception {
        FakeUpstream upstream = upstream((peer, attempt) -> peer.send(UNAVAILABLE));
        NuncioServer proxy = proxy("retry_policy: { retry_on: 5xx }", "", upstream.port());
        HttpMessage response = get(proxy);
        assertThat(response.status()).isEqualTo(503);
        assertThat(response.bodyText()).isEqualTo("sorry");
        assertThat(log(1)).containsExactly("503 via_upstream URX 2");
        assertThat(proxy.stat("cluster.c.upstream_rq_retry_limit_exceeded")).isEqualTo(1);
    }

    @Test
    void aSlowAttemptIsGivenUpAndTriedAgain() throws Exception {
        FakeUpstream upstream =
                upstream((peer, attempt) -> {
                    if (attempt == 1) {
                        peer.awaitClose();
                    } else {
                        peer.send(OK);
                    }
                });
        NuncioServer proxy =
                proxy("retry_policy: { retry_on: 5xx, per_try_timeout: 1s }", "", upstream.port());
        assertThat(get(proxy).bodyText()).isEqualTo("good");
        assertThat(proxy.stat("cluster.c.upstream_rq_per_try_timeout")).isEqualTo(1);
        assertThat(upstream.takeRequest().header("x-envoy-expected-rq-timeout-ms"))
                .isEqualTo("1000");
    }

    @Test
    void aSlowAttemptIsOvertakenByAnother() throws Exception {
        FakeUpstream upstream =
                upstream((peer, attempt) -> {
                    if (attempt == 1) {
                        peer.awaitClose();
                    } else {
                        peer.send(OK);
                    }
                });
        NuncioServer proxy =
                proxy(
                        "hedge_policy: { hedge_on_per_try_timeout: true }, retry_policy: {"
                                + " retry_on: 5xx, per_try_timeout: 1s }",
                        "",
                        upstream.port());
        assertThat(get(proxy).bodyText()).isEqualTo("good");
        proxy.awaitStat("cluster.c.upstream_cx_destroy_local_with_active_rq", 1);
    }

    @Test
    void attemptsThatAllTakeTooLongAreATimeout() throws Exception {
        FakeUpstream upstream = upstream((peer, attempt) -> peer.awaitClose());
        NuncioServer proxy =
                proxy(
                        "retry_policy: { retry_on: 5xx, per_try_timeout: 0.05s }",
                        "",
                        upstream.port());
        HttpMessage response = get(proxy);
        assertThat(response.status()).isEqualTo(504);
        assertThat(response.bodyText()).isEqualTo("upstream request timeout");
        assertThat(log(1)).containsExactly("504 upstream_per_try_timeout URX,UT 2");
    }

    @Test
    void theBodyIsSentAgain() throws Exception {
        FakeUpstream upstream =
                upstream((peer, attempt) -> peer.send(attempt == 1 ? UNAVAILABLE : OK));
        NuncioServer proxy = proxy("retry_policy: { retry_on: 5xx }", "", upstream.port());
        String body = "0123456789abcdef".repeat(10_000);
        try (RawClient client = proxy.client("l")) {
            HttpMessage response =
                    client.exchange(
                            "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: "
                                    + body.length()
                                    + "\r\n\r\n"
                                    + body);
            assertThat(response.status()).isEqualTo(200);
        }
        assertThat(upstream.takeRequest().bodyText()).isEqualTo(body);
        assertThat(upstream.takeRequest().bodyText()).isEqualTo(body);
    }

    @Test
    void soAreChunksAndTrailers() throws Exception {
        FakeUpstream upstream =
                upstream((peer, attempt) -> peer.send(attempt == 1 ? UNAVAILABLE : OK));
        NuncioServer proxy = proxy("retry_policy: { retry_on: 5xx }", "", upstream.port());
        try (RawClient client = proxy.client("l")) {
            HttpMessage response =
                    client.exchange(
                            "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"
                                    + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
            assertThat(response.status()).isEqualTo(200);
        }
        assertThat(upstream.takeRequest().bodyText()).isEqualTo("abcde");
        assertThat(upstream.takeRequest().bodyText()).isEqualTo("abcde");
    }

    @Test
    void aBodyOverTheLimitIsStreamedAndNotTriedAgain() throws Exception {
        FakeUpstream upstream = upstream((peer, attempt) -> peer.send(UNAVAILABLE));
        NuncioServer proxy = proxy("retry_policy: { retry_on: 5xx }", "", 10, upstream.port());
        try (RawClient client = proxy.client("l")) {
            HttpMessage response =
                    client.exchange(
                            "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 11\r\n\r\n01234567890");
            assertThat(response.status()).isEqualTo(503);
        }
        assertThat(upstream.takeRequest().bodyText()).isEqualTo("01234567890");
        assertThat(upstream.waitingRequests()).isZero();
        assertThat(log(1)).containsExactly("503 via_upstream - 1");
        assertThat(proxy.stat("cluster.c.retry_or_shadow_abandoned")).isEqualTo(1);
        assertThat(proxy.stat("cluster.c.upstream_rq_retry")).isZero();
    }

    @Test
    void aBudgetBoundsTheRetriesUnderWay() throws Exception {
        FakeUpstream upstream = upstream((peer, attempt) -> peer.send(UNAVAILABLE));
        NuncioServer proxy =
                proxy(
                        "retry_policy: { retry_on: 5xx, retry_back_off: { base_interval: 3600s } }",
                        "circuit_breakers: { thresholds: [ { retry_budget: { budget_percent: {"
                                + " value: 0 }, min_retry_concurrency: 1 } } ] }",
                        upstream.port());
        try (RawClient waiting = proxy.client("l")) {
            waiting.send(GET);
            proxy.awaitStat("cluster.c.upstream_rq_retry", 1);
            HttpMessage second = get(proxy);
            assertThat(second.status()).isEqualTo(503);
            assertThat(log(1)).containsExactly("503 via_upstream UO 1");
            assertThat(proxy.stat("cluster.c.upstream_rq_retry_overflow")).isEqualTo(1);
        }
        // The client that waited has gone, and gives its place back.
        proxy.awaitStat("http.t.downstream_cx_active", 0);
        try (RawClient third = proxy.client("l")) {
            third.send(GET);
            proxy.awaitStat("cluster.c.upstream_rq_retry", 2);
        }
    }

    @Test
    void anInternalRequestMayAskForRetries() throws Exception {
        FakeUpstream upstream =
                upstream((peer, attempt) -> peer.send(attempt == 1 ? UNAVAILABLE : OK));
        NuncioServer proxy = proxy("timeout: 5s", "", upstream.port());
        try (RawClient client = proxy.client("l")) {
            HttpMessage response =
                    client.exchange(
                            "GET / HTTP/1.1\r\nhost: a\r\nx-forwarded-for: 10.0.0.1\r\n"
                                    + "x-envoy-retry-on: gateway-error\r\n\r\n");
            assertThat(response.status()).isEqualTo(200);
        }
    }

    @Test
    void aResponseThatHasBegunIsNotTriedAgain() throws Exception {
        var begun = new CompletableFuture<Void>();
        FakeUpstream upstream =
                upstream((peer, attempt) -> {
                    peer.send("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf");
                    begun.join();
                    peer.abort();
                });
        NuncioServer proxy =
                proxy("retry_policy: { retry_on: \"5xx,reset\" }", "", upstream.port());
        try (RawClient client = proxy.client("l")) {
            InputStream in = client.send(GET).socket().getInputStream();
            var response = new StringBuilder();
            while (response.indexOf("half") < 0) {
                response.append((char) in.read());
            }
            begun.complete(null);
            client.readToEnd();
        }
        assertThat(log(1))
                .containsExactly(
                        "200 upstream_reset_after_response_started{connection_termination} UC 1");
        assertThat(upstream.connections()).isEqualTo(1);
    }
}
