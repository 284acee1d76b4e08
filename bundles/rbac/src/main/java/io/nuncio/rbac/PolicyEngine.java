package io.nuncio.rbac;

import io.envoyproxy.envoy.config.rbac.v3.Policy;
import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import io.nuncio.spi.MatchContext;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Decides by policies, asked in the order of their names: the first that matches counts.
final class PolicyEngine implements Engine {
    private final Rule[] rules;
    private final Verdict otherwise;

    /// True if what matched, or that nothing did, is noted for access logs.
    private final boolean hints;

    /// One policy.
    private record Rule(Condition permissions, Condition principals, Verdict verdict) {
        boolean matches(MatchContext subject) {
            return permissions.holds(subject) && principals.holds(subject);
        }
    }

    private PolicyEngine(List<Rule> rules, Verdict otherwise, boolean hints) {
        this.rules = rules.toArray(new Rule[0]);
        this.otherwise = otherwise;
        this.hints = hints;
    }

    static Engine of(Place place, RBAC message) {
        RBAC.Action action = message.getAction();
        Facts facts = new Facts(place.context(), place.data()).in(place.prefix() + "rules");
        List<Rule> rules =
                new TreeMap<>(message.getPoliciesMap())
                        .entrySet().stream()
                                .map(policy -> rule(policy, action, place, facts))
                                .toList();
        Verdict otherwise = Verdict.of(action != RBAC.Action.ALLOW, "", place.fields());
        var engine =
                new PolicyEngine(rules, otherwise, action == RBAC.Action.LOG && !place.shadow());
        return AuditedEngine.of(engine, message.getAuditLoggingOptions(), place);
    }

    private static Rule rule(
            Map.Entry<String, Policy> entry, RBAC.Action action, Place place, Facts facts) {
        Policy policy = entry.getValue();
        Facts here = facts.in("policies[\"" + entry.getKey() + "\"]");
        return new Rule(
                Condition.any(
                        PermissionCompiler.all(policy.getPermissionsList(), here, "permissions")),
                Condition.any(
                        PrincipalCompiler.all(policy.getPrincipalsList(), here, "principals")),
                Verdict.of(action != RBAC.Action.DENY, entry.getKey(), place.fields()));
    }

    @Override
    public Verdict decide(MatchContext subject) {
        Verdict verdict = otherwise;
        for (Rule rule : rules) {
            if (rule.matches(subject)) {
                verdict = rule.verdict();
                break;
            }
        }
        if (hints) {
            AccessLogHint.note(subject.info(), verdict != otherwise);
        }
        return verdict;
    }
}
