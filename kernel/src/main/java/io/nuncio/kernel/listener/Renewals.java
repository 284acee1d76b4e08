package io.nuncio.kernel.listener;

import java.util.ArrayList;
import java.util.List;

/// The parts in which a listener and its renewal differ: those of the old one drain or hand over,
/// all others are both's. Thread: main.
final class Renewals {
    private Renewals() {}

    /// Filter chains that are replaced, each with its successor.
    record Pair(FilterChain old, FilterChain successor) {}

    static List<Pair> chains(CompiledListener old, CompiledListener renewed) {
        List<Pair> pairs = new ArrayList<>();
        for (int index = 0; index < old.chains().size(); index++) {
            FilterChain before = old.chains().get(index);
            FilterChain after = renewed.chains().get(index);
            if (before != after) {
                pairs.add(new Pair(before, after));
            }
        }
        return pairs;
    }

    /// Lets go of a renewal that is not wanted, and not of what it shares.
    static void close(CompiledListener old, CompiledListener renewed) {
        if (renewed.socketFilters() != old.socketFilters()) {
            renewed.socketFilters().close();
        }
        for (Pair pair : chains(old, renewed)) {
            if (pair.successor().socket() == pair.old().socket()) {
                pair.successor().closeFilters();
            } else {
                pair.successor().close();
            }
        }
    }
}
