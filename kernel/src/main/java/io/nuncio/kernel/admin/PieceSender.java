package io.nuncio.kernel.admin;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Worker;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Carries a page from the virtual thread that writes it to the loop that sends it. The writer is
/// some pieces ahead at most, and waits while the client reads too slowly.
final class PieceSender {
    private static final Logger LOG = LoggerFactory.getLogger("admin");
    private static final int PIECES_AHEAD = 16;

    private final Worker loop;
    private final Sender sender;
    private final Runnable onFailure;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private int ahead;
    private boolean slow;
    private boolean cancelled;

    /// Sends a piece, on the loop.
    @FunctionalInterface
    interface Sender {
        void send(Buffer data, boolean last);
    }

    /// @param onFailure run on the loop if the page cannot be written to its end
    PieceSender(Worker loop, Sender sender, Runnable onFailure) {
        this.loop = loop;
        this.sender = sender;
        this.onFailure = onFailure;
    }

    void start(AdminResponse.Writer writer) {
        Thread.ofVirtual().name("admin page").start(() -> write(writer));
    }

    private void write(AdminResponse.Writer writer) {
        try {
            writer.writeTo(piece -> put(piece.getBytes(StandardCharsets.UTF_8), false));
            put(new byte[0], true);
        } catch (CancellationException _) {
            return; // the client has gone
        } catch (RuntimeException bug) {
            LOG.error("writing an admin page failed", bug);
            loop.post(onFailure);
        }
    }

    private void put(byte[] data, boolean last) {
        lock.lock();
        try {
            while (!cancelled && (slow || ahead >= PIECES_AHEAD)) {
                changed.awaitUninterruptibly();
            }
            if (cancelled) {
                throw new CancellationException();
            }
            ahead++;
        } finally {
            lock.unlock();
        }
        if (!loop.post(() -> sent(data, last))) {
            throw new CancellationException();
        }
    }

    private void sent(byte[] data, boolean last) {
        lock.lock();
        try {
            ahead--;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        sender.send(Buffer.copyOf(data), last);
    }

    /// The client reads too slowly (true) or fast enough again. Thread: the loop.
    void slowDown(boolean yes) {
        lock.lock();
        try {
            slow = yes;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Nobody wants the rest. Thread: the loop.
    void cancel() {
        lock.lock();
        try {
            cancelled = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
