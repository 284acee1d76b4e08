package io.nuncio.kernel.network;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.internal.Slices;

/// What one connection has to send: the write buffer, the way into the socket's queue, and the
/// watermarks over both. Thread: the connection's worker.
///
/// | limit | default | when exceeded |
/// | --- | --- | --- |
/// | the buffer limit of the connection | 1 MiB | filters and watchers are told, and again at half of it |
final class SocketOutput {
    private final SocketConnection connection;
    private final Channel channel;
    private final Buffer buffer = new Buffer();
    private int limit;
    private boolean aboveHighWatermark;
    private boolean behind;

    SocketOutput(SocketConnection connection, Channel channel) {
        this.connection = connection;
        this.channel = channel;
    }

    /// What the filters have let through and the transport socket, or the socket, has not taken.
    Buffer buffer() {
        return buffer;
    }

    // The way to the socket.

    /// Hands the socket what is in `out`, unless it has not caught up with what it got before.
    void send(Buffer out) {
        if (out.isEmpty()) {
            return;
        }
        Slices slices = Slices.of(out);
        if (socketIsBehind()) {
            slices.tighten();
            return;
        }
        connection.info().sent(out.length());
        Channel.Unsafe socket = channel.unsafe();
        for (int count = slices.count(); count > 0; count--) {
            socket.write(slices.removeFirst(), channel.voidPromise());
        }
        socket.flush();
    }

    /// True if the peer reads so slowly that what is written now would only wait in the socket's
    /// queue. It waits here instead, where small pieces are joined, until the queue is empty.
    private boolean socketIsBehind() {
        ChannelOutboundBuffer queue = channel.unsafe().outboundBuffer();
        if (queue == null || queue.isEmpty()) {
            return false;
        }
        if (!behind) {
            behind = true;
            whenSent(this::caughtUp);
        }
        return true;
    }

    private void caughtUp() {
        behind = false;
        connection.writeSoon();
    }

    /// Runs `next` when the socket has taken all bytes; at once if it has.
    void whenSent(Runnable next) {
        ChannelOutboundBuffer queue = channel.unsafe().outboundBuffer();
        if (queue == null || queue.isEmpty()) {
            next.run();
            return;
        }
        ChannelPromise sent = channel.newPromise();
        sent.addListener(done -> {
            if (done.isSuccess()) {
                next.run();
            }
        });
        channel.unsafe().write(Unpooled.EMPTY_BUFFER, sent);
        channel.unsafe().flush();
    }

    /// What waits in the write buffer and in the socket's queue.
    long unsentBytes() {
        ChannelOutboundBuffer queue = channel.unsafe().outboundBuffer();
        return (queue == null ? 0 : queue.totalPendingWriteBytes()) + buffer.length();
    }

    // The watermarks.

    int limit() {
        return limit;
    }

    /// @param bytes 0 for none
    void limit(int bytes) {
        limit = bytes;
        channel.config().setWriteBufferWaterMark(connection.worker().waterMark(bytes));
    }

    boolean aboveHighWatermark() {
        return aboveHighWatermark;
    }

    /// The write buffer has grown: only when it alone may pass the limit is it worth counting what
    /// else waits.
    void onGrown() {
        if (!aboveHighWatermark && limit > 0 && buffer.length() > limit / 2) {
            checkWatermarks();
        }
    }

    /// Tells the connection if what it has not sent has passed a watermark.
    void checkWatermarks() {
        if (limit == 0 || connection.closed()) {
            return;
        }
        long unsent = connection.unsentBytes();
        if (!aboveHighWatermark && unsent > limit) {
            aboveHighWatermark = true;
            connection.tellWatermark(true);
        } else if (aboveHighWatermark && unsent <= limit / 2) {
            aboveHighWatermark = false;
            connection.tellWatermark(false);
        }
    }
}
