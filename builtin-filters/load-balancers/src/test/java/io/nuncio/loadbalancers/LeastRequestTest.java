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
import io.nuncio.testkit.FakeFactoryContext;

import org.junit.jupiter.api.Test;

import java.util.List;

class LeastRequestTest {
    private final FakeHost idle = host("idle");
    private final FakeHost busy = host("busy");
    private final FakeFactoryContext context = new FakeFactoryContext();

    private LeastRequestConfig from(LeastRequest message) {
        return LeastRequestConfig.from(message, context.runtime(), context.problems());
    }

    private static HostPicker picker(
            LeastRequestConfig config, FakeHosts.FakeWorker worker, Host... hosts) {
        return LeastRequestExtension.policy(config, Counter.detached("panic"))
                .update(List.of(healthy(hosts)))
                .create(worker);
    }

    @Test
    void theDefaultsAreEnvoys() {
        LeastRequestConfig config = from(LeastRequest.getDefaultInstance());
        assertThat(config.choices()).isEqualTo(2);
        assertThat(config.fullScan()).isFalse();
        assertThat(config.bias().getAsDouble()).isEqualTo(1);
    }

    @Test
    @SuppressWarnings("deprecation")
    void everyFieldIsRead() {
        LeastRequest.Builder message = LeastRequest.newBuilder().setChoiceCount(UInt32Value.of(5));
        message.getActiveRequestBiasBuilder().setDefaultValue(0.5).setRuntimeKey("key");
        LeastRequestConfig config = from(message.build());
        assertThat(config.choices()).isEqualTo(5);
        assertThat(config.fullScan()).isFalse();
        assertThat(config.bias().getAsDouble()).isEqualTo(0.5);
        assertThat(from(message.setEnableFullScan(BoolValue.of(true)).build()).fullScan()).isTrue();
        assertThat(
                        from(LeastRequest.newBuilder()
                                        .setSelectionMethod(LeastRequest.SelectionMethod.FULL_SCAN)
                                        .build())
                                .fullScan())
                .isTrue();
        assertThat(context.problems().none()).isTrue();
    }

    @Test
    void theBiasFollowsItsRuntimeKey() {
        LeastRequest.Builder message = LeastRequest.newBuilder();
        message.getActiveRequestBiasBuilder().setDefaultValue(0.5).setRuntimeKey("bias");
        LeastRequestConfig config = from(message.build());

        context.runtime("bias", "1.5");
        assertThat(config.bias().getAsDouble()).isEqualTo(1.5);
        context.runtime("bias", "");
        assertThat(config.bias().getAsDouble()).isEqualTo(0.5);
    }

    @Test
    void aNegativeBiasIsRefused() {
        LeastRequest.Builder message = LeastRequest.newBuilder();
        message.getActiveRequestBiasBuilder().setDefaultValue(-1);
        from(message.build());
        assertThat(context.problems().none()).isFalse();
    }

    @Test
    void ofTwoDrawnHostsTheIdlerIsTaken() {
        busy.activeRequests = 3;
        var config = new LeastRequestConfig(2, false, () -> 1);
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
        var config = new LeastRequestConfig(2, true, () -> 1);
        assertThat(picker(config, worker(), busier, busy, idle).pick(LoadBalancerContext.NONE))
                .isSameAs(idle);
    }

    @Test
    void aFullScanDrawsAmongEquals() {
        FakeHost other = host("other");
        var config = new LeastRequestConfig(2, true, () -> 1);
        assertThat(picker(config, worker(0), idle, other).pick(LoadBalancerContext.NONE))
                .isSameAs(other);
        assertThat(picker(config, worker(1), idle, other).pick(LoadBalancerContext.NONE))
                .isSameAs(idle);
    }

    @Test
    void aBusyHostWeighsLess() {
        FakeHost heavy = host("heavy", 4);
        heavy.activeRequests = 3;
        var linear = new LeastRequestPick(new LeastRequestConfig(2, false, () -> 1), worker());
        var blind = new LeastRequestPick(new LeastRequestConfig(2, false, () -> 0), worker());
        var square = new LeastRequestPick(new LeastRequestConfig(2, false, () -> 2), worker());
        assertThat(linear.weight(heavy)).isEqualTo(1);
        assertThat(blind.weight(heavy)).isEqualTo(4);
        assertThat(square.weight(heavy)).isEqualTo(0.25);
    }

    @Test
    void unequalWeightsAreScheduledByWeightAndLoad() {
        FakeHost heavy = host("heavy", 3);
        HostPicker picker =
                picker(new LeastRequestConfig(2, false, () -> 1), worker(), idle, heavy);
        int heavyPicks = 0;
        for (int i = 0; i < 40; i++) {
            heavyPicks += picker.pick(LoadBalancerContext.NONE) == heavy ? 1 : 0;
        }
        assertThat(heavyPicks).isBetween(29, 31);
    }
}
