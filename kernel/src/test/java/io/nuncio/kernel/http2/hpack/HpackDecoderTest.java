package io.nuncio.kernel.http2.hpack;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.internal.Internal;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

class HpackDecoderTest {
    private final HpackDecoder decoder = new HpackDecoder(1 << 16, 100);

    @ParameterizedTest
    @CsvSource({
        "INDEX,      80, the index 0",
        "INDEX,      be, one more than the static table has",
        "INDEX,      ff7f, far more",
        "INDEX,      7e 01 61, a name with an index of no field",
        "INDEX,      0f2f 01 61, a name of a field that is not indexed",
        "TRUNCATED,  ff, a number that goes on",
        "TRUNCATED,  ff80, a number that goes on and on",
        "NUMBER,     ff8080808080 00, more bytes than a number needs",
        "NUMBER,     ffffffffff0f 00, a number above 31 bits",
        "TRUNCATED,  44, no value",
        "TRUNCATED,  4403 2f61, a value that is longer than the block",
        "TRUNCATED,  40, no name",
        "TRUNCATED,  4002 61, a name that is longer than the block",
        "TRUNCATED,  4001 61, a name and no value",
        "HUFFMAN,    4482 f8ff, padding of more than 7 bits",
        "HUFFMAN,    4481 60, padding of zeros",
        "HUFFMAN,    4484 ffffffff, the end of a string within",
        "HUFFMAN,    4484 fffffffc, the end of a string and zeros",
        "HUFFMAN,    4482 fffe, a code that is cut off",
        "TABLE_SIZE, 3fe21f, a table of 4097 bytes",
        "TABLE_SIZE, 82 20, a change after a field",
    })
    void refuses(HpackError error, String block, String what) {
        assertThat(Blocks.error(decoder, block)).as(what).isEqualTo(error);
    }

    @Test
    void acceptsAnEmptyStringWithHuffmanBit() {
        assertThat(Blocks.decode(decoder, Blocks.hex("4480"))).containsExactly(":path: ");
        assertThat(decoder.error()).isNull();
    }

    @Test
    void allOfTheStaticTableHasItsIndex() {
        byte[] block = new byte[61];
        for (int index = 1; index <= 61; index++) {
            block[index - 1] = (byte) (0x80 | index);
        }
        List<String> fields = Blocks.decode(decoder, block);
        assertThat(decoder.error()).isNull();
        assertThat(fields).hasSize(61);
        assertThat(fields.getFirst()).isEqualTo(":authority: ");
        assertThat(fields.get(15)).isEqualTo("accept-encoding: gzip, deflate");
        assertThat(fields.get(60)).isEqualTo("www-authenticate: ");
    }

    @Test
    void fieldsLieInTheMapAsLinesOfHttp1() {
        var headers = new RequestHeaders(16);
        byte[] block = Blocks.hex("82 58 08 6e6f 2d63 6163 6865 4001 61 01 62 be");
        decoder.start(block, 0, block.length, headers);
        while (decoder.next()) {
            assertThat(decoder.keep()).isTrue();
        }
        assertThat(headers.size()).isEqualTo(4);
        assertThat(headers.method()).isEqualTo("GET");
        int entry = headers.find(HeaderName.CACHE_CONTROL);
        assertThat(headers.wireReady(entry)).isTrue();
        assertThat(Blocks.text(headers.array(), headers.nameStart(entry), 25))
                .isEqualTo("cache-control: no-cache\r\n");
        assertThat(headers.getAll(HeaderName.of("a"))).containsExactly("b", "b");
    }

    @Test
    void aFieldThatIsNotKeptLeavesNoTrace() {
        var headers = new RequestHeaders(16);
        byte[] block = Blocks.hex("4001 61 01 62 4001 63 01 64 be bf");
        decoder.start(block, 0, block.length, headers);
        while (decoder.next()) {
            if (decoder.bytes()[decoder.nameStart()] == 'c') {
                decoder.keep();
            }
        }
        assertThat(headers.toString()).isEqualTo("c: d\nc: d\n");
        assertThat(headers.reserve(Internal.KEY, 0)).isEqualTo(12);
    }

    @Test
    void whatIsWrongWithAFieldIsKnownAlsoWhenItComesFromTheTable() {
        // "A_: \0", with indexing, and again
        byte[] block = Blocks.hex("4002 415f 0100 be");
        decoder.start(block, 0, block.length, new RequestHeaders());
        for (int time = 0; time < 2; time++) {
            assertThat(decoder.next()).isTrue();
            assertThat(decoder.nameValid()).isFalse();
            assertThat(decoder.nameHasUnderscore()).isTrue();
            assertThat(decoder.valueValid()).isFalse();
            assertThat(decoder.flawless()).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "a,           b,          true,  true,  false",
        "a_b,         b,          true,  true,  false",
        "A,           b,          false, true,  false",
        "'',          b,          false, true,  false",
        "'a b',       b,          false, true,  false",
        "'a:',        b,          false, true,  false",
        "':a',        b,          false, true,  false",
        "':path',     b,          true,  true,  false",
        "':protocol', b,          true,  true,  false",
        "a,           ' b',       true,  true,  true",
        "a,           'b\t',      true,  true,  true",
        "a,           'b c',      true,  true,  false",
        "a,           'longer\tthan a word', true, true, false",
        "a,           'longer\rthan a word', true, false, false",
        "a,           'longer than a\nword', true, false, false",
        "a,           'last one\u007f', true, false, false",
        "a,           'äöüäöüäöüäöü', true,  true,  false",
    })
    void says(String name, String value, boolean nameValid, boolean valueValid, boolean padded) {
        byte[] block = new byte[3 + name.length() + value.length()];
        block[1] = (byte) name.length();
        System.arraycopy(Blocks.latin1(name), 0, block, 2, name.length());
        block[2 + name.length()] = (byte) value.length();
        System.arraycopy(Blocks.latin1(value), 0, block, 3 + name.length(), value.length());
        decoder.start(block, 0, block.length, new RequestHeaders());
        assertThat(decoder.next()).isTrue();
        assertThat(decoder.nameValid()).isEqualTo(nameValid);
        assertThat(decoder.nameHasUnderscore()).isEqualTo(name.contains("_"));
        assertThat(decoder.pseudo()).isEqualTo(name.startsWith(":"));
        assertThat(decoder.valueValid()).isEqualTo(valueValid);
        assertThat(decoder.valuePadded()).isEqualTo(padded);
    }

    @Test
    void aFieldThatMustNotBeIndexedSaysSoInTheMap() {
        var headers = new RequestHeaders();
        byte[] block = Blocks.hex("1f08 01 61 0f08 01 62");
        decoder.start(block, 0, block.length, headers);
        while (decoder.next()) {
            decoder.keep();
        }
        int first = headers.find(HeaderName.AUTHORIZATION);
        assertThat(headers.neverIndexed(first)).isTrue();
        assertThat(headers.neverIndexed(headers.findAfter(first, HeaderName.AUTHORIZATION)))
                .isFalse();
        var copy = new RequestHeaders();
        copy.addAll(headers);
        assertThat(copy.neverIndexed(copy.find(HeaderName.AUTHORIZATION))).isTrue();
        assertThat(copy).isEqualTo(headers);
    }

    // Limits.

    @Test
    void aFullMapGrowsNoMoreAndTheTableGoesOn() {
        var small = new HpackDecoder(10, 100);
        byte[] block =
                Blocks.hex("4003 616161 03 626262 4003 616162 03 626262 4003 616163 03 626262");
        var headers = new RequestHeaders(16);
        small.start(block, 0, block.length, headers);
        int found = 0;
        while (small.next()) {
            found++;
            small.keep();
        }
        assertThat(found).isEqualTo(2);
        assertThat(small.tooLarge()).isTrue();
        assertThat(small.error()).isNull();
        assertThat(headers.toString()).isEqualTo("aaa: bbb\n");
        assertThat(Blocks.decode(small, Blocks.hex("be"))).containsExactly("aac: bbb");
        assertThat(small.tooLarge()).isFalse();
    }

    @Test
    void fieldsAreCounted() {
        var small = new HpackDecoder(1000, 2);
        assertThat(Blocks.decode(small, Blocks.hex("8286"))).hasSize(2);
        assertThat(small.tooLarge()).isFalse();
        Blocks.decode(small, Blocks.hex("82868482"));
        assertThat(small.tooLarge()).isTrue();
    }

    @Test
    void manyReferencesToALargeFieldDoNotFillMemory() {
        var decoder = new HpackDecoder(60 * 1024, 100_000);
        byte[] block = new byte[4 + 4000 + 16_000];
        block[0] = 0x40;
        block[1] = 1;
        block[2] = 'a';
        int at = 3 + length(block, 3, 3900);
        java.util.Arrays.fill(block, at, at + 3900, (byte) 'b');
        java.util.Arrays.fill(block, at + 3900, block.length, (byte) 0xbe);
        var headers = new RequestHeaders();
        decoder.start(block, 0, block.length, headers);
        while (decoder.next()) {
            decoder.keep();
        }
        assertThat(decoder.tooLarge()).isTrue();
        assertThat(decoder.error()).isEqualTo(HpackError.TOO_MUCH);
        assertThat(headers.byteSize()).isLessThanOrEqualTo(60 * 1024);
        assertThat(headers.array().length).isLessThanOrEqualTo(128 * 1024);
        assertThat(decoder.skip(block, 0, block.length)).isEqualTo(HpackError.TOO_MUCH);
    }

    @ParameterizedTest
    @CsvSource({"60, true", "80, false"})
    void whatIsNotKeptIsReadUpToFourTimesWhatAMapMayHave(int references, boolean read) {
        var decoder = new HpackDecoder(60 * 1024, 100);
        byte[] block = new byte[6 + 3900 + references];
        block[0] = 0x40;
        block[1] = 1;
        block[2] = 'a';
        int at = 3 + length(block, 3, 3900);
        java.util.Arrays.fill(block, at, at + 3900, (byte) 'b');
        java.util.Arrays.fill(block, at + 3900, block.length, (byte) 0xbe);

        HpackError error = decoder.skip(block, 0, block.length);

        assertThat(error).isEqualTo(read ? null : HpackError.TOO_MUCH);
    }

    private static int length(byte[] block, int at, int length) {
        int rest = length - 127;
        block[at] = 127;
        block[at + 1] = (byte) (rest & 0x7f | 0x80);
        block[at + 2] = (byte) (rest >> 7);
        return 3;
    }

    @Test
    void aBlockThatNobodyWantsStillCounts() {
        byte[] block = Blocks.hex("4001 61 01 62");
        assertThat(decoder.skip(block, 0, block.length)).isNull();
        assertThat(Blocks.decode(decoder, Blocks.hex("be"))).containsExactly("a: b");
        assertThat(decoder.skip(Blocks.hex("80"), 0, 1)).isEqualTo(HpackError.INDEX);
    }

    @ParameterizedTest
    @CsvSource({
        "82, an indexed field of the static table",
        "be, one of the dynamic table",
        "0201 78, a name of the static table",
        "0f2f 01 78, one of the dynamic table",
    })
    void whatNobodyWantsIsNotCopiedFromATable(String rest, String what) {
        var headers = new RequestHeaders();
        byte[] block = Blocks.hex("4003 616161 01 62 0003 636363 01 64" + rest);
        decoder.start(block, 0, block.length, headers);
        decoder.next();
        decoder.next();
        decoder.skipRest();
        assertThat(decoder.next()).isFalse();
        assertThat(decoder.error()).as(what).isNull();
        assertThat(Blocks.text(headers.array(), 0, 3)).as(what).isEqualTo("ccc");
    }

    @Test
    void whatNobodyWantsEntersTheTableAllTheSame() {
        byte[] block = Blocks.hex("4001 61 01 62 7e 01 63 82 4201 78");
        assertThat(decoder.skip(block, 0, block.length)).isNull();
        assertThat(Blocks.decode(decoder, Blocks.hex("be bf c0")))
                .containsExactly(":method: x", "a: c", "a: b");
    }

    // The table's size (RFC 7541, 4.2).

    @Test
    void aSmallerTableHasToBeConfirmedBeforeTheNextField() {
        decoder.limitTable(100);
        assertThat(Blocks.error(decoder, "82")).isEqualTo(HpackError.TABLE_SIZE);
        assertThat(Blocks.error(decoder, "3f46 82")).isEqualTo(HpackError.TABLE_SIZE);
        assertThat(Blocks.error(decoder, "3f45 82")).isNull();
        assertThat(Blocks.error(decoder, "82")).isNull();
    }

    @Test
    void aLargerTableNeedNotBeUsed() {
        decoder.limitTable(8192);
        assertThat(Blocks.error(decoder, "82")).isNull();
        assertThat(Blocks.error(decoder, "3fe13f 82")).isNull();
        assertThat(decoder.table().maxSize()).isEqualTo(8192);
        assertThat(Blocks.error(decoder, "3fe23f 82")).isEqualTo(HpackError.TABLE_SIZE);
    }

    @Test
    void twoChangesAtOnceEmptyTheTable() {
        Blocks.decode(decoder, Blocks.hex("4001 61 01 62"));
        assertThat(decoder.table().count()).isEqualTo(1);
        assertThat(Blocks.error(decoder, "20 3fe11f 82")).isNull();
        assertThat(decoder.table().count()).isZero();
        assertThat(decoder.table().maxSize()).isEqualTo(4096);
    }

    @Test
    void aFieldLargerThanTheTableEmptiesIt() {
        assertThat(Blocks.error(decoder, "3f09 4001 61 01 62")).isNull(); // 40 bytes
        assertThat(decoder.table().count()).isEqualTo(1);
        assertThat(Blocks.decode(decoder, Blocks.hex("4001 61 08 6262626262626262")))
                .containsExactly("a: bbbbbbbb");
        assertThat(decoder.table().count()).isZero();
        assertThat(decoder.table().size()).isZero();
    }

    @Test
    void aNameMayComeFromAFieldThatIsDroppedForIt() {
        assertThat(Blocks.error(decoder, "3f09 4001 61 01 62")).isNull();
        assertThat(Blocks.decode(decoder, Blocks.hex("7e 02 6363"))).containsExactly("a: cc");
        assertThat(Blocks.decode(decoder, Blocks.hex("be"))).containsExactly("a: cc");
        assertThat(decoder.table().count()).isEqualTo(1);
    }
}
