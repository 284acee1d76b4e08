package io.nuncio.kernel.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.util.Durations;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.nuncio.spi.Host;
import io.nuncio.spi.LoadBalancerContext;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.UpstreamInfo;
import io.nuncio.spi.host.HttpPool;
import io.nuncio.spi.host.RequestSender;
import io.nuncio.spi.host.ResetReason;
import io.nuncio.spi.host.ResourcePriority;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Whatever happens in whatever order: each request hears one outcome, and in the end nothing
/// counts as under way.
class ConnectionPoolFuzzTest {
    private static final int EVENTS = 3_000;
    private static final long SECOND = 1_000_000_000L;

    private final FakePlatform platform = new FakePlatform();
    private final FakeNetwork network = platform.network;
    private final List<Request> requests = new ArrayList<>();
    private Random random;
    private HttpPool pool;

    /// A request that notes every outcome and sometimes begins another from within a callback.
    private final class Request extends FakeRequest {
        private int begun;
        private int outcomes;
        private boolean cancelled;
        private boolean requestComplete;
        private boolean responseComplete;

        void send() {
            requests.add(this);
            sendTo(pool);
        }

        @Override
        public void onReady(RequestSender ready, UpstreamInfo info) {
            assertThat(cancelled).isFalse();
            begun++;
            sender = ready;
            upstream = info;
            ready.control().callbacks(this);
            boolean whole = random.nextInt(4) > 0;
            ready.headers(RequestHeaders.of("POST", "http", "host", "/"), whole);
            requestComplete = whole;
        }

        void finishRequest() {
            if (begun == 1 && !requestComplete && !cancelled) {
                requestComplete = true;
                sender.data(io.nuncio.spi.Buffer.copyOf("rest"), true);
            }
        }

        @Override
        public void onFailure(HttpPool.Failure why, String transport, Host host) {
            over();
        }

        /// May follow a response that came before the end of the request.
        @Override
        public void onReset(ResetReason reason, String transport) {
            if (responseComplete) {
                assertThat(requestComplete).isFalse();
            } else {
                over();
            }
        }

        @Override
        public void onHeaders(io.nuncio.spi.ResponseHeaders headers, boolean endStream) {
            assertThat(cancelled).isFalse();
            if (endStream) {
                responseComplete = true;
                over();
            }
        }

        private void over() {
            assertThat(cancelled).isFalse();
            outcomes++;
            if (random.nextInt(8) == 0 && requests.size() < EVENTS) {
                new Request().send();
            }
        }

        /// The user's end of it, as a router would bring it about.
        void giveUp() {
            boolean open = responseComplete && !requestComplete;
            if (outcomes > 0 && !open || cancelled) {
                return;
            }
            cancelled = true;
            if (sender != null) {
                sender.control().callbacks(null);
                sender.control().reset(ResetReason.LOCAL_RESET);
            } else if (wait != null) {
                wait.cancel();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void everythingThatBeginsEndsOnceOverHttp2(int seed) {
        run(seed, true);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void everythingThatBeginsEndsOnceOverHttp1(int seed) {
        run(seed, false);
    }

    private void run(int seed, boolean http2) {
        random = new Random(seed);
        pool =
                platform.ready(cluster(http2), 1001)
                        .httpPool(ResourcePriority.DEFAULT, null, LoadBalancerContext.NONE);
        for (int i = 0; i < EVENTS; i++) {
            step(http2);
        }
        for (Request request : List.copyOf(requests)) {
            request.giveUp();
        }
        platform.worker.run();
        for (FakeConnection connection : List.copyOf(network.connections)) {
            if (!connection.closed()) {
                connection.remoteClose();
            }
        }
        platform.worker.run();

        for (Request request : requests) {
            assertThat(request.begun).isLessThanOrEqualTo(1);
            if (!request.cancelled) {
                assertThat(request.outcomes).isEqualTo(1);
            }
        }
        assertThat(requests).hasSizeGreaterThan(EVENTS / 5);
        for (String gauge :
                List.of("upstream_rq_active", "upstream_rq_pending_active", "upstream_cx_active")) {
            assertThat(stat(gauge)).as(gauge).isZero();
        }
        CircuitBreakers breakers =
                ((WorkerCluster) platform.get("c"))
                        .cluster()
                        .info()
                        .breakers(ResourcePriority.DEFAULT);
        assertThat(breakers.connections().count()).isZero();
        assertThat(breakers.requests().count()).isZero();
        assertThat(breakers.pendingRequests().count()).isZero();
        assertThat(breakers.connectionPools().count()).isZero();
        assertThat(pool.host().activeRequests()).isZero();
        assertThat(stat("upstream_cx_total")).isEqualTo(stat("upstream_cx_destroy"));
    }

    private long stat(String name) {
        return platform.stat("cluster.c." + name);
    }

    private static Cluster cluster(boolean http2) {
        var options = HttpProtocolOptions.newBuilder();
        options.getCommonHttpProtocolOptionsBuilder()
                .setMaxRequestsPerConnection(UInt32Value.of(20))
                .setIdleTimeout(Durations.fromSeconds(5))
                .setMaxConnectionDuration(Durations.fromSeconds(60));
        if (http2) {
            options.getExplicitHttpConfigBuilder()
                    .getHttp2ProtocolOptionsBuilder()
                    .setMaxConcurrentStreams(UInt32Value.of(6));
        } else {
            options.getExplicitHttpConfigBuilder().getHttpProtocolOptionsBuilder();
        }
        Cluster.Builder cluster =
                FakePlatform.cluster("c")
                        .putTypedExtensionProtocolOptions(
                                HttpOptions.KEY, Any.pack(options.build()));
        cluster.getCircuitBreakersBuilder()
                .addThresholdsBuilder()
                .setMaxConnections(UInt32Value.of(5))
                .setMaxPendingRequests(UInt32Value.of(8))
                .setMaxRequests(UInt32Value.of(20));
        return cluster.build();
    }

    private void step(boolean http2) {
        List<FakeConnection> open =
                network.connections.stream().filter(it -> !it.closed()).toList();
        FakeConnection one = open.isEmpty() ? null : open.get(random.nextInt(open.size()));
        int event = random.nextInt(100);
        if (event < 35 || one == null) {
            new Request().send();
        } else if (event < 40) {
            requests.get(random.nextInt(requests.size())).giveUp();
        } else if (event < 45) {
            requests.get(random.nextInt(requests.size())).finishRequest();
        } else if (event < 50) {
            platform.worker.run();
        } else if (event < 53) {
            platform.worker.advance(random.nextInt(4) * SECOND);
        } else if (one.state() == io.nuncio.spi.Connection.State.CONNECTING) {
            if (event < 56) {
                one.refused();
            } else {
                one.connected();
            }
        } else if (event < 56) {
            one.remoteClose();
        } else if (event < 58) {
            one.receive("garbage");
        } else if (http2) {
            speakHttp2(one.http2, event);
        } else if (one.codec.busy()) {
            one.receive(event < 95 ? "200" : "close");
        }
    }

    private void speakHttp2(FakeHttp2Codec codec, int event) {
        if (event < 60) {
            codec.goAway(random.nextInt(codec.streams.size() + 1));
        } else if (event < 65) {
            codec.maxConcurrentStreams(random.nextInt(8));
        } else {
            List<FakeHttp2Codec.Stream> streams = codec.unanswered();
            if (!streams.isEmpty()) {
                FakeHttp2Codec.Stream stream = streams.get(random.nextInt(streams.size()));
                if (event < 70) {
                    stream.resetByHost(ResetReason.REMOTE_RESET);
                } else {
                    stream.answer(200);
                }
            }
        }
    }
}
