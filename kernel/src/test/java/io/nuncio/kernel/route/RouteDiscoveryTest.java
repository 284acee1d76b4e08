package io.nuncio.kernel.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.nuncio.kernel.http.FakeFactoryContext;
import io.nuncio.kernel.subscription.NoSubscriptions;
import io.nuncio.spi.Problems;
import io.nuncio.spi.host.ResourceUpdate;
import io.nuncio.spi.host.RouteTable;

import org.junit.jupiter.api.Test;

import java.util.List;

class RouteDiscoveryTest {
    private final RouteTableCompiler compiler =
            new RouteTableCompiler(
                    (filter, name, config, optional, below) -> null, NoSubscriptions.INSTANCE);
    private final RouteDiscovery discovery =
            new RouteDiscovery("routes", compiler, List.of(), new FakeFactoryContext());

    /// What a subscription tells of one resource.
    private record Update(List<Entry<RouteConfiguration>> resources)
            implements ResourceUpdate<RouteConfiguration> {
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
            return "";
        }

        @Override
        public Problems problems() {
            return new Problems();
        }
    }

    /// The table after an update with virtual hosts for these domains.
    private RouteTable after(String version, String... domains) {
        var config = RouteConfiguration.newBuilder().setName("routes");
        for (String domain : domains) {
            config.addVirtualHosts(VirtualHost.newBuilder().setName(domain).addDomains(domain));
        }
        discovery.onUpdate(
                new Update(
                        List.of(
                                new ResourceUpdate.Entry<>(
                                        "routes", version, config.build(), new Problems()))));
        return discovery.current();
    }

    @Test
    void theSameRoutesOnceMoreChangeNothing() {
        RouteTable first = after("1", "a");

        assertThat(after("2", "a")).isSameAs(first);
        assertThat(compiler.configs().dynamics())
                .extracting(RouteConfigs.InUse::version)
                .contains("1")
                .doesNotContain("2");
    }

    @Test
    void otherRoutesReplaceThem() {
        RouteTable first = after("1", "a");

        RouteTable second = after("2", "b");

        assertThat(second).isNotSameAs(first);
        assertThat(after("3", "a")).isNotSameAs(first).isNotSameAs(second);
    }

    @Test
    void afterRoutesThatAreRefusedTheOldOnesStillServe() {
        RouteTable first = after("1", "a");

        assertThat(after("2", "b", "b")).isSameAs(first);
        assertThat(after("3", "a")).isSameAs(first);
    }
}
