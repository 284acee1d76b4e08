package io.nuncio.spi;

/// How the entries of a [HeaderMap] lie in its two arrays: five numbers for each, and the bytes
/// that they point to, mostly as the line `name: value\r\n` of HTTP/1. Functions over the arrays:
/// an object around them would be one more for each map.
final class HeaderEntries {
    static final int NAME_START = 0; // -1 if the bytes have no name: a pseudo-header's
    static final int NAME_LENGTH = 1;
    static final int VALUE_START = 2;
    static final int VALUE_LENGTH = 3;
    static final int KEY = 4;

    /// Numbers of one entry.
    static final int STRIDE = 5;

    /// The key of what was removed, or was never there.
    static final int DEAD = -1;

    /// In a key: around the entry lies `name: value\r\n`, ready to be copied to HTTP/1.
    static final int WIRE = 0x80;

    /// In a key: the value must not enter a table of compression (RFC 7541, 6.2.3), on any
    /// connection.
    static final int NEVER_INDEXED = 0x8000_0000;

    private static final int KEY_MASK = ~(WIRE | NEVER_INDEXED);

    /// What a line has beside name and value.
    static final int LINE_EXTRA = 4;

    private HeaderEntries() {}

    /// The key alone, see [HeaderName#keyOf].
    static int withoutMarks(int key) {
        return key & KEY_MASK;
    }

    static int key(int[] entries, int entry) {
        return entries[entry * STRIDE + KEY] & KEY_MASK;
    }

    static boolean wire(int[] entries, int entry) {
        return (entries[entry * STRIDE + KEY] & WIRE) != 0;
    }

    /// The first entry after this one that is not dead, or -1.
    static int next(int[] entries, int count, int entry) {
        for (int index = entry + 1; index < count; index++) {
            if (entries[index * STRIDE + KEY] != DEAD) {
                return index;
            }
        }
        return -1;
    }

    /// The first entry with that key from this one on, or -1.
    static int search(int[] entries, int count, int from, int key) {
        for (int index = from * STRIDE + KEY; index < count * STRIDE; index += STRIDE) {
            if ((entries[index] & KEY_MASK) == key) {
                return index / STRIDE;
            }
        }
        return -1;
    }

    /// Makes the bytes around a value those of a line.
    static void frame(byte[] bytes, int valueStart, int valueLength) {
        bytes[valueStart - 2] = ':';
        bytes[valueStart - 1] = ' ';
        endLine(bytes, valueStart + valueLength);
    }

    static void endLine(byte[] bytes, int valueEnd) {
        bytes[valueEnd] = '\r';
        bytes[valueEnd + 1] = '\n';
    }

    /// Copies what the entries that are not dead point to, one after the other, and lets them point
    /// there.
    ///
    /// @return how many bytes are used
    static int compact(int[] entries, int count, byte[] source, byte[] target) {
        int at = 0;
        for (int entry = next(entries, count, -1);
                entry >= 0;
                entry = next(entries, count, entry)) {
            int base = entry * STRIDE;
            boolean wire = wire(entries, entry);
            int nameStart = entries[base + NAME_START];
            int nameLength = entries[base + NAME_LENGTH];
            int valueLength = entries[base + VALUE_LENGTH];
            if (nameStart >= 0) {
                System.arraycopy(source, nameStart, target, at, nameLength);
                entries[base + NAME_START] = at;
                at += nameLength;
            }
            int value = wire ? at + 2 : at;
            System.arraycopy(source, entries[base + VALUE_START], target, value, valueLength);
            entries[base + VALUE_START] = value;
            at = value + valueLength;
            if (wire) {
                frame(target, value, valueLength);
                at += 2;
            }
        }
        return at;
    }
}
