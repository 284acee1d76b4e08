package io.nuncio.kernel.match.tree;

import io.nuncio.spi.MatchContext;
import io.nuncio.spi.MatchInput;
import io.nuncio.spi.MatchResult;
import io.nuncio.spi.MatchTree;

import java.util.Map;
import java.util.TreeMap;

/// Branches by how the value begins: the longest prefix first, then shorter ones as long as nothing
/// matches.
final class PrefixTree<A> extends MapTree<A> {
    private final TreeMap<String, MatchTree<A>> branches;

    PrefixTree(MatchInput input, Map<String, MatchTree<A>> branches, MatchTree<A> onNoMatch) {
        super(input, onNoMatch);
        this.branches = new TreeMap<>(branches);
    }

    @Override
    MatchResult<A> lookUp(String value, MatchContext context) {
        // What sorts last among those not after `limit` shares the longest beginning with it:
        // either
        // it is a prefix, or the next candidate is no longer than what both share.
        String limit = value;
        while (true) {
            Map.Entry<String, MatchTree<A>> entry = branches.floorEntry(limit);
            if (entry == null) {
                return MatchResult.noMatch();
            }
            String prefix = entry.getKey();
            if (value.startsWith(prefix)) {
                MatchResult<A> result = entry.getValue().match(context);
                if (!(result instanceof MatchResult.NoMatch) || prefix.isEmpty()) {
                    return result;
                }
                limit = value.substring(0, prefix.length() - 1);
            } else {
                limit = value.substring(0, shared(value, prefix));
            }
        }
    }

    private static int shared(String one, String other) {
        int limit = Math.min(one.length(), other.length());
        int index = 0;
        while (index < limit && one.charAt(index) == other.charAt(index)) {
            index++;
        }
        return index;
    }
}
