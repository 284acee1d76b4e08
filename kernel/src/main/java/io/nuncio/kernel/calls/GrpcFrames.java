package io.nuncio.kernel.calls;

import com.google.protobuf.MessageLite;

import io.nuncio.spi.Buffer;

/// gRPC's framing: a flag, a length in four bytes, a message.
final class GrpcFrames {
    private static final int HEADER = 5;

    private final Buffer pending = new Buffer();
    private final long maxLength;

    /// What [#next] found.
    enum Found {
        MESSAGE,
        /// More bytes are needed.
        INCOMPLETE,
        /// Longer than `max_receive_message_length`.
        TOO_LONG,
        /// A flag that was not agreed on, such as that for compression.
        BAD_FLAG
    }

    /// @param maxLength of a message in bytes, 0 for no limit
    GrpcFrames(long maxLength) {
        this.maxLength = maxLength;
    }

    static Buffer encode(MessageLite message) {
        int length = message.getSerializedSize();
        byte[] frame = new byte[HEADER];
        frame[1] = (byte) (length >>> 24);
        frame[2] = (byte) (length >>> 16);
        frame[3] = (byte) (length >>> 8);
        frame[4] = (byte) length;
        var data = new Buffer();
        data.append(frame);
        data.append(message.toByteArray());
        return data;
    }

    /// `data` is emptied.
    void add(Buffer data) {
        data.moveTo(pending);
    }

    /// Looks at the next frame; [#take] takes its message.
    Found next() {
        if (pending.length() < HEADER) {
            return Found.INCOMPLETE;
        }
        if (pending.getByte(0) != 0) {
            return Found.BAD_FLAG;
        }
        long length = length();
        if (maxLength > 0 && length > maxLength || length > Integer.MAX_VALUE - HEADER) {
            return Found.TOO_LONG;
        }
        return pending.length() < HEADER + length ? Found.INCOMPLETE : Found.MESSAGE;
    }

    private long length() {
        long length = 0;
        for (int i = 1; i < HEADER; i++) {
            length = length << 8 | pending.getByte(i) & 0xff;
        }
        return length;
    }

    /// The message of the frame that [#next] found.
    byte[] take() {
        byte[] message = new byte[(int) length()];
        pending.copyTo(HEADER, message, 0, message.length);
        pending.drain(HEADER + message.length);
        return message;
    }

    void clear() {
        pending.clear();
    }
}
