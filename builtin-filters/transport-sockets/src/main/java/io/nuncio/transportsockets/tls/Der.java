package io.nuncio.transportsockets.tls;

import java.util.Arrays;

/// Reads elements of the distinguished encoding (DER) one after the other. Whatever does not fit is
/// an [IllegalArgumentException] or an [IndexOutOfBoundsException].
final class Der {
    private final byte[] bytes;
    private final int end;
    private int at;

    Der(byte[] bytes, int from, int to) {
        this.bytes = bytes;
        this.at = from;
        this.end = to;
    }

    /// An element.
    record Element(int tag, byte[] bytes) {
        Element expect(int expected) {
            if (tag != expected) {
                throw new IllegalArgumentException("another element was expected");
            }
            return this;
        }

        Der contents() {
            return new Der(bytes, 0, bytes.length);
        }
    }

    boolean more() {
        return at < end;
    }

    Element next() {
        int tag = one();
        int length = one();
        if (length >= 0x80) {
            int count = length - 0x80;
            if (count < 1 || count > 3) {
                throw new IllegalArgumentException("a length of " + count + " bytes");
            }
            length = 0;
            for (int index = 0; index < count; index++) {
                length = length << 8 | one();
            }
        }
        if (length > end - at) {
            throw new IllegalArgumentException("an element that is longer than what is there");
        }
        byte[] content = Arrays.copyOfRange(bytes, at, at + length);
        at += length;
        return new Element(tag, content);
    }

    private int one() {
        if (at >= end) {
            throw new IllegalArgumentException("it ends too soon");
        }
        return bytes[at++] & 0xff;
    }
}
