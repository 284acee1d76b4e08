package io.nuncio.kernel.http2;

import io.netty.buffer.ByteBuf;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.internal.Slices;

import java.util.List;

/// Puts frames into a connection's output (RFC 9113, 6).
final class FrameWriter {
    /// Small frames of one turn share a piece of memory of this size.
    private static final int CHUNK = 2048;

    /// The size of a frame's own header.
    static final int HEADER = 9;

    private final Buffer output = new Buffer();
    private final Slices slices = Slices.of(output);
    private final Constraints constraints;

    FrameWriter(Constraints constraints) {
        this.constraints = constraints;
    }

    /// What is to be written to the connection.
    Buffer output() {
        return output;
    }

    void writePreface() {
        byte[] preface = Preface.bytes();
        slices.writable(preface.length, CHUNK).writeBytes(preface);
        slices.wrote(preface.length);
    }

    private ByteBuf start(int type, int flags, int stream, int length, int room) {
        ByteBuf target = slices.writable(HEADER + room, CHUNK);
        target.writeMedium(length);
        target.writeShort(type << 8 | flags);
        target.writeInt(stream);
        slices.wrote(HEADER + room);
        return target;
    }

    void settings(List<Http2Settings.Parameter> parameters) {
        int length = parameters.size() * 6;
        ByteBuf target = start(FrameType.SETTINGS, 0, 0, length, length);
        for (Http2Settings.Parameter parameter : parameters) {
            target.writeShort(parameter.identifier()).writeInt((int) parameter.value());
        }
        constraints.onFrameSent();
    }

    void settingsAck() {
        start(FrameType.SETTINGS, FrameType.ACK, 0, 0, 0);
        constraints.onControlFrameSent();
    }

    void ping(boolean ack, long data) {
        start(FrameType.PING, ack ? FrameType.ACK : 0, 0, 8, 8).writeLong(data);
        if (ack) {
            constraints.onControlFrameSent();
        } else {
            constraints.onFrameSent();
        }
    }

    void windowUpdate(int stream, int increment) {
        start(FrameType.WINDOW_UPDATE, 0, stream, 4, 4).writeInt(increment);
        constraints.onFrameSent();
    }

    void reset(int stream, int code) {
        start(FrameType.RST_STREAM, 0, stream, 4, 4).writeInt(code);
        constraints.onControlFrameSent();
    }

    void goAway(int lastStream, int code) {
        start(FrameType.GOAWAY, 0, 0, 8, 8).writeInt(lastStream).writeInt(code);
        constraints.onFrameSent();
    }

    /// A header block, in as many frames as it takes.
    ///
    /// @return how many bytes that was
    int headers(int stream, boolean endStream, byte[] block, int length) {
        int type = FrameType.HEADERS;
        int flags = endStream ? FrameType.END_STREAM : 0;
        int at = 0;
        int frames = 0;
        do {
            int part = Math.min(length - at, FrameReader.MAX_FRAME);
            int end = at + part == length ? FrameType.END_HEADERS : 0;
            start(type, flags | end, stream, part, part).writeBytes(block, at, part);
            constraints.onFrameSent();
            at += part;
            frames++;
            type = FrameType.CONTINUATION;
            flags = 0;
        } while (at < length);
        return length + frames * HEADER;
    }

    /// One DATA frame with the first `length` bytes of `source`, which are taken out.
    void data(int stream, boolean endStream, Slices source, int length) {
        start(FrameType.DATA, endStream ? FrameType.END_STREAM : 0, stream, length, 0);
        slices.take(source, length);
        constraints.onDataFrameSent();
    }
}
