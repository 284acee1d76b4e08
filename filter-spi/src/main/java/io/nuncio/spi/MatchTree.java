package io.nuncio.spi;

import org.osgi.annotation.versioning.ConsumerType;

/// A compiled matcher, or a part of one. Immutable, shared by all workers.
///
/// @param <A> the class of the actions
@FunctionalInterface
@ConsumerType
public interface MatchTree<A> {
    /// Thread: the worker. Allocates nothing beyond what the inputs do.
    MatchResult<A> match(MatchContext context);
}
