package io.nuncio.kernel.http1;

import io.nuncio.kernel.codec.Octets;
import io.nuncio.spi.HeaderMap;
import io.nuncio.spi.HeaderName;

import org.jspecify.annotations.Nullable;

/// How long the body of a message is, by its head (RFC 9112, 6.3).
final class MessageBody {
    /// No length is given.
    static final long UNKNOWN = -1;

    /// The body is chunked.
    static final long CHUNKED = -2;

    /// The longest number that can be read without overflow.
    private static final int MOST_DIGITS = 18;

    private long length = UNKNOWN;

    /// 0 or more, [#UNKNOWN] or [#CHUNKED].
    long length() {
        return length;
    }

    /// Reads Content-Length and Transfer-Encoding.
    ///
    /// @param lengthWithCoding true to ignore, and remove, a length beside chunked
    /// @return what is wrong with them, or null
    @Nullable Violation read(HeaderMap headers, boolean lengthWithCoding) {
        length = UNKNOWN;
        int entry = headers.find(HeaderName.CONTENT_LENGTH);
        int coding = headers.find(HeaderName.TRANSFER_ENCODING);
        if (entry < 0 && coding < 0) {
            return null;
        }
        if (entry >= 0) {
            if (headers.findAfter(entry, HeaderName.CONTENT_LENGTH) >= 0) {
                return Violation.TWO_CONTENT_LENGTHS;
            }
            length = number(headers, entry);
            if (length < 0 && coding < 0) {
                return Violation.CONTENT_LENGTH;
            }
        }
        return coding < 0 ? null : coding(headers, coding, entry >= 0, lengthWithCoding);
    }

    private @Nullable Violation coding(
            HeaderMap headers, int coding, boolean withLength, boolean lengthWithCoding) {
        boolean chunked =
                headers.isIgnoreCase(HeaderName.TRANSFER_ENCODING, "chunked")
                        && headers.findAfter(coding, HeaderName.TRANSFER_ENCODING) < 0;
        if (withLength) {
            if (!chunked || !lengthWithCoding) {
                return Violation.LENGTH_AND_CODING;
            }
            headers.remove(HeaderName.CONTENT_LENGTH);
        }
        if (!chunked) {
            return Violation.CODING;
        }
        length = CHUNKED;
        return null;
    }

    private static long number(HeaderMap headers, int entry) {
        byte[] bytes = headers.array();
        int start = headers.valueStart(entry);
        int digits = headers.valueLength(entry);
        if (digits == 0) {
            return UNKNOWN;
        }
        long number = 0;
        for (int index = start; index < start + digits; index++) {
            if (!Octets.digit(bytes[index])
                    || index - start >= MOST_DIGITS && number > Long.MAX_VALUE / 10 - 1) {
                return UNKNOWN;
            }
            number = number * 10 + bytes[index] - '0';
        }
        return number;
    }
}
