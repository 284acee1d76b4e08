package io.nuncio.network.rbac;

import io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC;
import io.nuncio.rbac.Engine;
import io.nuncio.rbac.RbacStats;
import io.nuncio.spi.Category;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.NetworkFilterFactory;
import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.spi.NetworkStream;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.host.Matchers.Data;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/// Envoy's RBAC filter for connections.
@Extension(
        name = "envoy.filters.network.rbac",
        category = Category.NETWORK_FILTER,
        type = "envoy.extensions.filters.network.rbac.v3.RBAC",
        securityPosture = "robust_to_untrusted_downstream")
public final class NetworkRbacExtension implements NetworkFilterFactory<RBAC> {
    @Override
    public NetworkFilterTemplate configure(RBAC message, FactoryContext context) {
        StatsScope scope = context.serverStats().scope(message.getStatPrefix());
        String shadowPrefix = message.getShadowRulesStatPrefix();
        Engine enforced =
                Engine.of(
                        Engine.Place.enforced(context, Data.NETWORK, ""),
                        message.hasRules() ? message.getRules() : null,
                        message.hasMatcher() ? message.getMatcher() : null);
        Engine shadow =
                Engine.of(
                        Engine.Place.shadow(context, Data.NETWORK, shadowPrefix),
                        message.hasShadowRules() ? message.getShadowRules() : null,
                        message.hasShadowMatcher() ? message.getShadowMatcher() : null);
        var shared =
                new Shared(
                        enforced,
                        shadow,
                        message.getEnforcementType() == RBAC.EnforcementType.CONTINUOUS,
                        message.getDelayDeny().getSeconds() * 1_000_000_000L
                                + message.getDelayDeny().getNanos(),
                        new RbacStats(scope, "", shadowPrefix),
                        context.logger());
        return new Template(shared, scope);
    }

    private record Template(Shared shared, StatsScope scope) implements NetworkFilterTemplate {
        @Override
        public NetworkFilter create(NetworkStream stream) {
            return new NetworkRbacFilter(shared, stream);
        }

        @Override
        public void close() {
            scope.close();
        }
    }

    /// What all connections of a configuration share.
    ///
    /// @param enforced null if nothing is enforced
    /// @param shadow null if nothing is tried out
    /// @param continuous true to decide anew whenever bytes come
    /// @param delayNanos how long a connection that is denied is kept before it is closed
    record Shared(
            @Nullable Engine enforced,
            @Nullable Engine shadow,
            boolean continuous,
            long delayNanos,
            RbacStats stats,
            Logger log) {}
}
