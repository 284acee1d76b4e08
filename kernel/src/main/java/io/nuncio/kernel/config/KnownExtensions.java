package io.nuncio.kernel.config;

import org.jspecify.annotations.Nullable;

import java.util.Set;
import java.util.stream.Collectors;

/// The names of the extensions that Envoy has in the version whose API we have:
/// `known-extensions.txt`. Read only when a name was not found.
final class KnownExtensions {
    private @Nullable Set<String> names;

    boolean contains(String name) {
        Set<String> loaded = names;
        if (loaded == null) {
            loaded =
                    Resources.text("known-extensions.txt")
                            .lines()
                            .filter(line -> !line.isBlank() && !line.startsWith("#"))
                            .collect(Collectors.toUnmodifiableSet());
            names = loaded;
        }
        return loaded.contains(name);
    }
}
