package io.nuncio.proxyprotocol;

import io.nuncio.spi.Buffer;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;

/// Reads the header at the beginning of a connection, in whatever pieces it comes: what is found
/// never depends on how it was cut.
///
/// | limit | value | beyond it |
/// | --- | --- | --- |
/// | line of version 1 | 108 bytes | no header |
/// | header of version 2 | 16 bytes and the length that they name, 65,551 at most | |
final class HeaderReader {
    private static final byte[] V1_SIGNATURE = "PROXY ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] V2_SIGNATURE = {
        0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a
    };
    private static final int V2_FIXED = 16;
    private static final int MAX_V1 = 108;
    private static final int UNIX_ADDRESSES = 216;
    private static final int FIRST_BYTES = V2_FIXED + UNIX_ADDRESSES;

    /// What was found.
    enum Progress {
        /// More bytes are needed.
        MORE,
        /// The connection begins without a header, and may.
        NONE,
        /// [#header] is there.
        HEADER,
        /// The header is of a version that may not be.
        DISALLOWED,
        /// This is no header, or a wrong one.
        ERROR
    }

    /// Which version the bytes were found to be.
    enum Version {
        UNKNOWN,
        V1,
        V2
    }

    private final ProxyProtocolConfig config;
    private Version version = Version.UNKNOWN;
    private @Nullable ProxyHeader header;
    private int searched;
    private int wanted = FIRST_BYTES;

    HeaderReader(ProxyProtocolConfig config) {
        this.config = config;
    }

    /// @param input all bytes of the connection so far
    Progress read(Buffer input) {
        boolean mayBeV2 = begins(input, V2_SIGNATURE);
        boolean mayBeV1 = begins(input, V1_SIGNATURE);
        if (config.optional() && !(mayBeV2 && config.v2()) && !(mayBeV1 && config.v1())) {
            return Progress.NONE;
        }
        return mayBeV2 ? readV2(input) : readV1(input, mayBeV1);
    }

    private static boolean begins(Buffer input, byte[] signature) {
        int end = Math.min(signature.length, input.length());
        for (int index = 0; index < end; index++) {
            if (input.getByte(index) != signature[index]) {
                return false;
            }
        }
        return true;
    }

    private Progress readV2(Buffer input) {
        if (input.length() < V2_FIXED) {
            return Progress.MORE;
        }
        version = Version.V2;
        if (!config.v2()) {
            return Progress.DISALLOWED;
        }
        byte[] fixed = new byte[V2_FIXED];
        input.copyTo(0, fixed, 0, V2_FIXED);
        int length = V2_FIXED + V2Header.length(fixed);
        if (!V2Header.valid(fixed)) {
            return Progress.ERROR;
        }
        wanted = Math.max(wanted, length);
        if (input.length() < length) {
            return Progress.MORE;
        }
        byte[] whole = new byte[length];
        input.copyTo(0, whole, 0, length);
        return read(V2Header.read(whole));
    }

    /// @param mayBe true if it begins as it should
    private Progress readV1(Buffer input, boolean mayBe) {
        int length = input.length();
        int end = Math.min(length, mayBe ? MAX_V1 : V2_FIXED - 1);
        int lineEnd = lineEnd(input, end);
        if (lineEnd < 0) {
            // Without a signature, as many bytes as version 2 needs decide.
            return length > end ? Progress.ERROR : Progress.MORE;
        }
        if (lineEnd == 2) { // an empty line, as version 2 begins
            return length >= V2_FIXED ? Progress.ERROR : Progress.MORE;
        }
        version = Version.V1;
        if (!config.v1()) {
            return Progress.DISALLOWED;
        }
        byte[] line = new byte[lineEnd];
        input.copyTo(0, line, 0, lineEnd);
        return read(V1Header.read(new String(line, StandardCharsets.ISO_8859_1)));
    }

    /// Behind the first CR and LF, -1 if there are none.
    private int lineEnd(Buffer input, int end) {
        for (int index = Math.max(searched, 1); index < end; index++) {
            if (input.getByte(index) == '\n' && input.getByte(index - 1) == '\r') {
                searched = index;
                return index + 1;
            }
        }
        searched = end;
        return -1;
    }

    private Progress read(@Nullable ProxyHeader read) {
        header = read;
        return read == null ? Progress.ERROR : Progress.HEADER;
    }

    Version version() {
        return version;
    }

    /// The header, null if there is none (yet).
    @Nullable ProxyHeader header() {
        return header;
    }

    /// How many bytes are needed at most.
    int wanted() {
        return wanted;
    }
}
