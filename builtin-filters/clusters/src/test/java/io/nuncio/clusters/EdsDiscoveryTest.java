package io.nuncio.clusters;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Empty;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.nuncio.spi.ClusterDiscovery;
import io.nuncio.spi.Problems;
import io.nuncio.spi.host.ResourceUpdate;

import org.junit.jupiter.api.Test;

import java.util.List;

class EdsDiscoveryTest {
    private final Problems problems = new Problems();
    private FakeCluster cluster = cluster("");

    private static FakeCluster cluster(String service) {
        Cluster.Builder message = Cluster.newBuilder().setName("backend");
        message.getEdsClusterConfigBuilder().setServiceName(service);
        message.getEdsClusterConfigBuilder().getEdsConfigBuilder().setPath("eds.yaml");
        return new FakeCluster(message);
    }

    private ClusterDiscovery start() {
        ClusterDiscovery discovery =
                new EdsExtension()
                        .configure(Empty.getDefaultInstance(), cluster.context)
                        .create(cluster);
        discovery.start(cluster);
        return discovery;
    }

    private static ClusterLoadAssignment.Builder assignment(String... addresses) {
        ClusterLoadAssignment.Builder assignment =
                ClusterLoadAssignment.newBuilder().setClusterName("backend");
        for (String address : addresses) {
            assignment
                    .addEndpointsBuilder()
                    .addLbEndpointsBuilder()
                    .getEndpointBuilder()
                    .getAddressBuilder()
                    .getSocketAddressBuilder()
                    .setAddress(address)
                    .setPortValue(80);
        }
        return assignment;
    }

    private void update(ClusterLoadAssignment... assignments) {
        List<ResourceUpdate.Entry<ClusterLoadAssignment>> entries =
                List.of(assignments).stream()
                        .map(each ->
                                new ResourceUpdate.Entry<>(
                                        each.getClusterName(), "1", each, problems))
                        .toList();
        cluster.endpoints.onUpdate(
                new ResourceUpdate<>() {
                    @Override
                    public List<Entry<ClusterLoadAssignment>> resources() {
                        return entries;
                    }

                    @Override
                    public boolean complete() {
                        return true;
                    }

                    @Override
                    public List<String> removed() {
                        return List.of();
                    }

                    @Override
                    public String version() {
                        return "1";
                    }

                    @Override
                    public io.nuncio.spi.Problems problems() {
                        return problems;
                    }
                });
    }

    @Test
    void theAssignmentIsAskedForByTheClustersName() {
        assertThat(start().secondary()).isTrue();
        assertThat(cluster.askedBySubscription).containsExactly("backend");
        assertThat(cluster.publications).isZero();
    }

    @Test
    void theAssignmentIsAskedForByTheServicesName() {
        cluster = cluster("service");
        start();
        assertThat(cluster.askedBySubscription).containsExactly("service");
    }

    @Test
    void theNewestAssignmentIsPublished() {
        start();
        update(assignment("127.0.0.1").build());
        assertThat(cluster.addresses(0)).containsExactly("127.0.0.1:80");
        update(assignment("127.0.0.2", "127.0.0.3").build());
        assertThat(cluster.addresses(0)).containsExactly("127.0.0.2:80", "127.0.0.3:80");
    }

    @Test
    void anUpdateWithoutTheAssignmentLeavesTheHostsAlone() {
        start();
        update(assignment("127.0.0.1").build());
        update();
        assertThat(cluster.addresses(0)).containsExactly("127.0.0.1:80");
        assertThat(cluster.context.counter("update_empty")).isEqualTo(1);
    }

    @Test
    void aClusterDoesNotWaitForAnAssignmentThatIsNotThere() {
        start();
        update();
        assertThat(cluster.publications).isEqualTo(1);
        assertThat(cluster.addresses(0)).isEmpty();
    }

    @Test
    void aClusterDoesNotWaitForASourceThatFailed() {
        start();
        cluster.endpoints.onFetchFailed();
        assertThat(cluster.publications).isEqualTo(1);
    }

    @Test
    void anAssignmentThatIsWrongIsRejectedAndChangesNothing() {
        start();
        update(assignment("127.0.0.1").build());
        update(assignment("example.com").build());
        assertThat(problems.all())
                .singleElement()
                .asString()
                .startsWith(
                        "endpoints[0].lb_endpoints[0].endpoint.address.socket_address.address: ")
                .contains("example.com");
        assertThat(cluster.addresses(0)).containsExactly("127.0.0.1:80");
    }

    @Test
    void aPolicyIsRefusedByName() {
        start();
        ClusterLoadAssignment.Builder assignment = assignment("127.0.0.1");
        assignment.getPolicyBuilder().getOverprovisioningFactorBuilder().setValue(150);
        update(assignment.build());
        assertThat(problems.all())
                .singleElement()
                .hasToString("policy: is not supported yet in an assignment that comes by EDS");
    }

    @Test
    void aClusterWithoutASourceIsRefused() {
        cluster = new FakeCluster(Cluster.newBuilder().setName("backend"));
        start();
        assertThat(cluster.problems.all())
                .anyMatch(problem -> problem.path().equals("eds_cluster_config"));
    }

    @Test
    void theSubscriptionEndsWithTheCluster() {
        start().close();
        assertThat(cluster.subscriptionClosed).isTrue();
    }
}
