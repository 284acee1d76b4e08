package io.nuncio.rbac;

import io.envoyproxy.envoy.config.rbac.v3.Action;
import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import io.nuncio.spi.Category;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.MatchActionFactory;

/// What a matcher decides.
///
/// @param name of the policy
public record RbacAction(String name, RBAC.Action action) {
    /// Envoy's action of RBAC matchers.
    @Extension(
            name = "envoy.filters.rbac.action",
            type = "envoy.config.rbac.v3.Action",
            category = Category.MATCHING_ACTION)
    public static final class Factory implements MatchActionFactory<Action> {
        @Override
        public Object configure(Action message, FactoryContext context) {
            return new RbacAction(message.getName(), message.getAction());
        }
    }
}
