package io.nuncio.listener.tlsinspector;

import java.nio.charset.StandardCharsets;

/// Some bytes of an array, read from the front. Nothing is copied.
final class ByteSpan {
    /// What stands for bytes that are not there; empty.
    static final ByteSpan MISSING = new ByteSpan(new byte[0], 0, 0);

    private final byte[] bytes;
    private final int end;
    private int at;

    ByteSpan(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.at = from;
        this.end = end;
    }

    /// The same bytes, to be read by somebody else.
    ByteSpan copy() {
        return new ByteSpan(bytes, at, end);
    }

    int length() {
        return end - at;
    }

    /// The byte at that place, 0 to 255.
    int at(int index) {
        return bytes[at + index] & 0xff;
    }

    boolean hasU16() {
        return length() >= 2;
    }

    int u8() {
        return bytes[at++] & 0xff;
    }

    int u16() {
        return u8() << 8 | u8();
    }

    /// The next bytes.
    ///
    /// @return [#MISSING] if there are not as many
    ByteSpan take(int count) {
        if (count > length()) {
            at = end;
            return MISSING;
        }
        var taken = new ByteSpan(bytes, at, at + count);
        at += count;
        return taken;
    }

    /// As many bytes as the next byte says.
    ByteSpan prefixed8() {
        return length() < 1 ? MISSING : take(u8());
    }

    /// As many bytes as the next two say.
    ByteSpan prefixed16() {
        return length() < 2 ? MISSING : take(u16());
    }

    boolean missing() {
        return this == MISSING;
    }

    /// As text, a character for a byte.
    String text() {
        return new String(bytes, at, length(), StandardCharsets.ISO_8859_1);
    }
}
