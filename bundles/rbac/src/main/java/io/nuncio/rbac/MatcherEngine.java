package io.nuncio.rbac;

import com.github.xds.type.matcher.v3.Matcher;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;

import io.envoyproxy.envoy.config.rbac.v3.Action;
import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import io.nuncio.spi.MatchContext;
import io.nuncio.spi.MatchResult;
import io.nuncio.spi.MatchTree;
import io.nuncio.spi.host.Matchers;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Decides by a matcher; what it does not match is denied.
final class MatcherEngine implements Engine {
    private final MatchTree<RbacAction> tree;
    private final Verdict.Fields fields;
    private final Verdict otherwise;

    /// True if whether an action LOG was found is noted for access logs.
    private final boolean hints;

    /// By action, as far as they came: as many as the configuration has.
    private final Map<RbacAction, Verdict> verdicts = new ConcurrentHashMap<>();

    private MatcherEngine(MatchTree<RbacAction> tree, Verdict.Fields fields, boolean hints) {
        this.tree = tree;
        this.fields = fields;
        this.hints = hints;
        this.otherwise = Verdict.of(false, "", fields);
    }

    static MatcherEngine of(Place place, Matcher message) {
        if (place.data() == Matchers.Data.NETWORK) {
            NetworkMatcherInputs.check(
                    message, place.context().problems().in(place.prefix() + "matcher"));
        }
        MatchTree<RbacAction> tree =
                place.context()
                        .platform()
                        .matchers()
                        .compile(
                                message,
                                place.data(),
                                RbacAction.class,
                                place.context(),
                                place.prefix() + "matcher");
        return new MatcherEngine(tree, place.fields(), !place.shadow() && logs(message));
    }

    /// True if an action LOG stands in the message or below.
    private static boolean logs(Object value) {
        return switch (value) {
            case Any any when any.is(Action.class) -> action(any) == RBAC.Action.LOG;
            case Message message ->
                    message.getAllFields().values().stream().anyMatch(MatcherEngine::logs);
            case Collection<?> values -> values.stream().anyMatch(MatcherEngine::logs);
            default -> false;
        };
    }

    private static RBAC.Action action(Any any) {
        try {
            return any.unpack(Action.class).getAction();
        } catch (InvalidProtocolBufferException _) {
            return RBAC.Action.ALLOW; // reported where the action is compiled
        }
    }

    @Override
    public Verdict decide(MatchContext subject) {
        MatchResult<RbacAction> result = tree.match(subject);
        if (!(result instanceof MatchResult.Matched<RbacAction>(RbacAction action))) {
            return otherwise;
        }
        if (hints) {
            AccessLogHint.note(subject.info(), action.action() == RBAC.Action.LOG);
        }
        Verdict known = verdicts.get(action);
        return known != null
                ? known
                : verdicts.computeIfAbsent(
                        action,
                        key -> Verdict.of(key.action() != RBAC.Action.DENY, key.name(), fields));
    }
}
