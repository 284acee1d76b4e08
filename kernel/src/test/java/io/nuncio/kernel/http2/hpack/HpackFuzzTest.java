package io.nuncio.kernel.http2.hpack;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import io.nuncio.spi.Trailers;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Against another implementation: what one encodes the other decodes, on connections that live
/// long; and what neither encoded is the same to both.
class HpackFuzzTest {
    private static final int CONNECTIONS = 300;
    private static final int BLOCKS = 40;
    private static final int MAX = 1 << 20;

    private static final String[] NAMES = {
        "accept",
        "accept-encoding",
        "age",
        "authorization",
        "cookie",
        "content-length",
        "date",
        "etag",
        "x-request-id",
        "x-forwarded-for",
        "traceparent",
        "user-agent",
        "via",
        "x-a",
        "x-b",
        "x-c",
        "link",
        "strict-transport-security",
        "grpc-timeout",
        "x-envoy-attempt-count",
        "www-authenticate",
        "if-range",
        "proxy-authorization",
        "x-a-very-long-name-of-a-header"
    };

    private static List<String> randomFields(Random random) {
        var fields = new ArrayList<String>();
        int count = random.nextInt(12);
        for (int field = 0; field < count; field++) {
            String name = NAMES[random.nextInt(NAMES.length)];
            int kind = random.nextInt(10);
            String value =
                    switch (kind) {
                        case 0 -> "";
                        case 1, 2, 3, 4, 5 -> "value-" + random.nextInt(6);
                        case 6 -> Long.toString(random.nextLong(), 36);
                        case 7 -> "gzip, deflate";
                        case 8 -> randomOctets(random, 40);
                        default -> "v".repeat(random.nextInt(2000));
                    };
            fields.add(name + ": " + value);
        }
        return fields;
    }

    private static String randomOctets(Random random, int most) {
        var text = new StringBuilder();
        for (int left = random.nextInt(most); left > 0; left--) {
            int octet = random.nextInt(256);
            text.append((char) (octet == 0 || octet == '\r' || octet == '\n' ? 'x' : octet));
        }
        return text.toString();
    }

    @Test
    void nettyDecodesWhatIsEncoded() throws Exception {
        for (int connection = 0; connection < CONNECTIONS; connection++) {
            var random = new Random(connection);
            var encoder = new HpackEncoder(random.nextBoolean() ? 4096 : 1 << 16);
            var decoder = new DefaultHttp2HeadersDecoder(false, MAX);
            for (int block = 0; block < BLOCKS; block++) {
                if (random.nextInt(10) == 0) {
                    int size = new int[] {0, 100, 4096, 16384, 1000}[random.nextInt(5)];
                    decoder.configuration().maxHeaderTableSize(size);
                    encoder.peerTableSize(size);
                }
                List<String> fields = randomFields(random);
                byte[] bytes =
                        Blocks.encode(
                                encoder, Blocks.add(new Trailers(), fields.toArray(String[]::new)));
                assertThat(lines(decoder.decodeHeaders(1, Unpooled.wrappedBuffer(bytes))))
                        .as("connection %d, block %d", connection, block)
                        .isEqualTo(fields);
            }
        }
    }

    @Test
    void whatNettyEncodesIsDecoded() throws Exception {
        for (int connection = 0; connection < CONNECTIONS; connection++) {
            var random = new Random(connection);
            var encoder =
                    new DefaultHttp2HeadersEncoder(
                            (name, value) -> AsciiString.contentEquals("authorization", name),
                            true,
                            16,
                            random.nextInt(20));
            var decoder = new HpackDecoder(MAX, 1000);
            for (int block = 0; block < BLOCKS; block++) {
                if (random.nextInt(10) == 0) {
                    int size = new int[] {0, 100, 4096, 16384, 1000}[random.nextInt(5)];
                    encoder.configuration().maxHeaderTableSize(size);
                    decoder.limitTable(size);
                }
                List<String> fields = randomFields(random);
                ByteBuf bytes = Unpooled.buffer();
                encoder.encodeHeaders(1, headers(fields), bytes);
                assertThat(Blocks.decode(decoder, ByteBufUtil.getBytes(bytes)))
                        .as("connection %d, block %d", connection, block)
                        .isEqualTo(fields);
                assertThat(decoder.error()).isNull();
            }
        }
    }

    /// Blocks that were changed at random, up to the first that is refused.
    @Test
    void brokenBlocksAreTheSameToBoth() {
        int refused = 0;
        int accepted = 0;
        for (int connection = 0; connection < 20 * CONNECTIONS; connection++) {
            var random = new Random(connection);
            var encoder = new HpackEncoder(4096);
            var mine = new HpackDecoder(MAX, MAX);
            var theirs = new DefaultHttp2HeadersDecoder(false, MAX);
            for (int block = 0; block < 10; block++) {
                byte[] bytes = broken(random, encoder);
                List<String> fields = Blocks.decode(mine, bytes);
                List<String> expected = decode(theirs, bytes);
                if (expected == null || mine.error() != null) {
                    assertThat(mine.error() == null)
                            .as(
                                    "connection %d, block %d: %s, %s",
                                    connection, block, mine.error(), expected)
                            .isEqualTo(expected != null);
                    refused++;
                    break;
                }
                assertThat(sorted(fields))
                        .as("connection %d, block %d", connection, block)
                        .isEqualTo(sorted(expected));
                accepted++;
            }
        }
        assertThat(refused).isGreaterThan(500);
        assertThat(accepted).isGreaterThan(500);
    }

    private static byte[] broken(Random random, HpackEncoder encoder) {
        if (random.nextInt(4) == 0) {
            byte[] bytes = new byte[random.nextInt(30)];
            random.nextBytes(bytes);
            return bytes;
        }
        String[] fields = randomFields(random).toArray(String[]::new);
        byte[] bytes = Blocks.encode(encoder, Blocks.add(new Trailers(), fields));
        for (int change = random.nextInt(3); change > 0 && bytes.length > 0; change--) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return bytes;
    }

    private static @Nullable List<String> decode(DefaultHttp2HeadersDecoder decoder, byte[] bytes) {
        try {
            return lines(decoder.decodeHeaders(1, Unpooled.wrappedBuffer(bytes)));
        } catch (Http2Exception _) {
            return null;
        }
    }

    /// The other implementation puts pseudo-headers first.
    private static List<String> sorted(List<String> fields) {
        return fields.stream().sorted().toList();
    }

    private static List<String> lines(Http2Headers headers) {
        var lines = new ArrayList<String>();
        for (Map.Entry<CharSequence, CharSequence> field : headers) {
            lines.add(field.getKey() + ": " + field.getValue());
        }
        return lines;
    }

    private static Http2Headers headers(List<String> fields) {
        var headers = new DefaultHttp2Headers(false);
        for (String field : fields) {
            int colon = field.indexOf(':', 1);
            headers.add(
                    new AsciiString(Blocks.latin1(field.substring(0, colon))),
                    new AsciiString(Blocks.latin1(field.substring(colon + 2))));
        }
        return headers;
    }
}
