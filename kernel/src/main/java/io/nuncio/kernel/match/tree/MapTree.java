package io.nuncio.kernel.match.tree;

import io.nuncio.spi.MatchContext;
import io.nuncio.spi.MatchInput;
import io.nuncio.spi.MatchInput.Availability;
import io.nuncio.spi.MatchResult;
import io.nuncio.spi.MatchTree;

/// What the two maps have in common: the value is looked up, and a value that is not found may be
/// when more has come.
abstract sealed class MapTree<A> implements MatchTree<A> permits ExactTree, PrefixTree {
    private final MatchInput input;
    private final MatchTree<A> onNoMatch;

    MapTree(MatchInput input, MatchTree<A> onNoMatch) {
        this.input = input;
        this.onNoMatch = onNoMatch;
    }

    /// The result of the branches for that value.
    abstract MatchResult<A> lookUp(String value, MatchContext context);

    @Override
    public final MatchResult<A> match(MatchContext context) {
        Availability availability = input.availability(context);
        if (availability == Availability.NONE) {
            return MatchResult.undecided();
        }
        if (input.value(context) instanceof String value) {
            MatchResult<A> result = lookUp(value, context);
            if (!(result instanceof MatchResult.NoMatch)) {
                return result;
            }
            if (availability == Availability.SOME) {
                return MatchResult.undecided();
            }
        }
        return onNoMatch.match(context);
    }
}
