package io.nuncio.kernel.http2.hpack;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// What is to be known of a field's bytes before it is passed on, as bits: found once, when a field
/// is spelled out, and kept with it in the table.
final class Traits {
    /// The name is empty, or has a byte that names in HTTP/2 do not have: upper case, controls,
    /// what is not a token; or it starts with a colon and is none of the known pseudo-headers.
    static final int BAD_NAME = 1;

    /// There is a `_` in the name.
    static final int UNDERSCORE = 2;

    /// There is a control character other than a tab in the value.
    static final int BAD_VALUE = 4;

    /// The value starts or ends with a blank.
    static final int PADDED_VALUE = 8;

    /// The value must not enter a table.
    static final int NEVER_INDEXED = 16;

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;

    private static final byte[] OF_NAME_BYTE = ofNameBytes();

    private Traits() {}

    private static byte[] ofNameBytes() {
        byte[] traits = new byte[256];
        String token = "abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~";
        for (int octet = 0; octet < traits.length; octet++) {
            traits[octet] = (byte) (token.indexOf(octet) < 0 ? BAD_NAME : 0);
        }
        traits['_'] = UNDERSCORE;
        return traits;
    }

    /// @param known true if the name has a constant
    static int ofName(byte[] bytes, int start, int length, boolean known) {
        if (known) {
            return 0;
        }
        int traits = length == 0 ? BAD_NAME : 0;
        for (int at = start; at < start + length; at++) {
            traits |= OF_NAME_BYTE[bytes[at] & 0xff];
        }
        return traits;
    }

    static int ofValue(byte[] bytes, int start, int length) {
        if (length == 0) {
            return 0;
        }
        int end = start + length;
        int traits = blank(bytes[start]) || blank(bytes[end - 1]) ? PADDED_VALUE : 0;
        int at = start;
        for (; at <= end - Long.BYTES; at += Long.BYTES) {
            long word = (long) LONGS.get(bytes, at);
            long deletes = word ^ ONES * 0x7f;
            long suspects = (word - ONES * 0x20 & ~word | deletes - ONES & ~deletes) & HIGH_BITS;
            if (suspects != 0 && hasControl(bytes, at, at + Long.BYTES)) {
                return traits | BAD_VALUE;
            }
        }
        return hasControl(bytes, at, end) ? traits | BAD_VALUE : traits;
    }

    private static boolean hasControl(byte[] bytes, int from, int to) {
        for (int at = from; at < to; at++) {
            byte octet = bytes[at];
            if (octet >= 0 && octet < 0x20 && octet != '\t' || octet == 0x7f) {
                return true;
            }
        }
        return false;
    }

    private static boolean blank(byte octet) {
        return octet == ' ' || octet == '\t';
    }
}
