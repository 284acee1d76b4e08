package io.nuncio.kernel.watch;

import io.nuncio.spi.Timer;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/// One path that is watched, until it is closed. Thread: main.
public final class FileWatch implements AutoCloseable {
    private static final int MAX_SEARCHES = 8;

    private final FileWatcher watcher;
    private final Path path;
    private final Runnable changed;
    private final Timer timer;
    private FileState known = FileState.NONE;
    private Set<Path> folders = Set.of();
    private boolean polled;

    /// It was not there when it was looked at last; whoever replaces it may be about to.
    private boolean missed;

    private boolean closed;

    FileWatch(FileWatcher watcher, Path path, Runnable changed) {
        this.watcher = watcher;
        this.path = path;
        this.changed = changed;
        this.timer = watcher.timer(this::look);
        this.known = FileState.of(path);
    }

    /// Follows the way that the path takes now. What is made on the way while the folders of the
    /// way are found causes no event, so the way is searched until it stays the same.
    ///
    /// @return whether it is another than before
    boolean begin() {
        Set<Path> before = folders;
        Set<Path> way = FileState.way(path);
        for (int i = 0; i < MAX_SEARCHES && !closed && !way.equals(folders); i++) {
            follow(way);
            way = FileState.way(path);
        }
        return !folders.equals(before);
    }

    /// A folder of the way is no more, even if there is another of its name by now.
    void beginAgain() {
        watcher.unfollow(this, folders);
        folders = Set.of();
        begin();
        look();
    }

    private void follow(Set<Path> wanted) {
        Set<Path> left = new HashSet<>(folders);
        left.removeAll(wanted);
        watcher.unfollow(this, left);
        folders = wanted;
        polled = !watcher.follow(this, wanted);
        if (polled) {
            timer.arm(FileWatcher.POLL.toNanos());
        }
    }

    void look() {
        if (closed) {
            return;
        }
        FileState now = FileState.of(path);
        if (now.equals(known)) {
            // A link on the way may lead elsewhere and yet to the same file.
            if (begin()) {
                look();
            } else if (polled) {
                timer.arm(FileWatcher.POLL.toNanos());
            }
            return;
        }
        boolean absent = now.equals(FileState.NONE);
        if (absent ? !missed : !now.settled(known, System.currentTimeMillis())) {
            missed = absent;
            timer.arm(FileWatcher.SETTLED.toNanos());
            return;
        }
        missed = false;
        known = now;
        begin();
        changed.run();
    }

    /// Nothing is told any more.
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            timer.disarm();
            watcher.unfollow(this, folders);
            watcher.forget(this);
        }
    }
}
