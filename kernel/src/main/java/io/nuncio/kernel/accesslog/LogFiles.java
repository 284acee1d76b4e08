package io.nuncio.kernel.accesslog;

import io.nuncio.spi.LogFile;
import io.nuncio.spi.StatsScope;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The log files that are open: the same path is the same file, and a file is closed when the last
/// who asked for it has let it go.
///
/// Opening, letting go and reopening: any thread, as a rule the main thread. `/dev/stdout` and
/// `/dev/stderr` are the process's own and are never closed.
public final class LogFiles implements AutoCloseable {
    private static final Duration END_WAIT = Duration.ofSeconds(5);

    private final Settings settings;
    private final FileStats stats;
    private final Opener opener;
    private final Duration endWait;
    private final Object lock = new Object();
    private final Map<String, Shared> open = new HashMap<>();
    private final List<QueuedFile> ending = new ArrayList<>(); // let go, and perhaps still written

    /// How files are written.
    ///
    /// @param flushInterval `--file-flush-interval-msec`: how long an entry may wait
    /// @param flushBytes how many waiting bytes are written at once without waiting
    /// @param maxBytes how many bytes may wait; entries beyond are dropped and counted
    public record Settings(Duration flushInterval, int flushBytes, long maxBytes) {
        /// Envoy's: 10 seconds, 64 KiB; and 32 MiB that may wait.
        public static final Settings DEFAULT =
                new Settings(Duration.ofSeconds(10), 64 * 1024, 32L * 1024 * 1024);
    }

    /// Opens what a path names.
    @FunctionalInterface
    interface Opener {
        WritableByteChannel open(String path) throws IOException;
    }

    /// @param stats the root scope; statistics are `filesystem.*`
    public LogFiles(Settings settings, StatsScope stats) {
        this(settings, stats, LogFiles::openPath);
    }

    LogFiles(Settings settings, StatsScope stats, Opener opener) {
        this(settings, stats, opener, END_WAIT);
    }

    /// @param endWait how long [#close] waits for all files together
    LogFiles(Settings settings, StatsScope stats, Opener opener, Duration endWait) {
        this.settings = settings;
        this.stats = FileStats.in(stats);
        this.opener = opener;
        this.endWait = endWait;
    }

    /// A file to append to; it is created if it is not there.
    ///
    /// @throws UncheckedIOException if it cannot be opened; the message names the path and the
    ///   reason
    public Lease open(String path) {
        synchronized (lock) {
            Shared shared = open.get(path);
            if (shared == null) {
                shared = new Shared(new QueuedFile(path, openOrThrow(path), settings, stats));
                open.put(path, shared);
            }
            shared.users++;
            return new Lease(this, path, shared.file);
        }
    }

    /// Opens all files again by their paths, after what waits has been written to the old ones: for
    /// log rotation (`/reopen_logs`, SIGUSR1). Returns at once.
    public void reopen() {
        synchronized (lock) {
            for (var entry : open.entrySet()) {
                String path = entry.getKey();
                if (!standard(path)) {
                    entry.getValue().file.reopen(() -> opener.open(path));
                }
            }
        }
    }

    /// Writes what waits and closes all files; waits for it, a few seconds at most for all
    /// together. For the end of the process.
    @Override
    public void close() {
        List<QueuedFile> files = new ArrayList<>();
        synchronized (lock) {
            open.values().forEach(shared -> files.add(shared.file));
            open.clear();
            files.addAll(ending);
        }
        files.forEach(QueuedFile::close);
        long deadline = System.nanoTime() + endWait.toNanos();
        files.forEach(file -> file.awaitEnd(deadline));
    }

    private void release(String path, QueuedFile file) {
        synchronized (lock) {
            Shared shared = open.get(path);
            if (shared == null || shared.file != file || --shared.users > 0) {
                return;
            }
            open.remove(path);
            ending.removeIf(QueuedFile::ended);
            ending.add(file);
        }
        file.close();
    }

    private WritableByteChannel openOrThrow(String path) {
        try {
            return opener.open(path);
        } catch (IOException failure) {
            String message = "cannot open log file " + path + ": " + reason(failure);
            throw new UncheckedIOException(message, failure);
        }
    }

    private static String reason(IOException failure) {
        return switch (failure) {
            case NoSuchFileException _ -> "no such folder";
            case AccessDeniedException _ -> "permission denied";
            default -> String.valueOf(failure.getMessage());
        };
    }

    private static boolean standard(String path) {
        return path.equals("/dev/stdout") || path.equals("/dev/stderr");
    }

    private static WritableByteChannel openPath(String path) throws IOException {
        return switch (path) {
            case "/dev/stdout" -> new StandardChannel(new FileOutputStream(FileDescriptor.out));
            case "/dev/stderr" -> new StandardChannel(new FileOutputStream(FileDescriptor.err));
            default ->
                    java.nio.channels.FileChannel.open(
                            Path.of(path),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.APPEND);
        };
    }

    private static final class Shared {
        private final QueuedFile file;
        private int users;

        private Shared(QueuedFile file) {
            this.file = file;
        }
    }

    /// One user's hold on a file.
    public static final class Lease implements LogFile {
        private final LogFiles files;
        private final String path;
        private final QueuedFile file;
        private boolean closed;

        private Lease(LogFiles files, String path, QueuedFile file) {
            this.files = files;
            this.path = path;
            this.file = file;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            file.write(bytes, offset, length);
        }

        /// Lets the file go; no writes after this. A second call does nothing.
        @Override
        public void close() {
            synchronized (files.lock) {
                if (closed) {
                    return;
                }
                closed = true;
            }
            files.release(path, file);
        }
    }
}
