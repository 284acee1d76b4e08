package io.nuncio.kernel.stats;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/// The last names that were looked up in the store, for whoever hunts a statistic that is made over
/// and over. Off until it is enabled; only the total is always counted. Guarded by the store's
/// lock.
final class RecentLookups {
    private static final int CAPACITY = 100;

    private final Deque<String> names = new ArrayDeque<>();
    private boolean enabled;
    private long total;

    void add(String name) {
        total++;
        if (enabled) {
            names.addLast(name);
            if (names.size() > CAPACITY) {
                names.removeFirst();
            }
        }
    }

    void enable(boolean on) {
        enabled = on;
        if (!on) {
            names.clear();
        }
    }

    void clear() {
        names.clear();
        total = 0;
    }

    /// The page, the rarest name first.
    String page() {
        StringBuilder page = new StringBuilder();
        if (enabled) {
            page.append("   Count Lookup\n");
            Map<String, Integer> counts = new HashMap<>();
            names.forEach(name -> counts.merge(name, 1, Integer::sum));
            counts.entrySet().stream()
                    .sorted(
                            Map.Entry.<String, Integer>comparingByValue()
                                    .thenComparing(
                                            Map.Entry.comparingByKey(Comparator.naturalOrder())))
                    .forEach(entry ->
                            page.append(
                                    String.format("%8d %s\n", entry.getValue(), entry.getKey())));
        } else {
            page.append(
                    "Lookup tracking is not enabled. Use /stats/recentlookups/enable to enable.\n");
        }
        return page.append("\ntotal: ").append(total).append('\n').toString();
    }
}
