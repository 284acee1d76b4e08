package io.nuncio.rbac;

import io.nuncio.spi.MatchContext;

/// A condition on a connection or a request. Immutable; thread: the worker.
@FunctionalInterface
interface Condition {
    boolean holds(MatchContext subject);

    /// True if all hold; true if there are none.
    static Condition all(Condition[] conditions) {
        return subject -> {
            for (Condition condition : conditions) {
                if (!condition.holds(subject)) {
                    return false;
                }
            }
            return true;
        };
    }

    /// True if one holds; false if there are none.
    static Condition any(Condition[] conditions) {
        return subject -> {
            for (Condition condition : conditions) {
                if (condition.holds(subject)) {
                    return true;
                }
            }
            return false;
        };
    }

    static Condition not(Condition condition) {
        return subject -> !condition.holds(subject);
    }
}
