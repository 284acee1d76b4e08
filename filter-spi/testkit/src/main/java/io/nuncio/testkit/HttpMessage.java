package io.nuncio.testkit;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// One HTTP/1 message as it was on the wire.
///
/// @param startLine the request or status line
/// @param headers in order, names as they came
/// @param body without chunk framing
/// @param trailers in order, names as they came
/// @param raw all bytes of the message
public record HttpMessage(
        String startLine, List<Header> headers, byte[] body, List<Header> trailers, byte[] raw) {
    public HttpMessage {
        headers = List.copyOf(headers);
        trailers = List.copyOf(trailers);
    }

    /// A header line.
    public record Header(String name, String value) {}

    /// The status code of a response.
    public int status() {
        return Integer.parseInt(startLine.split(" ", 3)[1]);
    }

    /// The method of a request.
    public String method() {
        return startLine.split(" ", 3)[0];
    }

    /// The target of a request.
    public String target() {
        return startLine.split(" ", 3)[1];
    }

    /// The first header of that name, null if there is none.
    public @Nullable String header(String name) {
        List<String> all = all(name);
        return all.isEmpty() ? null : all.getFirst();
    }

    /// All values of that name, in order.
    public List<String> all(String name) {
        return values(headers, name);
    }

    /// The first trailer of that name, null if there is none.
    public @Nullable String trailer(String name) {
        List<String> all = values(trailers, name);
        return all.isEmpty() ? null : all.getFirst();
    }

    public String bodyText() {
        return new String(body, StandardCharsets.UTF_8);
    }

    private static List<String> values(List<Header> list, String name) {
        List<String> values = new ArrayList<>();
        for (Header header : list) {
            if (header.name().toLowerCase(Locale.ROOT).equals(name.toLowerCase(Locale.ROOT))) {
                values.add(header.value());
            }
        }
        return values;
    }
}
