package io.nuncio.kernel.format;

import io.nuncio.spi.HeaderMap;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The bytes of one entry while it is being formatted. Belongs to one call of one worker.
final class Line {
    private byte[] bytes;
    private int length;

    Line(int capacity) {
        bytes = new byte[capacity];
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    /// Takes back everything after `length`.
    void truncate(int length) {
        this.length = length;
    }

    void append(byte b) {
        ensure(1);
        bytes[length++] = b;
    }

    void append(byte[] source) {
        append(source, 0, source.length);
    }

    void append(byte[] source, int offset, int count) {
        ensure(count);
        System.arraycopy(source, offset, bytes, length, count);
        length += count;
    }

    /// Appends the value of a header entry, at most `maxLength` bytes of it unless that is -1.
    void append(HeaderMap headers, int entry, int maxLength) {
        int count = headers.valueLength(entry);
        append(
                headers.array(),
                headers.valueStart(entry),
                maxLength >= 0 ? Math.min(count, maxLength) : count);
    }

    /// Appends chars that are bytes already.
    @SuppressWarnings("deprecation") // the only copy of low bytes without an array in between
    void appendBytes(String byteText) {
        int count = byteText.length();
        ensure(count);
        byteText.getBytes(0, count, bytes, length);
        length += count;
    }

    /// Appends text as UTF-8.
    void appendText(String text) {
        if (ascii(text)) {
            appendBytes(text);
        } else {
            append(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    void appendNumber(long value) {
        if (value < 0) {
            appendBytes(Long.toString(value));
            return;
        }
        int digits = 1;
        for (long rest = value; rest >= 10; rest /= 10) {
            digits++;
        }
        ensure(digits);
        long rest = value;
        for (int at = length + digits - 1; at >= length; at--) {
            bytes[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += digits;
    }

    /// Appends a number of `digits` digits with leading zeros.
    void appendPadded(int value, int digits) {
        ensure(digits);
        int rest = value;
        for (int at = length + digits - 1; at >= length; at--) {
            bytes[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += digits;
    }

    /// Replaces `digits` bytes by a number with leading zeros.
    void setPadded(int at, int value, int digits) {
        int rest = value;
        for (int index = at + digits - 1; index >= at; index--) {
            bytes[index] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }

    private void ensure(int count) {
        if (bytes.length - length < count) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + count));
        }
    }

    private static boolean ascii(String text) {
        for (int index = 0; index < text.length(); index++) {
            if (text.charAt(index) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    /// The bytes, one char each.
    @Override
    public String toString() {
        return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
    }
}
