package io.nuncio.network.httpconnectionmanager;

import org.jspecify.annotations.Nullable;

/// Canonical paths, as browsers and Envoy make them: dot segments resolved, backslashes turned,
/// unreserved characters unescaped (RFC 3986 section 6.2.2).
final class PathNormalizer {
    private static final String HEX = "0123456789ABCDEF";

    private PathNormalizer() {}

    /// True if a path, given as bytes without its query, certainly stays as it is: no escape, no
    /// backslash, nothing to escape, no segment that begins with a dot.
    static boolean isPlain(byte[] bytes, int start, int end) {
        byte before = 0;
        for (int i = start; i < end; i++) {
            byte c = bytes[i];
            if (c == '%' || c == '\\' || c == '.' && before == '/' || needsEscape(c & 0xff)) {
                return false;
            }
            before = c;
        }
        return start < end && bytes[start] == '/';
    }

    /// @param path without query
    /// @return null if the path cannot be made canonical: it holds a NUL, plain or escaped
    static @Nullable String canonical(String path) {
        StringBuilder out = new StringBuilder(path.length() + 1);
        if (path.isEmpty() || !isSlash(path.charAt(0))) {
            out.append('/');
        }
        int i = 0;
        while (i < path.length()) {
            char c = path.charAt(i);
            int dot = dotLength(path, i);
            if (dot > 0) {
                i = afterDot(path, i + dot, out);
            } else if (c == '\\') {
                out.append('/');
                i++;
            } else if (c == '%' && escapedValue(path, i) >= 0) {
                int value = escapedValue(path, i);
                if (value == 0) {
                    return null;
                }
                if (isUnreserved(value)) {
                    out.append((char) value);
                } else {
                    out.append(path, i, i + 3);
                }
                i += 3;
            } else if (c == 0) {
                return null;
            } else {
                if (needsEscape(c)) {
                    out.append('%').append(HEX.charAt(c >> 4 & 15)).append(HEX.charAt(c & 15));
                } else {
                    out.append(c);
                }
                i++;
            }
        }
        return out.toString();
    }

    /// Handles a dot: at the beginning of a segment it may be all, or half, of a dot segment.
    ///
    /// @param next the place after the dot
    /// @return where to go on
    private static int afterDot(String path, int next, StringBuilder out) {
        if (out.charAt(out.length() - 1) == '/') {
            if (endsSegment(path, next)) {
                return Math.min(next + 1, path.length());
            }
            int second = next + dotLength(path, next);
            if (second > next && endsSegment(path, second)) {
                backUp(out);
                return Math.min(second + 1, path.length());
            }
        }
        out.append('.');
        return next;
    }

    /// Removes the last segment, but not the slash before it.
    private static void backUp(StringBuilder out) {
        int parent = out.lastIndexOf("/", out.length() - 2);
        out.setLength(Math.max(parent, 0) + 1);
    }

    private static boolean endsSegment(String path, int at) {
        return at == path.length() || isSlash(path.charAt(at));
    }

    private static boolean isSlash(char c) {
        return c == '/' || c == '\\';
    }

    /// The length of a dot, plain or escaped, at the given place; 0 if there is none.
    private static int dotLength(String path, int at) {
        if (at < path.length() && path.charAt(at) == '.') {
            return 1;
        }
        return path.regionMatches(true, at, "%2e", 0, 3) ? 3 : 0;
    }

    /// The character that an escape sequence stands for, -1 if there is no valid one.
    private static int escapedValue(String path, int at) {
        if (at + 2 >= path.length()) {
            return -1;
        }
        int high = hexDigit(path.charAt(at + 1));
        int low = hexDigit(path.charAt(at + 2));
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }

    private static int hexDigit(char c) {
        return c < 0x80 ? Character.digit(c, 16) : -1;
    }

    private static boolean needsEscape(int c) {
        return switch (c) {
            case '"', '#', '<', '>', '?', '^', '`', '{', '|', '}' -> true;
            default -> c <= ' ' || c >= 0x7f;
        };
    }

    private static boolean isUnreserved(int c) {
        return c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || c >= '0' && c <= '9'
                || c == '-'
                || c == '_'
                || c == '~';
    }

    /// One slash where there were several in a row.
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
