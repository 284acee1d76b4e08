package io.nuncio.kernel.extension;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/// Verified jars by digest: `<sha256>.jar`. What is loaded is loaded from here, so that nobody can
/// change the file under a running class loader.
final class BundleStore {
    private final Path folder;

    /// @param folder made on first use; nobody else should write to it
    BundleStore(Path folder) {
        this.folder = folder;
    }

    /// A jar of the store.
    ///
    /// @param jar does not change
    record Stored(Path jar, String sha256, BundleManifest manifest) {}

    /// Copies a jar, then verifies the copy, so that what was checked is what is loaded.
    ///
    /// @throws BundleRefused if the jar may not be loaded; nothing is kept then
    Stored add(Path jar) throws BundleRefused {
        Path copy = null;
        try {
            Files.createDirectories(folder);
            copy = Files.createTempFile(folder, ".incoming-", ".jar");
            Files.copy(jar, copy, StandardCopyOption.REPLACE_EXISTING);
            var file = new BundleFile(copy);
            BundleManifest manifest = file.verify();
            String sha256 = file.sha256();
            Path stored = folder.resolve(sha256 + ".jar");
            try {
                Files.move(copy, stored, StandardCopyOption.ATOMIC_MOVE);
            } catch (FileAlreadyExistsException same) {
                Files.delete(copy);
            }
            copy = null;
            return new Stored(stored, sha256, manifest);
        } catch (IOException failure) {
            throw new BundleRefused("cannot be copied to " + folder + ": " + failure, failure);
        } finally {
            deleteQuietly(copy);
        }
    }

    private static void deleteQuietly(@org.jspecify.annotations.Nullable Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException leftBehind) {
            // A stray copy costs disk space and nothing else.
        }
    }
}
