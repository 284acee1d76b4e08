package io.nuncio.spi;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;

/// A condition on the value of an input. Immutable, shared by all workers.
@FunctionalInterface
@ConsumerType
public interface InputMatcher {
    /// Thread: the worker.
    ///
    /// @param value of [#type], null if the input has none
    boolean matches(@Nullable Object value);

    /// The class of the values that the matcher knows.
    default Class<?> type() {
        return String.class;
    }
}
