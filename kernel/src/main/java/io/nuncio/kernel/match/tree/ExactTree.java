package io.nuncio.kernel.match.tree;

import io.nuncio.spi.MatchContext;
import io.nuncio.spi.MatchInput;
import io.nuncio.spi.MatchResult;
import io.nuncio.spi.MatchTree;

import java.util.Map;

/// Branches by the whole value.
final class ExactTree<A> extends MapTree<A> {
    private final Map<String, MatchTree<A>> branches;

    ExactTree(MatchInput input, Map<String, MatchTree<A>> branches, MatchTree<A> onNoMatch) {
        super(input, onNoMatch);
        this.branches = Map.copyOf(branches);
    }

    @Override
    MatchResult<A> lookUp(String value, MatchContext context) {
        MatchTree<A> branch = branches.get(value);
        return branch == null ? MatchResult.noMatch() : branch.match(context);
    }
}
