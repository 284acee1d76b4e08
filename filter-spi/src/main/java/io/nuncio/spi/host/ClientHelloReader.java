package io.nuncio.spi.host;

import io.nuncio.spi.Buffer;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/// Gathers a ClientHello from TLS records, in whatever pieces they come; nothing is taken from the
/// connection. Each byte is looked at once, however the pieces are cut. Thread: the connection's
/// worker.
///
/// | limit | value | beyond it |
/// | --- | --- | --- |
/// | length of a record | 16,704 bytes | no hello |
/// | length of the hello | 16,384 bytes | no hello |
/// | empty records in a row | 32 | no hello |
public final class ClientHelloReader {
    private static final int HEADER = 5;
    private static final int MAX_RECORD = 16 * 1024 + 256 + 64;
    private static final int MAX_MESSAGE = 16 * 1024;
    private static final int MAX_EMPTY_RECORDS = 32;
    private static final int SMALLEST_MESSAGE_BUFFER = 1024;
    private static final int HANDSHAKE = 22;
    private static final int CLIENT_HELLO = 1;

    private static final byte[] NO_BYTES = {};

    /// How far it is.
    public enum Progress {
        /// More bytes are needed.
        MORE,
        /// [#hello] is there.
        HELLO,
        /// These bytes are no ClientHello.
        NO_HELLO
    }

    private final byte[] header = new byte[HEADER];
    private int headerLength;
    private int recordLeft;
    private int emptyRecords;
    private boolean sslv2;

    /// What the records hold so far.
    private byte[] message = NO_BYTES;

    private int messageLength;

    /// How many bytes have gone from the front of the input, and how many of it were looked at.
    private int gone;

    private int position;

    private int consumed;
    private Progress progress = Progress.MORE;
    private @Nullable ClientHello hello;

    /// Reads on.
    ///
    /// @param input all bytes of the connection so far, without those that were [#taken]
    public Progress read(Buffer input) {
        while (progress == Progress.MORE && position < input.length()) {
            progress = headerLength < HEADER ? readHeader(input) : readRecord(input);
        }
        if (progress == Progress.NO_HELLO) {
            message = NO_BYTES;
        }
        return progress;
    }

    /// Says that these bytes have gone from the front of the input.
    ///
    /// @param count not more than were looked at
    public void taken(int count) {
        if (progress == Progress.MORE) {
            gone += count;
            position -= count;
        }
    }

    private Progress readHeader(Buffer input) {
        int count = Math.min(HEADER - headerLength, input.length() - position);
        input.copyTo(position, header, headerLength, count);
        headerLength += count;
        position += count;
        if (headerLength < HEADER) {
            return Progress.MORE;
        }
        consumed = gone + position;
        if (consumed == HEADER && beginsSslv2()) {
            return beginSslv2();
        }
        recordLeft = (header[3] & 0xff) << 8 | header[4] & 0xff;
        if (header[0] != HANDSHAKE || header[1] != 3 || recordLeft > MAX_RECORD) {
            return Progress.NO_HELLO;
        }
        return recordLeft == 0 ? endRecord() : Progress.MORE;
    }

    /// Old clients wrap a hello of TLS in a record of SSL 2.
    private boolean beginsSslv2() {
        return header[0] < 0 && header[2] == CLIENT_HELLO && header[3] == 3;
    }

    private Progress beginSslv2() {
        int length = (header[0] & 0x7f) << 8 | header[1] & 0xff;
        if (length < HEADER - 2 || length > MAX_MESSAGE) {
            return Progress.NO_HELLO;
        }
        sslv2 = true;
        message = Arrays.copyOfRange(header, 2, HEADER);
        messageLength = message.length;
        recordLeft = length - messageLength;
        return recordLeft == 0 ? endRecord() : Progress.MORE;
    }

    private Progress readRecord(Buffer input) {
        int count = Math.min(recordLeft, input.length() - position);
        makeRoom(count);
        input.copyTo(position, message, messageLength, count);
        messageLength += count;
        position += count;
        recordLeft -= count;
        return recordLeft > 0 ? Progress.MORE : endRecord();
    }

    private void makeRoom(int count) {
        int needed = messageLength + count;
        if (needed > message.length) {
            int larger = Math.max(2 * message.length, SMALLEST_MESSAGE_BUFFER);
            message = Arrays.copyOf(message, Math.max(needed, larger));
        }
    }

    private Progress endRecord() {
        consumed = gone + position;
        headerLength = 0;
        if (sslv2) {
            return found(ClientHello.ofSslv2(Arrays.copyOf(message, messageLength)));
        }
        boolean empty = header[3] == 0 && header[4] == 0;
        emptyRecords = empty ? emptyRecords + 1 : 0;
        if (emptyRecords > MAX_EMPTY_RECORDS) {
            return Progress.NO_HELLO;
        }
        if (messageLength < 4) {
            return Progress.MORE;
        }
        int length = (message[1] & 0xff) << 16 | (message[2] & 0xff) << 8 | message[3] & 0xff;
        if (message[0] != CLIENT_HELLO || length > MAX_MESSAGE) {
            return Progress.NO_HELLO;
        }
        return messageLength < 4 + length
                ? Progress.MORE
                : found(ClientHello.of(message, 4, length));
    }

    private Progress found(@Nullable ClientHello found) {
        hello = found;
        return found == null ? Progress.NO_HELLO : Progress.HELLO;
    }

    /// The ClientHello, null if there is none (yet).
    public @Nullable ClientHello hello() {
        return hello;
    }

    /// How many bytes of the connection it took to know.
    public int consumed() {
        return consumed;
    }
}
