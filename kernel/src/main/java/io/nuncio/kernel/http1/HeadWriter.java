package io.nuncio.kernel.http1;

import io.nuncio.kernel.codec.Octets;
import io.nuncio.spi.HeaderMap;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.internal.Slices;

import java.nio.charset.StandardCharsets;

/// Writes heads: one pass over the entries of a map into an array, from there to the connection's
/// buffer. Entries that lie side by side as `name: value\r\n` are copied in one go.
///
/// One writer per worker.
final class HeadWriter {
    private static final byte[] HTTP_1_1 = ascii(" HTTP/1.1\r\n");
    private static final byte[] HOST = ascii("host: ");
    private static final byte[] PROPER_HOST = ascii("Host: ");
    private static final byte[] NO_CONTENT = ascii("content-length: 0\r\n");
    private static final byte[] CHUNKED = ascii("transfer-encoding: chunked\r\n");
    private static final byte[] LAST_CHUNK = ascii("0\r\n");
    private static final byte[] LAST_CHUNK_AND_END = ascii("0\r\n\r\n");

    private byte[] bytes = new byte[1024];
    private int at;
    private int linesStart;

    /// How a head says what its body is.
    enum Framing {
        /// By a header that is there already, or by the kind of message.
        AS_IS,
        /// `content-length: 0`.
        EMPTY,
        /// `transfer-encoding: chunked`.
        CHUNKED
    }

    /// @param fullUrl true to name scheme and host in the request line
    void request(
            Slices output,
            RequestHeaders headers,
            Framing framing,
            boolean fullUrl,
            boolean properCase) {
        start(headers, headers.byteSize()); // the authority may be written twice
        value(headers, HeaderName.METHOD);
        put((byte) ' ');
        boolean connect = headers.is(HeaderName.METHOD, "CONNECT");
        if (connect) {
            value(headers, HeaderName.AUTHORITY);
        } else {
            if (fullUrl) {
                value(headers, HeaderName.SCHEME);
                put((byte) ':');
                put((byte) '/');
                put((byte) '/');
                value(headers, HeaderName.AUTHORITY);
            }
            value(headers, HeaderName.PATH);
        }
        put(HTTP_1_1);
        linesStart = at;
        int host = headers.find(HeaderName.AUTHORITY);
        if (host >= 0) {
            put(properCase ? PROPER_HOST : HOST);
            put(headers.array(), headers.valueStart(host), headers.valueLength(host));
            lineEnd();
        }
        finish(output, headers, framing, properCase);
    }

    void response(
            Slices output,
            ResponseHeaders headers,
            Framing framing,
            boolean http10,
            boolean properCase) {
        byte[] line = StatusLine.of(headers.status(), headers.reasonPhrase());
        start(headers, line.length);
        put(line);
        if (http10) {
            bytes[7] = '0';
        }
        linesStart = at;
        finish(output, headers, framing, properCase);
    }

    /// The last chunk of a body with its trailers.
    void trailers(Slices output, Trailers trailers) {
        start(trailers, 0);
        put(LAST_CHUNK);
        linesStart = at;
        finish(output, trailers, Framing.AS_IS, false);
    }

    /// The line before a chunk's data.
    static void chunkStart(Slices output, int length) {
        int digits = (35 - Integer.numberOfLeadingZeros(length)) >>> 2;
        var target = output.writable(digits + 2);
        for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) {
            int digit = length >>> shift & 15;
            target.writeByte(digit < 10 ? '0' + digit : 'a' + digit - 10);
        }
        target.writeByte('\r').writeByte('\n');
        output.wrote(digits + 2);
    }

    static void chunkEnd(Slices output) {
        output.writable(2).writeByte('\r').writeByte('\n');
        output.wrote(2);
    }

    static void lastChunk(Slices output) {
        output.writable(LAST_CHUNK_AND_END.length).writeBytes(LAST_CHUNK_AND_END);
        output.wrote(LAST_CHUNK_AND_END.length);
    }

    private void start(HeaderMap headers, int more) {
        int needed = headers.byteSize() + 4 * headers.size() + more + 128;
        if (bytes.length < needed) {
            bytes = new byte[Math.max(needed, bytes.length * 2)];
        }
        at = 0;
    }

    private void finish(Slices output, HeaderMap headers, Framing framing, boolean properCase) {
        lines(headers);
        switch (framing) {
            case AS_IS -> {}
            case EMPTY -> put(NO_CONTENT);
            case CHUNKED -> put(CHUNKED);
        }
        if (properCase) {
            capitalize();
        }
        lineEnd();
        output.writable(at).writeBytes(bytes, 0, at);
        output.wrote(at);
        if (bytes.length > 16 * 1024) {
            bytes = new byte[1024];
        }
    }

    private void lines(HeaderMap headers) {
        byte[] source = headers.array();
        int runStart = 0;
        int runEnd = 0;
        for (int entry = headers.next(-1); entry >= 0; entry = headers.next(entry)) {
            HeaderName known = headers.wellKnownAt(entry);
            if (known != null && (known.pseudo() || known == HeaderName.TRANSFER_ENCODING)) {
                continue;
            }
            int nameStart = headers.nameStart(entry);
            int valueEnd = headers.valueStart(entry) + headers.valueLength(entry);
            if (headers.wireReady(entry)) {
                if (nameStart != runEnd) {
                    put(source, runStart, runEnd - runStart);
                    runStart = nameStart;
                }
                runEnd = valueEnd + 2;
                continue;
            }
            put(source, runStart, runEnd - runStart);
            runStart = 0;
            runEnd = 0;
            put(source, nameStart, headers.nameLength(entry));
            put((byte) ':');
            put((byte) ' ');
            put(source, headers.valueStart(entry), headers.valueLength(entry));
            lineEnd();
        }
        put(source, runStart, runEnd - runStart);
    }

    private void value(HeaderMap headers, HeaderName name) {
        int entry = headers.find(name);
        if (entry >= 0) {
            put(headers.array(), headers.valueStart(entry), headers.valueLength(entry));
        }
    }

    /// Envoy's `proper_case_words`, on the lines written so far.
    private void capitalize() {
        boolean inName = true;
        boolean wordStart = true;
        for (int index = linesStart; index < at; index++) {
            byte octet = bytes[index];
            if (octet == '\n') {
                inName = true;
                wordStart = true;
            } else if (inName) {
                inName = octet != ':';
                if (wordStart && octet >= 'a' && octet <= 'z') {
                    bytes[index] = (byte) (octet - 32);
                }
                wordStart = !Octets.letter(octet) && !Octets.digit(octet);
            }
        }
    }

    private void lineEnd() {
        put((byte) '\r');
        put((byte) '\n');
    }

    private void put(byte octet) {
        bytes[at++] = octet;
    }

    private void put(byte[] source) {
        put(source, 0, source.length);
    }

    private void put(byte[] source, int start, int length) {
        System.arraycopy(source, start, bytes, at, length);
        at += length;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
