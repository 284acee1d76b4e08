package io.nuncio.kernel.upstream;

import org.jspecify.annotations.Nullable;

/// The connections of a pool that are in one state; the newest comes first. Thread: the pool's
/// worker.
final class ConnectionList {
    private @Nullable PooledConnection first;
    private int size;

    @Nullable PooledConnection first() {
        return first;
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return first == null;
    }

    void push(PooledConnection connection) {
        connection.list = this;
        connection.previous = null;
        connection.next = first;
        if (first != null) {
            first.previous = connection;
        }
        first = connection;
        size++;
    }

    void remove(PooledConnection connection) {
        PooledConnection before = connection.previous;
        PooledConnection after = connection.next;
        if (before == null) {
            first = after;
        } else {
            before.next = after;
        }
        if (after != null) {
            after.previous = before;
        }
        connection.previous = null;
        connection.next = null;
        connection.list = null;
        size--;
    }
}
