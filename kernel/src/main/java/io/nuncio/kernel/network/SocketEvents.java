package io.nuncio.kernel.network;

import io.netty.buffer.ByteBuf;

/// What happens to a socket. Thread: the socket's loop.
public interface SocketEvents {
    /// Until somebody takes the socket.
    SocketEvents IGNORE =
            new SocketEvents() {
                @Override
                public void onRead(ByteBuf bytes) {
                    bytes.release();
                }

                @Override
                public boolean wantsToRead() {
                    return false;
                }

                @Override
                public void onReadComplete() {}

                @Override
                public void onInputEnd() {}

                @Override
                public void onWritabilityChanged() {}

                @Override
                public void onClosed() {}

                @Override
                public void onFailure(Throwable failure) {}
            };

    /// Bytes came; ownership moves here. More may follow before [#onReadComplete].
    void onRead(ByteBuf bytes);

    /// Whether the round may bring more bytes; asked after each read.
    boolean wantsToRead();

    /// About how many bytes one round may bring, so that a connection's own limit is not passed by
    /// far before anybody can stop the sender.
    default int bytesPerRound() {
        return ReadSizes.MOST_PER_ROUND;
    }

    /// All that this round brings has been read.
    void onReadComplete();

    /// The peer sends no more; only if the socket allows half-close.
    void onInputEnd();

    /// More or less than half of the write limit waits in the socket's queue.
    void onWritabilityChanged();

    /// The socket is closed, by whichever side.
    void onClosed();

    /// Reading, writing or a callback failed; if the socket is at fault it is closed next.
    void onFailure(Throwable failure);
}
