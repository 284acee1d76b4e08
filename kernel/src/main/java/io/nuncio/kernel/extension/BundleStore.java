package io.nuncio.kernel.extension;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Verified jars by digest: `<sha256>.jar`. What is loaded is loaded from here, so that nobody can
/// change the file under a running class loader.
///
/// | limit | default | what happens beyond |
/// | --- | --- | --- |
/// | jars kept | 500 | the oldest are deleted; what runs keeps its open file |
final class BundleStore implements AutoCloseable {
    private static final int MAX_JARS = 500;

    private final Path wanted;
    private @Nullable Path folder;

    /// @param wanted made on first use; a temporary folder takes its place where nothing may be
    ///   written
    BundleStore(Path wanted) {
        this.wanted = wanted;
    }

    /// A jar of the store.
    ///
    /// @param jar does not change
    record Stored(Path jar, String sha256, BundleManifest manifest) {}

    /// Copies a jar, then verifies the copy, so that what was checked is what is loaded.
    ///
    /// @throws BundleRefused if the jar may not be loaded; nothing is kept then
    synchronized Stored add(Path jar) throws BundleRefused {
        Path copy = null;
        try {
            Path store = folder();
            copy = Files.createTempFile(store, ".incoming-", ".jar");
            Files.copy(jar, copy, StandardCopyOption.REPLACE_EXISTING);
            var file = new BundleFile(copy);
            BundleManifest manifest = file.verify();
            String sha256 = file.sha256();
            Path stored = store.resolve(sha256 + ".jar");
            Files.move(copy, stored, StandardCopyOption.ATOMIC_MOVE);
            copy = null;
            deleteOldest(store);
            return new Stored(stored, sha256, manifest);
        } catch (IOException failure) {
            throw new BundleRefused("cannot be copied to the store: " + failure, failure);
        } finally {
            deleteQuietly(copy);
        }
    }

    /// Notes why a jar of the store was not taken, for whoever looks later from outside.
    static void refuse(Stored stored, String reason) {
        try {
            Files.writeString(refusal(stored), reason);
        } catch (IOException unwritable) {
            // The log has it, too.
        }
    }

    /// Forgets it: the jar serves.
    static void take(Stored stored) {
        deleteQuietly(refusal(stored));
    }

    /// Why the jar was not taken, empty if it never was refused.
    static String refused(Stored stored) {
        try {
            Path note = refusal(stored);
            return Files.exists(note) ? Files.readString(note) : "";
        } catch (IOException unreadable) {
            return "";
        }
    }

    private static Path refusal(Stored stored) {
        return stored.jar().resolveSibling(stored.sha256() + ".refused");
    }

    private Path folder() throws IOException {
        if (folder == null) {
            folder = writable(wanted) ? wanted : Files.createTempDirectory("nuncio-store-");
        }
        return folder;
    }

    private static boolean writable(Path folder) {
        try {
            return Files.isWritable(Files.createDirectories(folder));
        } catch (IOException forbidden) {
            return false;
        }
    }

    private static void deleteOldest(Path store) throws IOException {
        var jars = new ArrayList<Path>();
        try (var files = Files.newDirectoryStream(store, "*.jar")) {
            files.forEach(jars::add);
        }
        if (jars.size() <= MAX_JARS) {
            return;
        }
        jars.sort(Comparator.comparing(BundleStore::modified));
        for (Path old : List.copyOf(jars.subList(0, jars.size() - MAX_JARS))) {
            String digest = old.getFileName().toString().replace(".jar", "");
            deleteQuietly(old.resolveSibling(digest + ".refused"));
            deleteQuietly(old);
        }
    }

    private static FileTime modified(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException gone) {
            return FileTime.fromMillis(0);
        }
    }

    private static void deleteQuietly(@Nullable Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException leftBehind) {
            // A stray copy costs disk space and nothing else.
        }
    }

    /// Deletes the store if it is a temporary one.
    @Override
    public void close() {
        if (folder == null || folder.equals(wanted)) {
            return;
        }
        try (var files = Files.newDirectoryStream(folder)) {
            files.forEach(BundleStore::deleteQuietly);
        } catch (IOException leftBehind) {
            // The operating system cleans its folder of temporary files.
        }
        deleteQuietly(folder);
    }
}
