package io.nuncio.kernel.http2.hpack;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.internal.Internal;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.HexFormat;
import java.util.Random;

class HpackEncoderTest {
    private final HpackEncoder encoder = new HpackEncoder(4096);
    private final HpackDecoder decoder = new HpackDecoder(1 << 20, 1000);

    private String encode(String... fields) {
        return HexFormat.of().formatHex(Blocks.encode(encoder, Blocks.add(new Trailers(), fields)));
    }

    private static byte[] request(HpackEncoder encoder, String path) {
        var headers = RequestHeaders.of("GET", "http", "www.example.com", path);
        return Blocks.encode(encoder, headers);
    }

    @Test
    void encodesTheFirstExampleAsTheRfcDoes() {
        assertThat(HexFormat.of().formatHex(request(encoder, "/")))
                .isEqualTo("828641" + "8cf1e3c2e5f23a6ba0ab90f4ff" + "84");
        assertThat(HexFormat.of().formatHex(request(encoder, "/"))).isEqualTo("8286be84");
    }

    @Test
    void aStatusOfTheStaticTableIsOneByte() {
        assertThat(Blocks.encode(encoder, ResponseHeaders.of(204))).containsExactly(0x89);
    }

    @Test
    void pseudoHeadersWhoseNamesAreNotInTheMapAreEncodedToo() {
        var headers = new RequestHeaders();
        int at = headers.reserve(Internal.KEY, 16);
        System.arraycopy(Blocks.latin1("websocket/chat"), 0, headers.array(), at, 14);
        headers.adoptPseudo(Internal.KEY, HeaderName.PROTOCOL, at, 9);
        headers.adoptPseudo(Internal.KEY, HeaderName.PATH, at + 9, 5);
        headers.reserved(Internal.KEY, at + 14);
        assertThat(Blocks.decode(decoder, Blocks.encode(encoder, headers)))
                .containsExactly(":path: /chat", ":protocol: websocket");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ":path",
                "age",
                "content-length",
                "content-range",
                "etag",
                "if-modified-since",
                "if-none-match",
                "location",
                "range",
                "set-cookie"
            })
    void valuesThatDoNotComeAgainStayOutOfTheTable(String name) {
        byte[] block = Blocks.encode(encoder, oneField(name, "value"));
        assertThat(block[0] & 0xf0).isZero();
        assertThat(encoder.table().count()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "authorization, Basic c2VjcmV0OnNlY3JldHNlY3JldA==",
        "proxy-authorization, Basic c2VjcmV0OnNlY3JldHNlY3JldA==",
        "cookie, short=1",
    })
    void secretsAreNeverIndexed(String name, String value) {
        assertThat(Blocks.encode(encoder, oneField(name, value))[0] & 0xf0).isEqualTo(0x10);
        assertThat(encoder.table().count()).isZero();
    }

    @Test
    void aLongCookieIsIndexed() {
        encode("cookie: session=0123456789abcdef");
        assertThat(encode("cookie: session=0123456789abcdef")).isEqualTo("be");
    }

    @Test
    void whatThePeerMarkedIsNeverIndexed() {
        byte[] block = Blocks.hex("1001 61 01 62");
        var headers = new Trailers();
        decoder.start(block, 0, block.length, headers);
        while (decoder.next()) {
            decoder.keep();
        }
        assertThat(Blocks.encode(encoder, headers)).isEqualTo(block);
    }

    @Test
    void theNameOfAnIdentifierIsSentOnce() {
        String first = encode("x-request-id: 123");
        String second = encode("x-request-id: 456");
        assertThat(first).startsWith("40");
        assertThat(second).isEqualTo("0f2f" + "03" + "343536");
        assertThat(encoder.table().count()).isEqualTo(1);
    }

    @Test
    void aStringIsHuffmanEncodedIfThatIsShorter() {
        assertThat(encode("etag: aaaa")).isEqualTo("0f13" + "83" + "18c63f");
        assertThat(encode("etag: ~~~~")).isEqualTo("0f13" + "04" + "7e7e7e7e");
    }

    @Test
    void aFieldThatWouldFillTheTableStaysOut() {
        encode("x-a: b");
        encode("x-long: " + "v".repeat(3100));
        assertThat(encoder.table().count()).isEqualTo(1);
    }

    private static Trailers oneField(String name, String value) {
        var map = new Trailers();
        if (name.startsWith(":")) {
            byte[] line = Blocks.latin1(name + ": " + value + "\r\n");
            var key = Internal.KEY;
            int at = map.reserve(key, line.length);
            System.arraycopy(line, 0, map.array(), at, line.length);
            int nameKey = HeaderName.keyOf(key, line, 0, name.length());
            map.adoptLine(key, nameKey, at, name.length(), value.length(), false);
        } else {
            Blocks.add(map, name + ": " + value);
        }
        return map;
    }

    // The size of the peer's table (RFC 7541, 4.2).

    @Test
    void aSmallerTableIsConfirmedAtTheStartOfTheNextBlock() {
        encode("x-a: b");
        encoder.peerTableSize(40);
        assertThat(encode("x-a: b")).startsWith("3f09" + "40");
        assertThat(encode("x-a: b")).isEqualTo("be");
    }

    @Test
    void twoChangesAreToldWithTheSmallestSizeBetween() {
        encode("x-a: b");
        encoder.peerTableSize(0);
        encoder.peerTableSize(4096);
        assertThat(encode("x-a: b")).startsWith("20" + "3fe11f" + "40");
    }

    @Test
    void noMoreOfALargerTableIsUsedThanConfigured() {
        encoder.peerTableSize(0xffff_ffffL);
        assertThat(encode("x-a: b")).startsWith("40");
        assertThat(encoder.table().maxSize()).isEqualTo(4096);
    }

    @Test
    void aTableOfOurOwnThatIsSmallerIsToldAtOnce() {
        var none = new HpackEncoder(0);
        assertThat(request(none, "/")).startsWith(0x20, 0x82);
        assertThat(request(none, "/")).startsWith(0x82, 0x86, 0x01);
    }

    @Test
    void memoryIsBoundedByTheTable() {
        var random = new Random(1);
        for (int block = 0; block < 20_000; block++) {
            String value = Long.toString(random.nextLong(), 36).repeat(random.nextInt(12));
            byte[] bytes =
                    Blocks.encode(
                            encoder,
                            Blocks.add(
                                    new Trailers(),
                                    "x-" + random.nextInt(300) + ": " + value,
                                    "x-same: same"));
            assertThat(Blocks.decode(decoder, bytes)).hasSize(2);
        }
        assertThat(encoder.table().size()).isLessThanOrEqualTo(4096);
        assertThat(encoder.table().capacity()).isLessThan(10 * 1024);
        assertThat(decoder.table().capacity()).isLessThan(10 * 1024);
    }

    @Test
    void aConnectionThatHasSentNothingHoldsNoTable() {
        assertThat(encoder.table().capacity()).isZero();
        assertThat(decoder.table().capacity()).isZero();
    }

    @Test
    void aTableThatShrinksGivesItsMemoryBack() {
        var large = new HpackEncoder(1 << 20);
        large.peerTableSize(1 << 20);
        for (int field = 0; field < 10_000; field++) {
            Blocks.encode(large, Blocks.add(new Trailers(), "x-a: " + field));
        }
        large.peerTableSize(100);
        assertThat(large.table().count()).isEqualTo(2);
        large.peerTableSize(0);
        assertThat(large.table().capacity()).isZero();
    }
}
