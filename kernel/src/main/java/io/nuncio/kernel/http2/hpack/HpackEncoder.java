package io.nuncio.kernel.http2.hpack;

import io.nuncio.spi.HeaderMap;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.internal.Internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Encodes the header blocks of one direction of a connection (RFC 7541), field by field, from the
/// bytes of a [HeaderMap]:
///
/// ```java
/// encoder.start(block);
/// for (int entry = headers.next(-1); entry >= 0; entry = headers.next(entry)) {
///     encoder.add(headers, entry);
/// }
/// send(block.bytes(), block.length());
/// ```
///
/// Each block that was started has to be sent, in the same order. What enters the table is the
/// matter of [Indexing]; a string is Huffman-encoded if that makes it shorter. What was sent is
/// found by hashes, each of which has two places: a field whose places were taken by newer ones is
/// sent once more, and nothing is ever searched.
///
/// Limits: the table has what the peer allows, and not more than the constructor says.
///
/// Thread: the connection's worker.
public final class HpackEncoder {
    private static final Internal KEY = Internal.KEY;
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long MIX = 0x9E3779B97F4A7C15L;

    private static final int SEPARATORS = 4;

    /// The most that numbers and lengths of a field need.
    private static final int NUMBERS = 3 * 6;

    private static final int INDEXED = 0x80;
    private static final int WITH_INDEXING = 0x40;
    private static final int SIZE_UPDATE = 0x20;
    private static final int NEVER_INDEXED = 0x10;
    private static final int WITHOUT_INDEXING = 0;

    private static final int NO_FIELD = -1;
    private static final byte[] NO_BYTES = {};
    private static final int[] NO_PLACES = {};

    private final DynamicTable table;
    private final int maxTableSize;
    private int smallestSize;
    private boolean sizeChanged;

    /// By hash: the numbers, as [DynamicTable#inserted] counts, of two fields with it; and of two
    /// with a name. A number that is no longer in the table is an old one.
    private int[] fields = NO_PLACES;

    private int[] names = NO_PLACES;

    // The field that is added.

    private byte[] source = NO_BYTES;
    private int nameStart;
    private int nameLength;
    private int nameKey;
    private int valueStart;
    private int valueLength;
    private byte[] copy = NO_BYTES; // of a field that is not `name: value\r\n` in its map

    /// @param maxTableSize how large our table may be, whatever the peer allows
    public HpackEncoder(int maxTableSize) {
        this.maxTableSize = Math.min(maxTableSize, HpackDecoder.LARGEST_TABLE);
        table = new DynamicTable(HpackDecoder.INITIAL_TABLE);
        peerTableSize(HpackDecoder.INITIAL_TABLE);
    }

    /// The peer has sent this SETTINGS_HEADER_TABLE_SIZE: the next block will tell that we follow.
    ///
    /// @param allowed by the peer, 0 to 2^32-1
    public void peerTableSize(long allowed) {
        int size = (int) Math.min(allowed, maxTableSize);
        if (size == table.maxSize()) {
            return;
        }
        smallestSize = sizeChanged ? Math.min(smallestSize, size) : size;
        sizeChanged = true;
        table.maxSize(size);
        fields = NO_PLACES;
        names = NO_PLACES;
    }

    DynamicTable table() {
        return table;
    }

    /// Begins a block, in place of what `block` had.
    public void start(HeaderBlock block) {
        block.clear();
        if (sizeChanged) {
            sizeChanged = false;
            block.ensure(NUMBERS);
            if (smallestSize < table.maxSize()) {
                number(block, SIZE_UPDATE, 0x1f, smallestSize);
            }
            number(block, SIZE_UPDATE, 0x1f, table.maxSize());
        }
    }

    /// Adds a field: an entry of `headers`.
    public void add(HeaderBlock block, HeaderMap headers, int entry) {
        source = headers.array();
        nameStart = headers.nameStart(entry);
        nameLength = headers.nameLength(entry);
        nameKey = headers.nameKey(KEY, entry);
        valueStart = headers.valueStart(entry);
        valueLength = headers.valueLength(entry);
        block.ensure(nameLength + valueLength + NUMBERS);
        int name = StaticTable.find(nameKey, source, nameStart, nameLength);
        int index = name == 0 ? 0 : StaticTable.findValue(name, source, valueStart, valueLength);
        if (index > 0) {
            number(block, INDEXED, 0x7f, index);
        } else {
            if (!headers.wireReady(entry) || nameStart < 0) {
                copyField(headers, entry);
            }
            Indexing indexing =
                    headers.neverIndexed(entry)
                            ? Indexing.NEVER
                            : Indexing.of(nameKey, valueLength);
            addUnknown(block, indexing, name);
        }
        source = NO_BYTES;
    }

    private void copyField(HeaderMap headers, int entry) {
        int length = nameLength + valueLength + SEPARATORS;
        if (copy.length < length) {
            copy = new byte[length];
        }
        HeaderName known = headers.wellKnownAt(entry);
        if (known != null) {
            known.copyTo(copy, 0);
        } else {
            System.arraycopy(source, nameStart, copy, 0, nameLength);
        }
        System.arraycopy(source, valueStart, copy, nameLength + 2, valueLength);
        copy[nameLength] = ':';
        copy[nameLength + 1] = ' ';
        copy[nameLength + 2 + valueLength] = '\r';
        copy[nameLength + 3 + valueLength] = '\n';
        source = copy;
        nameStart = 0;
        valueStart = nameLength + 2;
    }

    /// Adds a field that the static table does not have.
    ///
    /// @param staticName where that has its name, or 0
    private void addUnknown(HeaderBlock block, Indexing indexing, int staticName) {
        switch (indexing) {
            case VALUE -> {
                int hash = fieldHash();
                int age = findField(hash);
                if (age >= 0) {
                    number(block, INDEXED, 0x7f, StaticTable.SIZE + 1 + age);
                } else if (worthATablesRoom()) {
                    literal(block, WITH_INDEXING, 0x3f, nameIndex(staticName));
                    insert(hash, staticName == 0);
                } else {
                    literal(block, WITHOUT_INDEXING, 0x0f, nameIndex(staticName));
                }
            }
            case NAME -> {
                int index = nameIndex(staticName);
                if (index == 0 && worthATablesRoom()) {
                    literal(block, WITH_INDEXING, 0x3f, 0);
                    insert(fieldHash(), true);
                } else {
                    literal(block, WITHOUT_INDEXING, 0x0f, index);
                }
            }
            case NONE -> literal(block, WITHOUT_INDEXING, 0x0f, nameIndex(staticName));
            case NEVER -> literal(block, NEVER_INDEXED, 0x0f, nameIndex(staticName));
        }
    }

    private boolean worthATablesRoom() {
        int size = table.maxSize();
        return table.fits(nameLength, valueLength) && nameLength + valueLength <= size - size / 4;
    }

    private void insert(int hash, boolean newName) {
        if (fields.length == 0) {
            int sets = Integer.highestOneBit(table.maxSize() / 32);
            fields = new int[2 * Math.clamp(sets, 16, 4096)];
            names = new int[fields.length / 4];
        }
        table.add(source, nameStart, nameLength, valueLength, nameKey, hash);
        int newest = table.inserted();
        fields[older(fields, place(fields, hash))] = newest;
        if (newName) {
            int place = place(names, nameHash());
            boolean again = hasName(newest - names[place]);
            names[again ? place : older(names, place)] = newest;
        }
    }

    /// The place of two that has the older field.
    private int older(int[] places, int place) {
        int newest = table.inserted();
        return Integer.compareUnsigned(newest - places[place], newest - places[place + 1]) >= 0
                ? place
                : place + 1;
    }

    private static int place(int[] places, int hash) {
        return hash << 1 & places.length - 1;
    }

    /// How many newer fields there are than the one with this name and value; -1 if there is none.
    private int findField(int hash) {
        if (fields.length == 0) {
            return NO_FIELD;
        }
        int place = place(fields, hash);
        int age = table.inserted() - fields[place];
        if (isField(age, hash)) {
            return age;
        }
        age = table.inserted() - fields[place + 1];
        return isField(age, hash) ? age : NO_FIELD;
    }

    private boolean isField(int age, int hash) {
        if (Integer.compareUnsigned(age, table.count()) >= 0) {
            return false;
        }
        int candidate = table.place(age);
        return table.extra(candidate) == hash
                && table.nameKey(candidate) == nameKey
                && table.valueIs(candidate, source, valueStart, valueLength)
                && table.nameIs(candidate, source, nameStart, nameLength);
    }

    /// The index of a field with the name; 0 if there is none.
    private int nameIndex(int staticName) {
        if (staticName > 0 || names.length == 0) {
            return staticName;
        }
        int place = place(names, nameHash());
        int age = table.inserted() - names[place];
        if (!hasName(age)) {
            age = table.inserted() - names[place + 1];
            if (!hasName(age)) {
                return 0;
            }
        }
        return StaticTable.SIZE + 1 + age;
    }

    private boolean hasName(int age) {
        if (Integer.compareUnsigned(age, table.count()) >= 0) {
            return false;
        }
        int candidate = table.place(age);
        return table.nameKey(candidate) == nameKey
                && table.nameIs(candidate, source, nameStart, nameLength);
    }

    private int nameHash() {
        return (int) (nameKey * MIX >>> 40);
    }

    private int fieldHash() {
        long hash = nameKey ^ (long) valueLength << 32;
        int at = valueStart;
        int end = valueStart + valueLength;
        for (; at <= end - Long.BYTES; at += Long.BYTES) {
            hash = (hash ^ (long) LONGS.get(source, at)) * MIX;
            hash ^= hash >>> 29;
        }
        for (; at < end; at++) {
            hash = (hash ^ source[at]) * MIX;
        }
        return (int) (hash * MIX >>> 32);
    }

    // Representations (RFC 7541, 5 and 6).

    private void literal(HeaderBlock block, int pattern, int mask, int nameIndex) {
        number(block, pattern, mask, nameIndex);
        if (nameIndex == 0) {
            string(block, source, nameStart, nameLength);
        }
        string(block, source, valueStart, valueLength);
    }

    private static void number(HeaderBlock block, int pattern, int mask, int value) {
        if (value < mask) {
            block.bytes[block.length++] = (byte) (pattern | value);
            return;
        }
        block.bytes[block.length++] = (byte) (pattern | mask);
        int rest = value - mask;
        while (rest > 0x7f) {
            block.bytes[block.length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        block.bytes[block.length++] = (byte) rest;
    }

    private static void string(HeaderBlock block, byte[] source, int start, int length) {
        int encoded = Huffman.encodedLength(source, start, length);
        if (encoded < length) {
            number(block, 0x80, 0x7f, encoded);
            block.length = Huffman.encode(source, start, length, block.bytes, block.length);
        } else {
            number(block, 0, 0x7f, length);
            System.arraycopy(source, start, block.bytes, block.length, length);
            block.length += length;
        }
    }
}
