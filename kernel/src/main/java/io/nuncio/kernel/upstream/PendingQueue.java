package io.nuncio.kernel.upstream;

import org.jspecify.annotations.Nullable;

/// First in, first out, with removal from the middle. Thread: the pool's worker.
final class PendingQueue {
    private @Nullable PendingStream first;
    private @Nullable PendingStream last;
    private int size;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return first == null;
    }

    void add(PendingStream stream) {
        stream.queue = this;
        stream.previous = last;
        if (last == null) {
            first = stream;
        } else {
            last.next = stream;
        }
        last = stream;
        size++;
    }

    @Nullable PendingStream poll() {
        PendingStream stream = first;
        if (stream != null) {
            remove(stream);
        }
        return stream;
    }

    void remove(PendingStream stream) {
        PendingStream before = stream.previous;
        PendingStream after = stream.next;
        if (before == null) {
            first = after;
        } else {
            before.next = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.previous = before;
        }
        stream.previous = null;
        stream.next = null;
        stream.queue = null;
        size--;
    }

    /// Moves everything of the other queue to the end of this one.
    void takeAll(PendingQueue other) {
        PendingStream stream = other.poll();
        while (stream != null) {
            add(stream);
            stream = other.poll();
        }
    }
}
