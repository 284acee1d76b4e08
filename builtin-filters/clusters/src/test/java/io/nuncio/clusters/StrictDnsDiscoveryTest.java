package io.nuncio.clusters;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.BoolValue;
import com.google.protobuf.Duration;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.nuncio.spi.Resolver.Result;

import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.function.Consumer;

@SuppressWarnings("deprecation") // the cluster's own DNS fields
class StrictDnsDiscoveryTest {
    private static final long SECOND = 1_000_000_000L;

    private FakeCluster cluster = new FakeCluster();
    private StrictDnsDiscovery discovery;

    private void start() {
        discovery =
                StrictDnsDiscovery.of(
                        cluster, StrictDnsConfig.from(cluster.cluster(), cluster.problems));
        discovery.start(cluster);
    }

    private void with(Consumer<Cluster.Builder> change) {
        Cluster.Builder message = Cluster.newBuilder().setName("c");
        change.accept(message);
        cluster = new FakeCluster(message);
    }

    private static Result addresses(long ttl, String... texts) {
        return new Result.Addresses(Arrays.stream(texts).map(InetAddress::ofLiteral).toList(), ttl);
    }

    private static Duration seconds(long seconds) {
        return Duration.newBuilder().setSeconds(seconds).build();
    }

    @Test
    void everyAddressIsAHostWithTheEndpointsPort() {
        cluster.endpoint(0, "a.example", 80);
        start();
        assertThat(cluster.publications).isZero();
        cluster.answer("a.example", addresses(1, "192.0.2.1", "192.0.2.2", "192.0.2.1"));

        assertThat(cluster.addresses(0)).containsExactly("192.0.2.1:80", "192.0.2.2:80");
        assertThat(cluster.published.get(0).getFirst().hostname()).isEqualTo("a.example");
        assertThat(cluster.attempts).isEqualTo(1);
        assertThat(cluster.successes).isEqualTo(1);
    }

    @Test
    void theConfiguredHostnameIsKept() {
        cluster.endpoint(0, "a.example", 80).getEndpointBuilder().setHostname("other");
        start();
        cluster.answer("a.example", addresses(1, "192.0.2.1"));
        assertThat(cluster.published.get(0).getFirst().hostname()).isEqualTo("other");
    }

    @Test
    void theHostsOfAllNamesOfAPriorityArePublishedTogether() {
        cluster.endpoint(0, "a.example", 80);
        cluster.endpoint(0, "b.example", 81);
        cluster.endpoint(1, "c.example", 82);
        start();
        cluster.answer("b.example", addresses(1, "192.0.2.2"));
        cluster.answer("a.example", addresses(1, "192.0.2.1"));
        cluster.answer("c.example", addresses(1, "192.0.2.3"));

        assertThat(cluster.addresses(0)).containsExactly("192.0.2.1:80", "192.0.2.2:81");
        assertThat(cluster.addresses(1)).containsExactly("192.0.2.3:82");
    }

    @Test
    void aNameIsLookedUpAgainAfterTheRefreshRate() {
        cluster.endpoint(0, "a.example", 80);
        start();
        cluster.answer("a.example", addresses(1, "192.0.2.1"));
        cluster.advance(5 * SECOND - 1);
        assertThat(cluster.asked).hasSize(1);
        cluster.advance(1);
        assertThat(cluster.asked).hasSize(2);
        cluster.answer("a.example", addresses(1, "192.0.2.9"));
        assertThat(cluster.addresses(0)).containsExactly("192.0.2.9:80");
    }

    @Test
    void theTimeToLiveIsRespectedOnRequest() {
        with(message -> message.setRespectDnsTtl(true));
        cluster.endpoint(0, "a.example", 80);
        start();
        cluster.answer("a.example", addresses(30, "192.0.2.1"));
        cluster.advance(29 * SECOND);
        assertThat(cluster.asked).hasSize(1);
        cluster.advance(SECOND);
        assertThat(cluster.asked).hasSize(2);
        cluster.answer("a.example", addresses(0, "192.0.2.1"));
        cluster.advance(5 * SECOND);
        assertThat(cluster.asked).hasSize(3);
    }

    @Test
    void aFailureKeepsTheHosts() {
        cluster.endpoint(0, "a.example", 80);
        start();
        cluster.answer("a.example", addresses(1, "192.0.2.1"));
        cluster.advance(5 * SECOND);
        cluster.answer("a.example", new Result.Failed("timeout"));

        assertThat(cluster.addresses(0)).containsExactly("192.0.2.1:80");
        assertThat(cluster.failures).isEqualTo(1);
        assertThat(cluster.publications).isEqualTo(1);
        cluster.advance(5 * SECOND);
        assertThat(cluster.asked).hasSize(3);
    }

    @Test
    void aNameThatIsNoMoreHasNoHosts() {
        cluster.endpoint(0, "a.example", 80);
        start();
        cluster.answer("a.example", addresses(1, "192.0.2.1"));
        cluster.advance(5 * SECOND);
        cluster.answer("a.example", new Result.NoSuchName());

        assertThat(cluster.addresses(0)).isEmpty();
        assertThat(cluster.successes).isEqualTo(2);
    }

    @Test
    void aFirstFailureInitializesTheClusterWithoutHosts() {
        cluster.endpoint(0, "a.example", 80);
        start();
        cluster.answer("a.example", new Result.Failed("timeout"));
        assertThat(cluster.publications).isEqualTo(1);
        assertThat(cluster.addresses(0)).isEmpty();
    }

    @Test
    void failuresWaitLongerAndLonger() {
        with(message ->
                message.getDnsFailureRefreshRateBuilder()
                        .setBaseInterval(seconds(2))
                        .setMaxInterval(seconds(7)));
        cluster.random = -1; // the largest, as an unsigned number
        cluster.endpoint(0, "a.example", 80);
        start();
        for (long interval : new long[] {2, 4, 7, 7}) {
            int before = cluster.asked.size();
            cluster.answer("a.example", new Result.Failed("timeout"));
            long pause = Long.remainderUnsigned(-1, interval * SECOND);
            cluster.advance(pause - 1);
            assertThat(cluster.asked).hasSize(before);
            cluster.advance(1);
            assertThat(cluster.asked).hasSize(before + 1);
        }
    }

    @Test
    void jitterIsAddedToThePause() {
        with(message -> message.setDnsJitter(seconds(2)));
        cluster.random = SECOND;
        cluster.endpoint(0, "a.example", 80);
        start();
        cluster.answer("a.example", addresses(1, "192.0.2.1"));
        cluster.advance(6 * SECOND - 1);
        assertThat(cluster.asked).hasSize(1);
        cluster.advance(1);
        assertThat(cluster.asked).hasSize(2);
    }

    @Test
    void theClusterNeedNotWaitForItsNames() {
        with(message -> message.setWaitForWarmOnInit(BoolValue.of(false)));
        cluster.endpoint(0, "a.example", 80);
        start();
        assertThat(cluster.publications).isEqualTo(1);
        assertThat(cluster.asked).containsExactly("a.example");
    }

    @Test
    void aClusterWithoutEndpointsIsThereAtOnce() {
        start();
        assertThat(cluster.publications).isEqualTo(1);
    }

    @Test
    void aClosedDiscoveryAsksNoMore() {
        cluster.endpoint(0, "a.example", 80);
        start();
        discovery.close();
        assertThat(cluster.waiting).isEmpty();
        cluster.advance(60 * SECOND);
        assertThat(cluster.asked).hasSize(1);
        assertThat(cluster.publications).isZero();
    }

    @Test
    void whatIsNoNameIsRefused() {
        cluster.endpoint(0, "a.example", 80)
                .getEndpointBuilder()
                .getAddressBuilder()
                .getPipeBuilder()
                .setPath("/run/x");
        start();
        assertThat(cluster.problems.none()).isFalse();
    }
}
