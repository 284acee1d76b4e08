package io.nuncio.rbac;

import io.nuncio.spi.Counter;
import io.nuncio.spi.StatsScope;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Envoy's `<stat_prefix>.rbac.` statistics, of what is enforced and of what is tried out. Thread:
/// any.
public final class RbacStats {
    private final Side enforced;
    private final Side shadow;

    /// @param scope of the filter, which `rbac.` is below
    /// @param rulesPrefix what enforced rules put between, empty for nothing
    /// @param shadowPrefix what shadow rules put between, empty for nothing
    public RbacStats(StatsScope scope, String rulesPrefix, String shadowPrefix) {
        StatsScope rbac = scope.scope("rbac");
        enforced = new Side(below(rbac, rulesPrefix), "");
        shadow = new Side(below(rbac, shadowPrefix), "shadow_");
    }

    private static StatsScope below(StatsScope scope, String prefix) {
        return prefix.isEmpty() ? scope : scope.scope(prefix);
    }

    /// @param perPolicy true to count for the policy that matched, too
    public void count(Verdict verdict, boolean perPolicy) {
        enforced.count(verdict, perPolicy);
    }

    /// The same for what is tried out.
    public void countShadow(Verdict verdict, boolean perPolicy) {
        shadow.count(verdict, perPolicy);
    }

    /// The counters of one engine.
    private static final class Side {
        private final Outcome allowed;
        private final Outcome denied;

        Side(StatsScope scope, String kind) {
            allowed = new Outcome(scope, kind + "allowed");
            denied = new Outcome(scope, kind + "denied");
        }

        void count(Verdict verdict, boolean perPolicy) {
            (verdict.allowed() ? allowed : denied).count(perPolicy ? verdict.policy() : "");
        }
    }

    /// The counters of one way to decide.
    private static final class Outcome {
        private final StatsScope scope;
        private final String name;
        private final Counter all;

        /// By policy, made when first needed: as many as there are policies.
        private final Map<String, Counter> ofPolicies = new ConcurrentHashMap<>();

        Outcome(StatsScope scope, String name) {
            this.scope = scope;
            this.name = name;
            all = scope.counter(name);
        }

        /// @param policy to count for, too; empty for none
        void count(String policy) {
            all.increment();
            if (!policy.isEmpty()) {
                Counter known = ofPolicies.get(policy);
                (known == null ? ofPolicies.computeIfAbsent(policy, this::ofPolicy) : known)
                        .increment();
            }
        }

        private Counter ofPolicy(String policy) {
            return scope.counter("policy." + policy + "." + name);
        }
    }
}
