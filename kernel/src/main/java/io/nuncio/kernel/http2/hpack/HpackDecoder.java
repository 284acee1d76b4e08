package io.nuncio.kernel.http2.hpack;

import io.nuncio.spi.HeaderMap;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.internal.Internal;

import org.jspecify.annotations.Nullable;

/// Decodes the header blocks of one direction of a connection (RFC 7541), field by field, into the
/// bytes of a [HeaderMap]:
///
/// ```java
/// decoder.start(block, 0, length, headers);
/// while (decoder.next()) {
///     if (acceptable(decoder)) {
///         decoder.keep();
///     }
/// }
/// if (decoder.error() != null) ...  // the connection cannot go on
/// if (decoder.tooLarge()) ...       // the map does not have everything
/// ```
///
/// Each block has to be read to its end, or later ones are not understood; a block that nobody
/// wants is [#skip]ped, and so is the rest of one that is too large: what lies in a table is not
/// copied then, unless the table gets it again. A field is decoded to where it will lie in the map,
/// as `name: value\r\n`; one that is not kept leaves its place to the next. What [#next] found of
/// the name and the value (its slot, whether the bytes are allowed) is known without looking for
/// fields that are in a table.
///
/// | limit | set by | when exceeded |
/// | --- | --- | --- |
/// | bytes of names and values, number of fields | constructor | [#tooLarge]; no more is kept |
/// | bytes of the table | [#limitTable] | [HpackError#TABLE_SIZE], or the oldest fields go |
/// | bytes of all fields of a block, those included that are not kept | four times those of a map, and 32 KiB | [HpackError#TOO_MUCH] |
/// | numbers: 31 bits, 5 bytes | | [HpackError#NUMBER] |
///
/// Thread: the connection's worker.
public final class HpackDecoder {
    /// The most that can be announced as SETTINGS_HEADER_TABLE_SIZE.
    public static final int LARGEST_TABLE = 1 << 30;

    /// The size of a table of which nothing was said.
    public static final int INITIAL_TABLE = 4096;

    private static final Internal KEY = Internal.KEY;
    private static final byte[] NO_BYTES = {};
    private static final int SLOTS = 64;
    private static final int SEPARATORS = 4;

    /// With these, only references to the tables can pass the limit of what a block decompresses
    /// to: strings grow by little more than half.
    private static final long FREE_BYTES = 32 * 1024;

    private final DynamicTable table = new DynamicTable(INITIAL_TABLE);
    private final int maxBytes;
    private final int maxFields;
    private final long mostDecompressed;
    private int tableLimit = INITIAL_TABLE;
    private boolean sizeUpdateDue;

    private byte[] block = NO_BYTES;
    private int at;
    private int end;
    private boolean first; // no field of the block was read yet
    private @Nullable HeaderMap map;
    private byte[] target = NO_BYTES; // the map's
    private @Nullable HpackError error;
    private boolean tooLarge;
    private boolean wanted; // false if the rest is read for the sake of later blocks
    private long decompressed;

    private int nameStart;
    private int nameLength;
    private int valueLength;
    private int nameKey;
    private int traits;

    /// @param maxBytes of the names and values of a map
    /// @param maxFields of a map
    public HpackDecoder(int maxBytes, int maxFields) {
        this.maxBytes = maxBytes;
        this.maxFields = maxFields;
        mostDecompressed = FREE_BYTES + 4L * maxBytes;
    }

    /// The peer has acknowledged this SETTINGS_HEADER_TABLE_SIZE. If its table may be larger, it
    /// has to say so at the start of the next block (RFC 7541, 4.2).
    public void limitTable(int size) {
        if (size < 0 || size > LARGEST_TABLE) {
            throw new IllegalArgumentException("table size " + size);
        }
        tableLimit = size;
        sizeUpdateDue = size < table.maxSize();
    }

    /// Begins a block: the bytes of `source` from `from` to `to`, which must not change before it
    /// is read.
    ///
    /// @param headers gets what is kept; nobody else may change it meanwhile
    public void start(byte[] source, int from, int to, HeaderMap headers) {
        block = source;
        at = from;
        end = to;
        first = true;
        map = headers;
        nameStart = headers.reserve(KEY, 0);
        target = headers.array();
        error = null;
        tooLarge = false;
        wanted = true;
        decompressed = 0;
    }

    /// Reads a block for the sake of later ones.
    ///
    /// @return what was wrong with it, null if nothing
    public @Nullable HpackError skip(byte[] source, int from, int to) {
        start(source, from, to, new Trailers());
        skipRest();
        return error;
    }

    /// The same with the rest of a block: [#next] will find nothing more.
    public void skipRest() {
        wanted = false;
        next();
    }

    /// Goes to the next field.
    ///
    /// @return false if there is none, or the map is full, or [#error] says what was wrong
    public boolean next() {
        while (at < end) {
            int octet = block[at];
            boolean found;
            if (octet < 0) {
                found = readIndexed();
            } else if ((octet & 0xe0) == 0x20) {
                if (!changeTableSize()) {
                    return finish();
                }
                continue;
            } else {
                found = readLiteral(octet);
            }
            if (!found || !affordable()) {
                return finish();
            }
            if (wanted) {
                return true;
            }
        }
        return finish();
    }

    /// A reference of a byte may stand for a field of thousands: what nobody wants is read for the
    /// sake of later blocks, but not without end.
    private boolean affordable() {
        decompressed += nameLength + valueLength;
        return decompressed <= mostDecompressed || fail(HpackError.TOO_MUCH);
    }

    private boolean finish() {
        block = NO_BYTES;
        target = NO_BYTES;
        map = null;
        at = 0;
        end = 0;
        return false;
    }

    private boolean fail(HpackError reason) {
        error = reason;
        return false;
    }

    /// What was wrong with the block; null if nothing.
    public @Nullable HpackError error() {
        return error;
    }

    /// True if the map would have had more than it may.
    public boolean tooLarge() {
        return tooLarge;
    }

    DynamicTable table() {
        return table;
    }

    // The field that next() found.

    /// Puts the field into the map. A pseudo-header must be one that the map can have; a second one
    /// with its name replaces the first.
    ///
    /// @return false if the map has as much as it may have: then [#next] will find nothing more
    public boolean keep() {
        HeaderMap headers = map;
        if (headers == null) {
            throw new IllegalStateException("no field");
        }
        if (headers.byteSize() + nameLength + valueLength > maxBytes
                || headers.size() >= maxFields) {
            tooLarge = true;
            wanted = false;
            return false;
        }
        headers.adoptLine(KEY, nameKey, nameStart, nameLength, valueLength, neverIndexed());
        nameStart += nameLength + valueLength + SEPARATORS;
        return true;
    }

    /// The name's slot, see [HeaderName#slot]; -1 if it has none.
    public int slot() {
        return nameKey < SLOTS ? nameKey : -1;
    }

    /// True if the name is in lower case and a token, or one of the known pseudo-headers.
    public boolean nameValid() {
        return (traits & Traits.BAD_NAME) == 0;
    }

    /// True if the name starts with a colon.
    public boolean pseudo() {
        return nameLength > 0 && target[nameStart] == ':';
    }

    public boolean nameHasUnderscore() {
        return (traits & Traits.UNDERSCORE) != 0;
    }

    /// True if the value has no control characters other than tabs.
    public boolean valueValid() {
        return (traits & Traits.BAD_VALUE) == 0;
    }

    /// True if the value starts or ends with a space or a tab.
    public boolean valuePadded() {
        return (traits & Traits.PADDED_VALUE) != 0;
    }

    /// True if name and value are as they should be in every respect that is known here.
    public boolean flawless() {
        return (traits & ~Traits.NEVER_INDEXED) == 0;
    }

    /// True if the value must not enter a table on a later hop (RFC 7541, 6.2.3).
    public boolean neverIndexed() {
        return (traits & Traits.NEVER_INDEXED) != 0;
    }

    /// Has the name and the value until the next call of [#next].
    public byte[] bytes() {
        return target;
    }

    public int nameStart() {
        return nameStart;
    }

    public int nameLength() {
        return nameLength;
    }

    public int valueStart() {
        return nameStart + nameLength + 2;
    }

    public int valueLength() {
        return valueLength;
    }

    // Representations (RFC 7541, 6).

    private boolean readIndexed() {
        int index = integer(0x7f);
        if (index <= 0) {
            return fail(index < 0 ? numberError() : HpackError.INDEX);
        }
        if (!firstFieldAllowed()) {
            return false;
        }
        if (index <= StaticTable.SIZE) {
            nameLength = StaticTable.nameLength(index);
            valueLength = StaticTable.valueLength(index);
            nameKey = StaticTable.nameKey(index);
            traits = 0;
            if (wanted) {
                copy(StaticTable.BYTES, StaticTable.start(index), nameLength + valueLength);
            }
            return true;
        }
        int age = index - StaticTable.SIZE - 1;
        if (age >= table.count()) {
            return fail(HpackError.INDEX);
        }
        int place = table.place(age);
        nameLength = table.nameLength(place);
        valueLength = table.valueLength(place);
        nameKey = table.nameKey(place);
        traits = table.extra(place);
        if (wanted) {
            copy(table.bytes(), table.start(place), nameLength + valueLength);
        }
        return true;
    }

    private void copy(byte[] source, int start, int length) {
        int all = length + SEPARATORS;
        ensure(nameStart + all);
        System.arraycopy(source, start, target, nameStart, all);
    }

    private boolean readLiteral(int octet) {
        boolean indexed = octet >= 0x40;
        int index = integer(indexed ? 0x3f : 0x0f);
        if (index < 0) {
            return fail(numberError());
        }
        if (!firstFieldAllowed() || !readName(index, wanted || indexed)) {
            return false;
        }
        int valueStart = nameStart + nameLength + 2;
        valueLength = string(valueStart);
        if (valueLength < 0) {
            return false;
        }
        target[valueStart - 2] = ':';
        target[valueStart - 1] = ' ';
        target[valueStart + valueLength] = '\r';
        target[valueStart + valueLength + 1] = '\n';
        traits |= Traits.ofValue(target, valueStart, valueLength);
        if (indexed) {
            table.add(target, nameStart, nameLength, valueLength, nameKey, traits);
        } else if (octet >= 0x10) {
            traits |= Traits.NEVER_INDEXED;
        }
        return true;
    }

    /// @param copied false if nobody will look at a name that lies in a table
    private boolean readName(int index, boolean copied) {
        if (index == 0) {
            nameLength = string(nameStart);
            if (nameLength < 0) {
                return false;
            }
            nameKey = HeaderName.keyOf(KEY, target, nameStart, nameLength);
            traits = Traits.ofName(target, nameStart, nameLength, nameKey < SLOTS);
            return true;
        }
        if (index <= StaticTable.SIZE) {
            nameLength = StaticTable.nameLength(index);
            nameKey = StaticTable.nameKey(index);
            traits = 0;
            if (copied) {
                copy(StaticTable.BYTES, StaticTable.start(index), nameLength);
            }
            return true;
        }
        int age = index - StaticTable.SIZE - 1;
        if (age >= table.count()) {
            return fail(HpackError.INDEX);
        }
        int place = table.place(age);
        nameLength = table.nameLength(place);
        nameKey = table.nameKey(place);
        traits = table.extra(place) & (Traits.BAD_NAME | Traits.UNDERSCORE);
        if (copied) {
            copy(table.bytes(), table.start(place), nameLength);
        }
        return true;
    }

    private boolean firstFieldAllowed() {
        first = false;
        return !sizeUpdateDue || fail(HpackError.TABLE_SIZE);
    }

    private boolean changeTableSize() {
        int size = integer(0x1f);
        if (size < 0) {
            return fail(numberError());
        }
        if (!first || size > tableLimit) {
            return fail(HpackError.TABLE_SIZE);
        }
        table.maxSize(size);
        sizeUpdateDue = false;
        return true;
    }

    // Primitive types (RFC 7541, 5).

    /// Reads a number that starts in the lowest bits of the next byte.
    ///
    /// @return -1 if it is not there; [#numberError] says why
    private int integer(int mask) {
        int value = block[at++] & mask;
        if (value < mask) {
            return value;
        }
        for (int shift = 0; at < end; shift += 7) {
            byte octet = block[at++];
            if (shift == 28 && (octet & 0xff) > 7) {
                return -1;
            }
            value += (octet & 0x7f) << shift;
            if (octet >= 0) {
                return Math.max(value, -1);
            }
        }
        return -1;
    }

    private HpackError numberError() {
        return at == end ? HpackError.TRUNCATED : HpackError.NUMBER;
    }

    /// Reads a string to `to` in the target, with room after it for what separates it from others.
    ///
    /// @return its length, -1 if it is not there
    private int string(int to) {
        if (at == end) {
            fail(HpackError.TRUNCATED);
            return -1;
        }
        boolean encoded = block[at] < 0;
        int length = integer(0x7f);
        if (length < 0) {
            fail(numberError());
            return -1;
        }
        if (length > end - at) {
            fail(HpackError.TRUNCATED);
            return -1;
        }
        int from = at;
        at += length;
        if (!encoded) {
            ensure(to + length + SEPARATORS);
            System.arraycopy(block, from, target, to, length);
            return length;
        }
        ensure(to + Huffman.mostDecoded(length) + SEPARATORS);
        int decoded = Huffman.decode(block, from, length, target, to);
        if (decoded < 0) {
            fail(HpackError.HUFFMAN);
        }
        return decoded;
    }

    private void ensure(int capacity) {
        if (target.length < capacity) {
            grow(capacity);
        }
    }

    private void grow(int capacity) {
        HeaderMap headers = map;
        if (headers != null) {
            int used = headers.reserve(KEY, 0);
            headers.reserve(KEY, Math.max(capacity, target.length * 2) - used);
            target = headers.array();
        }
    }
}
