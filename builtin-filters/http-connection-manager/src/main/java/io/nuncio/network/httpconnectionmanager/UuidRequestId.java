package io.nuncio.network.httpconnectionmanager;

import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.RequestIdTemplate;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.TraceReason;
import io.nuncio.spi.Worker;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Makes a UUID of version 4 where a request has none, or where it comes from outside and its id is
/// not to be trusted. The fourteenth digit, which the version takes, says whether the request is
/// traced.
final class UuidRequestId implements RequestIdTemplate {
    private static final int LENGTH = 36;
    private static final int NUMBER_DIGITS = 8;
    private static final int REASON_AT = 14;

    private static final byte[] HEX = {
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
    };

    private static final byte[] NAME = "x-request-id".getBytes(StandardCharsets.ISO_8859_1);

    private final boolean packReason;
    private final boolean decidesTracing;

    /// @param packReason whether ids are changed to say that a request is traced
    /// @param decidesTracing whether ids decide which requests are sampled
    UuidRequestId(boolean packReason, boolean decidesTracing) {
        this.packReason = packReason;
        this.decidesTracing = decidesTracing;
    }

    @Override
    public void set(RequestHeaders headers, Worker worker, boolean edge, boolean keepExternal) {
        if (headers.contains(HeaderName.X_REQUEST_ID)) {
            if (!edge || keepExternal) {
                return;
            }
            headers.remove(HeaderName.X_REQUEST_ID);
        }
        byte[] line = Arrays.copyOf(NAME, NAME.length + 36);
        write(line, NAME.length, worker.random(), worker.random());
        headers.addRaw(line, 0, NAME.length, NAME.length, 36);
    }

    @Override
    public boolean decidesTracing() {
        return decidesTracing;
    }

    @Override
    public long number(RequestHeaders headers) {
        int entry = headers.find(HeaderName.X_REQUEST_ID);
        if (entry < 0 || headers.valueLength(entry) < NUMBER_DIGITS) {
            return -1;
        }
        byte[] bytes = headers.array();
        int start = headers.valueStart(entry);
        long number = 0;
        for (int i = 0; i < NUMBER_DIGITS; i++) {
            int digit = Character.digit(bytes[start + i], 16);
            if (digit < 0) {
                return -1;
            }
            number = number << 4 | digit;
        }
        return number;
    }

    @Override
    public TraceReason traceReason(RequestHeaders headers) {
        int entry = headers.find(HeaderName.X_REQUEST_ID);
        if (entry < 0 || headers.valueLength(entry) != LENGTH) {
            return TraceReason.NOT_TRACEABLE;
        }
        return switch (headers.array()[headers.valueStart(entry) + REASON_AT]) {
            case '9' -> TraceReason.SAMPLING;
            case 'a' -> TraceReason.SERVICE_FORCED;
            case 'b' -> TraceReason.CLIENT_FORCED;
            default -> TraceReason.NOT_TRACEABLE;
        };
    }

    @Override
    public void traceReason(RequestHeaders headers, TraceReason reason) {
        String id = headers.get(HeaderName.X_REQUEST_ID);
        if (!packReason || id == null || id.length() != LENGTH) {
            return;
        }
        char digit =
                switch (reason) {
                    case NOT_TRACEABLE -> '4';
                    case SAMPLING -> '9';
                    case SERVICE_FORCED -> 'a';
                    case CLIENT_FORCED -> 'b';
                };
        headers.set(
                HeaderName.X_REQUEST_ID,
                id.substring(0, REASON_AT) + digit + id.substring(REASON_AT + 1));
    }

    @Override
    public void setInResponse(ResponseHeaders response, RequestHeaders request) {
        response.setCopyOf(HeaderName.X_REQUEST_ID, request);
    }

    /// Writes a UUID made of 122 of the 128 random bits.
    private static void write(byte[] text, int at, long high, long low) {
        long most = high & 0xffff_ffff_ffff_0fffL | 0x4000L;
        long least = low & 0x3fff_ffff_ffff_ffffL | 0x8000_0000_0000_0000L;
        hex(text, at, most >>> 32, 8);
        text[at + 8] = '-';
        hex(text, at + 9, most >>> 16, 4);
        text[at + 13] = '-';
        hex(text, at + 14, most, 4);
        text[at + 18] = '-';
        hex(text, at + 19, least >>> 48, 4);
        text[at + 23] = '-';
        hex(text, at + 24, least, 12);
    }

    private static void hex(byte[] text, int at, long value, int digits) {
        long rest = value;
        for (int i = at + digits - 1; i >= at; i--) {
            text[i] = HEX[(int) rest & 15];
            rest >>>= 4;
        }
    }
}
