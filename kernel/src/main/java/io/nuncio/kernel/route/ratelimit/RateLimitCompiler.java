package io.nuncio.kernel.route.ratelimit;

import io.envoyproxy.envoy.config.route.v3.RateLimit;
import io.nuncio.kernel.match.MetadataPath;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.Problems;
import io.nuncio.spi.RateLimitPolicy;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Compiles lists of Envoy's `RateLimit`. Some of its fields hold only where routes have it, others
/// only where a filter has it: what does not hold is refused.
public final class RateLimitCompiler {
    private RateLimitCompiler() {}

    /// The rate limits of a route or virtual host; problems are reported below `field`, by
    /// position.
    public static List<RateLimitPolicy> ofRoute(
            List<RateLimit> configs, FactoryContext context, String field) {
        var policies = new ArrayList<RateLimitPolicy>(configs.size());
        for (int i = 0; i < configs.size(); i++) {
            RateLimit config = configs.get(i);
            FactoryContext place = context.in(field + "[" + i + "]", context.name());
            if (config.hasHitsAddend()) {
                place.problems().add("hits_addend", "holds only in a filter's own rate_limits");
            }
            policies.add(
                    new CompiledRateLimit(
                            config.getStage().getValue(),
                            config.getDisableKey(),
                            actions(config, place),
                            override(config, place.problems()),
                            null));
        }
        return List.copyOf(policies);
    }

    /// The rate limits of a filter's own configuration; problems as for [#ofRoute].
    public static List<RateLimitPolicy> ofFilter(
            List<RateLimit> configs, FactoryContext context, String field) {
        var policies = new ArrayList<RateLimitPolicy>(configs.size());
        for (int i = 0; i < configs.size(); i++) {
            RateLimit config = configs.get(i);
            FactoryContext place = context.in(field + "[" + i + "]", context.name());
            refuse(config.hasStage(), "stage", place.problems());
            refuse(!config.getDisableKey().isEmpty(), "disable_key", place.problems());
            refuse(config.hasLimit(), "limit", place.problems());
            for (int action = 0; action < config.getActionsCount(); action++) {
                refuse(
                        config.getActions(action).hasDynamicMetadata(),
                        "actions[" + action + "].dynamic_metadata",
                        place.problems());
            }
            policies.add(
                    new CompiledRateLimit(
                            0,
                            "",
                            actions(config, place),
                            null,
                            config.hasHitsAddend()
                                    ? HitsAddend.of(
                                            config.getHitsAddend(),
                                            place.in("hits_addend", context.name()))
                                    : null));
        }
        return List.copyOf(policies);
    }

    private static void refuse(boolean there, String field, Problems problems) {
        if (there) {
            problems.add(field, "does not hold in a filter's own rate_limits, only in routes'");
        }
    }

    private static List<RateLimitAction> actions(RateLimit config, FactoryContext place) {
        var actions = new ArrayList<RateLimitAction>(config.getActionsCount());
        for (int i = 0; i < config.getActionsCount(); i++) {
            RateLimitAction action =
                    RateLimitActions.compile(
                            config.getActions(i), place.in("actions[" + i + "]", place.name()));
            if (action != null) {
                actions.add(action);
            }
        }
        return actions;
    }

    private static @Nullable LimitOverride override(RateLimit config, Problems problems) {
        if (!config.hasLimit()) {
            return null;
        }
        if (!config.getLimit().hasDynamicMetadata()) {
            problems.add("limit", "says not where it is; expected dynamic_metadata");
            return null;
        }
        return new LimitOverride(
                MetadataPath.of(config.getLimit().getDynamicMetadata().getMetadataKey()));
    }
}
