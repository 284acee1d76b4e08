package io.nuncio.kernel.http2;

import io.nuncio.spi.Buffer;

import java.nio.charset.StandardCharsets;

/// What a client's connection begins with (RFC 9113, 3.4).
public final class Preface {
    private static final byte[] BYTES =
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /// How many bytes it has.
    public static final int LENGTH = 24;

    private Preface() {}

    static byte at(int index) {
        return BYTES[index];
    }

    static byte[] bytes() {
        return BYTES.clone();
    }

    /// How many bytes at the front of `data` are those of the preface; [#LENGTH] if it is there.
    public static int match(Buffer data) {
        int limit = Math.min(LENGTH, data.length());
        int index = 0;
        while (index < limit && data.getByte(index) == BYTES[index]) {
            index++;
        }
        return index;
    }
}
