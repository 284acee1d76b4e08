package io.nuncio.network.snicluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.extensions.filters.network.sni_cluster.v3.SniCluster;
import io.nuncio.spi.NetworkOutcome;
import io.nuncio.testkit.FakeConnection;
import io.nuncio.testkit.FakeFactoryContext;
import io.nuncio.testkit.FakeWorker;

import org.junit.jupiter.api.Test;

class SniClusterFilterTest {
    private final FakeConnection connection = new FakeConnection(new FakeWorker());

    private Object cluster() {
        connection.serve(
                new SniClusterExtension()
                        .configure(SniCluster.getDefaultInstance(), new FakeFactoryContext()));
        return connection.streamInfo().filterState("envoy.tcp_proxy.cluster");
    }

    @Test
    void theServerNameIsTheCluster() {
        connection.info().serverName("a.example");

        assertThat(cluster()).isEqualTo("a.example");
        assertThat(connection.outcome()).isEqualTo(NetworkOutcome.CONTINUE);
    }

    @Test
    void withoutAServerNameTheTcpProxyChooses() {
        assertThat(cluster()).isNull();
        assertThat(connection.outcome()).isEqualTo(NetworkOutcome.CONTINUE);
    }

    @Test
    void anEmptyServerNameIsNone() {
        connection.info().serverName("");

        assertThat(cluster()).isNull();
    }
}
