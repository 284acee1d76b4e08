package io.nuncio.spi;

/// What became of a match.
///
/// @param <A> the class of the actions
public sealed interface MatchResult<A> {
    /// Something matched.
    record Matched<A>(A action) implements MatchResult<A> {}

    /// Nothing matches.
    record NoMatch<A>() implements MatchResult<A> {
        private static final NoMatch<?> ONE = new NoMatch<>();
    }

    /// Not all that is asked for is there yet: ask again when more is.
    record Undecided<A>() implements MatchResult<A> {
        private static final Undecided<?> ONE = new Undecided<>();
    }

    /// Nothing matches; always the same object.
    @SuppressWarnings("unchecked") // It holds no action.
    static <A> MatchResult<A> noMatch() {
        return (MatchResult<A>) NoMatch.ONE;
    }

    /// More is needed; always the same object.
    @SuppressWarnings("unchecked") // It holds no action.
    static <A> MatchResult<A> undecided() {
        return (MatchResult<A>) Undecided.ONE;
    }
}
