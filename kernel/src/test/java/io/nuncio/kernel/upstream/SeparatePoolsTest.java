package io.nuncio.kernel.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.nuncio.kernel.network.ConnectOptions;
import io.nuncio.spi.Address;
import io.nuncio.spi.Connection;
import io.nuncio.spi.LoadBalancerContext;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.SharedState;
import io.nuncio.spi.TransportOptions;
import io.nuncio.spi.UpstreamSource;
import io.nuncio.spi.host.HttpPool;
import io.nuncio.spi.host.ResourcePriority;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.util.List;

/// Requests that may not share connections with all others.
class SeparatePoolsTest {
    private final FakePlatform platform = new FakePlatform();
    private final FakeNetwork network = platform.network;
    private final WorkerCluster cluster =
            (WorkerCluster) platform.ready(FakePlatform.cluster("c").build(), 1001);

    /// The pool for a downstream whose listener filters want that source.
    private HttpPool pool(@Nullable String source) {
        FakeConnection downstream = downstream("");
        if (source != null) {
            downstream
                    .streamInfo()
                    .filterState(
                            UpstreamSource.FILTER_STATE,
                            new UpstreamSource(
                                    new Address.Ip(InetAddress.ofLiteral(source), 0), 0));
        }
        return pool(cluster, downstream, TransportOptions.NONE);
    }

    private FakeConnection downstream(String path) {
        return new FakeConnection(
                platform.worker,
                new Address.Pipe(path, 0),
                ConnectOptions.plain(List.of()),
                new NetworkFilter() {});
    }

    private static HttpPool pool(
            WorkerCluster cluster, @Nullable Connection downstream, TransportOptions wishes) {
        return cluster.httpPool(
                ResourcePriority.DEFAULT,
                null,
                new LoadBalancerContext() {
                    @Override
                    public @Nullable Connection downstreamConnection() {
                        return downstream;
                    }

                    @Override
                    public TransportOptions transportOptions() {
                        return wishes;
                    }
                });
    }

    private WorkerCluster over(String socket) {
        return (WorkerCluster)
                platform.ready(
                        FakePlatform.cluster(socket)
                                .setTransportSocket(TransportSocket.newBuilder().setName(socket))
                                .build(),
                        1001);
    }

    private void answered(HttpPool pool) {
        var request = new FakeRequest().sendTo(pool);
        if (!request.ready()) {
            network.last().connected();
        }
        network.last().receive("200");
    }

    private static List<Address.Ip> local(FakeConnection connection) {
        return connection.options.local().all().stream().map(local -> local.address()).toList();
    }

    @Test
    void aPoolIsSharedByThoseOfTheSameSource() {
        assertThat(pool(null)).isSameAs(pool(null));
        assertThat(pool("127.0.0.9")).isSameAs(pool("127.0.0.9"));
        assertThat(pool("127.0.0.9")).isNotSameAs(pool(null)).isNotSameAs(pool("127.0.0.8"));
    }

    @Test
    void itsConnectionsAreBoundToTheSource() {
        answered(pool("127.0.0.9"));
        answered(pool("127.0.0.9"));

        assertThat(network.connections).hasSize(1);
        assertThat(local(network.last()))
                .containsExactly(new Address.Ip(InetAddress.ofLiteral("127.0.0.9"), 0));
        answered(pool(null));
        assertThat(network.connections).hasSize(2);
        assertThat(local(network.last())).isEmpty();
    }

    @Test
    void itIsForgottenWithItsLastConnection() {
        HttpPool before = pool("127.0.0.9");
        answered(before);
        assertThat(pool("127.0.0.9")).isSameAs(before);

        network.last().remoteClose();

        assertThat(pool("127.0.0.9")).isNotSameAs(before);
    }

    @Test
    void itIsForgottenIfNoSocketWasToBeHad() {
        HttpPool before = pool("127.0.0.9");
        network.exhausted = true;
        new FakeRequest().sendTo(before);
        platform.worker.run();

        assertThat(pool("127.0.0.9")).isNotSameAs(before);
    }

    @Test
    void aSocketThatNamesItsDownstreamSharesConnectionsOnlyForTheSameOne() {
        WorkerCluster keyed = over("keyed");

        assertThat(pool(keyed, downstream("a"), TransportOptions.NONE))
                .isSameAs(pool(keyed, downstream("a"), TransportOptions.NONE))
                .isNotSameAs(pool(keyed, downstream("b"), TransportOptions.NONE))
                .isNotSameAs(pool(keyed, null, TransportOptions.NONE));
    }

    @Test
    void aSocketThatChangesNoByteIsNotAskedWhoSharesConnections() {
        WorkerCluster unchanged = over("unchanged");

        var wishes = new TransportOptions("x", List.of(), List.of(), null);
        assertThat(pool(unchanged, downstream("a"), TransportOptions.NONE))
                .isSameAs(pool(unchanged, downstream("b"), TransportOptions.NONE))
                .isSameAs(pool(unchanged, downstream("a"), wishes));
    }

    @Test
    void wishesAreSharedWhoeverHasThemAndThoseForNothingAreNone() {
        WorkerCluster cluster = over("keyed");
        FakeConnection a = downstream("a");
        FakeConnection b = downstream("a");
        HttpPool wished = pool(cluster, a, new TransportOptions("x", List.of(), List.of(), a));

        assertThat(pool(cluster, b, new TransportOptions("x", List.of(), List.of(), b)))
                .isSameAs(wished);
        assertThat(pool(cluster, a, new TransportOptions("y", List.of(), List.of(), a)))
                .isNotSameAs(wished);
        assertThat(pool(cluster, a, new TransportOptions(null, List.of(), List.of(), a)))
                .isSameAs(pool(cluster, b, TransportOptions.NONE));
    }

    @Test
    void itKeepsADownstreamConnectionOnlyWhereItsConnectionsTellOfIt() {
        FakeConnection downstream = downstream("a");
        TransportOptions wishes = new TransportOptions("x", List.of(), List.of(), downstream);

        answered(pool(over("secure"), downstream, wishes));
        TransportOptions unkeyed = network.last().options.transportOptions();
        answered(pool(over("keyed"), downstream, wishes));
        TransportOptions keyed = network.last().options.transportOptions();

        answered(pool("127.0.0.9"));
        TransportOptions ofSource = network.last().options.transportOptions();

        assertThat(ofSource.downstream()).isNull();
        assertThat(unkeyed.serverName()).isEqualTo("x");
        assertThat(unkeyed.downstream()).isNull();
        assertThat(keyed.downstream()).isSameAs(downstream);
    }

    @Test
    void whereBytesGoPlainNobodyAsksForWishes() {
        FakeConnection a = downstream("a");
        assertThat(pool(cluster, a, new TransportOptions("x", List.of(), List.of(), a)))
                .isSameAs(pool(null));
    }

    @Test
    void sharedStateKeepsConnectionsApartWhereItsObjectsSaySo() {
        WorkerCluster cluster = over("keyed");
        FakeConnection one = downstream("a");
        HttpPool usual = pool(cluster, one, TransportOptions.NONE);
        HttpPool first = pool(cluster, one, sharing(new Address.Pipe("/a", 0)));

        assertThat(pool(cluster, one, sharing("a text"))).isSameAs(usual);
        assertThat(first).isNotSameAs(usual);
        assertThat(pool(cluster, downstream("a"), sharing(new Address.Pipe("/a", 0))))
                .isSameAs(first);
        assertThat(pool(cluster, one, sharing(new Address.Pipe("/b", 0)))).isNotSameAs(first);
    }

    private static TransportOptions sharing(Object value) {
        return new TransportOptions(
                null,
                List.of(),
                List.of(),
                null,
                List.of(new SharedState("key", value, false, SharedState.Sharing.NONE)));
    }
}
