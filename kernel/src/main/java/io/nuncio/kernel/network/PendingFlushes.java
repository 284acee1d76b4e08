package io.nuncio.kernel.network;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Arrays;

/// The connections of one loop that have something to write; each is flushed once per round.
final class PendingFlushes {
    private static final Logger LOG = LoggerFactory.getLogger("connection");

    private SocketConnection[] connections = new SocketConnection[64];
    private int size;

    void add(SocketConnection connection) {
        if (size == connections.length) {
            connections = Arrays.copyOf(connections, size * 2);
        }
        connections[size++] = connection;
    }

    /// Flushes all, also those that are added meanwhile. Nothing that one of them throws reaches
    /// the others, nor the loop, which would end.
    void flush() {
        for (int next = 0; next < size; next++) {
            try {
                connections[next].flushNow();
            } catch (Throwable failure) {
                LOG.error("{}: failed at the end of a round", connections[next], failure);
            }
        }
        Arrays.fill(connections, 0, size, null);
        size = 0;
    }
}
