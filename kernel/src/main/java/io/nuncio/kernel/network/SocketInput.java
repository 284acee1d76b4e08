package io.nuncio.kernel.network;

import io.netty.channel.Channel;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;

import org.jspecify.annotations.Nullable;

/// What one connection has read: the read buffer, and when the socket is asked for more. It is not
/// while somebody has disabled reading, nor while the filters leave as much in the buffer as its
/// limit says. What becomes of the bytes is the connection's matter. Thread: the connection's
/// worker.
///
/// | limit | default | when exceeded |
/// | --- | --- | --- |
/// | the buffer limit of the connection | 1 MiB | the socket is not read until a filter takes bytes |
final class SocketInput {
    private final SocketConnection connection;
    private final Channel channel;
    private final Buffer buffer = new Buffer();
    private @Nullable Runnable deliverTask;
    private int disabled;
    private boolean stopped;
    private boolean full;
    private boolean deliverAsked;
    private boolean ended;
    private boolean endDelivered;

    SocketInput(SocketConnection connection, Channel channel) {
        this.connection = connection;
        this.channel = channel;
    }

    /// What the filters have not taken.
    Buffer buffer() {
        return buffer;
    }

    /// True once the peer sends no more.
    boolean ended() {
        return ended;
    }

    void end() {
        ended = true;
    }

    /// True once the filters know that the peer sends no more.
    boolean endDelivered() {
        return endDelivered;
    }

    void deliverEnd() {
        endDelivered = true;
    }

    // Whether the socket is read.

    boolean disabled() {
        return disabled > 0;
    }

    /// See [Connection#readDisable].
    void disable(boolean disable) {
        if (disable) {
            disabled++;
            return;
        }
        if (disabled == 0) {
            throw new IllegalStateException("reading is not disabled");
        }
        disabled--;
        if (disabled > 0 || connection.state() != Connection.State.OPEN) {
            return;
        }
        // What is here comes first: with more from the socket each time, a reader that is stopped
        // again before it got anything would gather bytes without end.
        if (!buffer.isEmpty() || connection.wireHoldsInput() || (ended && !endDelivered)) {
            deliverSoon();
        } else if (!full) {
            goOn();
        }
    }

    /// Nobody's wish holds any more.
    void enable() {
        disabled = 0;
        goOn();
    }

    /// A filter that takes nothing stops the socket when it has the limit; it goes on when bytes
    /// were taken.
    ///
    /// @param limit in bytes, 0 for none
    void checkLimit(int limit) {
        boolean now = limit > 0 && buffer.length() >= limit;
        if (now == full) {
            return;
        }
        full = now;
        if (full) {
            stop();
        } else if (disabled == 0) {
            goOn();
        }
    }

    void stop() {
        if (!stopped && connection.state() == Connection.State.OPEN) {
            stopped = true;
            channel.config().setAutoRead(false);
        }
    }

    private void goOn() {
        if (stopped && !connection.closed() && !ended) {
            stopped = false;
            channel.config().setAutoRead(true);
        }
    }

    // What is here already.

    /// Has what is here delivered after whatever runs now.
    void deliverSoon() {
        if (deliverAsked) {
            return;
        }
        deliverAsked = true;
        Runnable task = deliverTask;
        if (task == null) {
            task = this::deliverNow;
            deliverTask = task;
        }
        connection.worker().post(task);
    }

    private void deliverNow() {
        deliverAsked = false;
        if (disabled == 0) {
            connection.deliver();
            if (disabled == 0 && !full) {
                goOn();
            }
        }
    }
}
