package io.nuncio.network.httpconnectionmanager;

import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;

/// Checks `referer`: only one, and only an absolute URL with a host, is passed on.
final class Referer {
    private Referer() {}

    static void removeUnlessUrl(RequestHeaders headers) {
        int entry = headers.find(HeaderName.REFERER);
        if (entry >= 0
                && (headers.findAfter(entry, HeaderName.REFERER) >= 0
                        || !isUrl(
                                headers.array(),
                                headers.valueStart(entry),
                                headers.valueLength(entry)))) {
            headers.remove(HeaderName.REFERER);
        }
    }

    private static boolean isUrl(byte[] bytes, int start, int length) {
        int end = start + length;
        int at = start;
        while (at < end && isLetter(bytes[at])) {
            at++;
        }
        if (at == start
                || at + 3 >= end
                || bytes[at] != ':'
                || bytes[at + 1] != '/'
                || bytes[at + 2] != '/') {
            return false;
        }
        byte first = bytes[at + 3];
        if (first == '/' || first == '?' || first == '#') {
            return false;
        }
        for (int i = at + 3; i < end; i++) {
            if (bytes[i] <= ' ' || bytes[i] == 0x7f) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetter(byte c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
    }
}
