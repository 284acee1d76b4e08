package io.nuncio.spi.internal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.nuncio.spi.Buffer;

import org.jspecify.annotations.Nullable;

/// What a [Buffer] consists of: a queue of Netty buffers, each owned by this queue alone and read
/// from its reader index on.
///
/// The usual queue has one slice, which sits in a field of its own; more go to a ring. Thread: that
/// of the buffer's owner.
public final class Slices {
    /// A new chunk for bytes that are copied in has at least this size.
    private static final int SMALLEST_CHUNK = 256;

    /// Up to this many bytes are copied into the room that the last slice has left rather than kept
    /// as a slice of their own.
    private static final int COPY_LIMIT = 512;

    /// Memory of this size or less is not worth tightening.
    private static final int SMALL_SLICE = 4 * 1024;

    /// About as many as one round of the loop can add: frames of 16 KiB, with what comes between
    /// them.
    private static final int MOST_TIGHTENED = 64;

    private static final ByteBuf NONE = Unpooled.EMPTY_BUFFER;

    private ByteBuf first = NONE;
    private ByteBuf @Nullable [] ring; // the slices after the first
    private int ringHead;
    private int ringSize;
    private int length;

    /// The slices of a buffer.
    public static Slices of(Buffer buffer) {
        return buffer.slices(Internal.KEY);
    }

    /// How many bytes there are.
    public int length() {
        return length;
    }

    /// How many slices there are; none is empty.
    public int count() {
        return first == NONE ? 0 : 1 + ringSize;
    }

    /// A slice, still owned by this queue: read it by index only.
    public ByteBuf get(int index) {
        if (index == 0) {
            return first;
        }
        ByteBuf[] slices = ring;
        if (slices == null || index > ringSize) {
            throw new IndexOutOfBoundsException(index);
        }
        return slices[(ringHead + index - 1) & (slices.length - 1)];
    }

    /// Appends a buffer, whose ownership moves here. What is small, or fills less than half of its
    /// memory, is copied if there is room at the end; so a queue that grows holds little more
    /// memory than bytes.
    public void take(ByteBuf buffer) {
        int readable = buffer.readableBytes();
        if (readable == 0) {
            buffer.release();
            return;
        }
        if (first != NONE && (readable <= COPY_LIMIT || readable <= buffer.capacity() / 2)) {
            ByteBuf tail = get(ringSize);
            if (tail.writableBytes() >= readable && exclusive(tail)) {
                tail.writeBytes(buffer);
                buffer.release();
                length += readable;
                return;
            }
        }
        push(buffer, readable);
    }

    private void push(ByteBuf buffer, int readable) {
        length += readable;
        if (first == NONE) {
            first = buffer;
            return;
        }
        ByteBuf[] slices = room();
        slices[(ringHead + ringSize++) & (slices.length - 1)] = buffer;
    }

    private ByteBuf[] room() {
        ByteBuf[] slices = ring;
        if (slices == null) {
            slices = new ByteBuf[8];
            ring = slices;
        } else if (ringSize == slices.length) {
            ByteBuf[] larger = new ByteBuf[ringSize * 2];
            for (int index = 0; index < ringSize; index++) {
                larger[index] = slices[(ringHead + index) & (slices.length - 1)];
            }
            slices = larger;
            ring = larger;
            ringHead = 0;
        }
        return slices;
    }

    /// Puts a buffer in front without copying; ownership moves here.
    public void putFirst(ByteBuf buffer) {
        int readable = buffer.readableBytes();
        if (readable == 0) {
            buffer.release();
            return;
        }
        if (first != NONE) {
            ByteBuf[] slices = room();
            ringHead = (ringHead - 1) & (slices.length - 1);
            slices[ringHead] = first;
            ringSize++;
        }
        first = buffer;
        length += readable;
    }

    /// Takes the first slice out, with its ownership; there must be one.
    public ByteBuf removeFirst() {
        ByteBuf slice = first;
        if (slice == NONE) {
            throw new IllegalStateException("empty");
        }
        length -= slice.readableBytes();
        first = afterFirst();
        return slice;
    }

    private ByteBuf afterFirst() {
        ByteBuf[] slices = ring;
        if (ringSize == 0 || slices == null) {
            return NONE;
        }
        ByteBuf next = slices[ringHead];
        slices[ringHead] = NONE;
        ringHead = (ringHead + 1) & (slices.length - 1);
        ringSize--;
        return next;
    }

    /// For a queue that will wait: copies slices at its end that fill their memory badly to memory
    /// of their size.
    public void tighten() {
        int oldest = Math.max(0, count() - MOST_TIGHTENED);
        for (int index = count() - 1; index >= oldest; index--) {
            ByteBuf slice = get(index);
            int readable = slice.readableBytes();
            int memory = memory(slice);
            if (memory > SMALL_SLICE && readable < memory / 4 * 3) {
                set(index, ByteBufAllocator.DEFAULT.ioBuffer(readable).writeBytes(slice));
                slice.release();
            }
        }
    }

    /// How much memory the slice keeps: all of the buffer that it is a part of.
    private static int memory(ByteBuf slice) {
        ByteBuf whole = slice.unwrap();
        return whole == null ? slice.capacity() : whole.capacity();
    }

    private void set(int index, ByteBuf slice) {
        ByteBuf[] slices = ring;
        if (index == 0 || slices == null) {
            first = slice;
        } else {
            slices[(ringHead + index - 1) & (slices.length - 1)] = slice;
        }
    }

    /// Moves all slices of `source` to the end of this queue.
    public void takeAll(Slices source) {
        while (source.first != NONE) {
            take(source.removeFirst());
        }
    }

    /// Moves the first `count` bytes of `source` to the end of this queue; of a slice in the middle
    /// a small piece is copied, so that it does not keep all of the memory, and a large one shared.
    public void take(Slices source, int count) {
        int left = count;
        while (left > 0) {
            ByteBuf slice = source.first;
            int readable = slice.readableBytes();
            if (readable <= left) {
                left -= readable;
                take(source.removeFirst());
                continue;
            }
            if (left <= SMALL_SLICE) {
                int bytes = left;
                // With room for some more of its kind, which queues that wait then join.
                writable(bytes, bytes <= COPY_LIMIT ? SMALLEST_CHUNK : 4 * bytes)
                        .writeBytes(slice, bytes);
                wrote(bytes);
            } else {
                push(slice.readRetainedSlice(left), left);
            }
            source.length -= left;
            left = 0;
        }
    }

    /// The chunk at the end, with room for at least `count` bytes: write to it, then say [#wrote].
    /// Pooled memory.
    public ByteBuf writable(int count) {
        return writable(count, SMALLEST_CHUNK);
    }

    /// The same; a new chunk has at least `chunkSize` bytes.
    public ByteBuf writable(int count, int chunkSize) {
        if (first != NONE) {
            ByteBuf tail = get(ringSize);
            if (tail.writableBytes() >= count && exclusive(tail)) {
                return tail;
            }
        }
        ByteBuf chunk = ByteBufAllocator.DEFAULT.ioBuffer(Math.max(count, chunkSize));
        push(chunk, 0);
        return chunk;
    }

    /// Counts what was written to the chunk of [#writable].
    public void wrote(int count) {
        length += count;
    }

    /// Appends a copy, in memory that the garbage collector frees unless there is room at the end.
    public void append(byte[] source, int offset, int count) {
        if (count == 0) {
            return;
        }
        if (first != NONE) {
            ByteBuf tail = get(ringSize);
            if (tail.writableBytes() >= count && exclusive(tail)) {
                tail.writeBytes(source, offset, count);
                length += count;
                return;
            }
        }
        ByteBuf chunk = Unpooled.buffer(Math.max(count, SMALLEST_CHUNK));
        chunk.writeBytes(source, offset, count);
        push(chunk, count);
    }

    /// Appends what another queue holds, which keeps it: small slices are copied, large ones
    /// shared.
    public void appendCopyOf(Slices source) {
        int count = source.count();
        for (int index = 0; index < count; index++) {
            ByteBuf slice = source.get(index);
            int readable = slice.readableBytes();
            if (readable <= COPY_LIMIT) {
                writable(readable).writeBytes(slice, slice.readerIndex(), readable);
                wrote(readable);
            } else {
                push(slice.retainedSlice(), readable);
            }
        }
    }

    /// Puts a copy in front, in memory that the garbage collector frees.
    public void prepend(byte[] source) {
        if (source.length > 0) {
            putFirst(Unpooled.copiedBuffer(source));
        }
    }

    private static boolean exclusive(ByteBuf tail) {
        return tail.refCnt() == 1 && tail.unwrap() == null && !tail.isReadOnly();
    }

    /// Drops the first `count` bytes.
    public void skip(int count) {
        int left = count;
        while (left > 0) {
            int readable = first.readableBytes();
            if (left < readable) {
                first.skipBytes(left);
                length -= left;
                return;
            }
            left -= readable;
            removeFirst().release();
        }
    }

    /// Frees everything.
    public void release() {
        while (first != NONE) {
            removeFirst().release();
        }
        length = 0;
    }

    /// Copies bytes out without consuming them.
    public void copyTo(int index, byte[] target, int offset, int count) {
        int from = index;
        int at = offset;
        int left = count;
        for (int slice = 0; left > 0; slice++) {
            ByteBuf buffer = get(slice);
            int readable = buffer.readableBytes();
            if (from < readable) {
                int part = Math.min(left, readable - from);
                buffer.getBytes(buffer.readerIndex() + from, target, at, part);
                at += part;
                left -= part;
                from = 0;
            } else {
                from -= readable;
            }
        }
    }

    /// The byte at `index`, which is inside.
    public byte getByte(int index) {
        int from = index;
        for (int slice = 0; ; slice++) {
            ByteBuf buffer = get(slice);
            int readable = buffer.readableBytes();
            if (from < readable) {
                return buffer.getByte(buffer.readerIndex() + from);
            }
            from -= readable;
        }
    }

    /// The place of the first such byte from `from` on, or -1.
    public int indexOf(byte value, int from) {
        int before = 0;
        int count = count();
        for (int slice = 0; slice < count; slice++) {
            ByteBuf buffer = get(slice);
            int readable = buffer.readableBytes();
            if (from < before + readable) {
                int reader = buffer.readerIndex();
                int start = reader + Math.max(0, from - before);
                int found = buffer.indexOf(start, buffer.writerIndex(), value);
                if (found >= 0) {
                    return before + found - reader;
                }
            }
            before += readable;
        }
        return -1;
    }
}
