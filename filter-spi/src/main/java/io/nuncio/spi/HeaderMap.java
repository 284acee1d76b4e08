package io.nuncio.spi;

import static io.nuncio.spi.HeaderEntries.DEAD;
import static io.nuncio.spi.HeaderEntries.KEY;
import static io.nuncio.spi.HeaderEntries.LINE_EXTRA;
import static io.nuncio.spi.HeaderEntries.NAME_LENGTH;
import static io.nuncio.spi.HeaderEntries.NAME_START;
import static io.nuncio.spi.HeaderEntries.NEVER_INDEXED;
import static io.nuncio.spi.HeaderEntries.STRIDE;
import static io.nuncio.spi.HeaderEntries.VALUE_LENGTH;
import static io.nuncio.spi.HeaderEntries.VALUE_START;
import static io.nuncio.spi.HeaderEntries.WIRE;

import io.nuncio.spi.internal.HeaderStorage;
import io.nuncio.spi.internal.Internal;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// The headers of a request or a response, or the trailers of either.
///
/// Names are lower case. Order and duplicates are kept; pseudo-headers (`:path`, `:status`) are
/// entries like others and come first. Values are bytes; as a `String` each char is one byte
/// (Latin-1), so nothing is lost on the way through.
///
/// Thread: the worker that owns the stream. Lifetime: the stream's; after its end the map is empty,
/// so copy what you want to keep. A map that was passed on belongs to its receiver. Only what makes
/// a `String` or a list allocates.
///
/// Loops over all entries:
///
/// ```java
/// for (int entry = headers.next(-1); entry >= 0; entry = headers.next(entry)) {
///     use(headers.nameOf(entry), headers.valueOf(entry));
/// }
/// ```
///
/// An entry's number is valid until the map is changed.
///
/// How entries lie in memory is told by [HeaderEntries], what their bytes say by [HeaderValues].
/// The table itself, with the index of the well-known names, stays here: every way to find, add or
/// remove an entry changes several of its fields, and an object of its own would be one more for
/// each map and one more step for each look-up.
public abstract sealed class HeaderMap permits RequestHeaders, ResponseHeaders, Trailers {
    private static final byte[] NO_BYTES = {};
    private static final int[] NO_ENTRIES = {};

    /// In `firstOfSlot`: this entry or a later one.
    private static final int FAR = 255;

    private final int firstPseudoSlot;
    private final int pseudoCount;
    private byte[] firstOfSlot;

    /// Names and values, with four bytes around each value for HTTP/1; never returned to anybody
    /// but codecs.
    private byte[] bytes;

    private int end;
    private int[] entries;
    private int entryCount; // dead ones included
    private int liveCount;
    private int byteSize;
    private long slots; // bit per slot that has a live entry
    private long others; // bit per hash of the names without a slot that were ever added
    int status; // what :status says, 0 if not known; here since every change of a value forgets it

    HeaderMap(int firstPseudoSlot, int pseudoCount, int byteCapacity, int entryCapacity) {
        this.firstPseudoSlot = firstPseudoSlot;
        this.pseudoCount = pseudoCount;
        HeaderStorage storage = pseudoCount == 0 ? null : HeaderStorage.current();
        int place = storage == null ? -1 : storage.take();
        int entryInts = (pseudoCount + entryCapacity) * STRIDE;
        if (storage == null || place < 0) {
            bytes = new byte[byteCapacity];
            entries = new int[entryInts];
            firstOfSlot = new byte[HeaderName.SLOTS];
        } else {
            byte[] usedBytes = storage.bytes(place);
            int[] usedEntries = storage.entries(place);
            bytes = usedBytes.length < byteCapacity ? new byte[byteCapacity] : usedBytes;
            entries = usedEntries.length < entryInts ? new int[entryInts] : usedEntries;
            firstOfSlot = storage.slots(place);
        }
        reservePseudoEntries();
    }

    private void reservePseudoEntries() {
        for (int index = 0; index < pseudoCount; index++) {
            entries[index * STRIDE + KEY] = DEAD;
        }
        entryCount = pseudoCount;
        end = 0;
    }

    /// Gives the memory back, at the end of the stream: the map is empty from now on. What is added
    /// later takes memory of its own.
    ///
    /// @param key the kernel's
    public final void release(Internal key) {
        Objects.requireNonNull(key);
        if (entries.length == 0) {
            return;
        }
        clear();
        HeaderStorage storage = HeaderStorage.current();
        if (storage != null && pseudoCount > 0) {
            storage.give(bytes, entries, firstOfSlot);
        }
        bytes = NO_BYTES;
        entries = NO_ENTRIES;
        firstOfSlot = NO_BYTES;
        entryCount = 0;
    }

    private void revive() {
        entries = new int[(pseudoCount + 8) * STRIDE];
        firstOfSlot = new byte[HeaderName.SLOTS];
        int used = end;
        reservePseudoEntries();
        end = used;
    }

    /// How many headers there are, pseudo-headers and duplicates included.
    public final int size() {
        return liveCount;
    }

    public final boolean isEmpty() {
        return liveCount == 0;
    }

    /// The bytes of all names and values together, without separators.
    public final int byteSize() {
        return byteSize;
    }

    public final boolean contains(HeaderName name) {
        return find(name) >= 0;
    }

    /// The first value, or null if there is none.
    public final @Nullable String get(HeaderName name) {
        int entry = find(name);
        return entry < 0 ? null : valueOf(entry);
    }

    /// The first value, or `otherwise` if there is none.
    public final String get(HeaderName name, String otherwise) {
        int entry = find(name);
        return entry < 0 ? otherwise : valueOf(entry);
    }

    /// All values in their order; empty if there is none.
    public final List<String> getAll(HeaderName name) {
        int entry = find(name);
        if (entry < 0) {
            return List.of();
        }
        var values = new ArrayList<String>(2);
        for (; entry >= 0; entry = findAfter(entry, name)) {
            values.add(valueOf(entry));
        }
        return values;
    }

    /// All values, joined by `, `; null if there is none.
    public final @Nullable String getJoined(HeaderName name) {
        int entry = find(name);
        if (entry < 0) {
            return null;
        }
        int next = findAfter(entry, name);
        if (next < 0) {
            return valueOf(entry);
        }
        var joined = new StringBuilder(valueOf(entry));
        for (; next >= 0; next = findAfter(next, name)) {
            joined.append(", ").append(valueOf(next));
        }
        return joined.toString();
    }

    /// The first value as a number without sign, or `otherwise` if there is none or it is not one.
    public final long getLong(HeaderName name, long otherwise) {
        int entry = find(name);
        if (entry < 0) {
            return otherwise;
        }
        return HeaderValues.number(bytes, valueStart(entry), valueLength(entry), otherwise);
    }

    /// True if the first value is exactly `value`.
    public final boolean is(HeaderName name, String value) {
        int entry = find(name);
        return entry >= 0 && valueIs(entry, value);
    }

    /// True if the first value is `value`, in whatever case of ASCII letters.
    public final boolean isIgnoreCase(HeaderName name, String value) {
        int entry = find(name);
        return entry >= 0
                && valueLength(entry) == value.length()
                && HeaderValues.equalIgnoringCase(bytes, valueStart(entry), value);
    }

    /// True if the first value starts with `prefix`.
    public final boolean startsWith(HeaderName name, String prefix) {
        int entry = find(name);
        return entry >= 0
                && valueLength(entry) >= prefix.length()
                && HeaderValues.equal(bytes, valueStart(entry), prefix);
    }

    /// True if one of the values, read as lists with commas, has the member `token`, in whatever
    /// case.
    public final boolean containsToken(HeaderName name, String token) {
        for (int entry = find(name); entry >= 0; entry = findAfter(entry, name)) {
            if (HeaderValues.listContains(bytes, valueStart(entry), valueLength(entry), token)) {
                return true;
            }
        }
        return false;
    }

    /// Makes `value` the only value: in the place of the first one, or at the end.
    ///
    /// @param value each char one byte; no CR, LF or NUL
    /// @throws IllegalArgumentException if the value has a char that no header may have
    public final void set(HeaderName name, String value) {
        HeaderValues.check(value);
        int entry = find(name);
        if (entry < 0) {
            append(name, value);
            return;
        }
        removeDuplicates(entry, name);
        replaceValue(entry, name, value);
    }

    /// Adds a value after those that are there; a pseudo-header has one value, which is replaced.
    ///
    /// @param value see [#set]
    public final void add(HeaderName name, String value) {
        HeaderValues.check(value);
        if (name.pseudo() && contains(name)) {
            replaceValue(find(name), name, value);
        } else {
            append(name, value);
        }
    }

    /// Adds the value if there is none.
    ///
    /// @return true if it was added
    public final boolean addIfAbsent(HeaderName name, String value) {
        if (contains(name)) {
            return false;
        }
        HeaderValues.check(value);
        append(name, value);
        return true;
    }

    /// [#set] for a number that is 0 or more.
    public final void setLong(HeaderName name, long value) {
        if (value < 0) {
            throw new IllegalArgumentException("negative: " + value);
        }
        int entry = find(name);
        if (entry >= 0) {
            removeDuplicates(entry, name);
        }
        int digits = HeaderValues.digits(value);
        int start = newValue(entry, name, digits); // which may replace the bytes
        HeaderValues.writeNumber(bytes, start + digits, value);
    }

    /// Appends to the first value, or sets it if there is none or it is empty.
    ///
    /// @param separator what comes between the old value and the new, such as `,`
    public final void appendValue(HeaderName name, String separator, String value) {
        HeaderValues.check(separator);
        HeaderValues.check(value);
        int entry = find(name);
        if (entry < 0 || valueLength(entry) == 0) {
            set(name, value);
            return;
        }
        int oldLength = valueLength(entry);
        int length = oldLength + separator.length() + value.length();
        int old = reserveKeeping(entry, length + name.length() + LINE_EXTRA);
        int target = placeAtEnd(entry, name, length);
        System.arraycopy(bytes, old, bytes, target, oldLength);
        HeaderValues.write(bytes, target + oldLength, separator);
        HeaderValues.write(bytes, target + oldLength + separator.length(), value);
    }

    /// Removes all values.
    ///
    /// @return true if there was one
    public final boolean remove(HeaderName name) {
        int entry = find(name);
        if (entry < 0) {
            return false;
        }
        for (; entry >= 0; entry = findAfter(entry, name)) {
            kill(entry);
        }
        if (name.slot() >= 0) {
            slots &= ~(1L << name.slot());
        }
        return true;
    }

    /// Removes all values of each of these names.
    public final void removeAll(HeaderNames names) {
        if ((slots & names.slots()) == 0 && (others & names.others()) == 0) {
            return;
        }
        for (HeaderName name : names.names()) {
            remove(name);
        }
    }

    /// Removes the entries that `condition` names. Makes a `String` of each name and value: not for
    /// every request.
    ///
    /// @return how many were removed
    public final int removeIf(EntryCondition condition) {
        int removed = 0;
        for (int entry = next(-1); entry >= 0; entry = next(entry)) {
            if (condition.test(nameOf(entry), valueOf(entry))) {
                removeEntry(entry);
                removed++;
            }
        }
        return removed;
    }

    /// Says of an entry whether something shall happen to it.
    @FunctionalInterface
    public interface EntryCondition {
        boolean test(HeaderName name, String value);
    }

    /// Removes one entry. The numbers of the others stay valid.
    public final void removeEntry(int entry) {
        int key = keyAt(entry);
        kill(entry);
        if (key < HeaderName.SLOTS && entry >= pseudoCount) {
            int next = searchFrom(firstOfSlot[key] & 0xff, key);
            if (next < 0) {
                slots &= ~(1L << key);
            } else {
                firstOfSlot[key] = (byte) Math.min(next, FAR);
            }
        }
    }

    /// Adds all values that `other` has under this name.
    public final void addCopyOf(HeaderName name, HeaderMap other) {
        if (other == this) {
            throw new IllegalArgumentException("a map cannot add to itself");
        }
        for (int entry = other.find(name); entry >= 0; entry = other.findAfter(entry, name)) {
            addCopyOf(name, other, entry);
        }
    }

    /// Makes the values of `other` under this name the only ones here; none if there are none.
    public final void setCopyOf(HeaderName name, HeaderMap other) {
        if (other != this) {
            remove(name);
            addCopyOf(name, other);
        }
    }

    /// Sets `target` to the first value of `source`, if there is one.
    ///
    /// @return false if there is none
    public final boolean copyValue(HeaderName source, HeaderName target) {
        int from = find(source);
        if (from < 0) {
            return false;
        }
        if (source.equals(target)) {
            return true;
        }
        int entry = find(target);
        if (entry >= 0) {
            removeDuplicates(entry, target);
        }
        int length = valueLength(from);
        ensure(target.length() + length + LINE_EXTRA);
        int place = newValue(entry, target, length);
        System.arraycopy(bytes, valueStart(from), bytes, place, length);
        return true;
    }

    /// Adds all entries of `other`; its pseudo-headers replace those here.
    public final void addAll(HeaderMap other) {
        for (int entry = other.next(-1); entry >= 0; entry = other.next(entry)) {
            addCopyOf(other.nameOf(entry), other, entry);
        }
    }

    final void copy(HeaderMap other) {
        if (other.entries.length == 0) {
            clear();
            return;
        }
        if (entries.length == 0) {
            revive();
        }
        bytes = other.end > bytes.length ? Arrays.copyOf(other.bytes, other.bytes.length) : bytes;
        System.arraycopy(other.bytes, 0, bytes, 0, other.end);
        int length = other.entryCount * STRIDE;
        entries = length > entries.length ? new int[other.entries.length] : entries;
        System.arraycopy(other.entries, 0, entries, 0, length);
        System.arraycopy(other.firstOfSlot, 0, firstOfSlot, 0, HeaderName.SLOTS);
        end = other.end;
        entryCount = other.entryCount;
        liveCount = other.liveCount;
        byteSize = other.byteSize;
        slots = other.slots;
        others = other.others;
        status = other.status;
    }

    private void addCopyOf(HeaderName name, HeaderMap other, int entry) {
        int length = other.valueLength(entry);
        int existing = name.pseudo() ? find(name) : -1;
        int place = newValue(existing, name, length);
        System.arraycopy(other.bytes, other.valueStart(entry), bytes, place, length);
        if (existing < 0 && !name.pseudo() && other.neverIndexed(entry)) {
            entries[(entryCount - 1) * STRIDE + KEY] |= NEVER_INDEXED;
        }
    }

    /// Removes everything, and keeps the memory for the next use.
    public void clear() {
        if (entries.length > 0) {
            reservePseudoEntries();
        }
        liveCount = 0;
        byteSize = 0;
        slots = 0;
        others = 0;
        status = 0;
    }

    /// The entry after this one; -1 asks for the first.
    ///
    /// @return -1 if there is none
    public final int next(int entry) {
        return HeaderEntries.next(entries, entryCount, entry);
    }

    /// The first entry with this name, or -1.
    public final int find(HeaderName name) {
        int slot = name.slot();
        if (slot >= 0) {
            if ((slots >>> slot & 1) == 0) {
                return -1;
            }
            int pseudo = slot - firstPseudoSlot;
            if (pseudo >= 0 && pseudo < pseudoCount) {
                return pseudo;
            }
            int first = firstOfSlot[slot] & 0xff;
            return first < FAR ? first : searchFrom(FAR, slot);
        }
        return (others & otherBit(name.key())) == 0 ? -1 : findAfter(pseudoCount - 1, name);
    }

    /// The next entry with this name after `entry`, or -1.
    public final int findAfter(int entry, HeaderName name) {
        int key = name.key();
        if (key < HeaderName.SLOTS) {
            return name.pseudo() ? -1 : searchFrom(entry + 1, key);
        }
        for (int index = searchFrom(entry + 1, key);
                index >= 0;
                index = searchFrom(index + 1, key)) {
            if (name.matches(bytes, nameStart(index), nameLength(index))) {
                return index;
            }
        }
        return -1;
    }

    private int searchFrom(int entry, int key) {
        return HeaderEntries.search(entries, entryCount, entry, key);
    }

    private int keyAt(int entry) {
        return HeaderEntries.key(entries, entry);
    }

    static long otherBit(int key) {
        return 1L << (key >>> 8);
    }

    /// The name of an entry; allocates unless it is well known.
    public final HeaderName nameOf(int entry) {
        int key = keyAt(entry);
        return key < HeaderName.SLOTS
                ? HeaderName.atSlot(key)
                : HeaderName.ofValid(bytes, nameStart(entry), nameLength(entry));
    }

    /// The constant of an entry's name if it has a slot, else null; never allocates.
    public final @Nullable HeaderName wellKnownAt(int entry) {
        int key = keyAt(entry);
        return key < HeaderName.SLOTS ? HeaderName.atSlot(key) : null;
    }

    /// The value of an entry.
    public final String valueOf(int entry) {
        return new String(
                bytes, valueStart(entry), valueLength(entry), StandardCharsets.ISO_8859_1);
    }

    /// True if the value of an entry is exactly `value`.
    public final boolean valueIs(int entry, String value) {
        return valueLength(entry) == value.length()
                && HeaderValues.equal(bytes, valueStart(entry), value);
    }

    /// Where names and values lie, for reading only. Changes of the map may replace it.
    public final byte[] array() {
        return bytes;
    }

    /// Where an entry's name starts in [#array]; -1 for a pseudo-header whose name is not in there,
    /// so ask [#wellKnownAt] first.
    public final int nameStart(int entry) {
        return entries[entry * STRIDE + NAME_START];
    }

    public final int nameLength(int entry) {
        return entries[entry * STRIDE + NAME_LENGTH];
    }

    /// Where an entry's value starts in [#array].
    public final int valueStart(int entry) {
        return entries[entry * STRIDE + VALUE_START];
    }

    public final int valueLength(int entry) {
        return entries[entry * STRIDE + VALUE_LENGTH];
    }

    /// Adds an entry from bytes; the name is turned to lower case.
    ///
    /// @return false, and nothing is added, if the name is not a token nor a pseudo-header that may
    ///   be here, or if the value has a CR, LF or NUL
    public final boolean addRaw(
            byte[] source, int nameStart, int nameLength, int valueStart, int valueLength) {
        ensure(nameLength + valueLength + LINE_EXTRA);
        int at = end;
        boolean pseudo = nameLength > 1 && source[nameStart] == ':';
        for (int index = 0; index < nameLength; index++) {
            byte lower = HeaderName.lower(source[nameStart + index]);
            if (lower == 0 && !(pseudo && index == 0)) {
                return false;
            }
            bytes[at + index] = lower;
        }
        if (pseudo) {
            bytes[at] = ':';
        }
        int key = HeaderName.keyOf(bytes, at, nameLength);
        int pseudoEntry = pseudoEntry(key);
        if (nameLength == 0
                || pseudo && pseudoEntry < 0
                || !HeaderValues.valid(source, valueStart, valueLength)) {
            return false;
        }
        int value = at + nameLength + 2;
        System.arraycopy(source, valueStart, bytes, value, valueLength);
        HeaderEntries.frame(bytes, value, valueLength);
        end = value + valueLength + 2;
        enter(pseudoEntry, at, nameLength, value, valueLength, key | WIRE);
        return true;
    }

    /// Makes room for a block of header lines that a parser writes straight into [#array], from the
    /// returned offset on.
    ///
    /// @param key the kernel's
    public final int reserve(Internal key, int length) {
        Objects.requireNonNull(key);
        if (bytes.length - end < length) {
            bytes = Arrays.copyOf(bytes, end + length);
        }
        return end;
    }

    /// Ends the block that [#reserve] began: the bytes before `offset` are used.
    public final void reserved(Internal key, int offset) {
        end = offset;
    }

    /// Adds an entry that lies in the reserved block; its name is valid and in lower case, its
    /// value is valid.
    ///
    /// @param wire true if the bytes around are `name: value\r\n` and nothing else
    public final void adopt(
            Internal key,
            int nameStart,
            int nameLength,
            int valueStart,
            int valueLength,
            boolean wire) {
        int nameKey = HeaderName.keyOf(bytes, nameStart, nameLength);
        enter(-1, nameStart, nameLength, valueStart, valueLength, wire ? nameKey | WIRE : nameKey);
    }

    /// Adds an entry that lies in the reserved block as `name: value\r\n`, and ends the block
    /// there.
    ///
    /// @param nameKey of [HeaderName#keyOf]
    /// @param neverIndexed what [#neverIndexed] will say
    public final void adoptLine(
            Internal key,
            int nameKey,
            int nameStart,
            int nameLength,
            int valueLength,
            boolean neverIndexed) {
        int value = nameStart + nameLength + 2;
        int marks = neverIndexed ? WIRE | NEVER_INDEXED : WIRE;
        end = value + valueLength + 2;
        enter(pseudoEntry(nameKey), nameStart, nameLength, value, valueLength, nameKey | marks);
    }

    /// Adds a pseudo-header whose value lies in the reserved block.
    public final void adoptPseudo(Internal key, HeaderName name, int valueStart, int valueLength) {
        enter(pseudoEntry(name.slot()), -1, name.length(), valueStart, valueLength, name.slot());
    }

    /// What [HeaderName#keyOf] says of an entry's name, without looking at it.
    public final int nameKey(Internal key, int entry) {
        return keyAt(entry);
    }

    /// True if the peer that sent an entry wants it kept out of the tables of compression, here and
    /// on later hops.
    public final boolean neverIndexed(int entry) {
        return entries[entry * STRIDE + KEY] < 0;
    }

    /// True if the bytes from [#nameStart] to two bytes after the value are `name: value\r\n`.
    public final boolean wireReady(int entry) {
        return HeaderEntries.wire(entries, entry);
    }

    /// The entry kept for the pseudo-header with this key, or -1.
    private int pseudoEntry(int key) {
        int entry = key - firstPseudoSlot;
        return entry >= 0 && entry < pseudoCount ? entry : -1;
    }

    private void enter(
            int pseudoEntry,
            int nameStart,
            int nameLength,
            int valueStart,
            int valueLength,
            int key) {
        if (entries.length == 0) {
            revive();
        }
        int entry = pseudoEntry;
        int slot = HeaderEntries.withoutMarks(key);
        if (entry >= 0) {
            if (entries[entry * STRIDE + KEY] != DEAD) {
                kill(entry);
            }
            slots |= 1L << slot;
        } else {
            entry = entryCount;
            if ((entry + 1) * STRIDE > entries.length) {
                entries = Arrays.copyOf(entries, Math.max(16 * STRIDE, entries.length * 2));
            }
            entryCount++;
            if (slot < HeaderName.SLOTS) {
                if ((slots >>> slot & 1) == 0) {
                    slots |= 1L << slot;
                    firstOfSlot[slot] = (byte) Math.min(entry, FAR);
                }
            } else {
                others |= otherBit(slot);
            }
        }
        int base = entry * STRIDE;
        entries[base + NAME_START] = nameStart;
        entries[base + NAME_LENGTH] = nameLength;
        entries[base + VALUE_START] = valueStart;
        entries[base + VALUE_LENGTH] = valueLength;
        entries[base + KEY] = key;
        liveCount++;
        byteSize += nameLength + valueLength;
        status = 0;
    }

    private void kill(int entry) {
        int base = entry * STRIDE;
        entries[base + KEY] = DEAD;
        liveCount--;
        byteSize -= entries[base + NAME_LENGTH] + entries[base + VALUE_LENGTH];
        if (entry < pseudoCount) {
            slots &= ~(1L << (firstPseudoSlot + entry));
        }
    }

    private void removeDuplicates(int entry, HeaderName name) {
        for (int next = findAfter(entry, name); next >= 0; next = findAfter(next, name)) {
            kill(next);
        }
    }

    private void append(HeaderName name, String value) {
        write(newValue(-1, name, value.length()), value);
    }

    private void replaceValue(int entry, HeaderName name, String value) {
        write(newValue(entry, name, value.length()), value);
    }

    private void write(int start, String value) {
        HeaderValues.write(bytes, start, value);
    }

    /// Room for a value of this length, of an old entry or (-1) a new one.
    ///
    /// @return where in `bytes` to write it
    private int newValue(int entry, HeaderName name, int length) {
        if (entry >= 0 && length <= valueLength(entry)) {
            return shrinkValue(entry, length);
        }
        ensure(name.length() + length + LINE_EXTRA);
        return placeAtEnd(entry, name, length);
    }

    private int shrinkValue(int entry, int length) {
        int base = entry * STRIDE;
        int start = entries[base + VALUE_START];
        byteSize += length - entries[base + VALUE_LENGTH];
        entries[base + VALUE_LENGTH] = length;
        status = 0;
        if (wireReady(entry)) {
            HeaderEntries.endLine(bytes, start + length);
        }
        return start;
    }

    private int placeAtEnd(int entry, HeaderName name, int length) {
        int nameStart = end;
        int nameLength = name.length();
        name.copyTo(bytes, nameStart);
        int value = nameStart + nameLength + 2;
        HeaderEntries.frame(bytes, value, length);
        end = value + length + 2;
        if (entry >= 0) {
            int base = entry * STRIDE;
            byteSize += length - entries[base + VALUE_LENGTH];
            entries[base + NAME_START] = nameStart;
            entries[base + VALUE_START] = value;
            entries[base + VALUE_LENGTH] = length;
            entries[base + KEY] |= WIRE;
            status = 0;
        } else {
            int pseudoEntry = pseudoEntry(name.key());
            if (name.pseudo() && pseudoEntry < 0) {
                end = nameStart;
                throw new IllegalArgumentException(name + " cannot be here");
            }
            enter(pseudoEntry, nameStart, nameLength, value, length, name.key() | WIRE);
        }
        return value;
    }

    /// Makes room like [#ensure]; says where the value of `entry` is afterwards.
    private int reserveKeeping(int entry, int length) {
        ensure(length);
        return valueStart(entry);
    }

    private void ensure(int length) {
        if (bytes.length - end < length) {
            grow(length);
        }
    }

    private void grow(int length) {
        if (end > 4 * byteSize + 1024) {
            compact();
        }
        if (bytes.length - end < length) {
            bytes =
                    Arrays.copyOf(
                            bytes,
                            Math.max(Math.addExact(end, length), Math.max(256, bytes.length * 2)));
        }
    }

    /// Drops what is no longer used.
    private void compact() {
        byte[] target = new byte[bytes.length];
        end = HeaderEntries.compact(entries, entryCount, bytes, target);
        bytes = target;
    }

    /// Equal: the same kind of map with the same names and values in the same order.
    @Override
    public final boolean equals(@Nullable Object other) {
        if (other == null
                || other.getClass() != getClass()
                || ((HeaderMap) other).liveCount != liveCount) {
            return false;
        }
        HeaderMap that = (HeaderMap) other;
        int theirs = that.next(-1);
        for (int mine = next(-1); mine >= 0; mine = next(mine), theirs = that.next(theirs)) {
            if (!nameOf(mine).equals(that.nameOf(theirs))
                    || !valueOf(mine).equals(that.valueOf(theirs))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public final int hashCode() {
        int hash = 1;
        for (int entry = next(-1); entry >= 0; entry = next(entry)) {
            hash = hash * 31 + nameOf(entry).hashCode();
            hash = hash * 31 + valueOf(entry).hashCode();
        }
        return hash;
    }

    /// One line per entry: `name: value`.
    @Override
    public final String toString() {
        var text = new StringBuilder();
        for (int entry = next(-1); entry >= 0; entry = next(entry)) {
            text.append(nameOf(entry)).append(": ").append(valueOf(entry)).append('\n');
        }
        return text.toString();
    }
}
