package io.nuncio.kernel.listener;

import io.nuncio.kernel.stream.StreamFacts;
import io.nuncio.spi.Worker;

import org.jspecify.annotations.Nullable;

/// Chooses the filter chain of a connection. Immutable, shared by all workers.
sealed interface FilterChainChoice permits FilterChainMatcher, FilterChainTree {
    /// @param facts what listener filters gathered, null if there were none
    /// @param worker the connection's
    /// @return null if no chain serves it
    @Nullable FilterChain find(MatchInput input, @Nullable StreamFacts facts, Worker worker);
}
