package io.nuncio.loadbalancers;

import io.envoyproxy.envoy.extensions.load_balancing_policies.random.v3.Random;
import io.nuncio.spi.Category;
import io.nuncio.spi.Counter;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.HostSources;
import io.nuncio.spi.LoadBalancerFactory;
import io.nuncio.spi.LoadBalancerPolicy;

/// Any host, by chance; weights are not looked at.
@Extension(
        name = "envoy.load_balancing_policies.random",
        type = "envoy.extensions.load_balancing_policies.random.v3.Random",
        category = Category.LOAD_BALANCER,
        securityPosture = "robust_to_untrusted_downstream_and_upstream")
public final class RandomExtension implements LoadBalancerFactory<Random> {
    @Override
    public LoadBalancerPolicy configure(Random config, FactoryContext context) {
        return policy(context.stats().counter("lb_healthy_panic"));
    }

    static LoadBalancerPolicy policy(Counter healthyPanic) {
        return priorities -> {
            var sources = new HostSources(priorities, healthyPanic);
            return worker ->
                    new SourcePicker(
                            sources,
                            worker,
                            (hosts, source) ->
                                    hosts.get(
                                            (int)
                                                    Long.remainderUnsigned(
                                                            worker.random(), hosts.size())),
                            null);
        };
    }
}
