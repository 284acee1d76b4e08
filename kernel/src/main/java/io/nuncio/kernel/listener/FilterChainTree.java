package io.nuncio.kernel.listener;

import io.nuncio.kernel.stream.StreamFacts;
import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.MatchContext;
import io.nuncio.spi.MatchResult;
import io.nuncio.spi.MatchTree;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.Worker;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/// Filter chains by name, and a matcher that finds the name (`filter_chain_matcher`). The default
/// chain serves where nothing matches, or what matches is the name of no chain.
record FilterChainTree(
        MatchTree<String> matcher, Map<String, FilterChain> chains, @Nullable FilterChain fallback)
        implements FilterChainChoice {
    FilterChainTree {
        chains = Map.copyOf(chains);
    }

    @Override
    public @Nullable FilterChain find(
            MatchInput input, @Nullable StreamFacts facts, Worker worker) {
        MatchResult<String> result = matcher.match(new Accepted(input.connection(), facts, worker));
        FilterChain found =
                result instanceof MatchResult.Matched<String>(String name)
                        ? chains.get(name)
                        : null;
        return found == null ? fallback : found;
    }

    /// A connection that has no filters yet.
    private static final class Accepted implements MatchContext {
        private final ConnectionInfo connection;
        private final Worker worker;
        private @Nullable StreamInfo info;

        Accepted(ConnectionInfo connection, @Nullable StreamFacts facts, Worker worker) {
            this.connection = connection;
            this.worker = worker;
            this.info = facts;
        }

        @Override
        public ConnectionInfo connection() {
            return connection;
        }

        @Override
        public StreamInfo info() {
            StreamInfo known = info;
            if (known == null) {
                known = new StreamFacts(worker, connection);
                info = known;
            }
            return known;
        }
    }
}
