package io.nuncio.kernel.http2.hpack;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// The code of strings (RFC 7541, 5.2 and appendix B).
///
/// It is canonical: codes of the same length are consecutive, in the order of their bytes, and
/// follow the shorter ones. So the lengths alone define it. Codes of up to 8 bits, which text
/// consists of, are decoded by one look at a table; longer ones by comparing with the first code of
/// each length.
final class Huffman {
    /// The length of each byte's code, in base 36.
    private static final String LENGTHS =
            "dnsssssssoussussssssssusssssssss"
                    + "6aacd68baa8b8666555666666678f6ca"
                    + "d67777777777777777777777878djde6"
                    + "f56565666577666567655677777fbeds"
                    + "kmkkmmmnmnnnnnonoomnonnnnlmnmnno"
                    + "mlkmmnnlnmmolmnnllmlnmnnkmmmnmmn"
                    + "qqkjmnmpqqqrrqopjlqrrqrollqqsrrr"
                    + "koklmllnmmppooqnqrqqrrrrrsrrrrrq";

    private static final int BYTES = 256;
    private static final int LONGEST = 30;
    private static final int SHORT = 8;

    /// The code of the end of a string, which never occurs: all ones.
    private static final int END_OF_STRING = (1 << LONGEST) - 1;

    private static final int PADDING = -1;
    private static final int INVALID = -2;

    private static final VarHandle INTS =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private static final byte[] LENGTH = new byte[BYTES];
    private static final int[] CODE = new int[BYTES];

    /// By the first 8 bits: the byte, and above it the length of its code; 0 if that is longer.
    private static final short[] BY_SHORT_CODE = new short[1 << SHORT];

    /// The bytes in the order of their codes.
    private static final byte[] IN_ORDER = new byte[BYTES];

    /// By length: the first code that is longer, filled up to 30 bits.
    private static final int[] FIRST_LONGER = new int[LONGEST + 1];

    /// By length: the place in [#IN_ORDER] of the code 0, as if there were so many of that length.
    private static final int[] BASE = new int[LONGEST + 1];

    static {
        int code = 0;
        int place = 0;
        for (int length = 1; length <= LONGEST; length++) {
            code <<= 1;
            BASE[length] = place - code;
            for (int octet = 0; octet < BYTES; octet++) {
                if (Character.digit(LENGTHS.charAt(octet), 36) == length) {
                    LENGTH[octet] = (byte) length;
                    CODE[octet] = code++;
                    IN_ORDER[place++] = (byte) octet;
                }
            }
            FIRST_LONGER[length] = code << LONGEST - length;
        }
        for (int octet = 0; octet < BYTES; octet++) {
            int free = SHORT - LENGTH[octet];
            for (int rest = 0; free >= 0 && rest < 1 << free; rest++) {
                BY_SHORT_CODE[CODE[octet] << free | rest] = (short) (LENGTH[octet] << 8 | octet);
            }
        }
    }

    private Huffman() {}

    /// The most bytes that so many encoded ones can stand for.
    static int mostDecoded(int encoded) {
        return (int) (encoded * 8L / 5);
    }

    /// Decodes a string.
    ///
    /// @param target has room for [#mostDecoded] bytes
    /// @return its length, -1 if it is invalid
    static int decode(byte[] source, int from, int length, byte[] target, int to) {
        long bits = 0; // the lowest `count` are to be decoded
        int count = 0;
        int at = from;
        int end = from + length;
        int out = to;
        while (true) {
            if (count <= Integer.SIZE) {
                if (end - at >= Integer.BYTES) {
                    bits = bits << Integer.SIZE | ((int) INTS.get(source, at) & 0xffff_ffffL);
                    at += Integer.BYTES;
                    count += Integer.SIZE;
                } else {
                    for (; at < end; at++) {
                        bits = bits << 8 | source[at] & 0xff;
                        count += 8;
                    }
                }
            }
            while (count >= SHORT) {
                int found = BY_SHORT_CODE[(int) (bits >>> count - SHORT) & 0xff];
                if (found == 0) {
                    break;
                }
                target[out++] = (byte) found;
                count -= found >>> 8;
            }
            if (count >= LONGEST || at == end) {
                int found = next(bits, count);
                if (found < 0) {
                    return found == PADDING ? out - to : -1;
                }
                target[out++] = (byte) found;
                count -= found >>> 8;
            }
        }
    }

    /// The next code, of any length, which may be cut off by the end of the string.
    ///
    /// @return the byte, and above it the length of its code; [#PADDING] if what is left of the
    ///   string is only that, or [#INVALID]
    private static int next(long bits, int count) {
        int window =
                count >= LONGEST
                        ? (int) (bits >>> count - LONGEST) & END_OF_STRING
                        : (int) (bits << LONGEST - count | (1L << LONGEST - count) - 1)
                                & END_OF_STRING;
        if (window == END_OF_STRING) {
            return count < 8 ? PADDING : INVALID;
        }
        int length = 5;
        while (window >= FIRST_LONGER[length]) {
            length++;
        }
        if (length > count) {
            return INVALID;
        }
        int octet = IN_ORDER[BASE[length] + (window >>> LONGEST - length)] & 0xff;
        return length << 8 | octet;
    }

    /// How many bytes the encoded string has.
    static int encodedLength(byte[] source, int from, int length) {
        int bits = 7;
        for (int at = from; at < from + length; at++) {
            bits += LENGTH[source[at] & 0xff];
        }
        return bits >>> 3;
    }

    /// Encodes a string.
    ///
    /// @return where it ends in `target`
    static int encode(byte[] source, int from, int length, byte[] target, int to) {
        long bits = 0;
        int count = 0;
        int out = to;
        for (int at = from; at < from + length; at++) {
            int octet = source[at] & 0xff;
            int more = LENGTH[octet];
            bits = bits << more | CODE[octet];
            count += more;
            if (count >= Integer.SIZE) {
                count -= Integer.SIZE;
                INTS.set(target, out, (int) (bits >>> count));
                out += Integer.BYTES;
            }
        }
        while (count >= 8) {
            count -= 8;
            target[out++] = (byte) (bits >>> count);
        }
        if (count > 0) {
            target[out++] = (byte) (bits << 8 - count | 0xff >>> count);
        }
        return out;
    }
}
