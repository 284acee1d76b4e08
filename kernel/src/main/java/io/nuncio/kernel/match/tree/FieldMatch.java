package io.nuncio.kernel.match.tree;

import io.nuncio.spi.InputMatcher;
import io.nuncio.spi.MatchContext;
import io.nuncio.spi.MatchInput;
import io.nuncio.spi.MatchInput.Availability;

/// A condition on the inputs of a matcher, which may be undecided as long as not all is there.
sealed interface FieldMatch {
    /// What stands for a condition that could not be compiled.
    FieldMatch NEVER = new Any(new FieldMatch[0]);

    enum Verdict {
        YES,
        NO,
        UNDECIDED
    }

    Verdict match(MatchContext context);

    /// A condition on one input. A value that does not match yet may do so when more has come.
    record Single(MatchInput input, InputMatcher matcher) implements FieldMatch {
        @Override
        public Verdict match(MatchContext context) {
            Availability availability = input.availability(context);
            if (availability == Availability.NONE) {
                return Verdict.UNDECIDED;
            }
            if (matcher.matches(input.value(context))) {
                return Verdict.YES;
            }
            return availability == Availability.SOME ? Verdict.UNDECIDED : Verdict.NO;
        }
    }

    /// True if all are; undecided as soon as one is.
    record All(FieldMatch[] all) implements FieldMatch {
        @Override
        public Verdict match(MatchContext context) {
            for (FieldMatch each : all) {
                Verdict verdict = each.match(context);
                if (verdict != Verdict.YES) {
                    return verdict;
                }
            }
            return Verdict.YES;
        }
    }

    /// True if one is, whatever others are undecided.
    record Any(FieldMatch[] any) implements FieldMatch {
        @Override
        public Verdict match(MatchContext context) {
            Verdict otherwise = Verdict.NO;
            for (FieldMatch each : any) {
                Verdict verdict = each.match(context);
                if (verdict == Verdict.YES) {
                    return verdict;
                }
                if (verdict == Verdict.UNDECIDED) {
                    otherwise = verdict;
                }
            }
            return otherwise;
        }
    }

    record Not(FieldMatch match) implements FieldMatch {
        @Override
        public Verdict match(MatchContext context) {
            return switch (match.match(context)) {
                case YES -> Verdict.NO;
                case NO -> Verdict.YES;
                case UNDECIDED -> Verdict.UNDECIDED;
            };
        }
    }
}
