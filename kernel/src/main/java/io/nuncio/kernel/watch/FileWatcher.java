package io.nuncio.kernel.watch;

import io.nuncio.spi.Timer;
import io.nuncio.spi.Worker;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Tells when what a path leads to has become another: a file was moved there, a symbolic link on
/// the way was swapped, or its content was written in place.
///
/// The folder of every link on the way is watched, and the one where the way ends. An event only
/// causes a look at the path ([FileState]); the watch is told if that has changed, and for content
/// written in place not before it has been left alone for [#SETTLED]. Where the system can watch no
/// more folders, the path is looked at every second.
///
/// Thread: all but the wait for events happens on the main thread.
public final class FileWatcher implements AutoCloseable {
    /// How long a file is left alone before it counts as written.
    static final Duration SETTLED = Duration.ofMillis(100);

    /// How often a path is looked at that cannot be watched.
    static final Duration POLL = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger("filesystem");
    private static final WatchEvent.Kind<?>[] EVENTS = {
        StandardWatchEventKinds.ENTRY_CREATE,
        StandardWatchEventKinds.ENTRY_MODIFY,
        StandardWatchEventKinds.ENTRY_DELETE
    };

    private final Worker main;
    private final Set<FileWatch> watches = new HashSet<>();
    private final Map<Path, Folder> folders = new HashMap<>();
    private @Nullable WatchService service;
    private boolean closed;

    public FileWatcher(Worker main) {
        this.main = main;
    }

    /// Begins to watch. What the path leads to now is what changes are measured against. Thread:
    /// main, or before the main loop runs.
    ///
    /// @param path a file, a folder or a link to one; need not exist yet
    /// @param changed told on the main thread, once for each change
    public FileWatch watch(Path path, Runnable changed) {
        FileWatch watch = new FileWatch(this, path.toAbsolutePath(), changed);
        watches.add(watch);
        watch.begin();
        return watch;
    }

    Timer timer(Runnable task) {
        return main.timer(task);
    }

    /// Watches folders for a watch.
    ///
    /// @return false if one of them cannot be watched, so that the path must be polled
    boolean follow(FileWatch watch, Set<Path> wanted) {
        boolean all = true;
        for (Path path : wanted) {
            Folder folder = folders.get(path);
            if (folder == null) {
                folder = open(path);
            }
            if (folder == null) {
                all = false;
            } else {
                folder.watches.add(watch);
            }
        }
        return all;
    }

    void unfollow(FileWatch watch, Set<Path> unwanted) {
        for (Path path : unwanted) {
            Folder folder = folders.get(path);
            if (folder != null && folder.watches.remove(watch) && folder.watches.isEmpty()) {
                folder.key.cancel();
                folders.remove(path);
            }
        }
    }

    void forget(FileWatch watch) {
        watches.remove(watch);
    }

    private @Nullable Folder open(Path path) {
        try {
            Folder folder = new Folder(path.register(service(), EVENTS));
            folders.put(path, folder);
            return folder;
        } catch (IOException | ClosedWatchServiceException failure) {
            LOG.debug("{} cannot be watched and is polled: {}", path, failure.getMessage());
            return null;
        }
    }

    private WatchService service() throws IOException {
        WatchService open = service;
        if (open == null) {
            WatchService made = FileSystems.getDefault().newWatchService();
            service = made;
            open = made;
            Thread.ofVirtual().name("file-watcher").start(() -> take(made));
        }
        return open;
    }

    /// On a virtual thread until the service is closed.
    private void take(WatchService open) {
        try {
            while (true) {
                WatchKey key = open.take();
                key.pollEvents(); // what happened is found out by looking
                main.post(() -> look(key));
                if (!key.reset()) {
                    main.post(() -> gone(key));
                }
            }
        } catch (ClosedWatchServiceException end) {
            LOG.trace("the file watcher ended");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void look(WatchKey key) {
        for (FileWatch watch : watchesOf(key)) {
            watch.look();
        }
    }

    /// A watched folder is no more: the ways that led through it are searched anew.
    private void gone(WatchKey key) {
        List<FileWatch> concerned = watchesOf(key);
        folders.values().removeIf(folder -> folder.key == key);
        concerned.forEach(FileWatch::beginAgain);
    }

    private List<FileWatch> watchesOf(WatchKey key) {
        if (closed) {
            return List.of();
        }
        for (Folder folder : folders.values()) {
            if (folder.key == key) {
                return new ArrayList<>(folder.watches);
            }
        }
        return List.of();
    }

    /// Ends all watches. Thread: main, or after the main loop has ended.
    @Override
    public void close() {
        closed = true;
        List.copyOf(watches).forEach(FileWatch::close);
        WatchService open = service;
        if (open != null) {
            try {
                open.close();
            } catch (IOException failure) {
                LOG.debug("the file watcher could not be closed: {}", failure.getMessage());
            }
        }
    }

    /// A folder that is watched, and for whom.
    private static final class Folder {
        final WatchKey key;
        final Set<FileWatch> watches = new HashSet<>();

        Folder(WatchKey key) {
            this.key = key;
        }
    }
}
