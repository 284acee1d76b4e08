package io.nuncio.kernel.match.tree;

import io.nuncio.spi.MatchContext;
import io.nuncio.spi.MatchResult;
import io.nuncio.spi.MatchTree;

import java.util.List;

/// Conditions that are asked in order. A branch in which nothing matches counts as a condition that
/// does not hold.
final class ListTree<A> implements MatchTree<A> {
    private final FieldMatch[] predicates;
    private final List<MatchTree<A>> branches;
    private final MatchTree<A> onNoMatch;

    ListTree(FieldMatch[] predicates, List<MatchTree<A>> branches, MatchTree<A> onNoMatch) {
        this.predicates = predicates;
        this.branches = List.copyOf(branches);
        this.onNoMatch = onNoMatch;
    }

    @Override
    public MatchResult<A> match(MatchContext context) {
        for (int index = 0; index < predicates.length; index++) {
            switch (predicates[index].match(context)) {
                case UNDECIDED -> {
                    return MatchResult.undecided();
                }
                case YES -> {
                    MatchResult<A> result = branches.get(index).match(context);
                    if (!(result instanceof MatchResult.NoMatch)) {
                        return result;
                    }
                }
                case NO -> {}
            }
        }
        return onNoMatch.match(context);
    }
}
