package io.nuncio.kernel.network;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/// Decides, for one connection, how large the next read may be and how many reads there are in one
/// round of the loop.
///
/// The size follows what the peer sends: up fourfold when a read filled its buffer, down fourfold
/// after two reads in a row that needed less than an eighth. A round ends after [#MOST_PER_ROUND]
/// bytes, so that one busy connection does not keep the others waiting, earlier if the connection
/// may keep only little, and at once if it does not want to read.
final class ReadSizes implements RecvByteBufAllocator, RecvByteBufAllocator.ExtendedHandle {
    private static final int SMALLEST = 1024;
    private static final int LARGEST = 128 * 1024;
    private static final int FIRST = 4 * 1024;
    static final int MOST_PER_ROUND = 256 * 1024;

    private final SocketHandler handler;
    private int size = FIRST;
    private int attempted;
    private int last;
    private int perRound = MOST_PER_ROUND;
    private int inRound;
    private boolean small;

    /// @param handler knows who has the socket, and whether they want to read
    ReadSizes(SocketHandler handler) {
        this.handler = handler;
    }

    @Override
    public RecvByteBufAllocator.Handle newHandle() {
        return this;
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
        return allocator.ioBuffer(guess());
    }

    @Override
    public int guess() {
        return Math.min(size, perRound);
    }

    @Override
    public void reset(ChannelConfig config) {
        perRound = handler.bytesPerRound();
        inRound = 0;
        last = 0;
    }

    @Override
    public void incMessagesRead(int count) {}

    @Override
    public void lastBytesRead(int bytes) {
        last = bytes;
        if (bytes <= 0) {
            return;
        }
        inRound += bytes;
        if (bytes >= guess()) {
            size = Math.min(LARGEST, size * 4);
            small = false;
        } else if (bytes < size / 8) {
            if (small) {
                size = Math.max(SMALLEST, size / 4);
            }
            small = !small;
        } else {
            small = false;
        }
    }

    @Override
    public int lastBytesRead() {
        return last;
    }

    @Override
    public void attemptedBytesRead(int bytes) {
        attempted = bytes;
    }

    @Override
    public int attemptedBytesRead() {
        return attempted;
    }

    @Override
    public boolean continueReading() {
        return last > 0 && last == attempted && wantsMore();
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
        return last > 0 && wantsMore() && maybeMore.get();
    }

    private boolean wantsMore() {
        return inRound < perRound && handler.wantsToRead();
    }

    @Override
    public void readComplete() {}
}
