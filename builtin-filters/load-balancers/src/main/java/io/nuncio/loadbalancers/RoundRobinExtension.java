package io.nuncio.loadbalancers;

import io.envoyproxy.envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin;
import io.nuncio.spi.Category;
import io.nuncio.spi.Counter;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.Host;
import io.nuncio.spi.HostSources;
import io.nuncio.spi.LoadBalancerFactory;
import io.nuncio.spi.LoadBalancerPolicy;
import io.nuncio.spi.Worker;

import java.util.function.Function;

/// Hosts in turn; as often as their weights say where those differ.
@Extension(
        name = "envoy.load_balancing_policies.round_robin",
        type = "envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin",
        category = Category.LOAD_BALANCER,
        securityPosture = "robust_to_untrusted_downstream_and_upstream")
public final class RoundRobinExtension implements LoadBalancerFactory<RoundRobin> {
    @Override
    public LoadBalancerPolicy configure(RoundRobin config, FactoryContext context) {
        return policy(
                context.stats().counter("lb_healthy_panic"),
                context.perWorker(worker -> new Rotation(worker.random())));
    }

    static LoadBalancerPolicy policy(Counter healthyPanic, Function<Worker, Rotation> rotations) {
        return priorities -> {
            var sources = new HostSources(priorities, healthyPanic);
            return worker ->
                    new SourcePicker(sources, worker, rotations.apply(worker), Host::weight);
        };
    }
}
