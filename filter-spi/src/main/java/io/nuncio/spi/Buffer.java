package io.nuncio.spi;

import io.nuncio.spi.internal.Internal;
import io.nuncio.spi.internal.Slices;

import org.jspecify.annotations.Nullable;

import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/// A queue of bytes: read at the front, appended at the end. Moving from one buffer to another does
/// not copy.
///
/// Ownership: a buffer belongs to its stream or connection, which frees what is left in it at the
/// end. Bytes that you want to keep for longer, move or copy to a buffer of your own. A buffer of
/// your own needs freeing ([#clear]) only for bytes that came from other buffers; arrays and texts
/// that you append are ordinary memory.
///
/// Thread: the worker that owns the stream or connection.
public final class Buffer {
    private final Slices slices = new Slices();

    /// An empty buffer.
    public Buffer() {}

    /// A buffer with a copy of these bytes.
    public static Buffer copyOf(byte[] bytes) {
        var buffer = new Buffer();
        buffer.append(bytes);
        return buffer;
    }

    /// A buffer with this text in UTF-8.
    public static Buffer copyOf(String text) {
        var buffer = new Buffer();
        buffer.append(text);
        return buffer;
    }

    /// The storage, for the kernel.
    public Slices slices(Internal key) {
        Objects.requireNonNull(key);
        return slices;
    }

    /// How many bytes there are.
    public int length() {
        return slices.length();
    }

    public boolean isEmpty() {
        return slices.length() == 0;
    }

    /// Moves everything to the end of `target`.
    public void moveTo(Buffer target) {
        checkOther(target);
        target.slices.takeAll(slices);
    }

    /// Moves the first `count` bytes to the end of `target`.
    public void moveTo(Buffer target, int count) {
        checkOther(target);
        checkCount(count);
        target.slices.take(slices, count);
    }

    private void checkOther(Buffer target) {
        if (target == this) {
            throw new IllegalArgumentException("a buffer cannot move to itself");
        }
    }

    private void checkCount(int count) {
        Objects.checkFromIndexSize(0, count, length());
    }

    /// Appends a copy of these bytes.
    public void append(byte[] bytes) {
        slices.append(bytes, 0, bytes.length);
    }

    /// Appends a copy of some of these bytes.
    public void append(byte[] bytes, int offset, int count) {
        Objects.checkFromIndexSize(offset, count, bytes.length);
        slices.append(bytes, offset, count);
    }

    /// Appends this text in UTF-8.
    public void append(String text) {
        append(text.getBytes(StandardCharsets.UTF_8));
    }

    /// Appends what `source` holds, which keeps it, too; `source` may be this buffer. Large pieces
    /// are shared, not copied. A buffer of your own needs freeing ([#clear]) afterwards.
    public void appendCopyOf(Buffer source) {
        if (source == this) {
            append(toByteArray());
        } else {
            slices.appendCopyOf(source.slices);
        }
    }

    /// Puts a copy of these bytes in front.
    public void prepend(byte[] bytes) {
        slices.prepend(bytes);
    }

    /// Drops the first `count` bytes.
    public void drain(int count) {
        checkCount(count);
        slices.skip(count);
    }

    /// Drops everything and frees the memory.
    public void clear() {
        slices.release();
    }

    /// The byte at `index`, counted from the front.
    public byte getByte(int index) {
        Objects.checkIndex(index, length());
        return slices.getByte(index);
    }

    /// Copies bytes out; they stay here, too.
    public void copyTo(int index, byte[] target, int offset, int count) {
        Objects.checkFromIndexSize(index, count, length());
        Objects.checkFromIndexSize(offset, count, target.length);
        slices.copyTo(index, target, offset, count);
    }

    /// A copy of everything.
    public byte[] toByteArray() {
        return toByteArray(length());
    }

    private byte[] toByteArray(int count) {
        byte[] bytes = new byte[count];
        slices.copyTo(0, bytes, 0, count);
        return bytes;
    }

    /// The place of the first such byte from `from` on, or -1.
    public int indexOf(byte value, int from) {
        Objects.checkFromToIndex(from, length(), length());
        return slices.indexOf(value, from);
    }

    /// The place where `needle` begins, from `from` on, or -1.
    public int indexOf(byte[] needle, int from) {
        Objects.checkFromToIndex(from, length(), length());
        if (needle.length == 0) {
            return from;
        }
        int last = length() - needle.length;
        for (int start = slices.indexOf(needle[0], from);
                start >= 0 && start <= last;
                start = slices.indexOf(needle[0], start + 1)) {
            if (matches(start, needle)) {
                return start;
            }
        }
        return -1;
    }

    public boolean startsWith(byte[] prefix) {
        return prefix.length <= length() && matches(0, prefix);
    }

    private boolean matches(int start, byte[] bytes) {
        for (int index = 0; index < bytes.length; index++) {
            if (slices.getByte(start + index) != bytes[index]) {
                return false;
            }
        }
        return true;
    }

    /// Everything as text; see also the version with a limit.
    public String toString(Charset charset) {
        return new String(toByteArray(), charset);
    }

    /// At most the first `limit` bytes as text.
    public String toString(Charset charset, int limit) {
        return new String(toByteArray(Math.min(limit, length())), charset);
    }

    /// Reads the bytes that are here now, from the front, without consuming them. Use it before the
    /// buffer is changed.
    public InputStream asInputStream() {
        return new Reader(slices);
    }

    /// Equal: the same bytes.
    @Override
    public boolean equals(@Nullable Object other) {
        if (!(other instanceof Buffer that) || that.length() != length()) {
            return false;
        }
        return Arrays.equals(toByteArray(), that.toByteArray());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(toByteArray());
    }

    /// For logs: the length and the beginning.
    @Override
    public String toString() {
        var text = new StringBuilder().append(length()).append(" bytes: ");
        for (int index = 0; index < Math.min(length(), 64); index++) {
            char character = (char) (slices.getByte(index) & 0xff);
            text.append(character >= 0x20 && character < 0x7f ? character : '.');
        }
        return text.toString();
    }

    private static final class Reader extends InputStream {
        private final Slices slices;
        private final int limit;
        private int at;

        Reader(Slices slices) {
            this.slices = slices;
            this.limit = slices.length();
        }

        @Override
        public int read() {
            return at < limit ? slices.getByte(at++) & 0xff : -1;
        }

        @Override
        public int read(byte[] target, int offset, int count) {
            Objects.checkFromIndexSize(offset, count, target.length);
            if (count == 0) {
                return 0;
            }
            int part = Math.min(count, limit - at);
            if (part == 0) {
                return -1;
            }
            slices.copyTo(at, target, offset, part);
            at += part;
            return part;
        }

        @Override
        public long skip(long count) {
            int part = (int) Math.min(Math.max(count, 0), limit - at);
            at += part;
            return part;
        }

        @Override
        public int available() {
            return limit - at;
        }
    }
}
