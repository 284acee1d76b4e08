package io.nuncio.clusters;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.UInt32Value;

import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.nuncio.spi.ClusterDiscovery;
import io.nuncio.spi.HostPublisher.HostSpec;

import org.junit.jupiter.api.Test;

class StaticDiscoveryTest {
    private final FakeCluster cluster = new FakeCluster();

    private ClusterDiscovery discovery() {
        return StaticDiscovery.of(cluster.cluster().getLoadAssignment(), cluster.problems);
    }

    @Test
    void everyEndpointIsAHost() {
        cluster.endpoint(0, "127.0.0.1", 80);
        cluster.endpoint(0, "::1", 81);
        discovery().start(cluster);

        assertThat(cluster.addresses(0)).containsExactly("127.0.0.1:80", "[::1]:81");
        assertThat(cluster.attempts).isZero();
    }

    @Test
    void aHostMayBeAListenerOfThisProcess() {
        cluster.endpoint(0, "127.0.0.1", 80)
                .getEndpointBuilder()
                .getAddressBuilder()
                .getEnvoyInternalAddressBuilder()
                .setServerListenerName("inner")
                .setEndpointId("one");
        discovery().start(cluster);

        assertThat(cluster.addresses(0)).containsExactly("envoy://inner/one");
    }

    @Test
    void aHostHasWhatItsEndpointSays() {
        Metadata metadata =
                Metadata.newBuilder()
                        .putFilterMetadata("envoy.lb", Struct.getDefaultInstance())
                        .build();
        cluster.endpoint(0, "127.0.0.1", 80)
                .setHealthStatus(HealthStatus.DRAINING)
                .setLoadBalancingWeight(UInt32Value.of(7))
                .setMetadata(metadata)
                .getEndpointBuilder()
                .setHostname("name");
        discovery().start(cluster);

        HostSpec host = cluster.published.get(0).getFirst();
        assertThat(host.hostname()).isEqualTo("name");
        assertThat(host.weight()).isEqualTo(7);
        assertThat(host.health()).isEqualTo(HealthStatus.DRAINING);
        assertThat(host.metadata()).isEqualTo(metadata);
        assertThat(host.locality().getZone()).isEqualTo("zone-0");
    }

    @Test
    void theWeightOfALocalityAndTheNameOfTheAssignmentChangeNothing() {
        cluster.endpoint(0, "127.0.0.1", 80);
        var assignment =
                cluster.cluster().getLoadAssignment().toBuilder().setClusterName("another");
        assignment.getEndpointsBuilder(0).setLoadBalancingWeight(UInt32Value.of(9));
        StaticDiscovery.of(assignment.build(), cluster.problems).start(cluster);

        assertThat(cluster.published.get(0).getFirst().weight()).isEqualTo(1);
    }

    @Test
    void theDefaultsAreWeightOneAndNoName() {
        cluster.endpoint(0, "127.0.0.1", 80);
        discovery().start(cluster);

        HostSpec host = cluster.published.get(0).getFirst();
        assertThat(host.hostname()).isEmpty();
        assertThat(host.weight()).isEqualTo(1);
        assertThat(host.metadata()).isNull();
    }

    @Test
    void allPrioritiesArePublishedInOneStep() {
        cluster.endpoint(1, "127.0.0.1", 81);
        cluster.endpoint(0, "127.0.0.1", 80);
        discovery().start(cluster);

        assertThat(cluster.addresses(0)).containsExactly("127.0.0.1:80");
        assertThat(cluster.addresses(1)).containsExactly("127.0.0.1:81");
        assertThat(cluster.publications).isEqualTo(1);
    }

    @Test
    void aClusterWithoutEndpointsHasNoHosts() {
        discovery().start(cluster);
        assertThat(cluster.publications).isEqualTo(1);
        assertThat(cluster.addresses(0)).isEmpty();
    }

    @Test
    void aNameIsRefusedWithItsField() {
        cluster.endpoint(0, "127.0.0.1", 80);
        cluster.endpoint(0, "example.com", 80);
        discovery();

        assertThat(cluster.problems.all())
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.path())
                            .isEqualTo(
                                    "load_assignment.endpoints[1].lb_endpoints[0].endpoint"
                                            + ".address.socket_address.address");
                    assertThat(problem.message()).contains("malformed IP address: example.com");
                });
    }

    @Test
    void anEndpointWithoutAddressIsRefused() {
        cluster.endpoint(0, "127.0.0.1", 80).getEndpointBuilder().clearAddress();
        discovery();
        assertThat(cluster.problems.none()).isFalse();
    }

    @Test
    void aPipeIsAnAddress() {
        cluster.endpoint(0, "127.0.0.1", 80)
                .getEndpointBuilder()
                .getAddressBuilder()
                .getPipeBuilder()
                .setPath("/run/upstream.sock");
        discovery().start(cluster);
        assertThat(cluster.addresses(0)).containsExactly("/run/upstream.sock");
    }
}
