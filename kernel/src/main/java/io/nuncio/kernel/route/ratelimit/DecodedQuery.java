package io.nuncio.kernel.route.ratelimit;

import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/// Looks up query parameters, names and values decoded. What is no `%` and two hexadecimal digits
/// stays as it is.
final class DecodedQuery {
    private DecodedQuery() {}

    /// The first value of a parameter, empty if it stands without one.
    ///
    /// @return null if there is no such parameter
    static byte @Nullable [] first(RequestHeaders headers, byte[] name) {
        int entry = headers.find(HeaderName.PATH);
        if (entry < 0) {
            return null;
        }
        byte[] bytes = headers.array();
        int start = headers.valueStart(entry);
        int limit = start + headers.valueLength(entry);
        for (int at = indexOf(bytes, '?', start, limit) + 1; at < limit; ) {
            int end = indexOf(bytes, '&', at, limit);
            int equals = indexOf(bytes, '=', at, end);
            if (Arrays.equals(decoded(bytes, at, equals), name)) {
                return decoded(bytes, Math.min(equals + 1, end), end);
            }
            at = end + 1;
        }
        return null;
    }

    private static int indexOf(byte[] bytes, char wanted, int from, int limit) {
        int at = from;
        while (at < limit && bytes[at] != wanted) {
            at++;
        }
        return at;
    }

    private static byte[] decoded(byte[] bytes, int from, int limit) {
        byte[] decoded = new byte[limit - from];
        int length = 0;
        for (int at = from; at < limit; at++) {
            int high = at + 2 < limit ? Character.digit(bytes[at + 1], 16) : -1;
            int low = at + 2 < limit ? Character.digit(bytes[at + 2], 16) : -1;
            if (bytes[at] == '%' && high >= 0 && low >= 0) {
                decoded[length++] = (byte) (high << 4 | low);
                at += 2;
            } else {
                decoded[length++] = bytes[at];
            }
        }
        return length == decoded.length ? decoded : Arrays.copyOf(decoded, length);
    }
}
