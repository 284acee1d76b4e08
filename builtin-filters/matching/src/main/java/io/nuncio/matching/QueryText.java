package io.nuncio.matching;

import org.jspecify.annotations.Nullable;

/// Reads the query of a path.
final class QueryText {
    private QueryText() {}

    /// The first value of a parameter, decoded; empty for one without a value.
    ///
    /// @return null if there is no such parameter
    static @Nullable String first(String path, String name) {
        int fragment = path.indexOf('#');
        int end = fragment < 0 ? path.length() : fragment;
        int question = path.indexOf('?');
        int start = question < 0 || question >= end ? end : question + 1;
        while (start < end) {
            int ampersand = path.indexOf('&', start);
            int limit = ampersand < 0 || ampersand > end ? end : ampersand;
            int equals = path.indexOf('=', start);
            boolean valued = equals >= 0 && equals < limit;
            if (decoded(path, start, valued ? equals : limit).equals(name)) {
                return valued ? decoded(path, equals + 1, limit) : "";
            }
            start = limit + 1;
        }
        return null;
    }

    /// Replaces `%XX` by its byte; what is not of that form stays.
    private static String decoded(String text, int start, int end) {
        if (text.indexOf('%', start) < 0) {
            return text.substring(start, end);
        }
        StringBuilder decoded = new StringBuilder(end - start);
        for (int index = start; index < end; index++) {
            char c = text.charAt(index);
            int high =
                    c == '%' && index + 2 < end ? Character.digit(text.charAt(index + 1), 16) : -1;
            int low = high < 0 ? -1 : Character.digit(text.charAt(index + 2), 16);
            if (low < 0) {
                decoded.append(c);
            } else {
                decoded.append((char) (high << 4 | low));
                index += 2;
            }
        }
        return decoded.toString();
    }
}
