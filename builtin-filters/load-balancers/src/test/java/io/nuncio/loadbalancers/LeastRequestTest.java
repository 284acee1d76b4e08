package io.nuncio.loadbalancers;

import static io.nuncio.loadbalancers.FakeHosts.healthy;
import static io.nuncio.loadbalancers.FakeHosts.host;
import static io.nuncio.loadbalancers.FakeHosts.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.BoolValue;
import com.google.protobuf.UInt32Value;

import io.envoyproxy.envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest;
import io.nuncio.loadbalancers.FakeHosts.FakeHost;
import io.nuncio.spi.Counter;
import io.nuncio.spi.Host;
import io.nuncio.spi.HostPicker;
import io.nuncio.spi.LoadBalancerContext;
import io.nuncio.spi.Problems;
import io.nuncio.spi.RuntimeValues;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;

class LeastRequestTest {
    private final FakeHost idle = host("idle");
    private final FakeHost busy = host("busy");
    private final Problems problems = new Problems();

    private static HostPicker picker(
            LeastRequestConfig config, FakeHosts.FakeWorker worker, Host... hosts) {
        return LeastRequestExtension.policy(config, Counter.detached("panic"))
                .update(List.of(healthy(hosts)))
                .create(worker);
    }

    private LeastRequestConfig config(LeastRequest message) {
        return LeastRequestConfig.from(message, RuntimeValues.UNSET, problems);
    }

    private static LeastRequestConfig with(int choices, boolean fullScan, double bias) {
        return new LeastRequestConfig(choices, fullScan, bias, "", RuntimeValues.UNSET);
    }

    @Test
    void aRuntimeKeyMaySetTheBias() {
        RuntimeValues runtime = new FakeRuntime(Map.of("double", 2.0, "senseless", -1.0));
        assertThat(new LeastRequestConfig(2, false, 0.5, "double", runtime).bias()).isEqualTo(2);
        assertThat(new LeastRequestConfig(2, false, 0.5, "absent", runtime).bias()).isEqualTo(0.5);
        assertThat(new LeastRequestConfig(2, false, 0.5, "senseless", runtime).bias()).isEqualTo(1);
    }

    @Test
    void theDefaultsAreEnvoys() {
        assertThat(config(LeastRequest.getDefaultInstance())).isEqualTo(with(2, false, 1));
    }

    @Test
    @SuppressWarnings("deprecation")
    void everyFieldIsRead() {
        LeastRequest.Builder message = LeastRequest.newBuilder().setChoiceCount(UInt32Value.of(5));
        message.getActiveRequestBiasBuilder().setDefaultValue(0.5).setRuntimeKey("key");
        assertThat(config(message.build()))
                .isEqualTo(new LeastRequestConfig(5, false, 0.5, "key", RuntimeValues.UNSET));
        assertThat(config(message.setEnableFullScan(BoolValue.of(true)).build()).fullScan())
                .isTrue();
        assertThat(
                        config(
                                        LeastRequest.newBuilder()
                                                .setSelectionMethod(
                                                        LeastRequest.SelectionMethod.FULL_SCAN)
                                                .build())
                                .fullScan())
                .isTrue();
        assertThat(problems.none()).isTrue();
    }

    @Test
    void aNegativeBiasIsRefused() {
        LeastRequest.Builder message = LeastRequest.newBuilder();
        message.getActiveRequestBiasBuilder().setDefaultValue(-1);
        config(message.build());
        assertThat(problems.none()).isFalse();
    }

    @Test
    void ofTwoDrawnHostsTheIdlerIsTaken() {
        busy.activeRequests = 3;
        var config = with(2, false, 1);
        assertThat(picker(config, worker(1, 0), idle, busy).pick(LoadBalancerContext.NONE))
                .isSameAs(idle);
        assertThat(picker(config, worker(0, 1), idle, busy).pick(LoadBalancerContext.NONE))
                .isSameAs(idle);
        assertThat(picker(config, worker(1, 1), idle, busy).pick(LoadBalancerContext.NONE))
                .isSameAs(busy);
    }

    @Test
    void aFullScanFindsTheIdlest() {
        busy.activeRequests = 1;
        FakeHost busier = host("busier");
        busier.activeRequests = 2;
        var config = with(2, true, 1);
        assertThat(picker(config, worker(), busier, busy, idle).pick(LoadBalancerContext.NONE))
                .isSameAs(idle);
    }

    @Test
    void aFullScanDrawsAmongEquals() {
        FakeHost other = host("other");
        var config = with(2, true, 1);
        assertThat(picker(config, worker(0), idle, other).pick(LoadBalancerContext.NONE))
                .isSameAs(other);
        assertThat(picker(config, worker(1), idle, other).pick(LoadBalancerContext.NONE))
                .isSameAs(idle);
    }

    @Test
    void aBusyHostWeighsLess() {
        FakeHost heavy = host("heavy", 4);
        heavy.activeRequests = 3;
        var linear = new LeastRequestPick(with(2, false, 1), worker());
        var blind = new LeastRequestPick(with(2, false, 0), worker());
        var square = new LeastRequestPick(with(2, false, 2), worker());
        assertThat(linear.weight(heavy)).isEqualTo(1);
        assertThat(blind.weight(heavy)).isEqualTo(4);
        assertThat(square.weight(heavy)).isEqualTo(0.25);
    }

    @Test
    void unequalWeightsAreScheduledByWeightAndLoad() {
        FakeHost heavy = host("heavy", 3);
        HostPicker picker = picker(with(2, false, 1), worker(), idle, heavy);
        int heavyPicks = 0;
        for (int i = 0; i < 40; i++) {
            heavyPicks += picker.pick(LoadBalancerContext.NONE) == heavy ? 1 : 0;
        }
        assertThat(heavyPicks).isBetween(29, 31);
    }
}
