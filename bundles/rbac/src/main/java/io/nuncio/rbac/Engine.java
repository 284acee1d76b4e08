package io.nuncio.rbac;

import com.github.xds.type.matcher.v3.Matcher;

import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.MatchContext;
import io.nuncio.spi.host.Matchers;

import org.jspecify.annotations.Nullable;

/// Decides on connections or requests. Immutable; thread: any worker.
@FunctionalInterface
public interface Engine {
    /// Decides, and notes in the dynamic metadata whether it should be logged if a policy of the
    /// action LOG says so.
    Verdict decide(MatchContext subject);

    /// Compiles what a filter's configuration says.
    ///
    /// @param place what is compiled, and where its problems are reported
    /// @param rules null if there are none
    /// @param matcher null if there is none; takes the place of `rules`
    /// @return null if there is neither: then nothing is decided
    static @Nullable Engine of(Place place, @Nullable RBAC rules, @Nullable Matcher matcher) {
        if (matcher != null) {
            if (rules != null) {
                place.context()
                        .problems()
                        .warn(
                                place.prefix() + "rules",
                                "ignored, `" + place.prefix() + "matcher` takes their place");
            }
            return MatcherEngine.of(place, matcher);
        }
        return rules == null ? null : PolicyEngine.of(place, rules);
    }

    /// Where an engine stands.
    ///
    /// @param prefix of the fields of the message: `` or `shadow_`
    /// @param shadow true if its verdicts are only noted
    /// @param fields what they are noted as
    record Place(
            FactoryContext context,
            Matchers.Data data,
            String prefix,
            boolean shadow,
            Verdict.Fields fields) {
        /// Of what is enforced.
        public static Place enforced(
                FactoryContext context, Matchers.Data data, String statPrefix) {
            return new Place(context, data, "", false, Verdict.Fields.enforced(statPrefix));
        }

        /// Of what is tried out.
        public static Place shadow(FactoryContext context, Matchers.Data data, String statPrefix) {
            return new Place(context, data, "shadow_", true, Verdict.Fields.shadow(statPrefix));
        }
    }
}
