package io.nuncio.kernel.network;

import io.nuncio.spi.Connection;
import io.nuncio.spi.ConnectionEvent;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/// The callbacks of one connection, in the order in which they were added. One that is removed
/// while the others are told is not told any more; one that is added meanwhile is told from the
/// next time on.
final class WatcherList {
    private Connection.@Nullable Callbacks[] watchers = new Connection.Callbacks[2];
    private int size;
    private int telling;

    void add(Connection.Callbacks watcher) {
        if (size == watchers.length) {
            watchers = Arrays.copyOf(watchers, size * 2);
        }
        watchers[size++] = watcher;
    }

    void remove(Connection.Callbacks watcher) {
        for (int index = 0; index < size; index++) {
            if (watchers[index] == watcher) {
                watchers[index] = null;
            }
        }
        compact();
    }

    /// As [FilterSlots#tell].
    void tell(SocketConnection connection, ConnectionEvent event) {
        telling++;
        try {
            int count = size;
            for (int index = 0; index < count; index++) {
                if (connection.overtaken(event)) {
                    return;
                }
                Connection.Callbacks watcher = watchers[index];
                if (watcher != null) {
                    tell(connection, watcher, event);
                }
            }
        } finally {
            telling--;
            compact();
        }
    }

    private static void tell(
            SocketConnection connection, Connection.Callbacks watcher, ConnectionEvent event) {
        try {
            watcher.onEvent(event);
        } catch (Throwable failure) {
            connection.filterFailed(failure);
        }
    }

    /// @param above true for the high watermark, false for the low one
    void tellWatermark(boolean above) {
        telling++;
        try {
            int count = size;
            for (int index = 0; index < count; index++) {
                Connection.Callbacks watcher = watchers[index];
                if (watcher == null) {
                    continue;
                }
                if (above) {
                    watcher.onAboveWriteBufferHighWatermark();
                } else {
                    watcher.onBelowWriteBufferLowWatermark();
                }
            }
        } finally {
            telling--;
            compact();
        }
    }

    private void compact() {
        if (telling > 0) {
            return;
        }
        int kept = 0;
        for (int index = 0; index < size; index++) {
            if (watchers[index] != null) {
                watchers[kept++] = watchers[index];
            }
        }
        Arrays.fill(watchers, kept, size, null);
        size = kept;
    }
}
