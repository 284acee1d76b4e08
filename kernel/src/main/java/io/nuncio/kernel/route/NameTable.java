package io.nuncio.kernel.route;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/// A map from names in lower case to values that is asked with pieces of byte arrays in any case;
/// immutable, open addressing.
final class NameTable<T> {
    private final byte[][] names;
    private final Object[] values;
    private final int mask;
    private final boolean empty;

    NameTable(Map<String, T> entries) {
        int capacity = Integer.highestOneBit(Math.max(1, entries.size()) * 4 - 1);
        this.names = new byte[capacity][];
        this.values = new Object[capacity];
        this.mask = capacity - 1;
        this.empty = entries.isEmpty();
        entries.forEach((name, value) -> {
            byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
            int at = hash(bytes, 0, bytes.length) & mask;
            while (names[at] != null) {
                at = at + 1 & mask;
            }
            names[at] = bytes;
            values[at] = value;
        });
    }

    boolean isEmpty() {
        return empty;
    }

    @SuppressWarnings("unchecked")
    @Nullable T get(byte[] bytes, int start, int length) {
        if (empty) {
            return null;
        }
        for (int at = hash(bytes, start, length) & mask; names[at] != null; at = at + 1 & mask) {
            if (matches(names[at], bytes, start, length)) {
                return (T) values[at];
            }
        }
        return null;
    }

    /// ASCII letters only, as host names have no others.
    static String lowerCase(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = lower(bytes[i]);
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static boolean matches(byte[] name, byte[] bytes, int start, int length) {
        if (name.length != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (name[i] != lower(bytes[start + i])) {
                return false;
            }
        }
        return true;
    }

    private static int hash(byte[] bytes, int start, int length) {
        int hash = length;
        for (int i = start; i < start + length; i++) {
            hash = hash * 31 + lower(bytes[i]);
        }
        return hash ^ hash >>> 16;
    }

    private static byte lower(byte value) {
        return value >= 'A' && value <= 'Z' ? (byte) (value + 32) : value;
    }
}
