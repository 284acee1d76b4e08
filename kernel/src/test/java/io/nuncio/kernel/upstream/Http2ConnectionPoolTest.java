package io.nuncio.kernel.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.util.Durations;

import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.LoadBalancerContext;
import io.nuncio.spi.Protocol;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.UpstreamInfo;
import io.nuncio.spi.host.HttpPool;
import io.nuncio.spi.host.RequestSender;
import io.nuncio.spi.host.ResetReason;
import io.nuncio.spi.host.ResourcePriority;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

class Http2ConnectionPoolTest {
    private static final long SECOND = 1_000_000_000L;

    private final FakePlatform platform = new FakePlatform();
    private final FakeNetwork network = platform.network;

    private HttpPool pool(Cluster.Builder cluster) {
        return platform.ready(cluster.build(), 1001)
                .httpPool(ResourcePriority.DEFAULT, null, LoadBalancerContext.NONE);
    }

    private HttpPool pool() {
        return pool(http2(options -> {}));
    }

    private static Cluster.Builder http2(Consumer<HttpProtocolOptions.Builder> change) {
        var options = HttpProtocolOptions.newBuilder();
        options.getExplicitHttpConfigBuilder().getHttp2ProtocolOptionsBuilder();
        change.accept(options);
        return FakePlatform.cluster("c")
                .putTypedExtensionProtocolOptions(HttpOptions.KEY, Any.pack(options.build()));
    }

    private static Cluster.Builder concurrent(int streams) {
        return http2(options ->
                options.getExplicitHttpConfigBuilder()
                        .getHttp2ProtocolOptionsBuilder()
                        .setMaxConcurrentStreams(UInt32Value.of(streams)));
    }

    private static Cluster.Builder limits(Consumer<CircuitBreakers.Thresholds.Builder> change) {
        Cluster.Builder cluster = http2(options -> {});
        change.accept(cluster.getCircuitBreakersBuilder().addThresholdsBuilder());
        return cluster;
    }

    private long stat(String name) {
        return platform.stat("cluster.c." + name);
    }

    /// A request on a connection that stands.
    private FakeRequest send(HttpPool pool) {
        var request = new FakeRequest().sendTo(pool);
        if (!request.ready()) {
            network.last().connected();
        }
        assertThat(request.ready()).isTrue();
        return request;
    }

    private FakeConnection connection(int index) {
        return network.connections.get(index);
    }

    private FakeHttp2Codec.Stream stream(int index) {
        return connection(0).http2.stream(index);
    }

    // How many connections.

    @Test
    void oneConnectionCarriesManyStreams() {
        HttpPool pool = pool();
        var first = new FakeRequest().sendTo(pool);
        var second = new FakeRequest().sendTo(pool);
        network.last().connected();
        var third = new FakeRequest().sendTo(pool);

        assertThat(List.of(first, second, third)).allMatch(FakeRequest::ready);
        assertThat(network.connections).hasSize(1);
        assertThat(stat("upstream_cx_http2_total")).isEqualTo(1);
        assertThat(stat("upstream_cx_http1_total")).isZero();
        assertThat(stat("upstream_rq_pending_total")).isEqualTo(2);
        assertThat(stat("upstream_rq_active")).isEqualTo(3);
        assertThat(third.upstream.protocol()).isEqualTo(Protocol.HTTP2);
        assertThat(third.upstream.connectionRequests()).isEqualTo(2);
    }

    @Test
    void aStreamThatEndsLeavesTheOthersAlone() {
        HttpPool pool = pool();
        FakeRequest first = send(pool);
        FakeRequest second = send(pool);
        stream(0).answer(200);

        assertThat(first.complete).isTrue();
        assertThat(second.complete).isFalse();
        assertThat(stat("upstream_rq_active")).isEqualTo(1);
        stream(1).begin(200);
        stream(1).body("x", false);
        stream(1).end(new Trailers());
        assertThat(second.complete).isTrue();
        assertThat(stat("upstream_rq_active")).isZero();
        assertThat(network.last().closed()).isFalse();
    }

    @Test
    void anotherConnectionIsMadeWhenAllAreFull() {
        HttpPool pool = pool(concurrent(2));
        send(pool);
        send(pool);
        FakeRequest third = send(pool);

        assertThat(network.connections).hasSize(2);
        assertThat(third.upstream.connection()).isSameAs(connection(1));
    }

    @Test
    void asManyConnectionsAreMadeAsTheWaitingRequestsNeed() {
        HttpPool pool = pool(concurrent(2));
        for (int i = 0; i < 5; i++) {
            new FakeRequest().sendTo(pool);
        }

        assertThat(network.connections).hasSize(3);
    }

    @Test
    void theHostMayAllowFewerStreams() {
        HttpPool pool = pool();
        send(pool);
        connection(0).http2.maxConcurrentStreams(1);
        FakeRequest second = send(pool);

        assertThat(second.upstream.connection()).isSameAs(connection(1));
    }

    @Test
    void aRequestGetsTheRoomOfAStreamThatEnds() {
        HttpPool pool = pool(limits(it -> it.setMaxConnections(UInt32Value.of(1))));
        send(pool);
        connection(0).http2.maxConcurrentStreams(1);
        var second = new FakeRequest().sendTo(pool);
        stream(0).answer(200);
        assertThat(second.ready()).isFalse();
        platform.worker.run();

        assertThat(second.ready()).isTrue();
        assertThat(network.connections).hasSize(1);
    }

    @Test
    void aHostThatAllowsMoreStreamsGetsThoseThatWait() {
        HttpPool pool = pool(limits(it -> it.setMaxConnections(UInt32Value.of(1))));
        send(pool);
        connection(0).http2.maxConcurrentStreams(1);
        var second = new FakeRequest().sendTo(pool);
        connection(0).http2.maxConcurrentStreams(2);
        platform.worker.run();

        assertThat(second.ready()).isTrue();
    }

    @Test
    void theHostCannotAllowMoreThanIsConfigured() {
        HttpPool pool = pool(concurrent(1));
        send(pool);
        connection(0).http2.maxConcurrentStreams(100);
        send(pool);

        assertThat(network.connections).hasSize(2);
    }

    @Test
    void aHostThatAllowsNoStreamAnyMoreFinishesThoseUnderWay() {
        HttpPool pool = pool();
        FakeRequest first = send(pool);
        send(pool);
        connection(0).http2.maxConcurrentStreams(0);
        stream(0).answer(200);
        FakeRequest third = send(pool);

        assertThat(first.complete).isTrue();
        assertThat(third.upstream.connection()).isSameAs(connection(1));
    }

    @Test
    void aConnectionCarriesNoMoreThanItsRequests() {
        HttpPool pool =
                pool(
                        http2(options ->
                                options.getCommonHttpProtocolOptionsBuilder()
                                        .setMaxRequestsPerConnection(UInt32Value.of(2))));
        send(pool);
        send(pool);
        assertThat(stat("upstream_cx_max_requests")).isEqualTo(1);
        FakeRequest third = send(pool);
        assertThat(third.upstream.connection()).isSameAs(connection(1));
        stream(0).answer(200);
        assertThat(connection(0).closed()).isFalse();
        stream(1).answer(200);

        assertThat(connection(0).closed()).isTrue();
    }

    @Test
    void theBreakerOfConnectionsMakesRequestsWait() {
        Cluster.Builder cluster = concurrent(1);
        cluster.getCircuitBreakersBuilder()
                .addThresholdsBuilder()
                .setMaxConnections(UInt32Value.of(1));
        HttpPool pool = pool(cluster);
        send(pool);
        new FakeRequest().sendTo(pool);

        assertThat(network.connections).hasSize(1);
        assertThat(stat("upstream_cx_overflow")).isEqualTo(1);
        assertThat(stat("upstream_rq_pending_active")).isEqualTo(1);
    }

    @Test
    void aRequestTooManyUnderWayOverflows() {
        HttpPool pool = pool(limits(it -> it.setMaxRequests(UInt32Value.of(2))));
        send(pool);
        send(pool);
        var third = new FakeRequest().sendTo(pool);

        assertThat(third.failure).isEqualTo(HttpPool.Failure.OVERFLOW);
        assertThat(stat("upstream_rq_pending_overflow")).isEqualTo(1);
        assertThat(stat("circuit_breakers.default.rq_open")).isEqualTo(1);
    }

    // GOAWAY.

    @Test
    void afterGoAwayNewStreamsGoToANewConnection() {
        HttpPool pool = pool();
        FakeRequest first = send(pool);
        connection(0).http2.goAway(1);
        FakeRequest second = send(pool);

        assertThat(second.upstream.connection()).isSameAs(connection(1));
        assertThat(connection(0).closed()).isFalse();
        stream(0).answer(200);
        assertThat(first.complete).isTrue();
        assertThat(connection(0).closed()).isTrue();
        assertThat(stat("upstream_cx_close_notify")).isEqualTo(1);
        assertThat(stat("upstream_cx_destroy_local")).isEqualTo(1);
        assertThat(stat("upstream_cx_destroy_with_active_rq")).isZero();
    }

    @Test
    void aConnectionWithoutStreamsClosesOnGoAway() {
        HttpPool pool = pool();
        send(pool);
        stream(0).answer(200);
        connection(0).http2.goAway(1);

        assertThat(connection(0).closed()).isTrue();
    }

    @Test
    void streamsThatTheHostHasNotLookedAtMayBeTriedElsewhere() {
        HttpPool pool = pool();
        send(pool);
        var retry = new FakeRequest();
        var refused =
                new FakeRequest() {
                    @Override
                    public void onReset(ResetReason reason, String transport) {
                        super.onReset(reason, transport);
                        retry.sendTo(pool);
                    }
                };
        refused.sendTo(pool);
        connection(0).http2.goAway(1);

        assertThat(refused.reset).isEqualTo(ResetReason.REMOTE_REFUSED_STREAM_RESET);
        assertThat(network.connections).hasSize(2);
        connection(1).connected();
        assertThat(retry.upstream.connection()).isSameAs(connection(1));
        assertThat(stat("upstream_rq_rx_reset")).isZero();
        assertThat(connection(0).closed()).isFalse();
    }

    @Test
    void aConnectionWhoseStreamsAreAllRefusedCloses() {
        HttpPool pool = pool();
        FakeRequest refused = send(pool);
        connection(0).http2.goAway(0);

        assertThat(refused.reset).isEqualTo(ResetReason.REMOTE_REFUSED_STREAM_RESET);
        assertThat(connection(0).closed()).isTrue();
        assertThat(stat("upstream_rq_active")).isZero();
    }

    // Resets and losses.

    @Test
    void aResetEndsItsStreamAlone() {
        HttpPool pool = pool();
        FakeRequest first = send(pool);
        FakeRequest second = send(pool);
        stream(0).resetByHost(ResetReason.REMOTE_RESET);

        assertThat(first.reset).isEqualTo(ResetReason.REMOTE_RESET);
        assertThat(second.reset).isNull();
        assertThat(connection(0).closed()).isFalse();
        assertThat(stat("upstream_rq_rx_reset")).isEqualTo(1);
        assertThat(stat("upstream_rq_active")).isEqualTo(1);
        assertThat(second.upstream.host().activeRequests()).isEqualTo(1);
    }

    @Test
    void aStreamThatItsUserGivesUpEndsAlone() {
        HttpPool pool = pool();
        FakeRequest first = send(pool);
        send(pool);
        first.sender.control().reset(ResetReason.LOCAL_RESET);

        assertThat(stream(0).resetByUser).isEqualTo(ResetReason.LOCAL_RESET);
        assertThat(first.reset).isNull();
        assertThat(connection(0).closed()).isFalse();
        assertThat(stat("upstream_rq_tx_reset")).isEqualTo(1);
        assertThat(stat("upstream_rq_active")).isEqualTo(1);
    }

    @Test
    void aLostConnectionResetsAllItsStreams() {
        HttpPool pool = pool();
        List<FakeRequest> requests = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            requests.add(send(pool));
        }
        connection(0).remoteClose();

        assertThat(requests).allMatch(it -> it.reset == ResetReason.CONNECTION_TERMINATION);
        assertThat(stat("upstream_rq_pending_failure_eject")).isEqualTo(50);
        assertThat(stat("upstream_cx_destroy_remote_with_active_rq")).isEqualTo(1);
        assertThat(stat("upstream_cx_active")).isZero();
        assertThat(stat("upstream_rq_active")).isZero();
    }

    @Test
    void aRequestThatIsTriedAgainWhenItsConnectionIsLostGetsANewOne() {
        HttpPool pool = pool();
        var retry = new FakeRequest();
        var lost =
                new FakeRequest() {
                    @Override
                    public void onReset(ResetReason reason, String transport) {
                        retry.sendTo(pool);
                    }
                };
        lost.sendTo(pool);
        network.last().connected();
        FakeRequest other = send(pool);
        connection(0).remoteClose();

        assertThat(other.reset).isEqualTo(ResetReason.CONNECTION_TERMINATION);
        assertThat(network.connections).hasSize(2);
        connection(1).connected();
        assertThat(retry.ready()).isTrue();
    }

    @Test
    void aHostThatBreaksTheProtocolEndsTheConnection() {
        HttpPool pool = pool();
        FakeRequest first = send(pool);
        FakeRequest second = send(pool);
        connection(0).receive("garbage");

        assertThat(List.of(first, second)).allMatch(it -> it.reset == ResetReason.PROTOCOL_ERROR);
        assertThat(connection(0).closed()).isTrue();
        assertThat(stat("upstream_cx_protocol_error")).isEqualTo(1);
        assertThat(stat("upstream_rq_tx_reset")).isEqualTo(2);
        assertThat(stat("upstream_cx_destroy_with_active_rq")).isZero();
    }

    @Test
    void aResponseBeforeTheEndOfTheRequestDoesNotEndTheStream() {
        HttpPool pool = pool();
        var request =
                new FakeRequest() {
                    @Override
                    public void onReady(RequestSender ready, UpstreamInfo info) {
                        sender = ready;
                        ready.headers(RequestHeaders.of("POST", "http", "host", "/"), false);
                    }
                };
        request.sendTo(pool);
        network.last().connected();
        stream(0).answer(200);
        assertThat(request.complete).isTrue();
        assertThat(stat("upstream_rq_active")).isEqualTo(1);
        request.sender.data(Buffer.copyOf("late"), true);

        assertThat(stat("upstream_rq_active")).isZero();
        assertThat(connection(0).closed()).isFalse();
    }

    @Test
    void aFailedConnectionFailsAllThatWait() {
        HttpPool pool = pool();
        var first = new FakeRequest().sendTo(pool);
        var second = new FakeRequest().sendTo(pool);
        network.last().refused();

        assertThat(first.failure).isEqualTo(HttpPool.Failure.REMOTE_CONNECTION_FAILURE);
        assertThat(second.failure).isEqualTo(HttpPool.Failure.REMOTE_CONNECTION_FAILURE);
        assertThat(stat("upstream_rq_pending_failure_eject")).isEqualTo(2);
        FakeRequest third = send(pool);
        assertThat(third.ready()).isTrue();
    }

    // How long a connection lives.

    @Test
    void aConnectionIsIdleFromTheEndOfItsLastStream() {
        HttpPool pool =
                pool(
                        http2(options ->
                                options.getCommonHttpProtocolOptionsBuilder()
                                        .setIdleTimeout(Durations.fromSeconds(10))));
        send(pool);
        send(pool);
        platform.worker.advance(20 * SECOND);
        stream(0).answer(200);
        platform.worker.advance(20 * SECOND);
        assertThat(connection(0).closed()).isFalse();
        stream(1).answer(200);
        platform.worker.advance(9 * SECOND);
        assertThat(connection(0).closed()).isFalse();
        platform.worker.advance(SECOND);

        assertThat(connection(0).closed()).isTrue();
        assertThat(stat("upstream_cx_idle_timeout")).isEqualTo(1);
    }

    @Test
    void aConnectionThatMayCarryNothingIsIdleToo() {
        HttpPool pool =
                pool(
                        http2(options ->
                                options.getCommonHttpProtocolOptionsBuilder()
                                        .setIdleTimeout(Durations.fromSeconds(10))));
        send(pool);
        connection(0).http2.maxConcurrentStreams(0);
        stream(0).answer(200);
        platform.worker.advance(10 * SECOND);

        assertThat(connection(0).closed()).isTrue();
    }

    @Test
    void anOldConnectionTakesNoMoreStreams() {
        HttpPool pool =
                pool(
                        http2(options ->
                                options.getCommonHttpProtocolOptionsBuilder()
                                        .setMaxConnectionDuration(Durations.fromSeconds(10))));
        send(pool);
        platform.worker.advance(10 * SECOND);
        FakeRequest second = send(pool);
        assertThat(second.upstream.connection()).isSameAs(connection(1));
        stream(0).answer(200);

        assertThat(connection(0).closed()).isTrue();
        assertThat(stat("upstream_cx_max_duration_reached")).isEqualTo(1);
    }

    @Test
    void theConnectionsOfAHostThatIsGoneCloseAfterTheirStreams() {
        HttpPool pool = pool();
        FakeRequest request = send(pool);
        platform.discoveries.get("c").hosts.publish(0, List.of());
        platform.worker.run();
        assertThat(connection(0).closed()).isFalse();
        stream(0).answer(200);

        assertThat(request.complete).isTrue();
        assertThat(connection(0).closed()).isTrue();
    }

    @Test
    void theIdleConnectionsOfARemovedClusterCloseAtOnce() {
        HttpPool pool = pool();
        send(pool);
        stream(0).answer(200);
        platform.manager.remove("c");
        platform.worker.run();

        assertThat(connection(0).closed()).isTrue();
    }

    @Test
    void requestsThatWaitForAHostThatIsGoneAreStillServed() {
        HttpPool pool = pool();
        var request = new FakeRequest().sendTo(pool);
        platform.discoveries.get("c").hosts.publish(0, List.of());
        platform.worker.run();
        connection(0).connected();
        assertThat(request.ready()).isTrue();
        stream(0).answer(200);

        assertThat(request.complete).isTrue();
        assertThat(connection(0).closed()).isTrue();
    }

    // Flow.

    @Test
    void aSlowHostIsToldToAllStreams() {
        HttpPool pool = pool();
        FakeRequest first = send(pool);
        FakeRequest second = send(pool);
        connection(0).backedUp(true);
        assertThat(List.of(first.backedUp, second.backedUp)).containsExactly(1, 1);
        connection(0).backedUp(false);

        assertThat(List.of(first.backedUp, second.backedUp)).containsExactly(0, 0);
    }

    // Which protocol.

    private static Cluster.Builder downstream(boolean http2) {
        var options = HttpProtocolOptions.newBuilder();
        options.getUseDownstreamProtocolConfigBuilder();
        if (http2) {
            options.getUseDownstreamProtocolConfigBuilder().getHttp2ProtocolOptionsBuilder();
        }
        return FakePlatform.cluster("c")
                .putTypedExtensionProtocolOptions(HttpOptions.KEY, Any.pack(options.build()));
    }

    private static HttpPool pool(io.nuncio.spi.host.Cluster cluster, Protocol downstream) {
        return cluster.httpPool(ResourcePriority.DEFAULT, downstream, LoadBalancerContext.NONE);
    }

    @Test
    void theDownstreamsProtocolMayDecide() {
        io.nuncio.spi.host.Cluster cluster = platform.ready(downstream(true).build(), 1001);
        FakeRequest one = send(pool(cluster, Protocol.HTTP11));
        FakeRequest two = send(pool(cluster, Protocol.HTTP2));
        FakeRequest ten = send(pool(cluster, Protocol.HTTP10));
        FakeRequest none = send(pool(cluster, null));

        assertThat(one.upstream.protocol()).isEqualTo(Protocol.HTTP11);
        assertThat(two.upstream.protocol()).isEqualTo(Protocol.HTTP2);
        assertThat(ten.upstream.protocol()).isEqualTo(Protocol.HTTP11);
        assertThat(none.upstream.connection()).isSameAs(two.upstream.connection());
        assertThat(stat("upstream_cx_http1_total")).isEqualTo(2);
        assertThat(stat("upstream_cx_http2_total")).isEqualTo(1);
    }

    @Test
    void withoutADownstreamAndHttp2OptionsItIsHttp1() {
        io.nuncio.spi.host.Cluster cluster = platform.ready(downstream(false).build(), 1001);

        assertThat(send(pool(cluster, null)).upstream.protocol()).isEqualTo(Protocol.HTTP11);
        assertThat(send(pool(cluster, Protocol.HTTP2)).upstream.protocol())
                .isEqualTo(Protocol.HTTP2);
    }

    @Test
    void theTransportSocketMayNegotiateTheProtocol() {
        var options = HttpProtocolOptions.newBuilder();
        options.getAutoConfigBuilder();
        Cluster.Builder cluster =
                FakePlatform.cluster("c")
                        .putTypedExtensionProtocolOptions(
                                HttpOptions.KEY, Any.pack(options.build()));
        cluster.getTransportSocketBuilder().setName("negotiating");
        HttpPool pool = pool(cluster);
        List<FakeRequest> requests = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            requests.add(new FakeRequest().sendTo(pool));
        }
        assertThat(network.connections).hasSize(1);
        connection(0).applicationProtocol = "http/1.1";
        connection(0).connected();

        assertThat(requests.get(0).upstream.protocol()).isEqualTo(Protocol.HTTP11);
        assertThat(requests.get(1).ready()).isFalse();
        connection(1).applicationProtocol = "h2";
        connection(1).connected();
        assertThat(requests.get(1).upstream.protocol()).isEqualTo(Protocol.HTTP2);
        assertThat(requests.get(2).upstream.connection()).isSameAs(connection(1));
        assertThat(stat("upstream_cx_http1_total")).isEqualTo(1);
        assertThat(stat("upstream_cx_http2_total")).isEqualTo(1);
    }

    @Test
    void aThousandRequestsLeaveNothingBehind() {
        HttpPool pool = pool();
        for (int i = 0; i < 1000; i++) {
            FakeRequest request = send(pool);
            stream(i).answer(200);
            assertThat(request.complete).isTrue();
        }

        assertThat(network.connections).hasSize(1);
        assertThat(connection(0).http2.open()).isZero();
        assertThat(stat("upstream_rq_active")).isZero();
        assertThat(stat("upstream_cx_active")).isEqualTo(1);
    }
}
