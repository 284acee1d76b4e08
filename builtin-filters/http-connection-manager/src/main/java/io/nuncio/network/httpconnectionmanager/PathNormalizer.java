package io.nuncio.network.httpconnectionmanager;

import org.jspecify.annotations.Nullable;

import java.util.Locale;

/// Canonical paths, as browsers and Envoy make them: dot segments resolved, backslashes turned,
/// unreserved characters unescaped (RFC 3986 section 6.2.2).
final class PathNormalizer {
    private PathNormalizer() {}

    /// @param path starts with a slash, without query
    /// @return null if the path cannot be made canonical
    static @Nullable String canonical(String path) {
        StringBuilder out = new StringBuilder(path.length());
        int i = 0;
        while (i < path.length()) {
            char c = path.charAt(i);
            if (c == 0) {
                return null;
            }
            if (c == '/' || c == '\\') {
                i = segment(path, i + 1, out);
            } else {
                i = character(path, i, out);
            }
        }
        return out.isEmpty() ? "/" : out.toString();
    }

    /// Handles what follows a slash: a dot segment is resolved, anything else begins a new segment.
    ///
    /// @return where to go on
    private static int segment(String path, int at, StringBuilder out) {
        int first = dot(path, at);
        if (first > 0) {
            int next = at + first;
            if (endsSegment(path, next)) {
                out.append('/');
                return skipSlash(path, next, out);
            }
            int second = dot(path, next);
            if (second > 0 && endsSegment(path, next + second)) {
                int parent = out.lastIndexOf("/");
                out.setLength(Math.max(parent, 0));
                out.append('/');
                return skipSlash(path, next + second, out);
            }
        }
        out.append('/');
        return at;
    }

    /// A dot segment took its own slash with it; the one after it is the same slash again.
    private static int skipSlash(String path, int at, StringBuilder out) {
        if (at < path.length()) {
            out.setLength(out.length() - 1);
        }
        return at;
    }

    private static boolean endsSegment(String path, int at) {
        return at >= path.length() || path.charAt(at) == '/' || path.charAt(at) == '\\';
    }

    /// The length of a dot, plain or escaped, at the given place; 0 if there is none.
    private static int dot(String path, int at) {
        if (at < path.length() && path.charAt(at) == '.') {
            return 1;
        }
        return path.regionMatches(true, at, "%2e", 0, 3) ? 3 : 0;
    }

    private static int character(String path, int at, StringBuilder out) {
        char c = path.charAt(at);
        if (c == '%' && at + 2 < path.length()) {
            int high = Character.digit(path.charAt(at + 1), 16);
            int low = Character.digit(path.charAt(at + 2), 16);
            if (high >= 0 && low >= 0) {
                char plain = (char) (high << 4 | low);
                if (unreserved(plain)) {
                    out.append(plain);
                } else {
                    out.append(path, at, at + 3);
                }
                return at + 3;
            }
        }
        if (c <= ' ' || c >= 0x7f || c == '"' || c == '<' || c == '>' || c == '`' || c == '{'
                || c == '}') {
            out.append('%').append(String.format(Locale.ROOT, "%02X", (int) c));
        } else {
            out.append(c);
        }
        return at + 1;
    }

    private static boolean unreserved(char c) {
        return c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || c >= '0' && c <= '9'
                || c == '-'
                || c == '.'
                || c == '_'
                || c == '~';
    }

    static String mergeSlashes(String path) {
        if (!path.contains("//")) {
            return path;
        }
        StringBuilder out = new StringBuilder(path.length());
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c != '/' || out.isEmpty() || out.charAt(out.length() - 1) != '/') {
                out.append(c);
            }
        }
        return out.toString();
    }

    /// Replaces `%2F` and `%5C` by the slashes that they stand for.
    static String unescapeSlashes(String path) {
        if (path.indexOf('%') < 0) {
            return path;
        }
        StringBuilder out = new StringBuilder(path.length());
        int i = 0;
        while (i < path.length()) {
            if (path.regionMatches(true, i, "%2f", 0, 3)) {
                out.append('/');
                i += 3;
            } else if (path.regionMatches(true, i, "%5c", 0, 3)) {
                out.append('\\');
                i += 3;
            } else {
                out.append(path.charAt(i++));
            }
        }
        return out.toString();
    }
}
