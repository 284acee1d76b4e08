package io.nuncio.network.tcpproxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.core.v3.HeaderMap;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.nuncio.spi.Connection.Close;
import io.nuncio.spi.FilterStateObject;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.ResponseFlag;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.host.HttpPool.Failure;
import io.nuncio.spi.host.ResetReason;
import io.nuncio.testkit.FakeCluster;
import io.nuncio.testkit.FakeConnection;
import io.nuncio.testkit.FakeFactoryContext;
import io.nuncio.testkit.FakeUpstreamStream;
import io.nuncio.testkit.FakeWorker;
import io.nuncio.testkit.YamlMessages;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A connection that is carried over HTTP.
class HttpTunnelTest {
    private final FakeFactoryContext context = new FakeFactoryContext();
    private final FakeWorker worker = new FakeWorker();
    private final FakeConnection downstream = new FakeConnection(worker);
    private final FakeCluster cluster = context.platform().clusters().add("service");

    private void serve(String tunnel, String more) {
        TcpProxy message =
                YamlMessages.of(
                        TcpProxy.getDefaultInstance(),
                        "stat_prefix: p\ncluster: service\ntunneling_config: { "
                                + tunnel
                                + " }\n"
                                + more);
        downstream.serve(new TcpProxyExtension().configure(message, context));
    }

    private FakeUpstreamStream open() {
        serve("hostname: a.example:443", "");
        FakeUpstreamStream stream = cluster.pool().stream();
        stream.respond(ResponseHeaders.of(200), false);
        return stream;
    }

    // What is asked.

    @Test
    void aConnectAsksForTheHost() {
        serve("hostname: a.example:443", "");

        assertThat(cluster.pool().stream().requestHeaders().toString())
                .isEqualTo(":method: CONNECT\n:authority: a.example:443\n");
        assertThat(cluster.pool().stream().requestEnded()).isFalse();
        assertThat(downstream.reading()).isFalse();
    }

    @Test
    void aPostHasAPathAndAScheme() {
        serve("hostname: a.example, use_post: true", "");
        String plain = cluster.pool().stream().requestHeaders().toString();
        var other = new FakeConnection(worker);
        other.serve(
                new TcpProxyExtension()
                        .configure(
                                YamlMessages.of(
                                        TcpProxy.getDefaultInstance(),
                                        "{ stat_prefix: p, cluster: service, tunneling_config: {"
                                                + " hostname: a, use_post: true, post_path: /tcp }"
                                                + " }"),
                                context));

        assertThat(plain)
                .isEqualTo(":method: POST\n:scheme: http\n:authority: a.example\n:path: /\n");
        assertThat(cluster.pool().stream().header(":path")).isEqualTo("/tcp");
    }

    @Test
    void aPathWithoutPostIsRefused() {
        serve("hostname: a.example, post_path: /tcp", "");

        assertThat(context.reported())
                .singleElement()
                .asString()
                .contains(
                        "tunneling_config.post_path",
                        "Can't set a post path when POST method isn't used");
    }

    @Test
    void headersMayBeAdded() {
        serve(
                "hostname: a:1, headers_to_add: [{ header: { key: x-a, value: b } }, { header: {"
                        + " key: x-a, value: c } }]",
                "");

        assertThat(cluster.pool().stream().requestHeaders().getAll(HeaderName.of("x-a")))
                .containsExactly("b", "c");
    }

    // What is answered.

    @ParameterizedTest
    @ValueSource(ints = {200, 201, 299})
    void overHttp1EveryYesOpensTheTunnel(int status) {
        serve("hostname: a:1", "");
        FakeUpstreamStream stream = cluster.pool().stream();
        stream.respond(ResponseHeaders.of(status), false);
        downstream.receive("question");
        stream.data("answer", false);

        assertThat(stream.body()).isEqualTo("question");
        assertThat(downstream.takeSent()).isEqualTo("answer");
        assertThat(downstream.streamInfo().upstream()).isSameAs(cluster.pool());
    }

    @ParameterizedTest
    @ValueSource(ints = {302, 403, 503})
    void aRefusalIsAConnectionThatFailed(int status) {
        serve("hostname: a:1", "");
        FakeUpstreamStream stream = cluster.pool().stream();
        stream.respond(ResponseHeaders.of(status), false);
        worker.runPosted();

        assertThat(stream.resets()).containsExactly(ResetReason.LOCAL_RESET);
        assertThat(downstream.open()).isFalse();
        assertThat(downstream.streamInfo().flags())
                .containsExactlyInAnyOrder(
                        ResponseFlag.UPSTREAM_CONNECTION_FAILURE,
                        ResponseFlag.UPSTREAM_RETRY_LIMIT_EXCEEDED);
        assertThat(downstream.info().localCloseReason()).isEqualTo("tcp_initializion_failure:0");
    }

    @Test
    void aYesThatEndsAtOnceIsARefusal() {
        serve("hostname: a:1", "");
        cluster.pool().stream().respond(ResponseHeaders.of(200), true);
        worker.runPosted();

        assertThat(downstream.open()).isFalse();
    }

    @Test
    void aRefusalIsTriedAgain() {
        serve("hostname: a:1", "max_connect_attempts: 2");
        cluster.pool().stream().respond(ResponseHeaders.of(503), false);
        worker.runPosted();
        FakeUpstreamStream second = cluster.pool().stream();
        second.respond(ResponseHeaders.of(200), false);
        downstream.receive("at last");

        assertThat(cluster.pool().streams()).isEqualTo(2);
        assertThat(second.body()).isEqualTo("at last");
        assertThat(downstream.streamInfo().attemptCount()).isEqualTo(2);
    }

    @Test
    void aStreamThatBreaksOffBeforeTheAnswerIsAConnectionThatFailed() {
        serve("hostname: a:1", "");
        cluster.pool().stream().reset(ResetReason.REMOTE_RESET, "");
        worker.runPosted();

        assertThat(downstream.streamInfo().hasFlag(ResponseFlag.UPSTREAM_CONNECTION_FAILURE))
                .isTrue();
    }

    @Test
    void aConnectionThatCannotBeMadeFailsTheTunnel() {
        cluster.pool().fails(Failure.TIMEOUT, "late");
        serve("hostname: a:1", "");
        worker.runPosted();

        assertThat(downstream.open()).isFalse();
        assertThat(downstream.streamInfo().upstream().transportFailureReason()).isEqualTo("late");
    }

    @Test
    void aDownstreamThatLeavesTakesTheQuestionWithIt() {
        cluster.pool().connectsLater();
        serve("hostname: a:1", "");
        downstream.peerCloses();

        assertThat(cluster.pool().cancelled()).isEqualTo(1);
    }

    // Ends.

    @Test
    void bothHalvesEndApart() {
        FakeUpstreamStream stream = open();
        downstream.receive("last");
        downstream.peerEnds();
        boolean ended = stream.requestEnded();
        stream.data("answer", true);

        assertThat(ended).isTrue();
        assertThat(stream.body()).isEqualTo("last");
        assertThat(stream.resets()).isEmpty();
        assertThat(downstream.takeSent()).isEqualTo("answer");
        assertThat(downstream.sentEnd()).isTrue();
        assertThat(downstream.closedHow()).isEqualTo(Close.FLUSH_WRITE);
    }

    @Test
    void trailersEndTheUpstreamsHalf() {
        FakeUpstreamStream stream = open();
        stream.respondTrailers(new Trailers());
        downstream.receive("more");

        assertThat(downstream.sentEnd()).isTrue();
        assertThat(stream.body()).isEqualTo("more");
    }

    @Test
    void aResetEndsTheDownstream() {
        FakeUpstreamStream stream = open();
        stream.reset(ResetReason.CONNECTION_TERMINATION, "");

        assertThat(downstream.closedHow()).isEqualTo(Close.FLUSH_WRITE);
        assertThat(stream.resets()).isEmpty();
    }

    @Test
    void aDownstreamThatLeavesResetsTheStream() {
        FakeUpstreamStream stream = open();
        downstream.peerCloses();

        assertThat(stream.resets()).containsExactly(ResetReason.LOCAL_RESET);
    }

    @Test
    void whoeverIsSlowStopsTheOther() {
        FakeUpstreamStream stream = open();
        stream.slow(true);
        boolean downstreamReads = downstream.reading();
        stream.slow(false);
        downstream.bufferLimit(10);
        downstream.peerStalls(true);
        stream.data("more than ten bytes", false);
        boolean upstreamReads = stream.reading();
        downstream.peerStalls(false);

        assertThat(downstreamReads).isFalse();
        assertThat(downstream.reading()).isTrue();
        assertThat(upstreamReads).isFalse();
        assertThat(stream.reading()).isTrue();
    }

    // Filter state.

    @Test
    void aFilterBeforeItMayTurnTheTunnelOff() {
        downstream.streamInfo().filterState("envoy.tcp_proxy.disable_tunneling", true);
        serve("hostname: a:1", "");

        assertThat(cluster.pool().streams()).isZero();
        assertThat(cluster.tcpPool().waiting()).isEqualTo(1);
    }

    @Test
    void aFilterBeforeItMaySayWhatTlsAsksFor() {
        downstream.streamInfo().filterState("envoy.network.upstream_server_name", "b.example");
        serve("hostname: a:1", "");

        assertThat(cluster.pick().transportOptions().serverName()).isEqualTo("b.example");
    }

    @Test
    void theResponseMayBeLeftInTheFilterState() {
        serve(
                "hostname: a:1, propagate_response_headers: true, propagate_response_trailers:"
                        + " true",
                "");
        var trailers = new Trailers();
        trailers.add(HeaderName.of("x-last"), "z");
        FakeUpstreamStream stream = cluster.pool().stream();
        stream.respond(ResponseHeaders.of(200), false);
        stream.respondTrailers(trailers);

        assertThat(kept("headers").message()).isEqualTo(message(":status", "200"));
        assertThat(kept("trailers").message()).isEqualTo(message("x-last", "z"));
        assertThat(kept("trailers").field("x-last")).isEqualTo("z");
    }

    @Test
    void theResponseIsNotKeptUnasked() {
        open();

        assertThat(
                        downstream
                                .streamInfo()
                                .filterState("envoy.tcp_proxy.propagate_response_headers"))
                .isNull();
    }

    private FilterStateObject kept(String what) {
        return (FilterStateObject)
                downstream.streamInfo().filterState("envoy.tcp_proxy.propagate_response_" + what);
    }

    private static HeaderMap message(String name, String value) {
        return HeaderMap.newBuilder()
                .addHeaders(HeaderValue.newBuilder().setKey(name).setValue(value))
                .build();
    }
}
