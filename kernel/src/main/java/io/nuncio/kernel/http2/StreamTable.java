package io.nuncio.kernel.http2;

import org.jspecify.annotations.Nullable;

/// The open streams of a connection: by id, in an array with open addressing, and in the order in
/// which they began, as a list.
///
/// A loop over the list ([#first], [Http2Stream#next]) may remove any stream on its way: a removed
/// stream still leads on to those after it.
final class StreamTable {
    private @Nullable Http2Stream[] slots = new @Nullable Http2Stream[8];
    private int size;
    private @Nullable Http2Stream first;
    private @Nullable Http2Stream last;

    int size() {
        return size;
    }

    @Nullable Http2Stream first() {
        return first;
    }

    @Nullable Http2Stream get(int id) {
        int mask = slots.length - 1;
        for (int slot = home(id, mask); ; slot = slot + 1 & mask) {
            Http2Stream stream = slots[slot];
            if (stream == null || stream.id == id) {
                return stream;
            }
        }
    }

    /// Adds a stream that is not there yet.
    void add(Http2Stream stream) {
        if (size * 2 >= slots.length) {
            grow();
        }
        put(stream);
        size++;
        stream.previous = last;
        if (last == null) {
            first = stream;
        } else {
            last.next = stream;
        }
        last = stream;
    }

    private void put(Http2Stream stream) {
        int mask = slots.length - 1;
        int slot = home(stream.id, mask);
        while (slots[slot] != null) {
            slot = slot + 1 & mask;
        }
        slots[slot] = stream;
    }

    private void grow() {
        @Nullable Http2Stream[] old = slots;
        slots = new @Nullable Http2Stream[old.length * 2];
        for (Http2Stream stream : old) {
            if (stream != null) {
                put(stream);
            }
        }
    }

    /// Removes a stream; nothing happens if it is not there.
    void remove(Http2Stream stream) {
        int mask = slots.length - 1;
        int slot = home(stream.id, mask);
        while (slots[slot] != stream) {
            if (slots[slot] == null) {
                return;
            }
            slot = slot + 1 & mask;
        }
        closeGap(slot, mask);
        size--;
        if (stream.previous == null) {
            first = stream.next;
        } else {
            stream.previous.next = stream.next;
        }
        if (stream.next == null) {
            last = stream.previous;
        } else {
            stream.next.previous = stream.previous;
        }
    }

    /// Moves those up that the removed one had pushed away from their home.
    private void closeGap(int emptied, int mask) {
        int gap = emptied;
        for (int slot = gap + 1 & mask; ; slot = slot + 1 & mask) {
            Http2Stream stream = slots[slot];
            if (stream == null) {
                slots[gap] = null;
                return;
            }
            int home = home(stream.id, mask);
            if ((slot - home & mask) >= (slot - gap & mask)) {
                slots[gap] = stream;
                gap = slot;
            }
        }
    }

    /// Ids are odd and come in order, so they fill the array without collisions.
    private static int home(int id, int mask) {
        return id >>> 1 & mask;
    }
}
