package io.nuncio.kernel.extension;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/// Where the distribution is, as the launcher says in the variable `NUNCIO_HOME`.
///
/// @param home the folder with `bundles/`, `lib/` and, once something was loaded, `var/`
public record Installation(Path home) {
    /// Where the extensions of this installation come from.
    ///
    /// @param bundlePath instead of the installation's own bundles, null for these
    public ExtensionRegistry.Settings settings(@Nullable Path bundlePath) {
        return new ExtensionRegistry.Settings(
                bundlePath == null ? home.resolve("bundles") : bundlePath,
                home.resolve("var/store"),
                home.resolve("lib/shipped-bundles.txt"),
                Map.of(),
                Duration.ofSeconds(10));
    }
}
