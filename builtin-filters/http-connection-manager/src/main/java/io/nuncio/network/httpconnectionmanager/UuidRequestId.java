package io.nuncio.network.httpconnectionmanager;

import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.RequestIdTemplate;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Worker;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Makes a UUID of version 4 where a request has none, or where it comes from outside and its id is
/// not to be trusted.
final class UuidRequestId implements RequestIdTemplate {
    private static final byte[] HEX = {
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
    };

    private static final byte[] NAME = "x-request-id".getBytes(StandardCharsets.ISO_8859_1);

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
