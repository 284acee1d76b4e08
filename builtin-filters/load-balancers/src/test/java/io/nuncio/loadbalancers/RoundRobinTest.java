package io.nuncio.loadbalancers;

import static io.nuncio.loadbalancers.FakeHosts.healthy;
import static io.nuncio.loadbalancers.FakeHosts.host;
import static io.nuncio.loadbalancers.FakeHosts.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.loadbalancers.FakeHosts.FakeHost;
import io.nuncio.loadbalancers.FakeHosts.FakeHostSet;
import io.nuncio.spi.Counter;
import io.nuncio.spi.Host;
import io.nuncio.spi.HostPicker;
import io.nuncio.spi.HostSet;
import io.nuncio.spi.LoadBalancerContext;
import io.nuncio.spi.LoadBalancerPolicy;
import io.nuncio.spi.Worker;

import org.junit.jupiter.api.Test;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

class RoundRobinTest {
    private final Counter panic = Counter.detached("lb_healthy_panic");
    private final Map<Worker, Rotation> rotations = new HashMap<>();
    private final FakeHost one = host("one");
    private final FakeHost two = host("two");
    private final FakeHost three = host("three");

    private LoadBalancerPolicy policy(long start) {
        return RoundRobinExtension.policy(
                panic, worker -> rotations.computeIfAbsent(worker, _ -> new Rotation(start)));
    }

    private static List<Host> picks(HostPicker picker, int count) {
        return IntStream.range(0, count)
                .mapToObj(_ -> picker.pick(LoadBalancerContext.NONE))
                .toList();
    }

    @Test
    void equalHostsComeInTurn() {
        HostPicker picker = policy(0).update(List.of(healthy(one, two, three))).create(worker());
        assertThat(picks(picker, 7)).containsExactly(one, two, three, one, two, three, one);
    }

    @Test
    void eachWorkerBeginsSomewhere() {
        HostPicker picker = policy(-1).update(List.of(healthy(one, two, three))).create(worker());
        // 2^64 - 1 is a multiple of 3
        assertThat(picks(picker, 3)).containsExactly(one, one, two);
    }

    @Test
    void theTurnSurvivesAnUpdate() {
        var worker = worker();
        LoadBalancerPolicy policy = policy(0);
        picks(policy.update(List.of(healthy(one, two, three))).create(worker), 1);
        HostPicker picker = policy.update(List.of(healthy(one, two, three))).create(worker);
        assertThat(picks(picker, 1)).containsExactly(two);
    }

    @Test
    void weightedHostsComeAsOftenAsTheyWeigh() {
        FakeHost light = host("light", 1);
        FakeHost heavy = host("heavy", 2);
        HostPicker picker = policy(0).update(List.of(healthy(light, heavy))).create(worker());
        assertThat(picks(picker, 6)).containsExactly(heavy, light, heavy, heavy, light, heavy);
    }

    @Test
    void weightsHoldOverManyPicks() {
        FakeHost[] hosts = {host("a", 1), host("b", 3), host("c", 6), host("d", 90)};
        HostPicker picker = policy(0).update(List.of(healthy(hosts))).create(worker(2));
        List<Host> picked = picks(picker, 1000);
        for (FakeHost host : hosts) {
            assertThat(picked.stream().filter(one -> one == host).count())
                    .as(host.name)
                    .isBetween(10L * host.weight - 1, 10L * host.weight + 1);
        }
    }

    @Test
    void aWeightedWorkerBeginsSomewhere() {
        FakeHost light = host("light", 1);
        FakeHost heavy = host("heavy", 2);
        HostPicker picker = policy(0).update(List.of(healthy(light, heavy))).create(worker(1));
        assertThat(picks(picker, 3)).containsExactly(light, heavy, heavy);
    }

    @Test
    void equalWeightsAboveOneStillRotate() {
        FakeHost a = host("a", 5);
        FakeHost b = host("b", 5);
        HostPicker picker = policy(0).update(List.of(healthy(a, b))).create(worker());
        assertThat(picks(picker, 3)).containsExactly(a, b, a);
    }

    @Test
    void withoutHostsNothingIsPicked() {
        HostPicker picker = policy(0).update(List.of(healthy())).create(worker());
        assertThat(picker.pick(LoadBalancerContext.NONE)).isNull();
    }

    @Test
    void inPanicAllHostsAreUsedAndEachPickIsCounted() {
        HostSet set = new FakeHostSet(0, List.of(one, two), List.of(one), List.of(), 100, 0, true);
        HostPicker picker = policy(0).update(List.of(set)).create(worker());
        assertThat(picks(picker, 2)).containsExactly(one, two);
        assertThat(panic.value()).isEqualTo(2);
    }

    @Test
    void prioritiesAndDegradedHostsGetTheirShare() {
        HostSet first =
                new FakeHostSet(0, List.of(one, two), List.of(one), List.of(two), 50, 20, false);
        HostSet second =
                new FakeHostSet(1, List.of(three), List.of(three), List.of(), 30, 0, false);
        HostPicker picker =
                policy(0).update(List.of(first, second)).create(worker(0, 49, 50, 79, 80, 99));
        assertThat(picks(picker, 6)).containsExactly(one, one, three, three, two, two);
    }

    @Test
    void aRefusedHostIsReplacedAsOftenAsAllowed() {
        HostPicker picker = policy(0).update(List.of(healthy(one, two))).create(worker());
        var context =
                new LoadBalancerContext() {
                    @Override
                    public int retryCount() {
                        return 1;
                    }

                    @Override
                    public boolean refuses(Host host) {
                        return host == one;
                    }
                };
        assertThat(picker.pick(context)).isSameAs(two);
        var stubborn =
                new LoadBalancerContext() {
                    @Override
                    public int retryCount() {
                        return 3;
                    }

                    @Override
                    public boolean refuses(Host host) {
                        return true;
                    }
                };
        assertThat(picker.pick(stubborn)).isNotNull();
    }
}
