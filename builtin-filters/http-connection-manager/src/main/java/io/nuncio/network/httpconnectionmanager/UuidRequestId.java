package io.nuncio.network.httpconnectionmanager;

import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.RequestIdTemplate;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Worker;

import java.nio.charset.StandardCharsets;

/// Makes a UUID of version 4 where a request has none, or where it comes from outside and its id is
/// not to be trusted.
final class UuidRequestId implements RequestIdTemplate {
    private static final byte[] HEX = {
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
    };

    @Override
    public void set(RequestHeaders headers, Worker worker, boolean edge, boolean keepExternal) {
        boolean present = headers.contains(HeaderName.X_REQUEST_ID);
        if (present && (!edge || keepExternal)) {
            return;
        }
        byte[] text = new byte[36];
        write(text, worker.random(), worker.random());
        headers.set(HeaderName.X_REQUEST_ID, new String(text, StandardCharsets.ISO_8859_1));
    }

    @Override
    public void setInResponse(ResponseHeaders response, RequestHeaders request) {
        response.setCopyOf(HeaderName.X_REQUEST_ID, request);
    }

    /// Writes a UUID made of 122 of the 128 random bits.
    static void write(byte[] text, long high, long low) {
        long most = high & 0xffff_ffff_ffff_0fffL | 0x4000L;
        long least = low & 0x3fff_ffff_ffff_ffffL | 0x8000_0000_0000_0000L;
        hex(text, 0, most >>> 32, 8);
        text[8] = '-';
        hex(text, 9, most >>> 16, 4);
        text[13] = '-';
        hex(text, 14, most, 4);
        text[18] = '-';
        hex(text, 19, least >>> 48, 4);
        text[23] = '-';
        hex(text, 24, least, 12);
    }

    private static void hex(byte[] text, int at, long value, int digits) {
        long rest = value;
        for (int i = at + digits - 1; i >= at; i--) {
            text[i] = HEX[(int) rest & 15];
            rest >>>= 4;
        }
    }
}
