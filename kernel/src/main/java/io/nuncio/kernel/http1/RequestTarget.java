package io.nuncio.kernel.http1;

import io.nuncio.kernel.codec.Octets;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.internal.Internal;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// Turns the target of a request line into `:path`, `:authority` and `:scheme`.
final class RequestTarget {
    private RequestTarget() {}

    /// @param start where the target starts in the array of the headers
    /// @return what is wrong with it, or null
    static @Nullable Violation apply(
            RequestHeaders headers, int start, int end, boolean absoluteForm) {
        byte[] bytes = headers.array();
        byte first = bytes[start];
        boolean connect = headers.is(HeaderName.METHOD, "CONNECT");
        if (first == '/' && !connect || first == '*' && headers.is(HeaderName.METHOD, "OPTIONS")) {
            headers.adoptPseudo(Internal.KEY, HeaderName.PATH, start, end - start);
            return null;
        }
        if (connect) {
            return authority(headers, bytes, start, end);
        }
        if (!absoluteForm) {
            headers.adoptPseudo(Internal.KEY, HeaderName.PATH, start, end - start);
            return null;
        }
        return absolute(headers, bytes, start, end);
    }

    /// CONNECT names a host with its port and nothing else.
    private static @Nullable Violation authority(
            RequestHeaders headers, byte[] bytes, int start, int end) {
        int colon = end;
        while (colon > start && bytes[colon - 1] != ':') {
            colon--;
        }
        if (colon - 1 <= start || !port(bytes, colon, end) || !host(bytes, start, colon - 1)) {
            return Violation.ABSOLUTE_TARGET;
        }
        headers.adoptPseudo(Internal.KEY, HeaderName.AUTHORITY, start, end - start);
        return null;
    }

    private static @Nullable Violation absolute(
            RequestHeaders headers, byte[] bytes, int start, int end) {
        int at = start;
        while (at < end && (Octets.letter(bytes[at]) || at > start && schemeSuffix(bytes[at]))) {
            at++;
        }
        if (at == start
                || end - at < 3
                || bytes[at] != ':'
                || bytes[at + 1] != '/'
                || bytes[at + 2] != '/') {
            return bytes[start] == '*' ? Violation.ABSOLUTE_TARGET : Violation.TARGET;
        }
        String scheme = latin1(bytes, start, at).toLowerCase(Locale.ROOT);
        int host = at + 3;
        int path = host;
        while (path < end && bytes[path] != '/' && bytes[path] != '?' && bytes[path] != '#') {
            path++;
        }
        for (int index = host; index < path; index++) {
            if (bytes[index] == '@') { // without the user
                host = index + 1;
            }
        }
        int colon = path;
        while (colon > host && Octets.digit(bytes[colon - 1])) {
            colon--;
        }
        boolean withPort = colon > host && bytes[colon - 1] == ':';
        if (!host(bytes, host, withPort ? colon - 1 : path)
                || withPort && colon < path && !port(bytes, colon, path)) {
            return Violation.ABSOLUTE_TARGET;
        }
        if (!scheme.equals("http") && !scheme.equals("https")) {
            return Violation.SCHEME;
        }
        // The path first: what is set may move the array, but not what was adopted.
        String authority = latin1(bytes, host, path);
        if (path < end && bytes[path] == '/') {
            headers.adoptPseudo(Internal.KEY, HeaderName.PATH, path, end - path);
        } else {
            headers.set(HeaderName.PATH, "/" + latin1(bytes, path, end));
        }
        headers.set(HeaderName.AUTHORITY, authority);
        headers.set(HeaderName.SCHEME, scheme);
        return null;
    }

    private static boolean schemeSuffix(byte octet) {
        return Octets.digit(octet) || octet == '+' || octet == '-' || octet == '.';
    }

    private static boolean host(byte[] bytes, int start, int end) {
        if (start >= end) {
            return false;
        }
        boolean bracketed = bytes[start] == '[';
        for (int index = start; index < end; index++) {
            byte octet = bytes[index];
            if (!Octets.authority(octet)
                    || octet == '@'
                    || !bracketed && (octet == ':' || octet == '[' || octet == ']')) {
                return false;
            }
        }
        return !bracketed || bytes[end - 1] == ']';
    }

    private static boolean port(byte[] bytes, int start, int end) {
        if (start >= end || end - start > 5) {
            return false;
        }
        int number = 0;
        for (int index = start; index < end; index++) {
            if (!Octets.digit(bytes[index])) {
                return false;
            }
            number = number * 10 + bytes[index] - '0';
        }
        return number <= 65535;
    }

    private static String latin1(byte[] bytes, int start, int end) {
        return new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
    }
}
