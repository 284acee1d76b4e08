package io.nuncio.http.rbac;

import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.nuncio.rbac.Engine;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.host.Matchers.Data;

import org.jspecify.annotations.Nullable;

/// What one place says, the filter's own or a route's.
///
/// @param enforced null if nothing is enforced
/// @param shadow null if nothing is tried out
/// @param perPolicy true to count for the policies that match, too
record RbacConfig(@Nullable Engine enforced, @Nullable Engine shadow, boolean perPolicy) {
    static RbacConfig from(RBAC message, FactoryContext context) {
        return new RbacConfig(
                Engine.of(
                        Engine.Place.enforced(context, Data.HTTP, message.getRulesStatPrefix()),
                        message.hasRules() ? message.getRules() : null,
                        message.hasMatcher() ? message.getMatcher() : null),
                Engine.of(
                        Engine.Place.shadow(context, Data.HTTP, message.getShadowRulesStatPrefix()),
                        message.hasShadowRules() ? message.getShadowRules() : null,
                        message.hasShadowMatcher() ? message.getShadowMatcher() : null),
                message.getTrackPerRuleStats());
    }
}
