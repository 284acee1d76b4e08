package io.nuncio.kernel.tls;

import io.netty.buffer.ByteBuf;
import io.nuncio.spi.internal.Slices;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/// Looks at the bytes of a connection until its ClientHello is whole, over any number of records
/// and segments; the library gets the same bytes. Bounded by what the library takes. Thread: the
/// connection's worker.
final class HelloReader {
    private static final int LONGEST = 16 * 1024;
    private static final int HANDSHAKE_RECORD = 22;
    private static final int CLIENT_HELLO = 1;
    private static final int RECORD_HEAD = 5;
    private static final int MESSAGE_HEAD = 4;

    private final byte[] head = new byte[RECORD_HEAD];
    private int headLength;
    private int leftInRecord;
    private byte[] message = new byte[512];
    private int length;
    private int seen;
    private @Nullable ClientHello hello;

    /// What is known so far: [ClientHello#UNKNOWN] until it is whole.
    ClientHello hello() {
        ClientHello known = hello;
        return known == null ? ClientHello.UNKNOWN : known;
    }

    /// Looks at what has come since the last time.
    void look(Slices in) {
        int from = seen;
        for (int index = 0; index < in.count() && hello == null; index++) {
            ByteBuf slice = in.get(index);
            int readable = slice.readableBytes();
            if (from < readable) {
                look(slice, slice.readerIndex() + from, slice.writerIndex());
                from = 0;
            } else {
                from -= readable;
            }
        }
    }

    /// What of it the library has left, which comes again.
    void left(int bytes) {
        seen = bytes;
    }

    private void look(ByteBuf slice, int from, int end) {
        int at = from;
        while (at < end && hello == null) {
            if (leftInRecord == 0) {
                head[headLength++] = slice.getByte(at++);
                if (headLength == RECORD_HEAD) {
                    headLength = 0;
                    leftInRecord = (head[3] & 0xff) << 8 | head[4] & 0xff;
                    if (head[0] != HANDSHAKE_RECORD || leftInRecord == 0) {
                        giveUp();
                    }
                }
                continue;
            }
            int part = Math.min(end - at, leftInRecord);
            take(slice, at, part);
            at += part;
            leftInRecord -= part;
        }
    }

    private void take(ByteBuf slice, int at, int count) {
        if (length + count > message.length) {
            message = Arrays.copyOf(message, Math.max(length + count, 2 * message.length));
        }
        slice.getBytes(at, message, length, count);
        length += count;
        if (length < MESSAGE_HEAD) {
            return;
        }
        int whole =
                MESSAGE_HEAD
                        + ((message[1] & 0xff) << 16
                                | (message[2] & 0xff) << 8
                                | message[3] & 0xff);
        if (message[0] != CLIENT_HELLO || whole > LONGEST) {
            giveUp();
        } else if (length >= whole) {
            hello = ClientHello.parse(Arrays.copyOfRange(message, MESSAGE_HEAD, whole));
            message = new byte[0];
        }
    }

    private void giveUp() {
        hello = ClientHello.UNKNOWN;
        message = new byte[0];
    }
}
