package io.nuncio.testkit.http2;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/// A frame of RFC 9113, 4.1, right or wrong. Header blocks are put together here, without a table
/// and without Huffman codes, so that a test knows each byte.
///
/// @param length as the frame says; what it has may differ
public record Frame(int length, int type, int flags, int stream, byte[] payload) {
    public static final int DATA = 0;
    public static final int HEADERS = 1;
    public static final int PRIORITY = 2;
    public static final int RST_STREAM = 3;
    public static final int SETTINGS = 4;
    public static final int PUSH_PROMISE = 5;
    public static final int PING = 6;
    public static final int GOAWAY = 7;
    public static final int WINDOW_UPDATE = 8;
    public static final int CONTINUATION = 9;

    public static final int ACK = 1;
    public static final int END_STREAM = 1;
    public static final int END_HEADERS = 4;
    public static final int PADDED = 8;
    public static final int WITH_PRIORITY = 32;

    /// What a client says first.
    public static final byte[] PREFACE = latin1("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

    private static final List<String> TYPES =
            List.of(
                    "DATA",
                    "HEADERS",
                    "PRIORITY",
                    "RST_STREAM",
                    "SETTINGS",
                    "PUSH_PROMISE",
                    "PING",
                    "GOAWAY",
                    "WINDOW_UPDATE",
                    "CONTINUATION");

    private static final Map<Integer, String> ERRORS =
            Map.ofEntries(
                    Map.entry(0, "NO_ERROR"),
                    Map.entry(1, "PROTOCOL_ERROR"),
                    Map.entry(2, "INTERNAL_ERROR"),
                    Map.entry(3, "FLOW_CONTROL_ERROR"),
                    Map.entry(4, "SETTINGS_TIMEOUT"),
                    Map.entry(5, "STREAM_CLOSED"),
                    Map.entry(6, "FRAME_SIZE_ERROR"),
                    Map.entry(7, "REFUSED_STREAM"),
                    Map.entry(8, "CANCEL"),
                    Map.entry(9, "COMPRESSION_ERROR"),
                    Map.entry(10, "CONNECT_ERROR"),
                    Map.entry(11, "ENHANCE_YOUR_CALM"),
                    Map.entry(12, "INADEQUATE_SECURITY"),
                    Map.entry(13, "HTTP_1_1_REQUIRED"));

    /// The name of an error code.
    public static String errorName(int code) {
        return ERRORS.getOrDefault(code, Integer.toString(code));
    }

    /// The number of an error's name.
    public static int errorCode(String name) {
        for (Map.Entry<Integer, String> error : ERRORS.entrySet()) {
            if (error.getValue().equals(name)) {
                return error.getKey();
            }
        }
        throw new IllegalArgumentException(name);
    }

    public static Frame of(int type, int flags, int stream, byte... payload) {
        return new Frame(payload.length, type, flags, stream, payload);
    }

    /// Pairs of an identifier and a value.
    public static Frame settings(int... pairs) {
        var payload = new ByteArrayOutputStream();
        for (int index = 0; index < pairs.length; index += 2) {
            payload.write(pairs[index] >>> 8);
            payload.write(pairs[index]);
            payload.writeBytes(number(pairs[index + 1]));
        }
        return of(SETTINGS, 0, 0, payload.toByteArray());
    }

    public static Frame settingsAck() {
        return of(SETTINGS, ACK, 0);
    }

    /// Headers that are the whole message.
    public static Frame message(int stream, String... fields) {
        return of(HEADERS, END_HEADERS | END_STREAM, stream, block(fields));
    }

    /// Headers after which more comes.
    public static Frame headers(int stream, String... fields) {
        return of(HEADERS, END_HEADERS, stream, block(fields));
    }

    public static Frame data(int stream, String content) {
        return of(DATA, 0, stream, latin1(content));
    }

    public static Frame lastData(int stream, String content) {
        return of(DATA, END_STREAM, stream, latin1(content));
    }

    /// @param dependency the stream, with the highest bit if it is exclusive
    public static Frame priority(int stream, int dependency, int weight) {
        return of(PRIORITY, 0, stream, join(number(dependency), new byte[] {(byte) (weight - 1)}));
    }

    public static Frame reset(int stream, String error) {
        return of(RST_STREAM, 0, stream, number(errorCode(error)));
    }

    public static Frame ping(long data) {
        return of(PING, 0, 0, join(number((int) (data >>> 32)), number((int) data)));
    }

    public static Frame goAway(int lastStream, String error) {
        return of(GOAWAY, 0, 0, join(number(lastStream), number(errorCode(error))));
    }

    public static Frame windowUpdate(int stream, int increment) {
        return of(WINDOW_UPDATE, 0, stream, number(increment));
    }

    /// A header block, each field a literal that is not indexed.
    ///
    /// @param fields `name: value`
    public static byte[] block(String... fields) {
        var block = new ByteArrayOutputStream();
        for (String field : fields) {
            int colon = field.indexOf(": ", 1);
            block.write(0);
            string(block, field.substring(0, colon));
            string(block, field.substring(colon + 2));
        }
        return block.toByteArray();
    }

    private static void string(ByteArrayOutputStream block, String text) {
        if (text.length() < 127) {
            block.write(text.length());
        } else {
            block.write(127);
            int rest = text.length() - 127;
            for (; rest > 127; rest >>>= 7) {
                block.write(rest & 127 | 128);
            }
            block.write(rest);
        }
        block.writeBytes(latin1(text));
    }

    public static byte[] number(int value) {
        return new byte[] {
            (byte) (value >>> 24), (byte) (value >>> 16), (byte) (value >>> 8), (byte) value
        };
    }

    public static byte[] join(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    public static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /// As it is on the wire.
    public byte[] bytes() {
        byte[] header = {
            (byte) (length >>> 16), (byte) (length >>> 8), (byte) length, (byte) type, (byte) flags
        };
        return join(header, number(stream), payload);
    }

    public boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /// A number in the payload.
    public int numberAt(int offset) {
        return (payload[offset] & 0xff) << 24
                | (payload[offset + 1] & 0xff) << 16
                | (payload[offset + 2] & 0xff) << 8
                | payload[offset + 3] & 0xff;
    }

    /// The error code of RST_STREAM and GOAWAY, by name.
    public String error() {
        return errorName(numberAt(type == GOAWAY ? 4 : 0));
    }

    @Override
    public String toString() {
        String name = type < TYPES.size() ? TYPES.get(type) : "type " + type;
        String words = name + " stream=" + stream + " flags=" + flags + " length=" + length;
        return type == RST_STREAM || type == GOAWAY ? words + " " + error() : words;
    }
}
