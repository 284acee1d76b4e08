package io.nuncio.testkit.http2;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/// What has come on a stream.
final class MessageBuilder {
    private final int stream;
    private final List<List<String>> informational = new ArrayList<>();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private List<String> headers = List.of();
    private List<String> trailers = List.of();
    private boolean ended;
    private @Nullable String reset;

    MessageBuilder(int stream) {
        this.stream = stream;
    }

    void onBlock(List<String> fields) {
        if (!headers.isEmpty()) {
            trailers = fields;
        } else if (fields.stream().anyMatch(field -> field.startsWith(":status: 1"))) {
            informational.add(fields);
        } else {
            headers = fields;
        }
    }

    void onData(byte[] payload) {
        body.writeBytes(payload);
    }

    void onEnd() {
        ended = true;
    }

    void onReset(String error) {
        reset = error;
    }

    boolean over() {
        return ended || reset != null;
    }

    boolean hasHeaders() {
        return !headers.isEmpty();
    }

    int bodyLength() {
        return body.size();
    }

    Http2Message message() {
        return new Http2Message(
                stream,
                List.copyOf(informational),
                headers,
                body.toByteArray(),
                trailers,
                ended,
                reset);
    }
}
