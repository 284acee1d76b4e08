package io.nuncio.kernel.http2.hpack;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.nuncio.spi.HeaderMap;
import io.nuncio.spi.Trailers;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/// Header blocks for tests, as hexadecimal digits and as lists of `name: value`.
final class Blocks {
    private Blocks() {}

    static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits.replace(" ", "").replace("\n", ""));
    }

    /// All fields of a block, as far as it can be read.
    static List<String> decode(HpackDecoder decoder, byte[] block) {
        return decode(decoder, block, 0, block.length);
    }

    static List<String> decode(HpackDecoder decoder, byte[] block, int from, int to) {
        var fields = new ArrayList<String>();
        decoder.start(block, from, to, new Trailers());
        while (decoder.next()) {
            fields.add(
                    text(decoder.bytes(), decoder.nameStart(), decoder.nameLength())
                            + ": "
                            + text(decoder.bytes(), decoder.valueStart(), decoder.valueLength()));
            decoder.keep();
        }
        return fields;
    }

    static @Nullable HpackError error(HpackDecoder decoder, String digits) {
        decode(decoder, hex(digits));
        return decoder.error();
    }

    static byte[] encode(HpackEncoder encoder, HeaderMap headers) {
        var block = new HeaderBlock();
        encoder.start(block);
        for (int entry = headers.next(-1); entry >= 0; entry = headers.next(entry)) {
            encoder.add(block, headers, entry);
        }
        return Arrays.copyOf(block.bytes(), block.length());
    }

    /// A map of `name: value` lines, pseudo-headers among them.
    static HeaderMap add(HeaderMap map, String... fields) {
        for (String field : fields) {
            int colon = field.indexOf(':', 1);
            byte[] bytes = field.getBytes(ISO_8859_1);
            int value = Math.min(bytes.length, colon + 2);
            if (!map.addRaw(bytes, 0, colon, value, bytes.length - value)) {
                throw new IllegalArgumentException(field);
            }
        }
        return map;
    }

    static byte[] latin1(String text) {
        return text.getBytes(ISO_8859_1);
    }

    static String text(byte[] bytes, int start, int length) {
        return new String(bytes, start, length, ISO_8859_1);
    }
}
