package io.nuncio.loadbalancers;

import static io.nuncio.loadbalancers.FakeHosts.healthy;
import static io.nuncio.loadbalancers.FakeHosts.host;
import static io.nuncio.loadbalancers.FakeHosts.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.loadbalancers.FakeHosts.FakeHost;
import io.nuncio.spi.Counter;
import io.nuncio.spi.HostPicker;
import io.nuncio.spi.LoadBalancerContext;

import org.junit.jupiter.api.Test;

import java.util.List;

class RandomTest {
    private static HostPicker picker(long random, FakeHost... hosts) {
        return RandomExtension.policy(Counter.detached("panic"))
                .update(List.of(healthy(hosts)))
                .create(worker(random));
    }

    @Test
    void chanceDecides() {
        FakeHost a = host("a");
        FakeHost b = host("b");
        assertThat(picker(4, a, b).pick(LoadBalancerContext.NONE)).isSameAs(a);
        assertThat(picker(5, a, b).pick(LoadBalancerContext.NONE)).isSameAs(b);
    }

    @Test
    void weightsAreNotLookedAt() {
        FakeHost light = host("light", 1);
        FakeHost heavy = host("heavy", 100);
        assertThat(picker(0, light, heavy).pick(LoadBalancerContext.NONE)).isSameAs(light);
    }

    @Test
    void withoutHostsNothingIsPicked() {
        assertThat(picker(0).pick(LoadBalancerContext.NONE)).isNull();
    }
}
