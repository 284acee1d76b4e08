package io.nuncio.spi;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The headers of a request: `:method`, `:scheme`, `:authority` and `:path` among them, for every
/// version of HTTP. See [HeaderMap] for threads and lifetime.
public final class RequestHeaders extends HeaderMap {
    private static final int PSEUDO_HEADERS = 5;
    private static final String[] METHODS = {
        "GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "PATCH", "CONNECT"
    };

    public RequestHeaders() {
        this(512);
    }

    /// @param byteCapacity how many bytes of names and values fit without growing
    public RequestHeaders(int byteCapacity) {
        super(HeaderName.METHOD.slot(), PSEUDO_HEADERS, byteCapacity, 16);
    }

    /// A copy of `other`.
    public static RequestHeaders copyOf(RequestHeaders other) {
        var copy = new RequestHeaders(Math.max(512, other.byteSize() * 2));
        copy.copyFrom(other);
        return copy;
    }

    /// A request with these pseudo-headers; for calls of the proxy itself and for tests.
    public static RequestHeaders of(String method, String scheme, String authority, String path) {
        var headers = new RequestHeaders();
        headers.set(HeaderName.METHOD, method);
        headers.set(HeaderName.SCHEME, scheme);
        headers.set(HeaderName.AUTHORITY, authority);
        headers.set(HeaderName.PATH, path);
        return headers;
    }

    /// Becomes equal to `other`.
    public void copyFrom(RequestHeaders other) {
        copy(other);
    }

    /// The method, empty if there is none. The common ones cost no allocation.
    public String method() {
        int entry = find(HeaderName.METHOD);
        if (entry < 0) {
            return "";
        }
        for (String method : METHODS) {
            if (valueIs(entry, method)) {
                return method;
            }
        }
        return valueOf(entry);
    }

    public void method(String method) {
        set(HeaderName.METHOD, method);
    }

    public boolean methodIs(String method) {
        return is(HeaderName.METHOD, method);
    }

    /// The path with its query; empty if there is none, as in CONNECT.
    public String path() {
        return get(HeaderName.PATH, "");
    }

    public void path(String path) {
        set(HeaderName.PATH, path);
    }

    /// The path without query and fragment; empty if there is no path.
    public String pathWithoutQuery() {
        int entry = find(HeaderName.PATH);
        return entry < 0
                ? ""
                : new String(
                        array(), valueStart(entry), pathLength(entry), StandardCharsets.ISO_8859_1);
    }

    /// How many bytes of the path come before its query or fragment; 0 if there is no path.
    public int pathLength() {
        int entry = find(HeaderName.PATH);
        return entry < 0 ? 0 : pathLength(entry);
    }

    private int pathLength(int entry) {
        byte[] bytes = array();
        int start = valueStart(entry);
        int limit = start + valueLength(entry);
        int index = start;
        while (index < limit && bytes[index] != '?' && bytes[index] != '#') {
            index++;
        }
        return index - start;
    }

    /// True if the path without its query is `text`.
    ///
    /// @param text the bytes of a path in Latin-1
    public boolean pathEquals(byte[] text) {
        int entry = find(HeaderName.PATH);
        return entry >= 0 && pathLength(entry) == text.length && startsWith(entry, text);
    }

    /// True if the path without its query starts with `prefix`.
    ///
    /// @param prefix the bytes of a path in Latin-1
    public boolean pathStartsWith(byte[] prefix) {
        int entry = find(HeaderName.PATH);
        return entry >= 0
                && valueLength(entry) >= prefix.length
                && startsWith(entry, prefix)
                && pathLength(entry) >= prefix.length;
    }

    private boolean startsWith(int entry, byte[] text) {
        int start = valueStart(entry);
        return Arrays.equals(array(), start, start + text.length, text, 0, text.length);
    }

    /// The authority (`host` of HTTP/1), empty if there is none.
    public String authority() {
        return get(HeaderName.AUTHORITY, "");
    }

    public void authority(String authority) {
        set(HeaderName.AUTHORITY, authority);
    }

    /// `http` or `https`; empty before the connection manager has set it.
    public String scheme() {
        return get(HeaderName.SCHEME, "");
    }

    public void scheme(String scheme) {
        set(HeaderName.SCHEME, scheme);
    }
}
