package io.nuncio.kernel.stats;

import io.nuncio.spi.Counter;
import io.nuncio.spi.DeclaredStats;
import io.nuncio.spi.Gauge;
import io.nuncio.spi.Histogram;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.TextReadout;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// A scope of a [StatsStore]: a prefix, the statistics it named and the scopes made from it. All
/// fields are guarded by the store's lock.
final class StoreScope implements StatsScope {
    private static final DeclaredStats[] NONE = {};

    private final StatsStore store;
    private final @Nullable StoreScope parent;
    private final String prefix;
    private final ScopeCells cells;
    private final List<Object> named = new ArrayList<>(0);
    private DeclaredStats[] declared = NONE;
    private @Nullable Set<StoreScope> children;
    private boolean closed;

    /// @param parent null for the root
    StoreScope(StatsStore store, @Nullable StoreScope parent, String prefix, ScopeCells cells) {
        this.store = store;
        this.parent = parent;
        this.prefix = prefix;
        this.cells = cells;
    }

    @Override
    public String prefix() {
        return prefix;
    }

    @Override
    public Counter counter(String name) {
        return store.counter(this, name);
    }

    @Override
    public Gauge gauge(String name) {
        return store.gauge(this, name);
    }

    @Override
    public Histogram histogram(String name, Histogram.Unit unit) {
        return store.histogram(this, name, unit);
    }

    @Override
    public TextReadout textReadout(String name) {
        return store.textReadout(this, name);
    }

    @Override
    public void declare(DeclaredStats names) {
        store.declare(this, names);
    }

    @Override
    public StatsScope scope(String name) {
        return store.scope(this, name);
    }

    @Override
    public void close() {
        store.close(this);
    }

    @Override
    public String toString() {
        return "scope " + prefix;
    }

    ScopeCells cells() {
        return cells;
    }

    @Nullable StoreScope parent() {
        return parent;
    }

    boolean closed() {
        return closed;
    }

    /// @return false if this scope had named it already
    boolean name(Object statistic) {
        for (Object known : named) {
            if (known == statistic) {
                return false;
            }
        }
        named.add(statistic);
        return true;
    }

    /// Like [#name] for a statistic that was made just now.
    void nameNew(Object statistic) {
        named.add(statistic);
    }

    void addDeclared(DeclaredStats names) {
        for (DeclaredStats known : declared) {
            if (known == names) {
                return;
            }
        }
        declared = Arrays.copyOf(declared, declared.length + 1);
        declared[declared.length - 1] = names;
    }

    DeclaredStats[] declared() {
        return declared;
    }

    void adopt(StoreScope child) {
        if (children == null) {
            children = new LinkedHashSet<>(4);
        }
        children.add(child);
    }

    void forget(StoreScope child) {
        if (children != null) {
            children.remove(child);
        }
    }

    List<StoreScope> children() {
        return children == null ? List.of() : List.copyOf(children);
    }

    /// Marks the scope closed and hands out what it named.
    List<Object> end() {
        closed = true;
        declared = NONE;
        List<Object> all = List.copyOf(named);
        named.clear();
        return all;
    }
}
