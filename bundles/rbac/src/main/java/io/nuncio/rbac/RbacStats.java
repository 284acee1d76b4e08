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
        private final StatsScope scope;
        private final String allowedName;
        private final String deniedName;
        private final Counter allowed;
        private final Counter denied;

        /// By name, made when first needed: as many as there are policies.
        private final Map<String, Counter> ofPolicies = new ConcurrentHashMap<>();

        Side(StatsScope scope, String kind) {
            this.scope = scope;
            allowedName = kind + "allowed";
            deniedName = kind + "denied";
            allowed = scope.counter(allowedName);
            denied = scope.counter(deniedName);
        }

        void count(Verdict verdict, boolean perPolicy) {
            (verdict.allowed() ? allowed : denied).increment();
            if (perPolicy && !verdict.policy().isEmpty()) {
                String name =
                        "policy."
                                + verdict.policy()
                                + "."
                                + (verdict.allowed() ? allowedName : deniedName);
                ofPolicies.computeIfAbsent(name, scope::counter).increment();
            }
        }
    }
}
