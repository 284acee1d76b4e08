package io.nuncio.spi.host;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/// Some bytes of an array, read from the front; nothing is copied. Who reads a number asks before
/// whether it is there. Thread: that of its owner; a [#copy] may go elsewhere.
public final class ByteSpan {
    /// What stands for bytes that are not there; empty.
    public static final ByteSpan MISSING = new ByteSpan(new byte[0], 0, 0);

    private final byte[] bytes;
    private final int end;
    private int at;

    ByteSpan(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.at = from;
        this.end = end;
    }

    /// The same bytes, to be read by somebody else.
    public ByteSpan copy() {
        return new ByteSpan(bytes, at, end);
    }

    /// How many bytes are left.
    public int length() {
        return end - at;
    }

    /// The byte at that place, 0 to 255.
    public int at(int index) {
        return bytes[at + Objects.checkIndex(index, length())] & 0xff;
    }

    /// True if there are two bytes or more.
    public boolean hasU16() {
        return length() >= 2;
    }

    /// The next byte, 0 to 255.
    public int u8() {
        Objects.checkIndex(0, length());
        return bytes[at++] & 0xff;
    }

    /// The next two bytes.
    public int u16() {
        return u8() << 8 | u8();
    }

    /// The next bytes.
    ///
    /// @return [#MISSING] if there are not as many
    public ByteSpan take(int count) {
        if (count > length()) {
            at = end;
            return MISSING;
        }
        var taken = new ByteSpan(bytes, at, at + count);
        at += count;
        return taken;
    }

    /// As many bytes as the next byte says.
    public ByteSpan prefixed8() {
        return length() < 1 ? MISSING : take(u8());
    }

    /// As many bytes as the next two say.
    public ByteSpan prefixed16() {
        return length() < 2 ? MISSING : take(u16());
    }

    /// True if there were not as many bytes as it should have.
    public boolean missing() {
        return this == MISSING;
    }

    /// As text, a character for a byte.
    public String text() {
        return new String(bytes, at, length(), StandardCharsets.ISO_8859_1);
    }
}
