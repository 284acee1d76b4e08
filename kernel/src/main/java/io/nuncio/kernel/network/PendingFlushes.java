package io.nuncio.kernel.network;

import java.util.Arrays;

/// The connections of one loop that have something to write; each is flushed once per round.
final class PendingFlushes {
    private SocketConnection[] connections = new SocketConnection[64];
    private int size;

    void add(SocketConnection connection) {
        if (size == connections.length) {
            connections = Arrays.copyOf(connections, size * 2);
        }
        connections[size++] = connection;
    }

    /// Flushes all, also those that are added meanwhile.
    void flush() {
        for (int next = 0; next < size; next++) {
            connections[next].flushNow();
        }
        Arrays.fill(connections, 0, size, null);
        size = 0;
    }
}
