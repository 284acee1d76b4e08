package io.nuncio.http.headermutation;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The query parameters of one path while they are changed: by name, as Envoy orders them.
///
/// Names are compared decoded. What is not changed keeps the spelling that the client gave it; of a
/// new value, what a request line cannot have is percent-encoded. Each char is one byte.
final class QueryParameters {
    private final String pathOnly;

    /// `name=value` as it stands in the query, by the decoded name.
    private final Map<String, List<String>> parameters = new TreeMap<>();

    private QueryParameters(String pathOnly) {
        this.pathOnly = pathOnly;
    }

    static QueryParameters of(String path) {
        int question = path.indexOf('?');
        if (question < 0) {
            return new QueryParameters(path);
        }
        var parsed = new QueryParameters(path.substring(0, question));
        for (String part : path.substring(question + 1).split("&", -1)) {
            int equals = part.indexOf('=');
            String name = equals < 0 ? part : part.substring(0, equals);
            if (!part.isEmpty()) {
                parsed.values(decoded(name)).add(equals < 0 ? part + "=" : part);
            }
        }
        return parsed;
    }

    boolean contains(String name) {
        return parameters.containsKey(name);
    }

    void add(String name, String value) {
        values(name).add(encoded(name) + "=" + encoded(value));
    }

    void overwrite(String name, String value) {
        remove(name);
        add(name, value);
    }

    void remove(String name) {
        parameters.remove(name);
    }

    /// The path with the parameters as they are now.
    String path() {
        var path = new StringBuilder(pathOnly);
        char separator = '?';
        for (List<String> values : parameters.values()) {
            for (String value : values) {
                path.append(separator).append(value);
                separator = '&';
            }
        }
        return path.toString();
    }

    /// Text of the configuration as bytes.
    static String latin1(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private List<String> values(String name) {
        return parameters.computeIfAbsent(name, absent -> new ArrayList<>());
    }

    /// Replaces `%XX` by its byte; what is not of that form stays.
    private static String decoded(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        var decoded = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean escape = c == '%' && i + 2 < text.length();
            int high = escape ? Character.digit(text.charAt(i + 1), 16) : -1;
            int low = high < 0 ? -1 : Character.digit(text.charAt(i + 2), 16);
            if (low < 0) {
                decoded.append(c);
            } else {
                decoded.append((char) (high << 4 | low));
                i += 2;
            }
        }
        return decoded.toString();
    }

    private static String encoded(String text) {
        var encoded = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == '#') {
                encoded.append('%')
                        .append(Character.toUpperCase(Character.forDigit(c >> 4 & 15, 16)))
                        .append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
            } else {
                encoded.append(c);
            }
        }
        return encoded.toString();
    }
}
