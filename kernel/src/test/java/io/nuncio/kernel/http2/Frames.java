package io.nuncio.kernel.http2;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Frames as bytes, right and wrong ones, put together without the code under test.
final class Frames {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PUSH_PROMISE = 5;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int END_STREAM = 1;
    static final int ACK = 1;
    static final int END_HEADERS = 4;
    static final int PADDED = 8;
    static final int WITH_PRIORITY = 32;

    private Frames() {}

    static byte[] preface() {
        return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    }

    static byte[] frame(int type, int flags, int stream, byte... payload) {
        return frame(payload.length, type, flags, stream, payload);
    }

    /// A frame that may lie about its length.
    static byte[] frame(int length, int type, int flags, int stream, byte[] payload) {
        var frame = new ByteArrayOutputStream();
        frame.write(length >>> 16);
        frame.write(length >>> 8);
        frame.write(length);
        frame.write(type);
        frame.write(flags);
        frame.writeBytes(number(stream));
        frame.writeBytes(payload);
        return frame.toByteArray();
    }

    static byte[] number(int value) {
        return new byte[] {
            (byte) (value >>> 24), (byte) (value >>> 16), (byte) (value >>> 8), (byte) value
        };
    }

    static byte[] join(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /// Pairs of an identifier and a value.
    static byte[] settings(int... pairs) {
        var payload = new ByteArrayOutputStream();
        for (int index = 0; index < pairs.length; index += 2) {
            payload.write(pairs[index] >>> 8);
            payload.write(pairs[index]);
            payload.writeBytes(number(pairs[index + 1]));
        }
        return frame(SETTINGS, 0, 0, payload.toByteArray());
    }

    static byte[] settingsAck() {
        return frame(SETTINGS, ACK, 0);
    }

    static byte[] ping(long data) {
        return frame(PING, 0, 0, join(number((int) (data >>> 32)), number((int) data)));
    }

    static byte[] windowUpdate(int stream, int increment) {
        return frame(WINDOW_UPDATE, 0, stream, number(increment));
    }

    static byte[] reset(int stream, int code) {
        return frame(RST_STREAM, 0, stream, number(code));
    }

    static byte[] goAway(int lastStream, int code) {
        return frame(GOAWAY, 0, 0, join(number(lastStream), number(code)));
    }

    static byte[] priority(int stream, int dependency) {
        return frame(PRIORITY, 0, stream, join(number(dependency), new byte[] {15}));
    }

    static byte[] data(int stream, String content, boolean end) {
        return frame(DATA, end ? END_STREAM : 0, stream, bytes(content));
    }

    static byte[] headers(int stream, boolean end, String... fields) {
        return frame(HEADERS, END_HEADERS | (end ? END_STREAM : 0), stream, block(fields));
    }

    static byte[] get(int stream) {
        return headers(stream, true, request("GET"));
    }

    static byte[] post(int stream, String... more) {
        return headers(stream, false, with(request("POST"), more));
    }

    static String[] request(String method) {
        return new String[] {
            ":method: " + method, ":scheme: http", ":authority: host", ":path: /path"
        };
    }

    static String[] with(String[] fields, String... more) {
        String[] all = new String[fields.length + more.length];
        System.arraycopy(fields, 0, all, 0, fields.length);
        System.arraycopy(more, 0, all, fields.length, more.length);
        return all;
    }

    /// A header block of `name: value` fields, each a literal without indexing and without Huffman
    /// coding.
    static byte[] block(String... fields) {
        var block = new ByteArrayOutputStream();
        for (String field : fields) {
            int colon = field.indexOf(": ", 1);
            block.write(0);
            string(block, colon < 0 ? field : field.substring(0, colon));
            string(block, colon < 0 ? "" : field.substring(colon + 2));
        }
        return block.toByteArray();
    }

    private static void string(ByteArrayOutputStream block, String text) {
        byte[] bytes = bytes(text);
        if (bytes.length < 127) {
            block.write(bytes.length);
        } else {
            block.write(127);
            int rest = bytes.length - 127;
            for (; rest >= 128; rest >>>= 7) {
                block.write(rest & 127 | 128);
            }
            block.write(rest);
        }
        block.writeBytes(bytes);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
