package io.nuncio.spi.internal;

import org.jspecify.annotations.Nullable;

/// The arrays of header maps whose streams have ended, for the next maps of the same loop: they are
/// two thirds of what a request would allocate otherwise. Thread: the loop's own.
public final class HeaderStorage {
    private static final int MOST = 64;
    private static final int LONGEST = 8 * 1024;

    private final byte[][] bytes = new byte[MOST][];
    private final int[][] entries = new int[MOST][];
    private final byte[][] slots = new byte[MOST][];
    private int size;

    /// That of the calling thread, null if it is not a loop's.
    public static @Nullable HeaderStorage current() {
        return Thread.currentThread() instanceof LoopThread loop ? loop.headerStorage() : null;
    }

    /// Takes out one set of arrays.
    ///
    /// @return where [#bytes], [#entries] and [#slots] are until the next call; -1 if there is none
    public int take() {
        if (size == 0) {
            return -1;
        }
        return --size;
    }

    public byte[] bytes(int place) {
        return bytes[place];
    }

    public int[] entries(int place) {
        return entries[place];
    }

    public byte[] slots(int place) {
        return slots[place];
    }

    /// Keeps a set of arrays, unless there are enough or they are large.
    public void give(byte[] mapBytes, int[] mapEntries, byte[] mapSlots) {
        if (size < MOST && mapBytes.length <= LONGEST && mapEntries.length <= LONGEST) {
            bytes[size] = mapBytes;
            entries[size] = mapEntries;
            slots[size] = mapSlots;
            size++;
        }
    }
}
