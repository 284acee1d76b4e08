package io.nuncio.kernel.admin;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// Parameters of a query, decoded: the first value of each name, in their order. `+` is itself, as
/// in Envoy, since it is frequent in regular expressions.
public final class QueryParameters {
    private final Map<String, String> values;

    private QueryParameters(Map<String, String> values) {
        this.values = Collections.unmodifiableMap(values);
    }

    static QueryParameters parse(String query) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String pair : query.split("&")) {
            if (pair.isEmpty()) {
                continue;
            }
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            String value = equals < 0 ? "" : pair.substring(equals + 1);
            values.putIfAbsent(decode(name), decode(value));
        }
        return new QueryParameters(values);
    }

    public boolean isEmpty() {
        return values.isEmpty();
    }

    /// Null if there is no such parameter.
    public @Nullable String get(String name) {
        return values.get(name);
    }

    public Map<String, String> map() {
        return values;
    }

    /// A `%` that is not followed by two hexadecimal digits stands for itself.
    private static String decode(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            int high = c == '%' && at + 2 < text.length() ? digit(text, at + 1) : -1;
            int low = high < 0 ? -1 : digit(text, at + 2);
            if (low >= 0) {
                bytes.write(high * 16 + low);
                at += 2;
            } else {
                bytes.write(c);
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static int digit(String text, int at) {
        return Character.digit(text.charAt(at), 16);
    }
}
