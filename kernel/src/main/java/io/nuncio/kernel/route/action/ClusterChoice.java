package io.nuncio.kernel.route.action;

import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;

import org.jspecify.annotations.Nullable;

/// Which of several clusters a request goes to: by a header, or by weight.
public final class ClusterChoice {
    private ClusterChoice() {}

    /// The cluster that a header names: its first value, since nobody vouches for more.
    ///
    /// @return empty if there is no such header
    public static String fromHeader(HeaderName name, RequestHeaders headers) {
        return headers.get(name, "");
    }

    /// Picks by weight.
    ///
    /// @param limits the sum of the weights up to and with each entry
    /// @param header a header with a number to use in place of `random`, null for none
    /// @param random the stream's random number
    /// @return the entry's position
    public static int byWeight(
            long[] limits, @Nullable HeaderName header, RequestHeaders headers, long random) {
        long number = header == null ? random : numberIn(header, headers, random);
        long at = Long.remainderUnsigned(number, limits[limits.length - 1]);
        int index = 0;
        while (at >= limits[index]) {
            index++;
        }
        return index;
    }

    /// Several values, or something that is no number, count as nothing.
    private static long numberIn(HeaderName header, RequestHeaders headers, long random) {
        int entry = headers.find(header);
        if (entry < 0 || headers.findAfter(entry, header) >= 0) {
            return random;
        }
        try {
            return Long.parseUnsignedLong(headers.valueOf(entry).strip());
        } catch (NumberFormatException notANumber) {
            return random;
        }
    }
}
