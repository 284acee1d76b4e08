package io.nuncio.kernel.http2.hpack;

import java.util.Arrays;

/// The fields that a connection has sent, newest first (RFC 7541, 2.3.2). Their bytes lie one after
/// the other, each field as `name: value\r\n`; memory is taken as the table fills, at most one and
/// a half times its size.
final class DynamicTable {
    /// What a field counts besides its bytes.
    private static final int OVERHEAD = 32;

    private static final int SMALLEST_AREA = 512;
    private static final int FEWEST_ENTRIES = 16;

    private static final int START = 0;
    private static final int NAME_LENGTH = 1;
    private static final int VALUE_LENGTH = 2;
    private static final int NAME_KEY = 3;
    private static final int EXTRA = 4;
    private static final int STRIDE = 5;

    private static final byte[] NO_BYTES = {};
    private static final int[] NO_ENTRIES = {};

    private byte[] bytes = NO_BYTES;
    private int liveStart;
    private int liveEnd;
    private int[] entries = NO_ENTRIES; // a ring
    private int mask = -1;
    private int count;
    private int inserted;
    private int size;
    private int maxSize;

    DynamicTable(int maxSize) {
        this.maxSize = maxSize;
    }

    int count() {
        return count;
    }

    /// The sum of the fields' sizes, as the RFC counts.
    int size() {
        return size;
    }

    int maxSize() {
        return maxSize;
    }

    /// How many fields were ever added; wraps around. The newest field has this number, the one
    /// before it one less.
    int inserted() {
        return inserted;
    }

    /// Where the bytes of all fields lie; valid until the table changes.
    byte[] bytes() {
        return bytes;
    }

    /// Where a field is.
    ///
    /// @param age 0 for the newest, below [#count]
    int place(int age) {
        return (inserted - age & mask) * STRIDE;
    }

    int start(int place) {
        return entries[place + START];
    }

    int nameLength(int place) {
        return entries[place + NAME_LENGTH];
    }

    int valueLength(int place) {
        return entries[place + VALUE_LENGTH];
    }

    int nameKey(int place) {
        return entries[place + NAME_KEY];
    }

    /// What was given to [#add].
    int extra(int place) {
        return entries[place + EXTRA];
    }

    /// Memory that is held, for tests.
    int capacity() {
        return bytes.length + entries.length * Integer.BYTES;
    }

    /// True if a field of this size can be in the table at all.
    boolean fits(int nameLength, int valueLength) {
        return nameLength + valueLength <= maxSize - OVERHEAD;
    }

    /// Changes the size; the oldest fields go if they have to.
    void maxSize(int most) {
        maxSize = most;
        evict(0);
        if (count == 0) {
            bytes = NO_BYTES;
            entries = NO_ENTRIES;
            mask = -1;
        } else if (bytes.length > mostBytes()) {
            moveTo(new byte[mostBytes()]);
        }
    }

    private int mostBytes() {
        return maxSize + (maxSize >> 1);
    }

    /// Adds a field, and drops the oldest ones for it. One that is larger than the table empties
    /// it, and is not added.
    ///
    /// @param source not this table's bytes
    /// @param start where `name: value\r\n` starts
    void add(byte[] source, int start, int nameLength, int valueLength, int nameKey, int extra) {
        if (!fits(nameLength, valueLength)) {
            evict(maxSize + 1);
            return;
        }
        evict(nameLength + valueLength + OVERHEAD);
        int length = nameLength + valueLength + 4;
        if (bytes.length - liveEnd < length) {
            makeRoom(length);
        }
        if (count == mask + 1) {
            growEntries();
        }
        System.arraycopy(source, start, bytes, liveEnd, length);
        inserted++;
        count++;
        int place = place(0);
        entries[place + START] = liveEnd;
        entries[place + NAME_LENGTH] = nameLength;
        entries[place + VALUE_LENGTH] = valueLength;
        entries[place + NAME_KEY] = nameKey;
        entries[place + EXTRA] = extra;
        liveEnd += length;
        size += nameLength + valueLength + OVERHEAD;
    }

    /// Drops the oldest fields until `room` is free.
    private void evict(int room) {
        while (count > 0 && size > maxSize - room) {
            int place = place(count - 1);
            int length = entries[place + NAME_LENGTH] + entries[place + VALUE_LENGTH];
            size -= length + OVERHEAD;
            liveStart += length + 4;
            count--;
        }
        if (count == 0) {
            liveStart = 0;
            liveEnd = 0;
        }
    }

    private void makeRoom(int length) {
        int needed = liveEnd - liveStart + length;
        int most = mostBytes();
        byte[] target = bytes;
        if (needed > target.length - (target.length >> 2) && target.length < most) {
            target = new byte[(int) Math.min(Math.max(SMALLEST_AREA, 2L * needed), most)];
        }
        moveTo(target);
    }

    private void moveTo(byte[] target) {
        int live = liveEnd - liveStart;
        System.arraycopy(bytes, liveStart, target, 0, live);
        for (int age = 0; age < count; age++) {
            entries[place(age) + START] -= liveStart;
        }
        bytes = target;
        liveStart = 0;
        liveEnd = live;
    }

    private void growEntries() {
        int[] old = entries;
        int oldMask = mask;
        int capacity = Math.max(FEWEST_ENTRIES, (mask + 1) * 2);
        entries = new int[capacity * STRIDE];
        mask = capacity - 1;
        for (int age = 0; age < count; age++) {
            int from = (inserted - age & oldMask) * STRIDE;
            System.arraycopy(old, from, entries, place(age), STRIDE);
        }
    }

    /// True if the field has this name.
    boolean nameIs(int place, byte[] source, int start, int length) {
        int mine = entries[place + START];
        return entries[place + NAME_LENGTH] == length
                && Arrays.equals(bytes, mine, mine + length, source, start, start + length);
    }

    /// True if the field has this value.
    boolean valueIs(int place, byte[] source, int start, int length) {
        int mine = entries[place + START] + entries[place + NAME_LENGTH] + 2;
        return entries[place + VALUE_LENGTH] == length
                && Arrays.equals(bytes, mine, mine + length, source, start, start + length);
    }
}
