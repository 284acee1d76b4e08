package io.nuncio.loadbalancers;

import io.envoyproxy.envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest;
import io.nuncio.spi.Category;
import io.nuncio.spi.Counter;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.HostSources;
import io.nuncio.spi.LoadBalancerFactory;
import io.nuncio.spi.LoadBalancerPolicy;

/// Of a few hosts drawn by chance, the one with the fewest requests under way.
@Extension(
        name = "envoy.load_balancing_policies.least_request",
        type = "envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest",
        category = Category.LOAD_BALANCER,
        securityPosture = "robust_to_untrusted_downstream_and_upstream")
public final class LeastRequestExtension implements LoadBalancerFactory<LeastRequest> {
    @Override
    public LoadBalancerPolicy configure(LeastRequest config, FactoryContext context) {
        return policy(
                LeastRequestConfig.from(config, context.runtime(), context.problems()),
                context.stats().counter("lb_healthy_panic"));
    }

    static LoadBalancerPolicy policy(LeastRequestConfig config, Counter healthyPanic) {
        return priorities -> {
            var sources = new HostSources(priorities, healthyPanic);
            return worker -> {
                var pick = new LeastRequestPick(config, worker);
                return new SourcePicker(sources, worker, pick, pick::weight);
            };
        };
    }
}
