package io.nuncio.kernel.stats;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// The statistics of one kind by name, with the number of scopes that hold each. An open-addressing
/// table of parallel arrays: a server with 10,000 clusters has a million of these, so an entry
/// costs its slots and no object of its own, and names are not kept as whole strings. Guarded by
/// the store's lock.
final class StatisticTable<T> {
    private static final int SMALLEST = 64;

    private final Function<T, String> nameOf;
    private @Nullable Object[] items = new @Nullable Object[SMALLEST];
    private int[] hashes = new int[SMALLEST];
    private int[] holders = new int[SMALLEST];
    private long @Nullable [] marks; // once somebody asks for them
    private int size;

    StatisticTable(Function<T, String> nameOf) {
        this.nameOf = nameOf;
    }

    int size() {
        return size;
    }

    @Nullable T find(String name) {
        return at(indexOf(name));
    }

    /// Adds a statistic that is not there yet, with one holder.
    void add(String name, T statistic) {
        if (size >= items.length / 4 * 3) {
            resize(items.length * 2);
        }
        insert(statistic, name.hashCode(), 1, 0);
        size++;
    }

    /// One more scope holds the statistic.
    void hold(T statistic) {
        holders[indexOf(nameOf.apply(statistic))]++;
    }

    /// One scope fewer holds the statistic; without any it is removed.
    void release(T statistic) {
        int index = indexOf(nameOf.apply(statistic));
        if (index >= 0 && items[index] == statistic && --holders[index] == 0) {
            remove(index);
        }
    }

    /// Shows every statistic with its mark (0 at first), and keeps the new mark that the visitor
    /// returns.
    void mark(Marker<T> marker) {
        if (marks == null) {
            marks = new long[items.length];
        }
        for (int index = 0; index < items.length; index++) {
            T statistic = at(index);
            if (statistic != null) {
                marks[index] = marker.mark(statistic, marks[index]);
            }
        }
    }

    /// See [#mark].
    interface Marker<T> {
        long mark(T statistic, long mark);
    }

    /// All statistics, in no order; a copy.
    List<T> all() {
        List<T> all = new ArrayList<>(size);
        for (int index = 0; index < items.length; index++) {
            T statistic = at(index);
            if (statistic != null) {
                all.add(statistic);
            }
        }
        return all;
    }

    @SuppressWarnings("unchecked")
    private @Nullable T at(int index) {
        return index < 0 ? null : (T) items[index];
    }

    private int indexOf(String name) {
        int hash = name.hashCode();
        int mask = items.length - 1;
        for (int index = home(hash); ; index = (index + 1) & mask) {
            T statistic = at(index);
            if (statistic == null) {
                return -1;
            }
            if (hashes[index] == hash && nameOf.apply(statistic).equals(name)) {
                return index;
            }
        }
    }

    private int home(int hash) {
        return (hash * 0x9E3779B9) >>> Integer.numberOfLeadingZeros(items.length - 1);
    }

    private void insert(T statistic, int hash, int heldBy, long mark) {
        int mask = items.length - 1;
        int index = home(hash);
        while (items[index] != null) {
            index = (index + 1) & mask;
        }
        items[index] = statistic;
        hashes[index] = hash;
        holders[index] = heldBy;
        if (marks != null) {
            marks[index] = mark;
        }
    }

    /// Closes the gap by moving back what was pushed beyond it, so that no tombstones are needed.
    private void remove(int gap) {
        int mask = items.length - 1;
        for (int index = (gap + 1) & mask; items[index] != null; index = (index + 1) & mask) {
            int distanceFromHome = (index - home(hashes[index])) & mask;
            if (distanceFromHome >= ((index - gap) & mask)) {
                items[gap] = items[index];
                hashes[gap] = hashes[index];
                holders[gap] = holders[index];
                if (marks != null) {
                    marks[gap] = marks[index];
                }
                gap = index;
            }
        }
        items[gap] = null;
        size--;
        if (items.length > SMALLEST && size < items.length / 8) {
            resize(items.length / 2);
        }
    }

    @SuppressWarnings("unchecked")
    private void resize(int capacity) {
        @Nullable Object[] oldItems = items;
        int[] oldHashes = hashes;
        int[] oldHolders = holders;
        long[] oldMarks = marks;
        items = new @Nullable Object[capacity];
        hashes = new int[capacity];
        holders = new int[capacity];
        marks = oldMarks == null ? null : new long[capacity];
        for (int index = 0; index < oldItems.length; index++) {
            Object statistic = oldItems[index];
            if (statistic != null) {
                long mark = oldMarks == null ? 0 : oldMarks[index];
                insert((T) statistic, oldHashes[index], oldHolders[index], mark);
            }
        }
    }
}
