package io.nuncio.testkit.http2;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// A request or a response, as far as it came.
///
/// @param informational the header blocks of 1xx responses
/// @param headers `name: value`, in order; empty if none came
/// @param trailers the same
/// @param ended true if it is complete
/// @param reset the error that it was reset with, null if it was not
public record Http2Message(
        int stream,
        List<List<String>> informational,
        List<String> headers,
        byte[] body,
        List<String> trailers,
        boolean ended,
        @Nullable String reset) {
    /// The status of a response, 0 if none came.
    public int status() {
        String status = header(":status");
        return status == null ? 0 : Integer.parseInt(status);
    }

    /// The first header of that name, null if there is none.
    public @Nullable String header(String name) {
        return first(headers, name);
    }

    /// The first trailer of that name, null if there is none.
    public @Nullable String trailer(String name) {
        return first(trailers, name);
    }

    private static @Nullable String first(List<String> fields, String name) {
        for (String field : fields) {
            if (field.startsWith(name + ": ")) {
                return field.substring(name.length() + 2);
            }
        }
        return null;
    }

    public String bodyText() {
        return new String(body, StandardCharsets.UTF_8);
    }
}
