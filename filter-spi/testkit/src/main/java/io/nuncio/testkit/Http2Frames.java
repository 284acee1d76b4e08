package io.nuncio.testkit;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Frames of HTTP/2 for tests without a real peer: built as text, each char one byte, as
/// [FakeConnection#receive] takes it, and told in words such as `HEADERS 1`, `DATA 1 "ok"
/// END_STREAM` and `GOAWAY 1 NO_ERROR`. Header blocks are built without compression and not read.
public final class Http2Frames {
    /// What a client sends first: the preface, SETTINGS, and that it has seen ours.
    public static final String BEGINNING =
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0, "") + frame(4, 1, 0, "");

    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;

    private static final String[] TYPES = {
        "DATA",
        "HEADERS",
        "PRIORITY",
        "RST_STREAM",
        "SETTINGS",
        "PUSH_PROMISE",
        "PING",
        "GOAWAY",
        "WINDOW_UPDATE",
        "CONTINUATION"
    };

    private static final String[] CODES = {
        "NO_ERROR",
        "PROTOCOL_ERROR",
        "INTERNAL_ERROR",
        "FLOW_CONTROL_ERROR",
        "SETTINGS_TIMEOUT",
        "STREAM_CLOSED",
        "FRAME_SIZE_ERROR",
        "REFUSED_STREAM",
        "CANCEL",
        "COMPRESSION_ERROR",
        "CONNECT_ERROR",
        "ENHANCE_YOUR_CALM"
    };

    private Http2Frames() {}

    public static String frame(int type, int flags, int stream, String payload) {
        return number(payload.length()).substring(1)
                + (char) type
                + (char) flags
                + number(stream)
                + payload;
    }

    private static String number(int value) {
        return "" + octet(value, 24) + octet(value, 16) + octet(value, 8) + octet(value, 0);
    }

    private static char octet(int value, int shift) {
        return (char) (value >>> shift & 0xff);
    }

    /// A whole request without content, to `example.com`.
    public static String get(int stream, String path, String... fields) {
        return headers(stream, true, request("GET", path, fields));
    }

    /// The headers of a request whose content follows, to `example.com`.
    public static String post(int stream, String path, String... fields) {
        return headers(stream, false, request("POST", path, fields));
    }

    private static String[] request(String method, String path, String... fields) {
        List<String> all = new ArrayList<>();
        all.add(":method: " + method);
        all.add(":scheme: http");
        all.add(":authority: example.com");
        all.add(":path: " + path);
        all.addAll(List.of(fields));
        return all.toArray(String[]::new);
    }

    /// @param fields each `name: value`, of fewer than 127 bytes
    public static String headers(int stream, boolean end, String... fields) {
        var block = new StringBuilder();
        for (String field : fields) {
            int colon = field.indexOf(": ", 1);
            block.append('\0')
                    .append((char) colon)
                    .append(field, 0, colon)
                    .append((char) (field.length() - colon - 2))
                    .append(field.substring(colon + 2));
        }
        return frame(1, END_HEADERS | (end ? END_STREAM : 0), stream, block.toString());
    }

    public static String data(int stream, String content, boolean end) {
        return frame(0, end ? END_STREAM : 0, stream, content);
    }

    /// RST_STREAM with CANCEL.
    public static String cancel(int stream) {
        return frame(3, 0, stream, number(8));
    }

    /// The frames of a connection's output in words, without those of type SETTINGS and
    /// WINDOW_UPDATE.
    public static List<String> describe(String written) {
        byte[] bytes = written.getBytes(StandardCharsets.ISO_8859_1);
        List<String> frames = new ArrayList<>();
        for (int at = 0; at < bytes.length; ) {
            int length = number(bytes, at) >>> 8;
            String type = TYPES[bytes[at + 3]];
            int payload = at + 9;
            if (!type.equals("SETTINGS") && !type.equals("WINDOW_UPDATE")) {
                frames.add(describe(type, bytes, at, written.substring(payload, payload + length)));
            }
            at = payload + length;
        }
        return frames;
    }

    private static String describe(String type, byte[] bytes, int at, String payload) {
        int stream = number(bytes, at + 5);
        return switch (type) {
            case "DATA" ->
                    type
                            + " "
                            + stream
                            + (payload.isEmpty() ? "" : " \"" + payload + "\"")
                            + end(bytes[at + 4]);
            case "HEADERS" -> type + " " + stream + end(bytes[at + 4]);
            case "RST_STREAM" -> type + " " + stream + " " + CODES[number(bytes, at + 9)];
            case "GOAWAY" -> {
                int last = number(bytes, at + 9);
                yield type
                        + " "
                        + (last == Integer.MAX_VALUE ? "max" : last)
                        + " "
                        + CODES[number(bytes, at + 13)];
            }
            default -> type + " " + stream;
        };
    }

    private static String end(byte flags) {
        return (flags & END_STREAM) != 0 ? " END_STREAM" : "";
    }

    private static int number(byte[] bytes, int at) {
        return bytes[at] << 24
                | (bytes[at + 1] & 0xff) << 16
                | (bytes[at + 2] & 0xff) << 8
                | bytes[at + 3] & 0xff;
    }
}
