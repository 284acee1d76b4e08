package io.nuncio.kernel.server;

import io.nuncio.kernel.watch.FileWatch;
import io.nuncio.kernel.watch.FileWatcher;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// Watches the bundles folder for files that come, go or are moved into place, and each jar in it
/// for what is written in place. Thread: main.
final class BundleFolderWatch implements AutoCloseable {
    private final FileWatcher files;
    private final Runnable changed;
    private final FileWatch folder;
    private final Map<Path, FileWatch> jars = new HashMap<>();

    /// @param changed told when something may be other than before
    BundleFolderWatch(FileWatcher files, Path folder, Runnable changed) {
        this.files = files;
        this.changed = changed;
        this.folder = files.watch(folder, changed);
    }

    /// Watches these jars from now on, and no others.
    void jars(Set<Path> now) {
        jars.entrySet()
                .removeIf(watched -> {
                    boolean gone = !now.contains(watched.getKey());
                    if (gone) {
                        watched.getValue().close();
                    }
                    return gone;
                });
        for (Path jar : now) {
            jars.computeIfAbsent(jar, path -> files.watch(path, changed));
        }
    }

    @Override
    public void close() {
        folder.close();
        jars.values().forEach(FileWatch::close);
        jars.clear();
    }
}
