package io.nuncio.kernel.watch;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashSet;
import java.util.Set;

/// What a path leads to at one moment.
///
/// @param realPath null if to nothing
/// @param identity the file's own key, such as its inode
record FileState(
        @Nullable Path realPath,
        @Nullable Object identity,
        long size,
        long modifiedMillis,
        long nanos) {
    static final FileState NONE = new FileState(null, null, 0, 0, 0);

    private static final int MAX_LINKS = 40; // as Linux follows them

    static FileState of(Path path) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            return new FileState(
                    path.toRealPath(),
                    attributes.fileKey(),
                    attributes.isDirectory() ? 0 : attributes.size(),
                    attributes.lastModifiedTime().toMillis(),
                    attributes.lastModifiedTime().toInstant().getNano());
        } catch (IOException absent) {
            return NONE;
        }
    }

    /// Whether it may be read now: a file that appeared at the place of `before` by itself, or that
    /// is written in place, must have been left alone for a while.
    boolean settled(FileState before, long nowMillis) {
        boolean otherPlace = realPath != null && !realPath.equals(before.realPath);
        boolean byLink = otherPlace && before.realPath != null;
        return byLink || Math.abs(nowMillis - modifiedMillis) >= FileWatcher.SETTLED.toMillis();
    }

    /// The folders whose entries decide where a path leads: that of each symbolic link on the way
    /// and the one in which the way ends; of those that do not exist, the nearest that does.
    static Set<Path> way(Path path) {
        Set<Path> folders = new LinkedHashSet<>();
        Path rest = path.toAbsolutePath().normalize();
        for (int links = 0; links <= MAX_LINKS; links++) {
            Path link = firstLink(rest);
            if (link == null) {
                break;
            }
            folders.add(folderOf(link));
            Path target;
            try {
                target = Files.readSymbolicLink(link);
            } catch (IOException gone) {
                break;
            }
            rest = folderOf(link).resolve(target).resolve(link.relativize(rest)).normalize();
        }
        Path end = folderOf(rest);
        while (!Files.isDirectory(end) && end.getParent() != null) {
            end = end.getParent();
        }
        folders.add(end);
        if (Files.isDirectory(rest)) {
            folders.add(rest);
        }
        return folders;
    }

    private static @Nullable Path firstLink(Path path) {
        Path at = path.getRoot();
        for (Path part : path) {
            at = at == null ? part : at.resolve(part);
            if (Files.isSymbolicLink(at)) {
                return at;
            }
        }
        return null;
    }

    private static Path folderOf(Path path) {
        Path parent = path.getParent();
        return parent == null ? path : parent;
    }
}
