package io.nuncio.kernel.config;

import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.List;

/// An index without any extension.
public enum NoExtensions implements ExtensionIndex {
    INSTANCE;

    @Override
    public @Nullable Provider byType(String category, String type) {
        return null;
    }

    @Override
    public @Nullable Provider byName(String category, String name) {
        return null;
    }

    @Override
    public @Nullable Provider byType(String type) {
        return null;
    }

    @Override
    public List<String> categoriesOf(String type) {
        return List.of();
    }

    @Override
    public @Nullable String shippedBy(String typeOrName) {
        return null;
    }

    @Override
    public Collection<String> types() {
        return List.of();
    }

    @Override
    public Collection<String> names(String category) {
        return List.of();
    }
}
