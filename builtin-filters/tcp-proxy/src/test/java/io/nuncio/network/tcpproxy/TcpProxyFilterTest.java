package io.nuncio.network.tcpproxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;

import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.nuncio.spi.Connection.Close;
import io.nuncio.spi.ConnectionEvent;
import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.spi.ProxyProtocolData;
import io.nuncio.spi.ProxyProtocolData.Tlv;
import io.nuncio.spi.ResponseFlag;
import io.nuncio.spi.TransportOptions;
import io.nuncio.spi.host.HttpPool.Failure;
import io.nuncio.spi.host.XxHash64;
import io.nuncio.testkit.FakeCluster;
import io.nuncio.testkit.FakeConnection;
import io.nuncio.testkit.FakeFactoryContext;
import io.nuncio.testkit.FakePlatform.LogEntry;
import io.nuncio.testkit.FakeTcpUpstream;
import io.nuncio.testkit.FakeWorker;
import io.nuncio.testkit.YamlMessages;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// One connection through the TCP proxy, from its first byte to its entry in the log.
class TcpProxyFilterTest {
    private final FakeFactoryContext context = new FakeFactoryContext();
    private final FakeWorker worker = new FakeWorker();
    private final FakeConnection downstream = new FakeConnection(worker);
    private final FakeCluster cluster = context.platform().clusters().add("service");

    private NetworkFilterTemplate template(String yaml) {
        TcpProxy message = YamlMessages.of(TcpProxy.getDefaultInstance(), yaml);
        return new TcpProxyExtension().configure(message, context);
    }

    private void serve(String more) {
        downstream.serve(template("stat_prefix: p\ncluster: service\n" + more));
    }

    private FakeTcpUpstream serveAndConnect(String more) {
        serve(more);
        return cluster.tcpPool().connect();
    }

    private long stat(String name) {
        return context.counter("tcp.p." + name);
    }

    private List<String> logged() {
        return context.platform().accessLog().stream().map(LogEntry::type).toList();
    }

    // Bytes.

    @Test
    void bytesPassBothWays() {
        FakeTcpUpstream upstream = serveAndConnect("");
        downstream.receive("question");
        upstream.receive("answer", false);

        assertThat(upstream.takeSent()).isEqualTo("question");
        assertThat(downstream.takeSent()).isEqualTo("answer");
        assertThat(downstream.streamInfo().cluster()).isEqualTo("service");
        assertThat(downstream.streamInfo().upstream()).isSameAs(upstream.info());
    }

    @Test
    void nothingIsReadBeforeTheUpstreamStands() {
        serve("");
        boolean before = downstream.reading();
        cluster.tcpPool().connect();

        assertThat(before).isFalse();
        assertThat(downstream.reading()).isTrue();
    }

    @Test
    void connectionsAndBytesAreCounted() {
        FakeTcpUpstream upstream = serveAndConnect("");
        downstream.receive("12345");
        upstream.receive("123", false);

        assertThat(stat("downstream_cx_total")).isEqualTo(1);
        assertThat(stat("downstream_cx_rx_bytes_total")).isEqualTo(5);
        assertThat(stat("downstream_cx_tx_bytes_total")).isEqualTo(3);
        assertThat(downstream.streamInfo().bytesReceived()).isEqualTo(5);
        assertThat(downstream.streamInfo().bytesSent()).isEqualTo(3);
        assertThat(downstream.streamInfo().downstreamBytes().wireBytesReceived()).isEqualTo(5);
        assertThat(downstream.streamInfo().downstreamBytes().wireBytesSent()).isEqualTo(3);
    }

    @Test
    void aConnectionHasAnIdOfItsOwnForLogs() {
        serve("");
        var other = new FakeConnection(worker);
        other.serve(template("stat_prefix: p\ncluster: service"));

        UUID id = UUID.fromString(downstream.streamInfo().requestId());
        assertThat(id.version()).isEqualTo(4);
        assertThat(id.variant()).isEqualTo(2);
        assertThat(other.streamInfo().requestId()).isNotEqualTo(id.toString());
    }

    @Test
    void aDownstreamThatReadsSlowlyStopsTheUpstream() {
        FakeTcpUpstream upstream = serveAndConnect("");
        downstream.bufferLimit(10);
        downstream.peerStalls(true);
        upstream.receive("more than ten bytes", false);
        boolean before = upstream.reading();
        downstream.peerStalls(false);

        assertThat(before).isFalse();
        assertThat(upstream.reading()).isTrue();
    }

    @Test
    void anUpstreamThatReadsSlowlyStopsTheDownstream() {
        FakeTcpUpstream upstream = serveAndConnect("");
        upstream.stalls(10);
        boolean before = downstream.reading();
        upstream.drains();

        assertThat(before).isFalse();
        assertThat(downstream.reading()).isTrue();
        assertThat(stat("downstream_flow_control_paused_reading_total")).isEqualTo(1);
        assertThat(stat("downstream_flow_control_resumed_reading_total")).isEqualTo(1);
    }

    // Ends.

    @Test
    void anEndOfTheDownstreamPassesAndTheAnswerComes() {
        FakeTcpUpstream upstream = serveAndConnect("");
        downstream.receive("last");
        downstream.peerEnds();
        boolean ended = upstream.sentEnd();
        upstream.receive("answer", true);

        assertThat(ended).isTrue();
        assertThat(downstream.takeSent()).isEqualTo("answer");
        assertThat(downstream.sentEnd()).isTrue();
    }

    @Test
    void anEndOfTheUpstreamPassesAndTheDownstreamGoesOn() {
        FakeTcpUpstream upstream = serveAndConnect("");
        upstream.receive("", true);
        downstream.receive("more");

        assertThat(downstream.sentEnd()).isTrue();
        assertThat(upstream.takeSent()).isEqualTo("more");
    }

    @Test
    void anUpstreamThatClosesTakesTheDownstreamWithItAfterItsBytes() {
        FakeTcpUpstream upstream = serveAndConnect("");
        upstream.receive("bye", false);
        upstream.ends(ConnectionEvent.REMOTE_CLOSE);

        assertThat(downstream.takeSent()).isEqualTo("bye");
        assertThat(downstream.closedHow()).isEqualTo(Close.FLUSH_WRITE);
    }

    @Test
    void anUpstreamGetsWhatADownstreamSentBeforeItClosed() {
        FakeTcpUpstream upstream = serveAndConnect("");
        upstream.stalls(10);
        downstream.peerCloses();
        long flushing = context.gauge("tcp.p.upstream_flush_active");
        upstream.ends(ConnectionEvent.LOCAL_CLOSE);

        assertThat(upstream.closedHow()).isEqualTo(Close.FLUSH_WRITE);
        assertThat(upstream.closeReason())
                .isEqualTo("closing_upstream_tcp_connection_due_to_downstream_remote_close");
        assertThat(flushing).isEqualTo(1);
        assertThat(stat("upstream_flush_total")).isEqualTo(1);
        assertThat(context.gauge("tcp.p.upstream_flush_active")).isZero();
    }

    @Test
    void anUpstreamThatReadsNoMoreIsGivenUpAfterTheIdleTimeout() {
        FakeTcpUpstream upstream = serveAndConnect("idle_timeout: 5s");
        upstream.stalls(10);
        downstream.peerCloses();
        worker.advance(Duration.ofSeconds(6));

        assertThat(upstream.closedHow()).isEqualTo(Close.FLUSH_WRITE);
        assertThat(stat("idle_timeout")).isEqualTo(1);
    }

    @Test
    void howLongASlowReaderMayTakeSaysTheIdleTimeoutAlone() {
        FakeTcpUpstream upstream = serveAndConnect("idle_timeout: 5s");
        downstream.peerStalls(true);
        upstream.receive("bye", false);
        upstream.ends(ConnectionEvent.REMOTE_CLOSE);

        assertThat(downstream.delayedClose()).isZero();
    }

    @Test
    void aDownstreamThatLeavesEarlyCancelsTheUpstream() {
        serve("");
        downstream.peerCloses();

        assertThat(cluster.tcpPool().cancelled()).isEqualTo(1);
    }

    // What can fail.

    @Test
    void anUnknownClusterEndsTheConnection() {
        context.platform().clusters().remove("service");
        serve("");

        assertThat(downstream.closedHow()).isEqualTo(Close.NO_FLUSH);
        assertThat(stat("downstream_cx_no_route")).isEqualTo(1);
        assertThat(downstream.streamInfo().flags()).containsExactly(ResponseFlag.NO_CLUSTER_FOUND);
        assertThat(downstream.info().localCloseReason()).isEqualTo("tcp_initializion_failure:3");
    }

    @Test
    void aClusterWithoutAHostEndsTheConnection() {
        cluster.noHealthyHost();
        serve("");

        assertThat(downstream.open()).isFalse();
        assertThat(downstream.streamInfo().flags())
                .containsExactly(ResponseFlag.NO_HEALTHY_UPSTREAM);
        assertThat(downstream.info().localCloseReason()).isEqualTo("tcp_initializion_failure:1");
    }

    @Test
    void aPoolWithoutRoomIsAnAttemptThatFailedThroughNoFaultOfTheHost() {
        cluster.tcpPool().failsAtOnce(Failure.OVERFLOW);
        serve("");

        assertThat(downstream.open()).isFalse();
        assertThat(downstream.streamInfo().flags())
                .containsExactly(ResponseFlag.UPSTREAM_RETRY_LIMIT_EXCEEDED);
        assertThat(downstream.info().localCloseReason()).isEqualTo("tcp_initializion_failure:0");
    }

    @Test
    void whereNoAttemptIsLeftNothingElseIsLookedAt() {
        serve("");
        cluster.noConnections();
        cluster.tcpPool().fail(Failure.REMOTE_CONNECTION_FAILURE);

        assertThat(downstream.streamInfo().flags())
                .containsExactly(
                        ResponseFlag.UPSTREAM_CONNECTION_FAILURE,
                        ResponseFlag.UPSTREAM_RETRY_LIMIT_EXCEEDED);
    }

    @Test
    void anOpenCircuitBreakerOfConnectionsEndsTheConnectionBeforeAHostIsChosen() {
        cluster.noConnections();
        serve("");

        assertThat(cluster.tcpPool().waiting()).isZero();
        assertThat(downstream.streamInfo().flags()).containsExactly(ResponseFlag.UPSTREAM_OVERFLOW);
    }

    @Test
    void aConnectionThatFailsEndsTheDownstream() {
        serve("");
        cluster.tcpPool().fail(Failure.REMOTE_CONNECTION_FAILURE);

        assertThat(downstream.open()).isFalse();
        assertThat(downstream.streamInfo().flags())
                .containsExactlyInAnyOrder(
                        ResponseFlag.UPSTREAM_CONNECTION_FAILURE,
                        ResponseFlag.UPSTREAM_RETRY_LIMIT_EXCEEDED);
        assertThat(downstream.info().localCloseReason()).isEqualTo("tcp_initializion_failure:0");
        assertThat(context.counter("cluster.service.upstream_cx_connect_attempts_exceeded"))
                .isEqualTo(1);
    }

    @Test
    void aConnectionThatFailsIsTriedAgain() {
        serve("max_connect_attempts: 3");
        cluster.tcpPool().fail(Failure.TIMEOUT);
        worker.runPosted();
        cluster.tcpPool().fail(Failure.REMOTE_CONNECTION_FAILURE);
        worker.runPosted();
        FakeTcpUpstream upstream = cluster.tcpPool().connect();
        downstream.receive("at last");

        assertThat(upstream.takeSent()).isEqualTo("at last");
        assertThat(downstream.streamInfo().attemptCount()).isEqualTo(3);
    }

    @Test
    void betweenAttemptsThereMayBeAPause() {
        serve(
                "max_connect_attempts: 2\nidle_timeout: 0s\n"
                        + "backoff_options: { base_interval: 1s, max_interval: 2s }");
        cluster.tcpPool().fail(Failure.REMOTE_CONNECTION_FAILURE);
        worker.runPosted();
        long timers = worker.armedTimers();
        worker.advance(Duration.ofSeconds(1));

        assertThat(timers).isEqualTo(1);
        assertThat(cluster.tcpPool().waiting()).isEqualTo(1);
    }

    @Test
    void aPauseMustNotShrink() {
        serve("backoff_options: { base_interval: 2s, max_interval: 1s }");

        assertThat(context.reported())
                .singleElement()
                .asString()
                .contains("backoff_options.max_interval", "greater than or equal");
    }

    // Which cluster.

    @Test
    void clustersAreChosenByWeight() {
        FakeCluster other = context.platform().clusters().add("other");
        NetworkFilterTemplate template =
                template(
                        """
                        stat_prefix: p
                        weighted_clusters:
                          clusters: [{ name: service, weight: 1 }, { name: other, weight: 3 }]
                        """);
        for (int index = 0; index < 400; index++) {
            new FakeConnection(worker).serve(template);
        }

        assertThat(cluster.tcpPool().waiting()).isBetween(60, 140);
        assertThat(other.tcpPool().waiting()).isEqualTo(400 - cluster.tcpPool().waiting());
    }

    @Test
    void aFilterBeforeItMayChooseTheCluster() {
        FakeCluster other = context.platform().clusters().add("other");
        downstream.streamInfo().filterState("envoy.tcp_proxy.cluster", "other");
        serve("");

        assertThat(other.tcpPool().waiting()).isEqualTo(1);
    }

    @Test
    void aChoiceByWeightIsNobodyElses() {
        context.platform().clusters().add("other");
        downstream.streamInfo().filterState("envoy.tcp_proxy.cluster", "other");
        downstream.serve(
                template(
                        "{ stat_prefix: p, weighted_clusters: { clusters: [{ name: service, weight:"
                                + " 1 }] } }"));

        assertThat(cluster.tcpPool().waiting()).isEqualTo(1);
    }

    @Test
    void aFilterBeforeItMaySayWhatTlsAsksFor() {
        downstream.streamInfo().filterState("envoy.network.upstream_server_name", "a.example");
        downstream
                .streamInfo()
                .filterState("envoy.network.upstream_subject_alt_names", "a.example, b.example");
        downstream
                .streamInfo()
                .filterState("envoy.network.application_protocols", List.of("h2", "http/1.1"));
        serve("");

        assertThat(cluster.pick().transportOptions())
                .isEqualTo(
                        new TransportOptions(
                                "a.example",
                                List.of("a.example", "b.example"),
                                List.of("h2", "http/1.1"),
                                downstream));
    }

    @Test
    void theProxyProtocolTellsTheUpstreamMore() {
        serve("proxy_protocol_tlvs: [{ type: 224, value: YQ== }]");

        assertThat(downstream.streamInfo().filterState(ProxyProtocolData.FILTER_STATE))
                .isEqualTo(
                        new ProxyProtocolData(
                                downstream.info().remoteAddress(),
                                downstream.info().localAddress(),
                                List.of(new Tlv(224, ByteString.copyFromUtf8("a")))));
    }

    @Test
    void whatTheDownstreamToldOfItselfIsKept() {
        var told =
                new ProxyProtocolData(
                        downstream.info().localAddress(),
                        downstream.info().remoteAddress(),
                        List.of());
        downstream.streamInfo().filterState(ProxyProtocolData.FILTER_STATE, told);
        serve("proxy_protocol_tlvs: [{ type: 224, value: YQ== }]");

        assertThat(downstream.streamInfo().filterState(ProxyProtocolData.FILTER_STATE))
                .isSameAs(told);
    }

    @Test
    void balancersMayHashTheSourceAddress() {
        serve("hash_policy: [{ source_ip: {} }]");

        assertThat(cluster.pick().hasHash()).isTrue();
        assertThat(cluster.pick().hash()).isEqualTo(XxHash64.of("203.0.113.7"));
        assertThat(cluster.pick().downstreamConnection()).isSameAs(downstream);
    }

    @Test
    void balancersMayHashWhatAFilterLeft() {
        var other = new FakeConnection(worker);
        downstream.streamInfo().filterState("key", "abc");
        serve("hash_policy: [{ filter_state: { key: key } }]");
        boolean hashed = cluster.pick().hasHash();
        long hash = cluster.pick().hash();
        other.serve(
                template(
                        "{ stat_prefix: p, cluster: service, hash_policy: [{ filter_state: { key:"
                                + " key } }] }"));

        assertThat(hashed).isTrue();
        assertThat(hash).isEqualTo(XxHash64.of("abc"));
        assertThat(cluster.pick().hasHash()).isFalse();
    }

    // Bytes before there is an upstream.

    @Test
    void whatComesEarlyIsKeptIfAFilterBeforeItAsksForIt() {
        downstream.streamInfo().filterState("envoy.tcp_proxy.receive_before_connect", true);
        serve("");
        boolean reading = downstream.reading();
        downstream.receive("early");
        boolean after = downstream.reading();
        FakeTcpUpstream upstream = cluster.tcpPool().connect();
        String first = upstream.takeSent();
        downstream.receive(" late");

        assertThat(reading).isTrue();
        assertThat(after).isFalse();
        assertThat(first).isEqualTo("early");
        assertThat(upstream.takeSent()).isEqualTo(" late");
        assertThat(stat("early_data_received_count_total")).isEqualTo(1);
        assertThat(stat("downstream_cx_rx_bytes_total")).isEqualTo(10);
    }

    @Test
    void anEndThatComesEarlyIsPassedOn() {
        downstream.streamInfo().filterState("envoy.tcp_proxy.receive_before_connect", "true");
        serve("");
        downstream.receive("all");
        downstream.peerEnds();
        FakeTcpUpstream upstream = cluster.tcpPool().connect();

        assertThat(upstream.takeSent()).isEqualTo("all");
        assertThat(upstream.sentEnd()).isTrue();
    }

    // Time.

    @Test
    void theTimeWithoutBytesBeginsWithTheConnection() {
        serve("idle_timeout: 10s");
        worker.advance(Duration.ofSeconds(11));

        assertThat(downstream.open()).isFalse();
        assertThat(cluster.tcpPool().cancelled()).isEqualTo(1);
    }

    @Test
    void aConnectionWithoutBytesEnds() {
        FakeTcpUpstream upstream = serveAndConnect("idle_timeout: 10s");
        worker.advance(Duration.ofSeconds(6));
        downstream.receive("x");
        worker.advance(Duration.ofSeconds(6));
        boolean before = downstream.open();
        worker.advance(Duration.ofSeconds(6));

        assertThat(before).isTrue();
        assertThat(downstream.closedHow()).isEqualTo(Close.NO_FLUSH);
        assertThat(upstream.closedHow()).isEqualTo(Close.NO_FLUSH);
        assertThat(upstream.closeReason())
                .isEqualTo("closing_upstream_tcp_connection_due_to_downstream_local_close");
        assertThat(stat("idle_timeout")).isEqualTo(1);
    }

    @Test
    void anHourWithoutBytesIsTheMostByDefaultAndZeroIsNoLimit() {
        var second = new FakeConnection(worker);
        serveAndConnect("");
        second.serve(template("{ stat_prefix: p, cluster: service, idle_timeout: 0s }"));
        cluster.tcpPool().connect();
        worker.advance(Duration.ofMinutes(61));

        assertThat(downstream.open()).isFalse();
        assertThat(second.open()).isTrue();
    }

    @Test
    void aConnectionMayHaveAnIdleTimeoutOfItsOwn() {
        downstream
                .streamInfo()
                .filterState("envoy.tcp_proxy.per_connection_idle_timeout_ms", 2000L);
        serveAndConnect("");
        worker.advance(Duration.ofSeconds(3));

        assertThat(downstream.open()).isFalse();
    }

    @Test
    void timeoutsThatEnvoyDoesNotHaveDoNothing() {
        serveAndConnect("downstream_idle_timeout: 1s\nupstream_idle_timeout: 1s");
        worker.advance(Duration.ofMinutes(30));

        assertThat(downstream.open()).isTrue();
    }

    @Test
    void aConnectionMayLastOnlySoLong() {
        serveAndConnect("max_downstream_connection_duration: 60s");
        worker.advance(Duration.ofSeconds(59));
        boolean before = downstream.open();
        worker.advance(Duration.ofSeconds(2));

        assertThat(before).isTrue();
        assertThat(downstream.open()).isFalse();
        assertThat(stat("max_downstream_connection_duration")).isEqualTo(1);
        assertThat(downstream.streamInfo().flags()).containsExactly(ResponseFlag.DURATION_TIMEOUT);
    }

    // The log.

    @Test
    void theEndOfAConnectionIsLogged() {
        serveAndConnect("access_log: [{ name: log }]");
        downstream.peerCloses();
        worker.runPosted();

        assertThat(logged()).containsExactly("TcpConnectionEnd");
    }

    @Test
    void aConnectionIsLoggedNowAndThen() {
        List<String> options =
                List.of(
                        "access_log_options: { access_log_flush_interval: 1s }",
                        "access_log_flush_interval: 1s");
        List<Integer> entries = new ArrayList<>();
        for (String option : options) {
            int before = logged().size();
            var connection = new FakeConnection(worker);
            connection.serve(
                    template(
                            "stat_prefix: p\ncluster: service\naccess_log: [{ name: log }]\n"
                                    + option));
            worker.advance(Duration.ofMillis(2500));
            entries.add(logged().size() - before);
            connection.peerCloses();
            worker.runPosted();
        }

        assertThat(entries).containsExactly(2, 2);
        assertThat(logged()).containsOnly("TcpPeriodic", "TcpConnectionEnd");
    }

    @Test
    void theUpstreamConnectionIsLogged() {
        for (String option :
                List.of(
                        "access_log_options: { flush_access_log_on_connected: true }",
                        "flush_access_log_on_connected: true")) {
            new FakeConnection(worker)
                    .serve(
                            template(
                                    "stat_prefix: p\ncluster: service\naccess_log: [{ name: log"
                                            + " }]\n"
                                            + option));
            cluster.tcpPool().connect();
        }

        assertThat(logged()).containsExactly("TcpUpstreamConnected", "TcpUpstreamConnected");
    }
}
