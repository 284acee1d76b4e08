package io.nuncio.matching;

import io.nuncio.spi.Address;
import io.nuncio.spi.IpRange;
import io.nuncio.spi.MatchContext;
import io.nuncio.spi.MatchInput;
import io.nuncio.spi.MatchResult;
import io.nuncio.spi.MatchTree;

import java.util.List;

/// The branches of address ranges, the longest prefix first. Where nothing matches in the branch of
/// the longest, shorter ones are tried, unless they are exclusive.
final class IpRangeTree<A> implements MatchTree<A> {
    /// One range.
    ///
    /// @param exclusive true if it serves only addresses that are in no longer range
    record Row<A>(IpRange range, boolean exclusive, MatchTree<A> branch) {}

    private final MatchInput input;
    private final List<Row<A>> rows;
    private final MatchTree<A> onNoMatch;

    /// @param rows in the order in which they are tried
    IpRangeTree(MatchInput input, List<Row<A>> rows, MatchTree<A> onNoMatch) {
        this.input = input;
        this.rows = List.copyOf(rows);
        this.onNoMatch = onNoMatch;
    }

    @Override
    public MatchResult<A> match(MatchContext context) {
        if (input.availability(context) != MatchInput.Availability.ALL) {
            return MatchResult.undecided();
        }
        Address.Ip address =
                input.value(context) instanceof String text ? Address.Ip.parse(text, 0) : null;
        if (address == null) {
            return onNoMatch.match(context);
        }
        byte[] bytes = address.address().getAddress();
        boolean first = true;
        for (Row<A> row : rows) {
            if (!row.range.contains(bytes) || row.exclusive && !first) {
                continue;
            }
            MatchResult<A> result = row.branch.match(context);
            if (!(result instanceof MatchResult.NoMatch)) {
                return result;
            }
            first = false;
        }
        return onNoMatch.match(context);
    }
}
