package io.nuncio.kernel.accesslog;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// A file behind a queue: any thread appends entries without a lock, one thread writes them in the
/// order in which they came.
///
/// The thread is started by the first entry, sleeps while nothing waits, and wakes up when the
/// oldest entry has waited for the flush interval, when enough waits for one write, or when the
/// file is to be opened again or closed. Entries beyond the limit of waiting bytes are dropped
/// whole.
final class QueuedFile {
    private static final Logger LOG = LoggerFactory.getLogger("file");

    private static final int MIN_BUFFER_BYTES = 64 * 1024;

    private final String path;
    private final LogFiles.Settings settings;
    private final FileStats stats;
    private final ConcurrentLinkedQueue<byte[]> queue = new ConcurrentLinkedQueue<>();
    private final AtomicLong waiting = new AtomicLong();
    private final AtomicBoolean started = new AtomicBoolean();
    private final Thread writer;
    private final ByteBuffer buffer;

    private volatile @Nullable Reopening reopening;
    private volatile boolean closing;

    // Only the writer's, once it has started.
    private WritableByteChannel channel;
    private boolean failing;

    /// Opens the file again.
    @FunctionalInterface
    interface Reopening {
        WritableByteChannel open() throws IOException;
    }

    QueuedFile(
            String path, WritableByteChannel channel, LogFiles.Settings settings, FileStats stats) {
        this.path = path;
        this.channel = channel;
        this.settings = settings;
        this.stats = stats;
        this.buffer = ByteBuffer.allocate(Math.max(MIN_BUFFER_BYTES, settings.flushBytes()));
        writer = new Thread(this::run, "log " + path);
        writer.setDaemon(true);
    }

    /// Any thread; returns at once.
    void write(byte[] bytes, int offset, int length) {
        long before = waiting.getAndAdd(length);
        if (before + length > settings.maxBytes()) {
            waiting.addAndGet(-length);
            stats.writeFailed().increment();
            return;
        }
        queue.add(Arrays.copyOfRange(bytes, offset, offset + length));
        stats.writeBuffered().increment();
        stats.writeTotalBuffered().add(length);
        if (before == 0) {
            wake();
        } else if (before < settings.flushBytes() && before + length >= settings.flushBytes()) {
            LockSupport.unpark(writer);
        }
    }

    /// The file is opened again before the next write. Any thread.
    void reopen(Reopening how) {
        reopening = how;
        wake();
    }

    /// What waits is written, then the file is closed. Any thread.
    void close() {
        closing = true;
        wake();
    }

    /// True if all is written and the file is closed.
    boolean ended() {
        return writer.getState() == Thread.State.TERMINATED;
    }

    /// @param deadline of [System#nanoTime]
    void awaitEnd(long deadline) {
        try {
            long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            writer.join(Math.max(1, millis)); // 0 is for ever
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void wake() {
        if (!started.get() && started.compareAndSet(false, true)) {
            writer.start();
        }
        LockSupport.unpark(writer);
    }

    private void run() {
        long interval = settings.flushInterval().toNanos();
        long flushAt = System.nanoTime() + interval;
        boolean idle = true;
        while (true) {
            boolean last = closing;
            Reopening how = reopening;
            long bytes = waiting.get();
            long now = System.nanoTime();
            if (idle && bytes > 0) {
                idle = false;
                flushAt = now + interval;
            }
            boolean enough = bytes >= settings.flushBytes();
            boolean due = !idle && flushAt - now <= 0;
            if (last || how != null || enough || due) {
                if (due && !enough) {
                    stats.flushedByTimer().increment();
                }
                flush();
                idle = true;
                if (how != null) {
                    reopening = null;
                    reopenNow(how);
                }
                if (last) {
                    closeNow();
                    return;
                }
            } else if (idle) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, flushAt - now);
            }
        }
    }

    /// Writes what is in the queue now, in pieces of the buffer's size.
    private void flush() {
        long taken = 0;
        byte[] entry;
        while (taken < settings.maxBytes() && (entry = queue.poll()) != null) {
            taken += entry.length;
            int offset = 0;
            while (entry.length - offset > buffer.remaining()) {
                int part = buffer.remaining();
                buffer.put(entry, offset, part);
                offset += part;
                writeBuffer();
            }
            buffer.put(entry, offset, entry.length - offset);
            stats.writeTotalBuffered().subtract(entry.length);
            waiting.addAndGet(-entry.length);
        }
        writeBuffer();
    }

    private void writeBuffer() {
        buffer.flip();
        if (!buffer.hasRemaining()) {
            buffer.clear();
            return;
        }
        try {
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            stats.writeCompleted().increment();
            failing = false;
        } catch (IOException failure) {
            stats.writeFailed().increment();
            if (!failing) { // once per outage: a full disk would fill what is left of it
                LOG.warn("writing to log file {} failed: {}", path, failure.getMessage());
            }
            failing = true;
        }
        buffer.clear();
    }

    /// The old file stays in use if the new one cannot be opened.
    private void reopenNow(Reopening how) {
        try {
            WritableByteChannel next = how.open();
            channel.close();
            channel = next;
        } catch (IOException | UncheckedIOException failure) {
            stats.reopenFailed().increment();
            LOG.warn("opening log file {} again failed: {}", path, failure.getMessage());
        }
    }

    private void closeNow() {
        try {
            channel.close();
        } catch (IOException failure) {
            LOG.warn("closing log file {} failed: {}", path, failure.getMessage());
        }
    }
}
