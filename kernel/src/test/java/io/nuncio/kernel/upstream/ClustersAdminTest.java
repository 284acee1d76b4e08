package io.nuncio.kernel.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.admin.v3.HostStatus;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.nuncio.spi.Address;
import io.nuncio.spi.HostPublisher.HostSpec;
import io.nuncio.spi.LoadBalancerContext;
import io.nuncio.spi.host.ResourcePriority;

import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.util.List;

class ClustersAdminTest {
    private final FakePlatform platform = new FakePlatform();

    private void serve() {
        platform.ready(FakePlatform.cluster("c").build());
        Locality locality =
                Locality.newBuilder().setRegion("r").setZone("z").setSubZone("s").build();
        platform.discoveries
                .get("c")
                .hosts
                .publish(
                        0,
                        List.of(
                                new HostSpec(
                                        new Address.Ip(InetAddress.getLoopbackAddress(), 80),
                                        "name",
                                        locality,
                                        3,
                                        null,
                                        HealthStatus.DEGRADED)));
        var pool =
                platform.get("c")
                        .httpPool(ResourcePriority.DEFAULT, null, LoadBalancerContext.NONE);
        new FakeRequest().sendTo(pool);
        platform.network.last().connected();
        platform.network.last().receive("200");
        new FakeRequest().sendTo(pool);
        platform.network.last().receive("503");
        new FakeRequest().sendTo(pool);
        pool.timedOut();
    }

    @Test
    void theTextIsEnvoys() {
        serve();
        assertThat(ClustersAdmin.text(platform.manager))
                .isEqualTo(
                        """
                        c::observability_name::c
                        c::default_priority::max_connections::1024
                        c::default_priority::max_pending_requests::1024
                        c::default_priority::max_requests::1024
                        c::default_priority::max_retries::3
                        c::high_priority::max_connections::1024
                        c::high_priority::max_pending_requests::1024
                        c::high_priority::max_requests::1024
                        c::high_priority::max_retries::3
                        c::added_via_api::false
                        c::127.0.0.1:80::cx_active::1
                        c::127.0.0.1:80::cx_connect_fail::0
                        c::127.0.0.1:80::cx_total::1
                        c::127.0.0.1:80::rq_active::1
                        c::127.0.0.1:80::rq_error::1
                        c::127.0.0.1:80::rq_success::1
                        c::127.0.0.1:80::rq_timeout::1
                        c::127.0.0.1:80::rq_total::3
                        c::127.0.0.1:80::hostname::name
                        c::127.0.0.1:80::health_flags::/degraded_eds_health
                        c::127.0.0.1:80::weight::3
                        c::127.0.0.1:80::region::r
                        c::127.0.0.1:80::zone::z
                        c::127.0.0.1:80::sub_zone::s
                        c::127.0.0.1:80::canary::false
                        c::127.0.0.1:80::priority::0
                        c::127.0.0.1:80::success_rate::-1
                        c::127.0.0.1:80::local_origin_success_rate::-1
                        """);
    }

    @Test
    void theMessageSaysTheSame() {
        serve();
        var status = ClustersAdmin.message(platform.manager).getClusterStatuses(0);
        HostStatus host = status.getHostStatuses(0);

        assertThat(status.getName()).isEqualTo("c");
        assertThat(status.getCircuitBreakers().getThresholdsList()).hasSize(2);
        assertThat(host.getAddress().getSocketAddress().getPortValue()).isEqualTo(80);
        assertThat(host.getHealthStatus().getEdsHealthStatus()).isEqualTo(HealthStatus.DEGRADED);
        assertThat(host.getWeight()).isEqualTo(3);
        assertThat(host.getStatsList())
                .anySatisfy(stat -> {
                    assertThat(stat.getName()).isEqualTo("cx_total");
                    assertThat(stat.getValue()).isEqualTo(1);
                });
    }

    @Test
    void theDumpTellsStaticFromDynamic() {
        serve();
        platform.manager.addOrUpdate(
                FakePlatform.cluster("api").build(), "1", new io.nuncio.spi.Problems());
        var dump = ClustersAdmin.configDump(platform.manager);
        assertThat(dump.getStaticClustersCount()).isEqualTo(1);
        assertThat(dump.getDynamicWarmingClustersCount()).isEqualTo(1);
        platform.discoveries.get("api").hosts.publish(0, List.of());
        dump = ClustersAdmin.configDump(platform.manager);
        assertThat(dump.getDynamicActiveClustersCount()).isEqualTo(1);
    }
}
