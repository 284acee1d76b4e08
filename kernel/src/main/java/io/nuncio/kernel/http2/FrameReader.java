package io.nuncio.kernel.http2;

import io.netty.buffer.ByteBuf;
import io.nuncio.spi.internal.Slices;

import org.jspecify.annotations.Nullable;

/// Cuts the bytes of a connection into frames (RFC 9113, 4.1). The content of DATA is handed on as
/// it comes, without copying; any other frame when it is complete, up to then it is kept here.
///
/// Limits: a frame of more than 16384 bytes is a FRAME_SIZE_ERROR.
final class FrameReader {
    /// `SETTINGS_MAX_FRAME_SIZE`, which is never changed.
    static final int MAX_FRAME = 16384;

    private static final int HEADER = 9;

    /// Gets the frames.
    interface Handler {
        /// A frame begins; called for every type, before its payload is looked at.
        @Nullable ConnectionError onFrameStart(int type, int flags, int stream, int length);

        /// A frame of a known type other than DATA is complete.
        ///
        /// @param payload from 0 on; valid during the call
        @Nullable ConnectionError onFrame(
                int type, int flags, int stream, byte[] payload, int length);

        /// A DATA frame begins.
        ///
        /// @param length its whole payload, which flow control counts
        /// @param padding the part that is not content
        @Nullable ConnectionError onData(int flags, int stream, int length, int padding);

        /// A part of the content: the first `count` bytes of `source`, to be taken out.
        ///
        /// @param last true if the frame's content is complete; `count` may be 0 only then
        @Nullable ConnectionError onDataPart(Slices source, int count, boolean last);

        /// False if nothing more is to be read.
        boolean reading();
    }

    private enum Phase {
        FRAME_HEADER,
        PAD_LENGTH,
        CONTENT,
        /// Padding, or a frame of an unknown type.
        SKIP,
        WHOLE
    }

    private final Handler handler;
    private final byte[] payload;
    private final Slices held = new Slices();
    private Phase phase = Phase.FRAME_HEADER;
    private int type;
    private int flags;
    private int stream;
    private int length;
    private int left; // of the content, or of what is skipped
    private int padding;

    /// @param payload room for a frame; the worker's
    FrameReader(Handler handler, byte[] payload) {
        this.handler = handler;
        this.payload = payload;
    }

    /// Reads all of `data`.
    ///
    /// @return why nothing more can be read, null if all is well
    @Nullable ConnectionError read(Slices data) {
        Slices input = data;
        if (held.length() > 0) {
            held.takeAll(data);
            input = held;
        }
        while (handler.reading() && enough(input)) {
            ConnectionError error = step(input);
            if (error != null) {
                input.release();
                return error;
            }
        }
        if (!handler.reading()) {
            input.release();
        } else if (input == data && data.length() > 0) {
            held.takeAll(data);
        }
        return null;
    }

    void release() {
        held.release();
    }

    private boolean enough(Slices input) {
        return switch (phase) {
            case FRAME_HEADER -> input.length() >= HEADER;
            case PAD_LENGTH -> input.length() > 0;
            case CONTENT, SKIP -> input.length() > 0 || left == 0;
            case WHOLE -> input.length() >= length;
        };
    }

    private @Nullable ConnectionError step(Slices input) {
        return switch (phase) {
            case FRAME_HEADER -> readHeader(input);
            case PAD_LENGTH -> {
                padding = 1 + (input.getByte(0) & 0xff);
                input.skip(1);
                yield padding > length
                        ? ConnectionError.protocol("DATA: more padding than payload")
                        : startContent();
            }
            case CONTENT -> readContent(input);
            case SKIP -> {
                skip(input);
                yield null;
            }
            case WHOLE -> {
                input.copyTo(0, payload, 0, length);
                input.skip(length);
                phase = Phase.FRAME_HEADER;
                yield handler.onFrame(type, flags, stream, payload, length);
            }
        };
    }

    private @Nullable ConnectionError readHeader(Slices input) {
        ByteBuf slice = input.get(0);
        int at = slice.readerIndex();
        if (slice.writerIndex() - at >= HEADER) {
            length = slice.getUnsignedMedium(at);
            int kind = slice.getUnsignedShort(at + 3);
            type = kind >>> 8;
            flags = kind & 0xff;
            stream = slice.getInt(at + 5) & 0x7fffffff;
        } else {
            length = octet(input, 0) << 16 | octet(input, 1) << 8 | octet(input, 2);
            type = octet(input, 3);
            flags = octet(input, 4);
            stream =
                    (octet(input, 5) & 0x7f) << 24
                            | octet(input, 6) << 16
                            | octet(input, 7) << 8
                            | octet(input, 8);
        }
        input.skip(HEADER);
        if (length > MAX_FRAME) {
            return ConnectionError.of(ErrorCode.FRAME_SIZE_ERROR, "too large frame");
        }
        ConnectionError error = handler.onFrameStart(type, flags, stream, length);
        if (error != null) {
            return error;
        }
        if (type == FrameType.DATA) {
            padding = 0;
            if ((flags & FrameType.PADDED) == 0) {
                return startContent();
            }
            phase = Phase.PAD_LENGTH;
            return length == 0
                    ? ConnectionError.of(ErrorCode.FRAME_SIZE_ERROR, "DATA: no pad length")
                    : null;
        }
        if (FrameType.known(type)) {
            phase = Phase.WHOLE;
        } else {
            left = length;
            phase = left == 0 ? Phase.FRAME_HEADER : Phase.SKIP;
        }
        return null;
    }

    private static int octet(Slices input, int index) {
        return input.getByte(index) & 0xff;
    }

    private @Nullable ConnectionError startContent() {
        left = length - padding;
        phase = Phase.CONTENT;
        return handler.onData(flags, stream, length, padding);
    }

    private @Nullable ConnectionError readContent(Slices input) {
        int count = Math.min(left, input.length());
        left -= count;
        boolean last = left == 0;
        if (last) {
            left = Math.max(0, padding - 1);
            phase = left == 0 ? Phase.FRAME_HEADER : Phase.SKIP;
        }
        return handler.onDataPart(input, count, last);
    }

    private void skip(Slices input) {
        int count = Math.min(left, input.length());
        input.skip(count);
        left -= count;
        if (left == 0) {
            phase = Phase.FRAME_HEADER;
        }
    }
}
