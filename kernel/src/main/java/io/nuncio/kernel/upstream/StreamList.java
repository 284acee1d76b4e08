package io.nuncio.kernel.upstream;

import org.jspecify.annotations.Nullable;

/// The streams of one connection. Thread: the pool's worker.
final class StreamList {
    private @Nullable PooledStream first;
    private int size;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return first == null;
    }

    /// The one that began last.
    @Nullable PooledStream first() {
        return first;
    }

    void push(PooledStream stream) {
        stream.next = first;
        if (first != null) {
            first.previous = stream;
        }
        first = stream;
        size++;
    }

    void remove(PooledStream stream) {
        PooledStream before = stream.previous;
        PooledStream after = stream.next;
        if (before == null) {
            first = after;
        } else {
            before.next = after;
        }
        if (after != null) {
            after.previous = before;
        }
        stream.previous = null;
        stream.next = null;
        size--;
    }
}
