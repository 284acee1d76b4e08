package io.nuncio.kernel.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.nuncio.spi.Address;
import io.nuncio.spi.HostPublisher.HostSpec;
import io.nuncio.spi.InitTarget;
import io.nuncio.spi.LoadBalancerContext;
import io.nuncio.spi.Problems;
import io.nuncio.spi.host.HttpPool;
import io.nuncio.spi.host.ResourcePriority;

import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// `transport_socket_matches`.
class TransportSocketsTest {
    private final FakePlatform platform = new FakePlatform();
    private final Problems problems = new Problems();
    private final Cluster.Builder cluster = FakePlatform.cluster("one");

    TransportSocketsTest() {
        cluster.getTransportSocketBuilder().setName("plain-own");
        match("mtls", "plain-mtls", "tls", "mutual");
        match("tls", "plain-tls", "tls", "simple");
    }

    private void match(String name, String socket, String... labels) {
        Cluster.TransportSocketMatch.Builder match =
                cluster.addTransportSocketMatchesBuilder().setName(name);
        match.getTransportSocketBuilder().setName(socket);
        match.setMatch(struct(labels));
    }

    private static Struct struct(String... labels) {
        Struct.Builder struct = Struct.newBuilder();
        for (int i = 0; i < labels.length; i += 2) {
            struct.putFields(labels[i], Value.newBuilder().setStringValue(labels[i + 1]).build());
        }
        return struct.build();
    }

    private static Metadata can(String... labels) {
        return Metadata.newBuilder()
                .putFilterMetadata("envoy.transport_socket_match", struct(labels))
                .build();
    }

    private static HostSpec host(Metadata own, Metadata locality) {
        return new HostSpec(
                new Address.Ip(InetAddress.getLoopbackAddress(), 80),
                "",
                Locality.getDefaultInstance(),
                1,
                own,
                HealthStatus.UNKNOWN,
                locality);
    }

    private void load() {
        platform.manager.load(List.of(cluster.build()), problems.in("clusters"));
        platform.manager.initialize(() -> {});
    }

    private void publish(HostSpec host) {
        platform.discoveries.get("one").hosts.publish(0, List.of(host));
    }

    private void request() {
        HttpPool pool =
                platform.get("one")
                        .httpPool(ResourcePriority.DEFAULT, null, LoadBalancerContext.NONE);
        new FakeRequest().sendTo(pool);
    }

    /// The name of the socket that a host's next connection has.
    private String socketOf(HostSpec host) {
        publish(host);
        request();
        var used = platform.network.last().options.transport();
        return platform.sockets.entrySet().stream()
                .filter(each -> each.getValue() == used)
                .findFirst()
                .orElseThrow()
                .getKey();
    }

    private long count(String match) {
        return platform.stat("cluster.one." + match + ".total_match_count");
    }

    @Test
    void theFirstMatchThatFitsTheHostIsTaken() {
        match("any", "plain-any", "zone", "a");
        load();
        assertThat(socketOf(host(can("tls", "simple", "zone", "a"), null))).isEqualTo("plain-tls");
        assertThat(count("tls")).isEqualTo(1);
        assertThat(count("mtls")).isZero();
        assertThat(count("default")).isZero();
    }

    @Test
    void eachLabelMustBeThere() {
        match("both", "plain-both", "a", "1", "b", "2");
        load();
        assertThat(socketOf(host(can("a", "1"), null))).isEqualTo("plain-own");
        assertThat(socketOf(host(can("a", "1", "b", "3"), null))).isEqualTo("plain-own");
        assertThat(socketOf(host(can("c", "3", "b", "2", "a", "1"), null))).isEqualTo("plain-both");
    }

    @Test
    void theLocalityDecidesIfTheHostDoesNot() {
        load();
        assertThat(socketOf(host(can("tls", "none"), can("tls", "mutual"))))
                .isEqualTo("plain-mtls");
        assertThat(socketOf(host(can("tls", "simple"), can("tls", "mutual"))))
                .isEqualTo("plain-tls");
    }

    @Test
    void otherwiseTheClustersOwnIsTaken() {
        load();
        assertThat(socketOf(host(null, null))).isEqualTo("plain-own");
        assertThat(count("default")).isEqualTo(1);
    }

    @Test
    void metadataOfOthersDecidesNothing() {
        load();
        Metadata others =
                Metadata.newBuilder()
                        .putFilterMetadata("envoy.lb", struct("tls", "mutual"))
                        .build();
        assertThat(socketOf(host(others, null))).isEqualTo("plain-own");
    }

    @Test
    void aMatchWithoutLabelsFitsEveryHostAndComesBeforeTheLocality() {
        match("any", "plain-any");
        load();
        assertThat(socketOf(host(null, can("tls", "mutual")))).isEqualTo("plain-any");
    }

    @Test
    void aHostWhoseMetadataChangesHasAnotherSocketForNewConnections() {
        load();
        assertThat(socketOf(host(can("tls", "mutual"), null))).isEqualTo("plain-mtls");
        assertThat(socketOf(host(can("tls", "simple"), null))).isEqualTo("plain-tls");
        assertThat(socketOf(host(can("tls", "simple"), null))).isEqualTo("plain-tls");
        assertThat(count("tls")).as("counted when it is chosen").isEqualTo(1);
        assertThat(platform.network.connections.getFirst().closed()).isFalse();
    }

    @Test
    void aSocketThatIsWrongRefusesTheCluster() {
        match("bad", "com.acme.unknown", "a", "1");
        cluster.addTransportSocketMatchesBuilder().setName("none");
        load();
        assertThat(problems.all())
                .extracting(Problems.Problem::path)
                .containsExactly(
                        "clusters[0].transport_socket_matches[2].transport_socket",
                        "clusters[0].transport_socket_matches[3].transport_socket");
        assertThat(platform.closedSockets).as("those that were right").isEqualTo(3);
    }

    @Test
    void theClusterWaitsForTheSecretsOfEach() {
        match("waits", "waiting", "a", "1");
        load();
        publish(host(null, null));
        assertThat(platform.waitedFor).isNotSameAs(InitTarget.NONE);
        assertThat(platform.get("one")).isNull();
        platform.waitedFor.ready();
        assertThat(platform.get("one")).isNotNull();
    }

    @Test
    void aHostIsAsSecureAsItsSocket() {
        match("secure", "secure", "tls", "yes");
        load();
        publish(host(null, null));
        HttpPool pool =
                platform.get("one")
                        .httpPool(ResourcePriority.DEFAULT, null, LoadBalancerContext.NONE);
        assertThat(pool.host().secure()).isFalse();
        publish(host(can("tls", "yes"), null));
        assertThat(pool.host().secure()).isTrue();
    }

    @Test
    void allAreClosedWithTheCluster() {
        load();
        publish(host(null, null));
        platform.manager.remove("one");
        platform.worker.run();
        platform.mainThread.advance(TimeUnit.SECONDS.toNanos(2));
        assertThat(platform.closedSockets).isEqualTo(3);
    }
}
