package io.nuncio.kernel.server;

import io.nuncio.kernel.extension.ExtensionRegistry;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/// The folder of the distribution: its bundles, its examples, and a place for what the process
/// keeps.
///
/// @param folder null outside a distribution
public record Home(@Nullable Path folder) {
    /// As the launcher says in the environment variable `NUNCIO_HOME`.
    static Home fromEnvironment() {
        String home = System.getenv("NUNCIO_HOME");
        return new Home(home == null || home.isEmpty() ? null : Path.of(home));
    }

    /// The bundles: where `--bundle-path` says, or the distribution's own.
    ///
    /// @throws StartFailure if there is neither
    ExtensionRegistry.Settings bundles(@Nullable Path bundlePath) throws StartFailure {
        Path bundles =
                bundlePath != null ? bundlePath : folder == null ? null : folder.resolve("bundles");
        if (bundles == null) {
            throw new StartFailure(
                    "no folder of bundles: set --bundle-path, or start by bin/nuncio");
        }
        Path shipped = folder == null ? null : folder.resolve("lib/shipped-bundles.txt");
        return new ExtensionRegistry.Settings(
                bundles,
                store(),
                shipped != null && Files.isReadable(shipped) ? shipped : null,
                Map.of(),
                Duration.ofSeconds(10));
    }

    /// A file that comes with the distribution.
    ///
    /// @throws StartFailure if it is not there
    Path example(String name) throws StartFailure {
        Path file = folder == null ? null : folder.resolve("examples").resolve(name);
        if (file == null || !Files.isReadable(file)) {
            throw new StartFailure(
                    "the distribution's examples/" + name + " cannot be read; start by bin/nuncio");
        }
        return file;
    }

    /// Verified copies of bundles: beside the distribution where it may be written, else in a
    /// folder for this process.
    private Path store() throws StartFailure {
        if (folder != null) {
            Path kept = folder.resolve("var/bundles");
            try {
                Files.createDirectories(kept);
                if (Files.isWritable(kept)) {
                    return kept;
                }
            } catch (IOException readOnlyDistribution) {
                return temporary();
            }
        }
        return temporary();
    }

    private static Path temporary() throws StartFailure {
        try {
            Path made = Files.createTempDirectory("nuncio-bundles");
            made.toFile().deleteOnExit();
            return made;
        } catch (IOException e) {
            throw new StartFailure("cannot make a folder for bundles: " + e.getMessage());
        }
    }
}
