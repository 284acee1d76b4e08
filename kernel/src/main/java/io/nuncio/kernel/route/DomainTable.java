package io.nuncio.kernel.route;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Finds a value by domain, as Envoy finds virtual hosts: the whole name first, then `*` at its
/// beginning, then `*` at its end, the longest first in each, at last the lone `*`. Names are
/// compared without case, on bytes and without allocating; the effort does not grow with the number
/// of names.
final class DomainTable<T> {
    private final NameTable<T> exact;

    /// By the length of the part beside the star, longest first.
    private final List<Wildcards<T>> suffixes;

    private final List<Wildcards<T>> prefixes;
    private final @Nullable T other;
    private final boolean onlyOther;

    private DomainTable(
            NameTable<T> exact,
            List<Wildcards<T>> suffixes,
            List<Wildcards<T>> prefixes,
            @Nullable T other) {
        this.exact = exact;
        this.suffixes = suffixes;
        this.prefixes = prefixes;
        this.other = other;
        this.onlyOther = exact.isEmpty() && suffixes.isEmpty() && prefixes.isEmpty();
    }

    /// True if every host finds the same.
    boolean onlyOther() {
        return onlyOther;
    }

    /// What the lone `*` stands for, null if there is none.
    @Nullable T other() {
        return other;
    }

    /// @return null if no domain fits
    @Nullable T find(byte[] bytes, int start, int length) {
        T found = exact.get(bytes, start, length);
        for (int i = 0; found == null && i < suffixes.size(); i++) {
            Wildcards<T> wildcards = suffixes.get(i);
            // The star stands for one byte at least.
            if (wildcards.length() < length) {
                int from = start + length - wildcards.length();
                found = wildcards.names().get(bytes, from, wildcards.length());
            }
        }
        for (int i = 0; found == null && i < prefixes.size(); i++) {
            Wildcards<T> wildcards = prefixes.get(i);
            if (wildcards.length() < length) {
                found = wildcards.names().get(bytes, start, wildcards.length());
            }
        }
        return found == null ? other : found;
    }

    private record Wildcards<T>(int length, NameTable<T> names) {}

    /// Collects domains on the main thread.
    static final class Builder<T> {
        private final Map<String, T> exact = new HashMap<>();
        private final Map<Integer, Map<String, T>> suffixes = new HashMap<>();
        private final Map<Integer, Map<String, T>> prefixes = new HashMap<>();
        private @Nullable T other;

        /// @return what the domain stood for already, null if it is new
        @Nullable T add(String domain, T value) {
            String lower = NameTable.lowerCase(domain);
            if (lower.equals("*")) {
                T before = other;
                other = before == null ? value : before;
                return before;
            }
            if (lower.startsWith("*")) {
                return put(suffixes, lower.substring(1), value);
            }
            if (lower.endsWith("*")) {
                return put(prefixes, lower.substring(0, lower.length() - 1), value);
            }
            return exact.putIfAbsent(lower, value);
        }

        private static <T> @Nullable T put(
                Map<Integer, Map<String, T>> byLength, String name, T value) {
            int length = name.getBytes(StandardCharsets.UTF_8).length;
            return byLength.computeIfAbsent(length, key -> new HashMap<>())
                    .putIfAbsent(name, value);
        }

        DomainTable<T> build() {
            return new DomainTable<>(
                    new NameTable<>(exact), longestFirst(suffixes), longestFirst(prefixes), other);
        }

        private static <T> List<Wildcards<T>> longestFirst(Map<Integer, Map<String, T>> byLength) {
            var all = new ArrayList<Wildcards<T>>();
            byLength.forEach(
                    (length, names) -> all.add(new Wildcards<>(length, new NameTable<>(names))));
            all.sort(
                    Comparator.comparingInt((Wildcards<T> wildcards) -> wildcards.length())
                            .reversed());
            return List.copyOf(all);
        }
    }
}
