package io.nuncio.kernel.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.util.Durations;

import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.RoutingPriority;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.nuncio.spi.LoadBalancerContext;
import io.nuncio.spi.host.HttpPool;
import io.nuncio.spi.host.ResetReason;
import io.nuncio.spi.host.ResourcePriority;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

class ConnectionPoolTest {
    private static final long SECOND = 1_000_000_000L;

    private final FakePlatform platform = new FakePlatform();
    private final FakeNetwork network = platform.network;

    private HttpPool pool(Cluster.Builder cluster) {
        return platform.ready(cluster.build(), 1001)
                .httpPool(ResourcePriority.DEFAULT, null, LoadBalancerContext.NONE);
    }

    private HttpPool pool() {
        return pool(FakePlatform.cluster("c"));
    }

    private static Cluster.Builder limits(Consumer<CircuitBreakers.Thresholds.Builder> change) {
        Cluster.Builder cluster = FakePlatform.cluster("c");
        change.accept(cluster.getCircuitBreakersBuilder().addThresholdsBuilder());
        return cluster;
    }

    private static Cluster.Builder http(
            Consumer<io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions.Builder> change) {
        HttpProtocolOptions.Builder options = HttpProtocolOptions.newBuilder();
        options.getExplicitHttpConfigBuilder()
                .setHttpProtocolOptions(Http1ProtocolOptions.getDefaultInstance());
        change.accept(options.getCommonHttpProtocolOptionsBuilder());
        return FakePlatform.cluster("c")
                .putTypedExtensionProtocolOptions(HttpOptions.KEY, Any.pack(options.build()));
    }

    private long stat(String name) {
        return platform.stat("cluster.c." + name);
    }

    private FakeRequest answered(HttpPool pool) {
        var request = new FakeRequest().sendTo(pool);
        if (!request.ready()) {
            network.last().connected();
        }
        FakeConnection connection =
                network.connections.stream().filter(one -> !one.closed()).findFirst().orElseThrow();
        connection.receive("200");
        return request;
    }

    @Test
    void theFirstRequestWaitsForAConnection() {
        HttpPool pool = pool();
        var request = new FakeRequest().sendTo(pool);

        assertThat(request.ready()).isFalse();
        assertThat(request.wait).isNotNull();
        assertThat(stat("upstream_rq_pending_active")).isEqualTo(1);

        network.last().connected();

        assertThat(request.ready()).isTrue();
        assertThat(stat("upstream_rq_pending_active")).isZero();
        assertThat(stat("upstream_rq_active")).isEqualTo(1);
        assertThat(request.upstream.host().activeRequests()).isEqualTo(1);
    }

    @Test
    void aFreeConnectionIsUsedAgainWithoutWaiting() {
        HttpPool pool = pool();
        answered(pool);
        var second = new FakeRequest().sendTo(pool);

        assertThat(second.ready()).isTrue();
        assertThat(second.wait).isNull();
        assertThat(second.upstream.connectionRequests()).isEqualTo(1);
        assertThat(network.connections).hasSize(1);
        assertThat(stat("upstream_cx_total")).isEqualTo(1);
        assertThat(stat("upstream_rq_total")).isEqualTo(2);
    }

    @Test
    void theConnectionThatBecameFreeLastIsUsedFirst() {
        HttpPool pool = pool();
        new FakeRequest().sendTo(pool);
        new FakeRequest().sendTo(pool);
        FakeConnection first = network.connections.get(0);
        FakeConnection second = network.connections.get(1);
        first.connected();
        second.connected();
        second.receive("200");
        first.receive("200");

        var third = new FakeRequest().sendTo(pool);

        assertThat(third.upstream.connection()).isSameAs(first);
    }

    @Test
    void theNextWaitingRequestGetsTheConnectionAtTheEndOfTheRound() {
        HttpPool pool = pool(limits(it -> it.setMaxConnections(UInt32Value.of(1))));
        new FakeRequest().sendTo(pool);
        network.last().connected();
        var second = new FakeRequest().sendTo(pool);
        network.last().receive("200");

        assertThat(second.ready()).isFalse();
        platform.worker.run();
        assertThat(second.ready()).isTrue();
        assertThat(network.connections).hasSize(1);
    }

    @Test
    void anUpstreamThatClosesRightAfterItsResponseTakesNoWaitingRequestAlong() {
        HttpPool pool = pool(limits(it -> it.setMaxConnections(UInt32Value.of(1))));
        new FakeRequest().sendTo(pool);
        network.last().connected();
        var second = new FakeRequest().sendTo(pool);
        network.last().receive("200");
        network.last().remoteClose();
        platform.worker.run();

        assertThat(second.ready()).isFalse();
        assertThat(network.connections).hasSize(2);
        network.last().connected();
        assertThat(second.ready()).isTrue();
    }

    @Test
    void oneConnectionIsMadeForEachWaitingRequest() {
        HttpPool pool = pool();
        new FakeRequest().sendTo(pool);
        new FakeRequest().sendTo(pool);

        assertThat(network.connections).hasSize(2);
    }

    @Test
    void aFailedConnectionFailsAllThatWait() {
        HttpPool pool = pool();
        var first = new FakeRequest().sendTo(pool);
        var second = new FakeRequest().sendTo(pool);
        network.connections.getFirst().refused();

        assertThat(first.failure).isEqualTo(HttpPool.Failure.REMOTE_CONNECTION_FAILURE);
        assertThat(first.transportFailure).isEqualTo("connection refused");
        assertThat(second.failure).isEqualTo(HttpPool.Failure.REMOTE_CONNECTION_FAILURE);
        assertThat(stat("upstream_cx_connect_fail")).isEqualTo(1);
        assertThat(stat("upstream_rq_pending_failure_eject")).isEqualTo(2);
        assertThat(stat("upstream_rq_pending_active")).isZero();
    }

    @Test
    void aRequestThatTriesAgainWhenItFailedIsNotFailedAlong() {
        HttpPool pool = pool();
        var retry = new FakeRequest();
        var first =
                new FakeRequest() {
                    @Override
                    public void onFailure(
                            HttpPool.Failure why, String transport, io.nuncio.spi.Host host) {
                        retry.sendTo(pool);
                    }
                };
        first.sendTo(pool);
        network.last().refused();

        assertThat(retry.failure).isNull();
        assertThat(network.connections).hasSize(2);
    }

    @Test
    void withoutASocketThoseThatWaitAreFailed() {
        HttpPool pool = pool();
        network.exhausted = true;
        var request = new FakeRequest().sendTo(pool);
        assertThat(request.failure).isNull();
        platform.worker.run();

        assertThat(request.failure).isEqualTo(HttpPool.Failure.LOCAL_CONNECTION_FAILURE);
        assertThat(request.transportFailure).isEqualTo("too many open files");
        assertThat(stat("upstream_cx_connect_fail")).isEqualTo(1);
        assertThat(stat("upstream_cx_active")).isZero();
        network.exhausted = false;
        assertThat(answered(pool).complete).isTrue();
    }

    @Test
    void theConnectTimeoutFailsTheRequest() {
        HttpPool pool = pool(FakePlatform.cluster("c").setConnectTimeout(Durations.fromSeconds(2)));
        var request = new FakeRequest().sendTo(pool);
        platform.worker.advance(2 * SECOND);

        assertThat(request.failure).isEqualTo(HttpPool.Failure.TIMEOUT);
        assertThat(network.last().closed()).isTrue();
        assertThat(stat("upstream_cx_connect_timeout")).isEqualTo(1);
        assertThat(stat("upstream_cx_active")).isZero();
    }

    @Test
    void theConnectTimeoutIsFiveSecondsByDefault() {
        var request = new FakeRequest().sendTo(pool());
        platform.worker.advance(5 * SECOND - 1);
        assertThat(request.failure).isNull();
        platform.worker.advance(1);
        assertThat(request.failure).isEqualTo(HttpPool.Failure.TIMEOUT);
    }

    @Test
    void aRequestTooManyInTheQueueOverflows() {
        HttpPool pool = pool(limits(it -> it.setMaxPendingRequests(UInt32Value.of(1))));
        new FakeRequest().sendTo(pool);
        assertThat(stat("circuit_breakers.default.rq_pending_open")).isEqualTo(1);
        var second = new FakeRequest().sendTo(pool);

        assertThat(second.failure).isEqualTo(HttpPool.Failure.OVERFLOW);
        assertThat(stat("upstream_rq_pending_overflow")).isEqualTo(1);
        network.last().connected();
        assertThat(stat("circuit_breakers.default.rq_pending_open")).isZero();
    }

    @Test
    void aRequestTooManyUnderWayOverflows() {
        HttpPool pool = pool(limits(it -> it.setMaxRequests(UInt32Value.of(1))));
        answered(pool);
        var first = new FakeRequest().sendTo(pool);
        var second = new FakeRequest().sendTo(pool);
        network.last().connected();

        assertThat(first.ready()).isTrue();
        assertThat(second.failure).isEqualTo(HttpPool.Failure.OVERFLOW);
        assertThat(stat("upstream_rq_pending_overflow")).isEqualTo(1);
        assertThat(stat("circuit_breakers.default.rq_open")).isEqualTo(1);
    }

    @Test
    void theBreakerOfConnectionsMakesRequestsWait() {
        HttpPool pool = pool(limits(it -> it.setMaxConnections(UInt32Value.of(1))));
        new FakeRequest().sendTo(pool);
        new FakeRequest().sendTo(pool);

        assertThat(network.connections).hasSize(1);
        assertThat(stat("upstream_cx_overflow")).isEqualTo(1);
        assertThat(stat("circuit_breakers.default.cx_open")).isEqualTo(1);
    }

    @Test
    void eachPriorityHasItsOwnLimitsAndConnections() {
        Cluster.Builder limited = FakePlatform.cluster("c");
        limited.getCircuitBreakersBuilder()
                .addThresholdsBuilder()
                .setPriority(RoutingPriority.HIGH)
                .setMaxPendingRequests(UInt32Value.of(1));
        io.nuncio.spi.host.Cluster cluster = platform.ready(limited.build(), 1001);
        HttpPool usual = cluster.httpPool(ResourcePriority.DEFAULT, null, LoadBalancerContext.NONE);
        HttpPool high = cluster.httpPool(ResourcePriority.HIGH, null, LoadBalancerContext.NONE);
        answered(usual);
        var first = new FakeRequest().sendTo(high);
        var second = new FakeRequest().sendTo(high);

        assertThat(first.ready()).isFalse();
        assertThat(second.failure).isEqualTo(HttpPool.Failure.OVERFLOW);
        assertThat(stat("circuit_breakers.high.rq_pending_open")).isEqualTo(1);
        assertThat(stat("circuit_breakers.default.rq_pending_open")).isZero();
        assertThat(cluster.info().canCreateRequest(ResourcePriority.HIGH)).isTrue();
        assertThat(network.connections).hasSize(2);
    }

    @Test
    void aCancelledRequestHearsNothingMore() {
        HttpPool pool = pool();
        var request = new FakeRequest().sendTo(pool);
        request.wait.cancel();
        network.last().connected();

        assertThat(request.ready()).isFalse();
        assertThat(stat("upstream_rq_cancelled")).isEqualTo(1);
        assertThat(stat("upstream_rq_pending_active")).isZero();
        request.wait.cancel();
        assertThat(stat("upstream_rq_cancelled")).isEqualTo(1);
    }

    /// As a downstream can make it do that resets each request at once.
    @Test
    void aFloodOfRequestsThatAreGivenUpMakesOneConnectionAndLeavesNothingWaiting() {
        HttpPool pool = pool();
        for (int i = 0; i < 5000; i++) {
            new FakeRequest().sendTo(pool).wait.cancel();
        }

        assertThat(network.connections).hasSize(1);
        assertThat(stat("upstream_rq_cancelled")).isEqualTo(5000);
        assertThat(stat("upstream_rq_pending_active")).isZero();
        network.last().connected();
        assertThat(new FakeRequest().sendTo(pool).ready()).isTrue();
        assertThat(network.connections).hasSize(1);
    }

    @Test
    void aRequestCancelledWhileAnotherFailsHearsNothing() {
        HttpPool pool = pool();
        var second = new FakeRequest();
        var first =
                new FakeRequest() {
                    @Override
                    public void onFailure(
                            HttpPool.Failure why, String transport, io.nuncio.spi.Host host) {
                        second.wait.cancel();
                    }
                };
        first.sendTo(pool);
        second.sendTo(pool);
        network.connections.getFirst().refused();

        assertThat(second.failure).isNull();
        assertThat(stat("upstream_rq_pending_active")).isZero();
    }

    @Test
    void connectionCloseInTheResponseEndsTheConnection() {
        HttpPool pool = pool();
        new FakeRequest().sendTo(pool);
        network.last().connected();
        network.last().receive("close");

        assertThat(network.last().closed()).isTrue();
        assertThat(stat("upstream_cx_close_notify")).isEqualTo(1);
        assertThat(stat("upstream_cx_destroy_local")).isEqualTo(1);
        assertThat(stat("upstream_cx_destroy_with_active_rq")).isZero();
        assertThat(stat("upstream_rq_active")).isZero();
    }

    @Test
    void aResponseThatEndsWithTheConnectionIsComplete() {
        HttpPool pool = pool();
        var request = new FakeRequest().sendTo(pool);
        network.last().connected();
        network.last().receive("until-close");
        network.last().remoteClose();

        assertThat(request.complete).isTrue();
        assertThat(request.reset).isNull();
        assertThat(stat("upstream_cx_destroy_remote")).isEqualTo(1);
        assertThat(stat("upstream_cx_close_notify")).isZero();
        assertThat(stat("upstream_rq_active")).isZero();
    }

    @Test
    void anUpstreamThatClosesInTheMiddleResetsTheStream() {
        HttpPool pool = pool();
        var request = new FakeRequest().sendTo(pool);
        network.last().connected();
        network.last().receive("part");
        network.last().remoteClose();

        assertThat(request.reset).isEqualTo(ResetReason.CONNECTION_TERMINATION);
        assertThat(stat("upstream_cx_destroy_with_active_rq")).isEqualTo(1);
        assertThat(stat("upstream_cx_destroy_remote_with_active_rq")).isEqualTo(1);
        assertThat(stat("upstream_rq_active")).isZero();
        assertThat(request.upstream.host().activeRequests()).isZero();
    }

    @Test
    void garbageResetsTheStreamAsAProtocolError() {
        HttpPool pool = pool();
        var request = new FakeRequest().sendTo(pool);
        network.last().connected();
        network.last().receive("garbage");

        assertThat(request.reset).isEqualTo(ResetReason.PROTOCOL_ERROR);
        assertThat(network.last().closed()).isTrue();
        assertThat(stat("upstream_cx_protocol_error")).isEqualTo(1);
    }

    @Test
    void bytesOnAnIdleConnectionEndIt() {
        HttpPool pool = pool();
        answered(pool);
        network.last().receive("200");

        assertThat(network.last().closed()).isTrue();
        assertThat(stat("upstream_cx_protocol_error")).isEqualTo(1);
    }

    @Test
    void anUpstreamThatSaysGoodbyeToAnIdleConnectionBreaksNoRule() {
        HttpPool pool = pool();
        answered(pool);
        network.last().receive("408");

        assertThat(network.last().closed()).isTrue();
        assertThat(stat("upstream_cx_protocol_error")).isZero();
    }

    @Test
    void aStreamThatItsUserGivesUpEndsTheConnection() {
        HttpPool pool = pool();
        var request = new FakeRequest().sendTo(pool);
        network.last().connected();
        request.sender.control().reset(ResetReason.LOCAL_RESET);

        assertThat(network.last().closed()).isTrue();
        assertThat(request.reset).isNull();
        assertThat(stat("upstream_rq_active")).isZero();
        assertThat(stat("upstream_cx_destroy_local_with_active_rq")).isEqualTo(1);
    }

    @Test
    void aResponseBeforeTheEndOfTheRequestEndsTheConnection() {
        HttpPool pool = pool();
        var request =
                new FakeRequest() {
                    @Override
                    public void onReady(
                            io.nuncio.spi.host.RequestSender ready,
                            io.nuncio.spi.UpstreamInfo info) {
                        sender = ready;
                        ready.headers(
                                io.nuncio.spi.RequestHeaders.of("POST", "http", "host", "/"),
                                false);
                    }
                };
        request.sendTo(pool);
        network.last().connected();
        network.last().receive("200");

        assertThat(request.complete).isTrue();
        assertThat(network.last().closed()).isTrue();
        request.sender.data(io.nuncio.spi.Buffer.copyOf("late"), true);
        assertThat(stat("upstream_rq_active")).isZero();
    }

    @Test
    void aConnectionCarriesNoMoreThanItsRequests() {
        HttpPool pool = pool(http(it -> it.setMaxRequestsPerConnection(UInt32Value.of(2))));
        answered(pool);
        assertThat(network.last().closed()).isFalse();
        answered(pool);

        assertThat(network.last().closed()).isTrue();
        assertThat(stat("upstream_cx_max_requests")).isEqualTo(1);
    }

    @Test
    void anIdleConnectionClosesAfterItsTimeout() {
        HttpPool pool = pool(http(it -> it.setIdleTimeout(Durations.fromSeconds(10))));
        answered(pool);
        platform.worker.advance(9 * SECOND);
        answered(pool);
        platform.worker.advance(9 * SECOND);
        assertThat(network.last().closed()).isFalse();
        platform.worker.advance(SECOND);

        assertThat(network.last().closed()).isTrue();
        assertThat(stat("upstream_cx_idle_timeout")).isEqualTo(1);
    }

    @Test
    void aBusyConnectionIsNotIdle() {
        HttpPool pool = pool(http(it -> it.setIdleTimeout(Durations.fromSeconds(10))));
        answered(pool);
        var request = new FakeRequest().sendTo(pool);
        platform.worker.advance(100 * SECOND);

        assertThat(request.reset).isNull();
        network.last().receive("200");
        assertThat(request.complete).isTrue();
        platform.worker.advance(10 * SECOND);
        assertThat(network.last().closed()).isTrue();
    }

    @Test
    void aConnectionEndsAtItsAgeAfterItsStream() {
        HttpPool pool = pool(http(it -> it.setMaxConnectionDuration(Durations.fromSeconds(10))));
        var request = new FakeRequest().sendTo(pool);
        network.last().connected();
        platform.worker.advance(10 * SECOND);

        assertThat(network.last().closed()).isFalse();
        network.last().receive("200");
        assertThat(request.complete).isTrue();
        assertThat(network.last().closed()).isTrue();
        assertThat(stat("upstream_cx_max_duration_reached")).isEqualTo(1);
    }

    @Test
    void aSlowUpstreamIsToldToTheStream() {
        var request = new FakeRequest().sendTo(pool());
        network.last().connected();
        network.last().backedUp(true);
        assertThat(request.backedUp).isEqualTo(1);
        network.last().backedUp(false);
        assertThat(request.backedUp).isZero();
        request.sender.control().readDisable(true);

        assertThat(network.last().codec.disabled).isEqualTo(1);
        assertThat(stat("upstream_flow_control_backed_up_total")).isEqualTo(1);
        assertThat(stat("upstream_flow_control_drained_total")).isEqualTo(1);
        assertThat(stat("upstream_flow_control_paused_reading_total")).isEqualTo(1);
    }

    @Test
    void aThousandRequestsLeaveNothingBehind() {
        HttpPool pool = pool();
        List<FakeRequest> requests = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            requests.add(answered(pool));
        }

        assertThat(requests).allMatch(request -> request.complete);
        assertThat(network.connections).hasSize(1);
        assertThat(stat("upstream_rq_active")).isZero();
        assertThat(stat("upstream_cx_active")).isEqualTo(1);
    }
}
