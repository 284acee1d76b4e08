package io.nuncio.kernel.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.UInt32Value;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest;
import io.nuncio.spi.HostPublisher.HostSpec;
import io.nuncio.spi.InitTarget;
import io.nuncio.spi.LoadBalancerContext;
import io.nuncio.spi.Problems;
import io.nuncio.spi.host.HttpPool;
import io.nuncio.spi.host.ResourcePriority;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

class ClusterManagerTest {
    private final FakePlatform platform = new FakePlatform();
    private final Problems problems = new Problems();
    private boolean initialized;

    private void load(Cluster.Builder... clusters) {
        var all = new ArrayList<Cluster>();
        for (Cluster.Builder cluster : clusters) {
            all.add(cluster.build());
        }
        platform.manager.load(all, problems.in("static_resources.clusters"));
    }

    private void initialize() {
        platform.manager.initialize(() -> initialized = true);
    }

    private void publish(String cluster, HostSpec... hosts) {
        platform.discoveries.get(cluster).hosts.publish(0, List.of(hosts));
    }

    private static HttpPool pool(io.nuncio.spi.host.Cluster cluster) {
        return cluster.httpPool(ResourcePriority.DEFAULT, null, LoadBalancerContext.NONE);
    }

    @Test
    void secondaryClustersStartWhenThePrimaryOnesHaveTheirHosts() {
        load(
                FakePlatform.cluster("eds-1"),
                FakePlatform.cluster("one"),
                FakePlatform.cluster("two"));
        initialize();
        assertThat(platform.started).containsExactly("one", "two");
        publish("one");
        publish("two");
        assertThat(platform.started).containsExactly("one", "two", "eds-1");
        assertThat(initialized).isFalse();
        publish("eds-1");
        assertThat(initialized).isTrue();
    }

    @Test
    void withoutClustersEverythingIsInitializedAtOnce() {
        load();
        initialize();
        assertThat(initialized).isTrue();
    }

    @Test
    void nothingStartsBeforeInitialize() {
        load(FakePlatform.cluster("one"));
        assertThat(platform.started).isEmpty();
        assertThat(platform.manager.exists("one")).isTrue();
        assertThat(platform.get("one")).isNull();
    }

    @Test
    void aClusterIsThereForWorkersOnceItHasHosts() {
        load(FakePlatform.cluster("one"));
        initialize();
        assertThat(platform.get("one")).isNull();
        assertThat(platform.stat("cluster_manager.warming_clusters")).isEqualTo(1);
        publish("one", FakePlatform.host(1));
        assertThat(platform.get("one")).isNotNull();
        assertThat(platform.stat("cluster_manager.warming_clusters")).isZero();
        assertThat(platform.stat("cluster_manager.active_clusters")).isEqualTo(1);
        assertThat(platform.stat("cluster_manager.cluster_added")).isEqualTo(1);
        assertThat(platform.stat("thread_local_cluster_manager.worker_0.clusters_inflated"))
                .isEqualTo(1);
        assertThat(platform.get("other")).isNull();
    }

    @Test
    void aNameMayBeUsedOnce() {
        load(FakePlatform.cluster("one"), FakePlatform.cluster("one"));
        assertThat(problems.all())
                .singleElement()
                .satisfies(problem ->
                        assertThat(problem.path()).isEqualTo("static_resources.clusters[1].name"));
    }

    @Test
    void anUnknownExtensionIsReportedWithItsField() {
        load(FakePlatform.cluster("one").setType(Cluster.DiscoveryType.STRICT_DNS));
        assertThat(problems.all())
                .singleElement()
                .satisfies(problem ->
                        assertThat(problem.path()).isEqualTo("static_resources.clusters[0].type"));
        assertThat(platform.manager.exists("one")).as("who names it makes no mistake").isTrue();
        assertThat(platform.store.findCounter("cluster.one.upstream_cx_total")).isNull();
    }

    @Test
    void aClusterTypeOfItsOwnIsFoundByItsName() {
        Cluster.Builder cluster = FakePlatform.cluster("one");
        cluster.getClusterTypeBuilder().setName("envoy.cluster.static");
        Cluster.Builder unknown = FakePlatform.cluster("two");
        unknown.getClusterTypeBuilder().setName("com.acme.unknown");
        load(cluster, unknown);
        assertThat(platform.manager.exists("one")).isTrue();
        assertThat(problems.all())
                .singleElement()
                .satisfies(problem ->
                        assertThat(problem.path())
                                .isEqualTo("static_resources.clusters[1].cluster_type"));
    }

    @Test
    void connectionsHaveTheTransportSocketOfTheCluster() {
        Cluster.Builder cluster = FakePlatform.cluster("one");
        cluster.getTransportSocketBuilder().setName("plain");
        load(cluster, FakePlatform.cluster("two"));
        initialize();
        publish("one", FakePlatform.host(1));
        publish("two", FakePlatform.host(2));
        new FakeRequest().sendTo(pool(platform.get("one")));
        assertThat(platform.network.last().options.transport()).isNotNull();
        new FakeRequest().sendTo(pool(platform.get("two")));
        assertThat(platform.network.last().options.transport()).isNull();
    }

    @Test
    void anUnknownTransportSocketIsRefused() {
        Cluster.Builder cluster = FakePlatform.cluster("one");
        cluster.getTransportSocketBuilder().setName("com.acme.unknown");
        load(cluster);
        assertThat(problems.none()).isFalse();
    }

    @Test
    void theFirstKnownPolicyOfTheListIsTaken() {
        Cluster.Builder cluster = FakePlatform.cluster("one");
        for (String name :
                List.of("com.acme.unknown", "envoy.load_balancing_policies.round_robin")) {
            cluster.getLoadBalancingPolicyBuilder()
                    .addPoliciesBuilder()
                    .getTypedExtensionConfigBuilder()
                    .setName(name);
        }
        load(cluster);
        assertThat(problems.all()).isEmpty();
        assertThat(platform.manager.exists("one")).isTrue();
    }

    @Test
    void aListWithoutAKnownPolicyIsRefused() {
        Cluster.Builder cluster = FakePlatform.cluster("one");
        cluster.getLoadBalancingPolicyBuilder()
                .addPoliciesBuilder()
                .getTypedExtensionConfigBuilder()
                .setName("com.acme.unknown");
        load(cluster);
        assertThat(problems.all())
                .singleElement()
                .satisfies(problem -> assertThat(problem.message()).contains("com.acme.unknown"));
    }

    @Test
    void protocolOptionsOfAnUnknownNameAreRefused() {
        load(
                FakePlatform.cluster("one")
                        .putTypedExtensionProtocolOptions("com.acme", Any.getDefaultInstance()));
        assertThat(problems.none()).isFalse();
    }

    @Test
    void everyWorkerHasItsOwnConnections() {
        load(FakePlatform.cluster("one"));
        initialize();
        publish("one", FakePlatform.host(1));
        HttpPool first = pool(platform.get("one"));
        HttpPool second =
                FakePlatform.onWorker(
                        1,
                        () ->
                                platform.manager
                                        .get("one")
                                        .httpPool(
                                                ResourcePriority.DEFAULT,
                                                null,
                                                LoadBalancerContext.NONE));

        assertThat(first.host()).isSameAs(second.host());
        assertThat(first).isNotSameAs(second);
    }

    @Test
    void withoutHostsThereIsNoPool() {
        load(FakePlatform.cluster("one"));
        initialize();
        publish("one");

        assertThat(pool(platform.get("one"))).isNull();
        assertThat(platform.stat("cluster.one.upstream_cx_none_healthy")).isEqualTo(1);
    }

    @Test
    void aHostThatStaysKeepsItsConnections() {
        load(FakePlatform.cluster("one"));
        initialize();
        publish("one", FakePlatform.host(1));
        HttpPool before = pool(platform.get("one"));
        publish("one", FakePlatform.host(2), FakePlatform.host(1));
        var cluster = platform.get("one");

        assertThat(List.of(pool(cluster), pool(cluster))).contains(before);
        assertThat(platform.stat("cluster.one.membership_total")).isEqualTo(2);
        assertThat(platform.stat("cluster.one.membership_change")).isEqualTo(2);
        assertThat(platform.stat("cluster_manager.cluster_updated")).isEqualTo(1);
    }

    @Test
    void aHostThatIsGoneClosesItsIdleConnections() {
        load(FakePlatform.cluster("one"));
        initialize();
        publish("one", FakePlatform.host(1));
        new FakeRequest().sendTo(pool(platform.get("one")));
        FakeConnection connection = platform.network.last();
        connection.connected();
        connection.receive("200");
        publish("one", FakePlatform.host(2));

        assertThat(connection.closed()).isFalse();
        platform.worker.run();
        assertThat(connection.closed()).isTrue();
    }

    @Test
    void aStreamToAHostThatIsGoneEndsInPeace() {
        load(FakePlatform.cluster("one"));
        initialize();
        publish("one", FakePlatform.host(1));
        var request = new FakeRequest().sendTo(pool(platform.get("one")));
        platform.network.last().connected();
        publish("one");
        platform.worker.run();

        assertThat(platform.network.last().closed()).isFalse();
        platform.network.last().receive("200");
        assertThat(request.complete).isTrue();
        assertThat(platform.network.last().closed()).isTrue();
    }

    @Test
    void onRequestAllConnectionsCloseWhenTheHostsChange() {
        Cluster.Builder cluster = FakePlatform.cluster("one");
        cluster.getCommonLbConfigBuilder().setCloseConnectionsOnHostSetChange(true);
        load(cluster);
        initialize();
        publish("one", FakePlatform.host(1));
        HttpPool pool = pool(platform.get("one"));
        new FakeRequest().sendTo(pool);
        FakeConnection connection = platform.network.last();
        connection.connected();
        connection.receive("200");
        publish("one", FakePlatform.host(1), FakePlatform.host(2));
        platform.worker.run();

        assertThat(connection.closed()).isTrue();
        var next = new FakeRequest().sendTo(pool);
        platform.network.last().connected();
        platform.network.last().receive("200");
        assertThat(next.complete).isTrue();
        assertThat(platform.network.last().closed()).isFalse();
    }

    @Test
    void allPrioritiesAreReplacedInOneStep() {
        load(FakePlatform.cluster("one"));
        initialize();
        var hosts = platform.discoveries.get("one").hosts;
        hosts.publishAll(List.of(List.of(FakePlatform.host(1)), List.of(FakePlatform.host(2))));
        HttpPool first = pool(platform.get("one"));
        hosts.publishAll(List.of(List.of(FakePlatform.host(1))));

        assertThat(pool(platform.get("one"))).isSameAs(first);
        assertThat(platform.stat("cluster.one.membership_total")).isEqualTo(1);
        assertThat(platform.stat("cluster.one.membership_change")).isEqualTo(3);
        assertThat(platform.stat("cluster_manager.cluster_updated")).isEqualTo(1);
    }

    @Test
    void anUpdateThatChangesNothingIsCounted() {
        load(FakePlatform.cluster("one"));
        initialize();
        publish("one", FakePlatform.host(1));
        publish("one", FakePlatform.host(1));

        assertThat(platform.stat("cluster.one.update_no_rebuild")).isEqualTo(1);
        assertThat(platform.stat("cluster.one.membership_change")).isEqualTo(1);
        assertThat(platform.stat("cluster_manager.cluster_updated")).isZero();
    }

    @Test
    void unhealthyHostsGetNothing() {
        load(FakePlatform.cluster("one"));
        initialize();
        publish(
                "one",
                FakePlatform.host(1, HealthStatus.UNHEALTHY),
                FakePlatform.host(2),
                FakePlatform.host(3));
        var cluster = platform.get("one");
        for (int i = 0; i < 10; i++) {
            assertThat(pool(cluster).host().address().toString()).isNotEqualTo("127.0.0.1:1");
        }
        assertThat(platform.stat("cluster.one.membership_healthy")).isEqualTo(2);
        assertThat(platform.stat("cluster.one.lb_healthy_panic")).isZero();
    }

    @Test
    void inPanicUnhealthyHostsAreUsed() {
        load(FakePlatform.cluster("one"));
        initialize();
        publish("one", FakePlatform.host(1, HealthStatus.DRAINING));

        assertThat(pool(platform.get("one"))).isNotNull();
        assertThat(platform.stat("cluster.one.lb_healthy_panic")).isEqualTo(1);
    }

    @Test
    void aChangedClusterReplacesTheOldOneWhenItIsWarm() {
        initialize();
        platform.manager.addOrUpdate(FakePlatform.cluster("one").build(), "1", problems);
        publish("one", FakePlatform.host(1));
        HttpPool before = pool(platform.get("one"));
        new FakeRequest().sendTo(before);
        platform.network.last().connected();
        platform.network.last().receive("200");
        FakePlatform.FakeDiscovery old = platform.discoveries.get("one");

        Cluster changed =
                FakePlatform.cluster("one")
                        .setPerConnectionBufferLimitBytes(UInt32Value.of(7))
                        .build();
        assertThat(platform.manager.addOrUpdate(changed, "2", problems)).isTrue();
        assertThat(pool(platform.get("one"))).isSameAs(before);

        publish("one", FakePlatform.host(1));
        platform.worker.run();
        assertThat(old.closed).isTrue();
        assertThat(platform.get("one").info().perConnectionBufferLimit()).isEqualTo(7);
        assertThat(pool(platform.get("one"))).isNotSameAs(before);
        assertThat(platform.network.last().closed()).isTrue();
        assertThat(platform.stat("cluster_manager.cluster_modified")).isEqualTo(1);
        assertThat(platform.stat("cluster.one.upstream_cx_total")).isEqualTo(1);
    }

    @Test
    void theSameClusterAgainChangesNothing() {
        initialize();
        platform.manager.addOrUpdate(FakePlatform.cluster("one").build(), "1", problems);
        publish("one");

        assertThat(platform.manager.addOrUpdate(FakePlatform.cluster("one").build(), "2", problems))
                .isFalse();
        assertThat(problems.none()).isTrue();
    }

    @Test
    void aClusterOfTheBootstrapStaysAsItIs() {
        load(FakePlatform.cluster("one"));
        initialize();
        publish("one");
        Cluster changed =
                FakePlatform.cluster("one")
                        .setPerConnectionBufferLimitBytes(UInt32Value.of(7))
                        .build();

        assertThat(platform.manager.addOrUpdate(changed, "2", problems)).isFalse();
        assertThat(platform.manager.removeAddedViaApi("one")).isFalse();
        assertThat(platform.manager.addedViaApi()).isEmpty();
    }

    @Test
    void anInvalidUpdateLeavesTheOldOneServing() {
        initialize();
        platform.manager.addOrUpdate(FakePlatform.cluster("one").build(), "1", problems);
        publish("one", FakePlatform.host(1));
        Cluster wrong =
                FakePlatform.cluster("one").setType(Cluster.DiscoveryType.STRICT_DNS).build();

        assertThat(platform.manager.addOrUpdate(wrong, "2", problems)).isFalse();
        assertThat(problems.none()).isFalse();
        assertThat(pool(platform.get("one"))).isNotNull();
        assertThat(platform.store.findCounter("cluster.one.upstream_cx_total")).isNotNull();
    }

    @Test
    void aRemovedClusterIsGoneWithItsStatistics() {
        load(FakePlatform.cluster("one"));
        initialize();
        publish("one", FakePlatform.host(1));
        new FakeRequest().sendTo(pool(platform.get("one")));
        platform.network.last().connected();
        platform.network.last().receive("200");

        assertThat(platform.manager.remove("one")).isTrue();
        assertThat(platform.get("one")).isNull();
        platform.worker.run();
        assertThat(platform.network.last().closed()).isTrue();
        assertThat(platform.discoveries.get("one").closed).isTrue();
        assertThat(platform.store.findCounter("cluster.one.upstream_cx_total")).isNull();
        assertThat(platform.stat("cluster_manager.cluster_removed")).isEqualTo(1);
        assertThat(platform.stat("thread_local_cluster_manager.worker_0.clusters_inflated"))
                .isZero();
        assertThat(platform.manager.remove("one")).isFalse();
    }

    @Test
    void theTransportSocketIsClosedWhenTheLastConnectionOfARemovedClusterHasEnded() {
        Cluster.Builder cluster = FakePlatform.cluster("one");
        cluster.getTransportSocketBuilder().setName("plain");
        load(cluster);
        initialize();
        publish("one", FakePlatform.host(1));
        new FakeRequest().sendTo(pool(platform.get("one")));
        platform.network.last().connected();

        platform.manager.remove("one");
        platform.worker.run();
        platform.mainThread.advance(TimeUnit.SECONDS.toNanos(2));
        assertThat(platform.closedSockets).as("a request is under way").isZero();

        platform.network.last().receive("200");
        platform.worker.run();
        platform.mainThread.advance(TimeUnit.SECONDS.toNanos(2));
        assertThat(platform.network.last().closed()).isTrue();
        assertThat(platform.closedSockets).isEqualTo(1);
    }

    @Test
    void aClusterIsUsedWhenItHasHostsAndWhatItsSocketWaitsFor() {
        Cluster.Builder cluster = FakePlatform.cluster("one");
        cluster.getTransportSocketBuilder().setName("waiting");
        load(cluster);
        initialize();
        assertThat(platform.waitedFor).as("hosts come first").isSameAs(InitTarget.NONE);
        publish("one", FakePlatform.host(1));
        assertThat(initialized).isFalse();
        assertThat(platform.get("one")).isNull();

        platform.waitedFor.ready();
        assertThat(initialized).isTrue();
        assertThat(platform.get("one")).isNotNull();
    }

    @Test
    void aClusterThatIsRemovedWhileItWaitsLetsGoOfItsSocket() {
        Cluster.Builder cluster = FakePlatform.cluster("one");
        cluster.getTransportSocketBuilder().setName("waiting");
        load(cluster);
        initialize();
        publish("one", FakePlatform.host(1));
        platform.manager.remove("one");
        assertThat(initialized).isTrue();
        assertThat(platform.closedSockets).isEqualTo(1);
        platform.waitedFor.ready();
        assertThat(platform.get("one")).isNull();
    }

    @Test
    void removingAClusterThatWarmsLetsInitializationGoOn() {
        load(FakePlatform.cluster("one"), FakePlatform.cluster("two"));
        initialize();
        publish("one");
        platform.manager.remove("two");
        assertThat(initialized).isTrue();
    }

    @Test
    void theOlderPolicyIsThatOfTheExtensionOfItsName() throws Exception {
        Cluster.Builder least =
                FakePlatform.cluster("one").setLbPolicy(Cluster.LbPolicy.LEAST_REQUEST);
        least.getLeastRequestLbConfigBuilder().setChoiceCount(UInt32Value.of(7));
        load(least, FakePlatform.cluster("two").setLbPolicy(Cluster.LbPolicy.RANDOM));

        String prefix = "envoy.load_balancing_policies.";
        assertThat(platform.configurations).containsKey(prefix + "random");
        assertThat(
                        platform.configurations
                                .get(prefix + "least_request")
                                .unpack(LeastRequest.class)
                                .getChoiceCount()
                                .getValue())
                .isEqualTo(7);
    }

    @Test
    void theBreakerOfPoolsLeavesNoPool() {
        Cluster.Builder cluster = FakePlatform.cluster("one");
        cluster.getCircuitBreakersBuilder()
                .addThresholdsBuilder()
                .setMaxConnectionPools(UInt32Value.of(1));
        load(cluster);
        initialize();
        publish("one", FakePlatform.host(1), FakePlatform.host(2));
        var view = platform.get("one");
        new FakeRequest().sendTo(pool(view));

        assertThat(pool(view)).isNull();
        assertThat(platform.stat("cluster.one.upstream_cx_pool_overflow")).isEqualTo(1);
        assertThat(pool(view)).isNotNull();
    }

    @Test
    void theAlternativeNameIsTheOneInStatistics() {
        load(FakePlatform.cluster("one").setAltStatName("other:1"));
        initialize();
        publish("one");
        assertThat(platform.store.findCounter("cluster.other_1.upstream_cx_total")).isNotNull();
        assertThat(platform.get("one").info().observabilityName()).isEqualTo("other:1");
    }

    @Test
    void responsesAreCountedByClassAndCodeAndOrigin() {
        load(FakePlatform.cluster("one"));
        initialize();
        publish("one");
        var stats = platform.get("one").info().requestStats();
        stats.response(404, true);
        stats.response(404, false);
        stats.response(204, false);

        assertThat(platform.stat("cluster.one.upstream_rq_completed")).isEqualTo(3);
        assertThat(platform.stat("cluster.one.upstream_rq_4xx")).isEqualTo(2);
        assertThat(platform.stat("cluster.one.upstream_rq_404")).isEqualTo(2);
        assertThat(platform.stat("cluster.one.internal.upstream_rq_404")).isEqualTo(1);
        assertThat(platform.stat("cluster.one.external.upstream_rq_2xx")).isEqualTo(1);
        assertThat(platform.store.findCounter("cluster.one.upstream_rq_500")).isNull();
    }

    @Test
    void protocolsAreNegotiatedOnlyByASocketThatCan() {
        var options =
                io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions.newBuilder();
        options.getAutoConfigBuilder();
        load(
                FakePlatform.cluster("c")
                        .putTypedExtensionProtocolOptions(
                                HttpOptions.KEY, Any.pack(options.build())));

        assertThat(problems.all())
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.path()).endsWith(".auto_config");
                    assertThat(problem.message())
                            .contains(
                                    "ALPN configured for cluster c which has a non-ALPN transport"
                                            + " socket");
                });
    }
}
