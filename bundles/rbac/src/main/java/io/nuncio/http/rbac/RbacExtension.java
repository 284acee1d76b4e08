package io.nuncio.http.rbac;

import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBACPerRoute;
import io.nuncio.rbac.RbacStats;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.HttpFilterFactory;
import io.nuncio.spi.HttpFilterTemplate;
import io.nuncio.spi.PerRouteFactory;

/// Envoy's RBAC filter for requests.
@Extension(
        name = "envoy.filters.http.rbac",
        type = {
            "envoy.extensions.filters.http.rbac.v3.RBAC",
            "envoy.extensions.filters.http.rbac.v3.RBACPerRoute"
        },
        securityPosture = "robust_to_untrusted_downstream")
public final class RbacExtension implements HttpFilterFactory<RBAC>, PerRouteFactory<RBACPerRoute> {
    @Override
    public HttpFilterTemplate configure(RBAC message, FactoryContext context) {
        RbacConfig config = RbacConfig.from(message, context);
        var stats =
                new RbacStats(
                        context.stats(),
                        message.getRulesStatPrefix(),
                        message.getShadowRulesStatPrefix());
        return stream -> new RbacFilter(config, stats, context.logger(), stream);
    }

    /// Without `rbac`, nothing is enforced and nothing tried out.
    @Override
    public Object configureRoute(RBACPerRoute message, FactoryContext context) {
        return RbacConfig.from(message.getRbac(), context.in("rbac", context.name()));
    }
}
