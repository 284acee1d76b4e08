package io.nuncio.kernel.extension;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The jars of the bundles folder with what their manifests say. A manifest is read again only when
/// its file changed.
final class BundleFolder {
    private final Path folder;
    private Map<Path, Jar> known = Map.of();

    BundleFolder(Path folder) {
        this.folder = folder;
    }

    /// One file.
    ///
    /// @param manifest null if it could not be read
    /// @param reason why the file is not usable, null if it is
    record Jar(
            Path path,
            long bytes,
            FileTime modified,
            @Nullable BundleManifest manifest,
            @Nullable String reason) {
        Jar refused(String because) {
            return new Jar(path, bytes, modified, manifest, because);
        }
    }

    Path path() {
        return folder;
    }

    /// Reads the folder.
    ///
    /// @return oldest first, so that a newcomer comes after what was there
    List<Jar> scan() {
        var found = new HashMap<Path, Jar>();
        if (Files.isDirectory(folder)) {
            String objection =
                    openToAll(folder) ? "the folder " + folder + " is writable by everybody" : null;
            for (Path path : jars()) {
                Jar jar = read(path, objection);
                if (jar != null) {
                    found.put(path, jar);
                }
            }
        }
        known = Map.copyOf(found);
        return known.values().stream()
                .sorted(Comparator.comparing(Jar::modified).thenComparing(Jar::path))
                .toList();
    }

    private List<Path> jars() {
        var paths = new ArrayList<Path>();
        try (var files = Files.newDirectoryStream(folder, "*.jar")) {
            for (Path file : files) {
                if (!file.getFileName().toString().startsWith(".")) {
                    paths.add(file);
                }
            }
        } catch (IOException unreadable) {
            return List.of();
        }
        return paths;
    }

    /// @return null if the file went away meanwhile
    private @Nullable Jar read(Path path, @Nullable String objection) {
        try {
            var attributes = Files.readAttributes(path, BasicFileAttributes.class);
            Jar before = known.get(path);
            if (before != null
                    && objection == null
                    && before.bytes() == attributes.size()
                    && before.modified().equals(attributes.lastModifiedTime())) {
                return before;
            }
            var jar = new Jar(path, attributes.size(), attributes.lastModifiedTime(), null, null);
            if (objection != null) {
                return jar.refused(objection + "; take that right away (chmod o-w)");
            }
            if (openToAll(path)) {
                return jar.refused(
                        "the file is writable by everybody; take that right away (chmod o-w)");
            }
            try {
                BundleManifest manifest = new BundleFile(path).manifest();
                return new Jar(path, jar.bytes(), jar.modified(), manifest, null);
            } catch (BundleRefused refused) {
                return jar.refused(String.valueOf(refused.getMessage()));
            }
        } catch (IOException gone) {
            return null;
        }
    }

    private static boolean openToAll(Path path) {
        try {
            return Files.readAttributes(path, PosixFileAttributes.class)
                    .permissions()
                    .contains(PosixFilePermission.OTHERS_WRITE);
        } catch (IOException | UnsupportedOperationException noSuchRights) {
            return false;
        }
    }
}
