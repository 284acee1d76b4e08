package io.nuncio.testkit;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Reads HTTP/1 messages from a socket, as plainly as RFC 9112 allows; for well-formed messages.
final class MessageReader {
    private final InputStream in;
    private ByteArrayOutputStream raw = new ByteArrayOutputStream();

    MessageReader(InputStream in) {
        this.in = in;
    }

    /// @throws EOFException if the connection ended before a message began, or within one
    HttpMessage readRequest() throws IOException {
        return read(false, false);
    }

    /// @param toHead true if the response answers a HEAD request and so has no body
    HttpMessage readResponse(boolean toHead) throws IOException {
        return read(true, toHead);
    }

    private HttpMessage read(boolean response, boolean toHead) throws IOException {
        raw = new ByteArrayOutputStream();
        String start = line();
        List<HttpMessage.Header> headers = headers();
        HttpMessage head = new HttpMessage(start, headers, new byte[0], List.of(), new byte[0]);
        byte[] body = new byte[0];
        List<HttpMessage.Header> trailers = List.of();
        String length = head.header("content-length");
        if (response && (toHead || bodiless(head.status()))) {
            body = new byte[0];
        } else if ("chunked".equalsIgnoreCase(head.header("transfer-encoding"))) {
            ByteArrayOutputStream chunks = new ByteArrayOutputStream();
            for (int size = chunkSize(); size > 0; size = chunkSize()) {
                chunks.writeBytes(exactly(size));
                line();
            }
            trailers = headers();
            body = chunks.toByteArray();
        } else if (length != null) {
            body = exactly(Integer.parseInt(length));
        } else if (response) {
            body = in.readAllBytes();
            raw.writeBytes(body);
        }
        return new HttpMessage(start, headers, body, trailers, raw.toByteArray());
    }

    private static boolean bodiless(int status) {
        return status < 200 || status == 204 || status == 304;
    }

    private int chunkSize() throws IOException {
        String line = line();
        int end = line.indexOf(';');
        return Integer.parseInt(end < 0 ? line.strip() : line.substring(0, end).strip(), 16);
    }

    private List<HttpMessage.Header> headers() throws IOException {
        List<HttpMessage.Header> headers = new ArrayList<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.add(
                    new HttpMessage.Header(
                            line.substring(0, colon), line.substring(colon + 1).strip()));
        }
        return headers;
    }

    private byte[] exactly(int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        raw.writeBytes(bytes);
        if (bytes.length < count) {
            throw new EOFException(
                    "the connection ended after " + bytes.length + " of " + count + " bytes");
        }
        return bytes;
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException(
                        "the connection ended within a line: "
                                + line.toString(StandardCharsets.ISO_8859_1));
            }
            line.write(next);
        }
        raw.writeBytes(line.toByteArray());
        raw.write('\n');
        String text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }
}
