package io.nuncio.kernel.http2;

import io.nuncio.kernel.codec.Octets;
import io.nuncio.spi.HeaderMap;
import io.nuncio.spi.HeaderName;

/// What RFC 9113, 8.3 says of pseudo-headers, and of those that a message must have.
final class MessageRules {
    private MessageRules() {}

    /// True if the value has only what may be in it.
    static boolean validPseudo(HeaderName name, byte[] value, int start, int length) {
        int end = start + length;
        if (name == HeaderName.STATUS) {
            return length == 3
                    && value[start] >= '1'
                    && value[start] <= '9'
                    && Octets.digit(value[start + 1])
                    && Octets.digit(value[start + 2]);
        }
        if (name == HeaderName.AUTHORITY) {
            for (int index = start; index < end; index++) {
                if (!Octets.authority(value[index])) {
                    return false;
                }
            }
            return true;
        }
        if (name == HeaderName.PATH) {
            for (int index = start; index < end; index++) {
                if (value[index] >= 0 && value[index] <= ' ' || value[index] == 0x7f) {
                    return false;
                }
            }
            return length > 0;
        }
        for (int index = start; index < end; index++) {
            if (Octets.lowerToken(value[index]) == 0) {
                return false;
            }
        }
        return length > 0;
    }

    static HeaderReader.Outcome checkRequest(HeaderMap headers) {
        boolean scheme = headers.contains(HeaderName.SCHEME);
        boolean authority = headers.contains(HeaderName.AUTHORITY);
        int path = headers.find(HeaderName.PATH);
        boolean valid;
        if (!headers.contains(HeaderName.METHOD)) {
            valid = false;
        } else if (headers.is(HeaderName.METHOD, "CONNECT")) {
            valid =
                    headers.contains(HeaderName.PROTOCOL)
                            ? scheme && authority && path >= 0 // RFC 8441, 4
                            : !scheme && path < 0 && authority;
        } else {
            valid =
                    !headers.contains(HeaderName.PROTOCOL)
                            && scheme
                            && path >= 0
                            && validPath(headers, path);
        }
        return valid ? HeaderReader.Outcome.VALID : HeaderReader.Outcome.INVALID_MESSAGE;
    }

    private static boolean validPath(HeaderMap headers, int path) {
        byte first = headers.array()[headers.valueStart(path)];
        boolean http =
                headers.isIgnoreCase(HeaderName.SCHEME, "http")
                        || headers.isIgnoreCase(HeaderName.SCHEME, "https");
        return !http
                || first == '/'
                || headers.valueIs(path, "*") && headers.is(HeaderName.METHOD, "OPTIONS");
    }

    static HeaderReader.Outcome checkResponse(HeaderMap headers) {
        int status = (int) headers.getLong(HeaderName.STATUS, 0);
        if (status == 0 || status == 101) {
            return HeaderReader.Outcome.INVALID_MESSAGE;
        }
        if (status < 200 || status == 204) {
            if (headers.is(HeaderName.CONTENT_LENGTH, "0") && status == 204) {
                headers.remove(HeaderName.CONTENT_LENGTH);
            } else if (headers.contains(HeaderName.CONTENT_LENGTH)) {
                return HeaderReader.Outcome.INVALID_FIELD;
            }
        }
        return HeaderReader.Outcome.VALID;
    }
}
