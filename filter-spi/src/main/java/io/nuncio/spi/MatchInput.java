package io.nuncio.spi;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;

/// Takes one value out of what is matched (Envoy: DataInput). Immutable, shared by all workers.
@FunctionalInterface
@ConsumerType
public interface MatchInput {
    /// How much of what the input reads is there already.
    enum Availability {
        /// Nothing: the match cannot be decided yet.
        NONE,
        /// A part: a value that matches decides, one that does not may do so later.
        SOME,
        ALL
    }

    /// The value. Thread: the worker.
    ///
    /// @return of [#type]; text has a char for each byte, as in a [HeaderMap]; null if there is
    ///   none
    @Nullable Object value(MatchContext context);

    /// Asked before [#value], which is not called where nothing is available.
    default Availability availability(MatchContext context) {
        return Availability.ALL;
    }

    /// The class of the values. Maps and matchers of text take only text.
    default Class<?> type() {
        return String.class;
    }
}
