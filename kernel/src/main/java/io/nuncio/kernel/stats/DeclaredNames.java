package io.nuncio.kernel.stats;

import io.nuncio.spi.DeclaredStats;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;

/// What scopes have declared and nobody has made: found by walking all scopes, since it is asked
/// for by people only. Guarded by the store's lock.
///
/// @param root everything else is below it
record DeclaredNames(StoreScope root) {
    /// One kind of statistic of one scope under one prefix; scopes of the same prefix show it once.
    private record Shown(String prefix, DeclaredStats names) {}

    /// Shows each entry of one kind with its scope.
    <E> void forEach(Function<DeclaredStats, List<E>> kind, BiConsumer<StoreScope, E> visitor) {
        Set<Shown> shown = new HashSet<>();
        Deque<StoreScope> open = new ArrayDeque<>();
        open.add(root);
        while (!open.isEmpty()) {
            StoreScope scope = open.removeLast();
            open.addAll(scope.children());
            for (DeclaredStats names : scope.declared()) {
                if (shown.add(new Shown(scope.prefix(), names))) {
                    kind.apply(names).forEach(entry -> visitor.accept(scope, entry));
                }
            }
        }
    }

    /// The scope that has declared a whole name, with the entry.
    <E> @Nullable Found<E> find(
            String name, Function<DeclaredStats, List<E>> kind, Function<E, String> nameOf) {
        Found<E>[] found = newFound();
        forEach(
                kind,
                (scope, entry) -> {
                    String prefix = scope.prefix();
                    String rest = nameOf.apply(entry);
                    if (name.length() == prefix.length() + rest.length()
                            && name.startsWith(prefix)
                            && name.endsWith(rest)) {
                        found[0] = new Found<>(scope, entry);
                    }
                });
        return found[0];
    }

    /// A name that a scope has declared.
    record Found<E>(StoreScope scope, E entry) {}

    @SuppressWarnings("unchecked")
    private static <E> Found<E>[] newFound() {
        return (Found<E>[]) new Found<?>[1];
    }
}
