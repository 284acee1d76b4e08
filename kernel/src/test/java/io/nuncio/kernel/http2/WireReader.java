package io.nuncio.kernel.http2;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Reads what a codec wrote, frame by frame, into words such as `HEADERS 1 END_STREAM`, `RST_STREAM
/// 1 PROTOCOL_ERROR` and `DATA 1 "hello"`.
final class WireReader {
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

    /// One frame.
    record Frame(int type, int flags, int stream, byte[] payload) {
        boolean is(int wanted) {
            return type == wanted;
        }

        String text() {
            return new String(payload, StandardCharsets.ISO_8859_1);
        }

        private int number(int at) {
            return ByteBuffer.wrap(payload).getInt(at);
        }

        @Override
        public String toString() {
            String name = TYPES[type];
            return switch (type) {
                case Frames.DATA ->
                        name
                                + " "
                                + stream
                                + (payload.length > 40
                                        ? " " + payload.length
                                        : payload.length > 0 ? " \"" + text() + "\"" : "")
                                + end();
                case Frames.HEADERS -> name + " " + stream + end();
                case Frames.RST_STREAM -> name + " " + stream + " " + CODES[number(0)];
                case Frames.GOAWAY ->
                        name
                                + " "
                                + (number(0) == Integer.MAX_VALUE ? "max" : number(0))
                                + " "
                                + CODES[number(4)];
                case Frames.WINDOW_UPDATE -> name + " " + stream + " " + number(0);
                case Frames.SETTINGS, Frames.PING ->
                        name + ((flags & Frames.ACK) != 0 ? " ACK" : "");
                default -> name + " " + stream;
            };
        }

        private String end() {
            return (flags & Frames.END_STREAM) != 0 ? " END_STREAM" : "";
        }
    }

    private byte[] rest = {};

    /// The frames in these bytes, and what was left of those before.
    List<Frame> read(byte[] bytes) {
        byte[] all = Frames.join(rest, bytes);
        List<Frame> frames = new ArrayList<>();
        int at = 0;
        while (all.length - at >= 9) {
            ByteBuffer header = ByteBuffer.wrap(all, at, 9);
            int word = header.getInt();
            int length = word >>> 8;
            if (all.length - at - 9 < length) {
                break;
            }
            int flags = header.get() & 0xff;
            int stream = header.getInt();
            byte[] payload = java.util.Arrays.copyOfRange(all, at + 9, at + 9 + length);
            frames.add(new Frame(word & 0xff, flags, stream, payload));
            at += 9 + length;
        }
        rest = java.util.Arrays.copyOfRange(all, at, all.length);
        return frames;
    }
}
