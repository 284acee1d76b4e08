package io.nuncio.kernel.extension;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Which extensions come with the distribution, whether their bundles are installed or not; written
/// when the distribution is built, a line `bundle extension type type ...` each.
final class ShippedBundles {
    private final Map<String, String> bundles;

    private ShippedBundles(Map<String, String> bundles) {
        this.bundles = Map.copyOf(bundles);
    }

    /// @param file null or absent outside a distribution
    static ShippedBundles read(@Nullable Path file) {
        var bundles = new HashMap<String, String>();
        try {
            List<String> lines =
                    file != null && Files.exists(file) ? Files.readAllLines(file) : List.of();
            for (String line : lines) {
                List<String> words = List.of(line.split(" "));
                words.subList(1, words.size()).forEach(word -> bundles.put(word, words.getFirst()));
            }
        } catch (IOException unreadable) {
            // The list only improves messages.
            return new ShippedBundles(Map.of());
        }
        return new ShippedBundles(bundles);
    }

    /// The bundle with that extension or configuration type, null if none ships with it.
    @Nullable String bundleOf(String typeOrName) {
        return bundles.get(typeOrName);
    }
}
