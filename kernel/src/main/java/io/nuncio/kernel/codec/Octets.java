package io.nuncio.kernel.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// What bytes mean in HTTP, by tables, and several at a time where that pays.
public final class Octets {
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;

    private static final byte[] LOWER_TOKEN = lowerToken();
    private static final boolean[] AUTHORITY = authority();

    private Octets() {}

    /// The lower case of a byte that names may have, 0 for all others.
    public static byte lowerToken(byte octet) {
        return LOWER_TOKEN[octet & 0xff];
    }

    /// True for what a host with its port may have.
    public static boolean authority(byte octet) {
        return AUTHORITY[octet & 0xff];
    }

    public static boolean blank(byte octet) {
        return octet == ' ' || octet == '\t';
    }

    public static boolean digit(byte octet) {
        return octet >= '0' && octet <= '9';
    }

    public static boolean letter(byte octet) {
        int lower = octet | 0x20;
        return lower >= 'a' && lower <= 'z';
    }

    /// The place of the first control character other than a tab, or `limit`.
    public static int control(byte[] bytes, int from, int limit) {
        int at = from;
        while (at <= limit - Long.BYTES) {
            long word = (long) LONGS.get(bytes, at);
            long deletes = word ^ ONES * 0x7f;
            long found = (word - ONES * 0x20 & ~word | deletes - ONES & ~deletes) & HIGH_BITS;
            if (found == 0) {
                at += Long.BYTES;
                continue;
            }
            at += Long.numberOfTrailingZeros(found) >>> 3; // the lowest is never a false one
            if (bytes[at] != '\t') {
                return at;
            }
            at++;
        }
        while (at < limit) {
            byte octet = bytes[at];
            if (octet >= 0 && octet < 0x20 && octet != '\t' || octet == 0x7f) {
                return at;
            }
            at++;
        }
        return limit;
    }

    private static byte[] lowerToken() {
        byte[] table = new byte[256];
        for (int letter = 'a'; letter <= 'z'; letter++) {
            table[letter] = (byte) letter;
            table[letter - 32] = (byte) letter;
        }
        for (char other : "0123456789!#$%&'*+-.^_`|~".toCharArray()) {
            table[other] = (byte) other;
        }
        return table;
    }

    private static boolean[] authority() {
        boolean[] table = new boolean[256];
        for (int octet = 0; octet < 128; octet++) {
            table[octet] =
                    letter((byte) octet)
                            || digit((byte) octet)
                            || "!$%&'()*+,-.:;=@[]_~".indexOf(octet) >= 0;
        }
        return table;
    }
}
