package io.nuncio.kernel.listener;

import io.envoyproxy.envoy.config.listener.v3.ListenerFilterChainMatchPredicate;
import io.nuncio.spi.Address;
import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.Problems;

import java.util.ArrayList;
import java.util.List;

/// Which accepted sockets something holds for; compiled from a `ListenerFilterChainMatchPredicate`,
/// immutable.
sealed interface SocketPredicate {
    /// @param info whose local address may have been restored by listener filters
    boolean matches(ConnectionInfo info);

    record Any() implements SocketPredicate {
        @Override
        public boolean matches(ConnectionInfo info) {
            return true;
        }
    }

    record Not(SocketPredicate predicate) implements SocketPredicate {
        @Override
        public boolean matches(ConnectionInfo info) {
            return !predicate.matches(info);
        }
    }

    record Or(List<SocketPredicate> predicates) implements SocketPredicate {
        public Or {
            predicates = List.copyOf(predicates);
        }

        @Override
        public boolean matches(ConnectionInfo info) {
            for (SocketPredicate predicate : predicates) {
                if (predicate.matches(info)) {
                    return true;
                }
            }
            return false;
        }
    }

    record And(List<SocketPredicate> predicates) implements SocketPredicate {
        public And {
            predicates = List.copyOf(predicates);
        }

        @Override
        public boolean matches(ConnectionInfo info) {
            for (SocketPredicate predicate : predicates) {
                if (!predicate.matches(info)) {
                    return false;
                }
            }
            return true;
        }
    }

    /// The local port is one of these; no pipe has one.
    ///
    /// @param end the first that is not
    record DestinationPort(int start, int end) implements SocketPredicate {
        @Override
        public boolean matches(ConnectionInfo info) {
            return info.localAddress() instanceof Address.Ip ip
                    && ip.port() >= start
                    && ip.port() < end;
        }
    }

    static SocketPredicate of(ListenerFilterChainMatchPredicate message, Problems problems) {
        return switch (message.getRuleCase()) {
            case OR_MATCH ->
                    new Or(all(message.getOrMatch().getRulesList(), problems.in("or_match")));
            case AND_MATCH ->
                    new And(all(message.getAndMatch().getRulesList(), problems.in("and_match")));
            case NOT_MATCH -> new Not(of(message.getNotMatch(), problems.in("not_match")));
            case ANY_MATCH -> new Any();
            case DESTINATION_PORT_RANGE ->
                    new DestinationPort(
                            message.getDestinationPortRange().getStart(),
                            message.getDestinationPortRange().getEnd());
            case RULE_NOT_SET -> {
                problems.add("", "a rule is necessary");
                yield new Any();
            }
        };
    }

    private static List<SocketPredicate> all(
            List<ListenerFilterChainMatchPredicate> messages, Problems problems) {
        List<SocketPredicate> predicates = new ArrayList<>();
        for (int index = 0; index < messages.size(); index++) {
            predicates.add(of(messages.get(index), problems.in("rules[" + index + "]")));
        }
        return predicates;
    }
}
