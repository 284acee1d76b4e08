package io.nuncio.kernel.http2.hpack;

import java.util.Arrays;

/// A header block that is written: bytes that grow, used again for the next block. One for each
/// worker is enough, as blocks are written one at a time.
public final class HeaderBlock {
    private static final int USUAL = 1024;
    private static final int MOST_KEPT = 16 * 1024;

    byte[] bytes = new byte[USUAL];
    int length;

    /// Has the block, from 0 on.
    public byte[] bytes() {
        return bytes;
    }

    public int length() {
        return length;
    }

    void clear() {
        length = 0;
        if (bytes.length > MOST_KEPT) {
            bytes = new byte[USUAL];
        }
    }

    /// Makes room for so many bytes more.
    void ensure(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
        }
    }
}
