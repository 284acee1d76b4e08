package io.nuncio.distribution;

import static io.nuncio.distribution.Http2ClientRule.AFTER;
import static io.nuncio.distribution.Http2ClientRule.rule;
import static io.nuncio.testkit.http2.Frame.END_HEADERS;
import static io.nuncio.testkit.http2.Frame.END_STREAM;
import static io.nuncio.testkit.http2.Frame.HEADERS;
import static io.nuncio.testkit.http2.Frame.block;
import static io.nuncio.testkit.http2.Frame.data;
import static io.nuncio.testkit.http2.Frame.headers;
import static io.nuncio.testkit.http2.Frame.join;
import static io.nuncio.testkit.http2.Frame.lastData;
import static io.nuncio.testkit.http2.Frame.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.http2.Frame;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// What a server may send as a message (RFC 9113, 8), and how it may be compressed (RFC 7541).
///
/// A message that is not valid ends the connection, as in Envoy; with
/// `override_stream_error_on_invalid_http_message` it ends its stream.
final class Http2ClientMessageRules {
    private static final String STATUS = ":status: 200";

    private static final String TOO_LARGE =
            "503 upstream_reset_before_response_started{remote_reset} UR";

    private Http2ClientMessageRules() {}

    static List<Http2ClientRule> all() {
        return Stream.of(
                        exchanges(),
                        informational(),
                        lengths(),
                        fields(),
                        pseudoHeaders(),
                        limits())
                .flatMap(List::stream)
                .toList();
    }

    /// Invalid before the client has got anything.
    private static Http2ClientRule invalid(String section, String text, String... fields) {
        return rule(section, text).sends(message(1, fields)).goAway("PROTOCOL_ERROR");
    }

    /// A response that begins well.
    private static Http2ClientRule begun(String section, String text, String... fields) {
        return rule(section, text)
                .sends(headers(1, with(STATUS, fields)))
                .client(peer -> peer.awaitHeaders(1));
    }

    private static String[] with(String first, String... more) {
        var all = new ArrayList<String>();
        all.add(first);
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private static List<Http2ClientRule> exchanges() {
        return List.of(
                rule("8.1", "headers alone").sends(message(1, STATUS)).served(),
                rule("8.1", "headers, content and trailers")
                        .sends(headers(1, STATUS), data(1, "x"), message(1, "x: y"))
                        .client(peer ->
                                assertThat(peer.awaitMessage(1).trailer("x")).isEqualTo("y"))
                        .served(),
                rule("8.1", "headers and trailers")
                        .sends(headers(1, STATUS), message(1, "x: y"))
                        .served(),
                rule("8.1", "DATA before HEADERS").sends(lastData(1, "x")).goAway("PROTOCOL_ERROR"),
                begun("8.1", "trailers that do not end the stream")
                        .sends(headers(1, "x: y"))
                        .goAwayAfterHeaders("PROTOCOL_ERROR"),
                begun("8.1", "a second response")
                        .sends(message(1, STATUS))
                        .goAwayAfterHeaders("PROTOCOL_ERROR"),
                rule("8.1", "a response to a request that goes on, and RST_STREAM with NO_ERROR")
                        .post()
                        .sends(message(1, STATUS), Frame.reset(1, "NO_ERROR"))
                        .served());
    }

    private static List<Http2ClientRule> informational() {
        return List.of(
                rule("8.1", "100, 103 and a final response")
                        .sends(
                                headers(1, ":status: 100"),
                                headers(1, ":status: 103", "link: x"),
                                message(1, STATUS))
                        .served(),
                rule("8.1", "1xx with END_STREAM")
                        .sends(message(1, ":status: 103"))
                        .goAway("PROTOCOL_ERROR"),
                rule("8.1", "DATA after 1xx")
                        .sends(headers(1, ":status: 103"), lastData(1, "x"))
                        .goAwayWith("PROTOCOL_ERROR", AFTER.replace("200", "502")),
                rule("8.6", "101").sends(headers(1, ":status: 101")).goAway("PROTOCOL_ERROR"),
                rule("RFC 9110, 8.6", "content-length in 1xx")
                        .sends(headers(1, ":status: 103", "content-length: 0"))
                        .goAway("PROTOCOL_ERROR"));
    }

    private static List<Http2ClientRule> lengths() {
        return List.of(
                rule("8.1.1", "content-length and as much content")
                        .sends(headers(1, STATUS, "content-length: 4"))
                        .sends(data(1, "te"), lastData(1, "st"))
                        .served(),
                begun("8.1.1", "content-length and less content", "content-length: 4")
                        .sends(lastData(1, "tes"))
                        .goAwayAfterHeaders("PROTOCOL_ERROR"),
                begun("8.1.1", "content-length and more content", "content-length: 1")
                        .sends(lastData(1, "test"))
                        .goAwayAfterHeaders("PROTOCOL_ERROR"),
                begun("8.1.1", "content-length, less content, and trailers", "content-length: 4")
                        .sends(data(1, "te"), message(1, "x: y"))
                        .goAwayAfterHeaders("PROTOCOL_ERROR"),
                invalid("8.1.1", "content-length and no content", STATUS, "content-length: 4"),
                invalid(
                        "8.1.1",
                        "content-length twice",
                        STATUS,
                        "content-length: 0",
                        "content-length: 0"),
                invalid("8.1.1", "content-length that is a list", STATUS, "content-length: 0, 0"),
                invalid("8.1.1", "content-length with a sign", STATUS, "content-length: +0"),
                invalid(
                        "8.1.1",
                        "content-length beyond 64 bits",
                        STATUS,
                        "content-length: 18446744073709551616"),
                rule("8.1.1", "content-length in the response to HEAD")
                        .head()
                        .sends(message(1, STATUS, "content-length: 100"))
                        .served(),
                rule("8.1.1", "content in the response to HEAD")
                        .head()
                        .sends(headers(1, STATUS, "content-length: 4"))
                        .client(peer -> peer.awaitHeaders(1))
                        .sends(lastData(1, "test"))
                        .goAwayAfterHeaders("PROTOCOL_ERROR"),
                rule("8.1.1", "content-length in 304")
                        .sends(message(1, ":status: 304", "content-length: 100"))
                        .fails("304 via_upstream -"),
                rule("RFC 9110, 8.6", "content-length of 0 in 204, as Envoy accepts it")
                        .sends(message(1, ":status: 204", "content-length: 0"))
                        .fails("204 via_upstream -"),
                invalid(
                        "RFC 9110, 8.6",
                        "content-length in 204",
                        ":status: 204",
                        "content-length: 3"));
    }

    private static List<Http2ClientRule> fields() {
        var rules = new ArrayList<Http2ClientRule>();
        rules.add(invalid("8.2.1", "a name with an upper-case letter", STATUS, "X-A: b"));
        rules.add(invalid("8.2.1", "a name with a space", STATUS, "x a: b"));
        rules.add(invalid("8.2.1", "a name with a colon", STATUS, "x:a: b"));
        rules.add(invalid("8.2.1", "a name with a byte above 0x7f", STATUS, "x\u00e4: b"));
        rules.add(invalid("8.2.1", "a name with NUL", STATUS, "x\0a: b"));
        rules.add(
                rule("8.2.1", "a name without bytes")
                        .sends(whole(join(block(STATUS), new byte[] {0, 0, 1, 'x'})))
                        .goAway("PROTOCOL_ERROR"));
        rules.add(invalid("8.2.1", "a value with NUL", STATUS, "x: a\0b"));
        rules.add(invalid("8.2.1", "a value with CR", STATUS, "x: a\rb"));
        rules.add(invalid("8.2.1", "a value with LF", STATUS, "x: a\nb"));
        rules.add(
                invalid(
                        "8.2.1",
                        "a value with a line of HTTP/1",
                        STATUS,
                        "x: a\r\ntransfer-encoding: chunked"));
        rules.add(
                begun("8.2.1", "trailers with LF in a value")
                        .sends(message(1, "x: a\nb"))
                        .goAwayAfterHeaders("PROTOCOL_ERROR"));
        rules.add(
                rule("8.2.1", "a value with tabs and bytes above 0x7f")
                        .sends(message(1, STATUS, "x: a\tb\u00e4"))
                        .served());
        for (String field :
                List.of(
                        "connection: keep-alive",
                        "keep-alive: 1",
                        "proxy-connection: keep-alive",
                        "transfer-encoding: chunked",
                        "upgrade: websocket")) {
            rules.add(invalid("8.2.2", field, STATUS, field));
        }
        return rules;
    }

    private static List<Http2ClientRule> pseudoHeaders() {
        return List.of(
                invalid("8.3", "a pseudo-header that is not defined", STATUS, ":x: y"),
                invalid("8.3", ":path in a response", STATUS, ":path: /"),
                invalid("8.3", ":method in a response", STATUS, ":method: GET"),
                invalid("8.3", ":authority in a response", STATUS, ":authority: a"),
                invalid("8.3", ":status after another field", "x: y", STATUS),
                invalid("8.3", ":status twice", STATUS, STATUS),
                begun("8.3", "a pseudo-header in trailers")
                        .sends(message(1, STATUS))
                        .goAwayAfterHeaders("PROTOCOL_ERROR"),
                invalid("8.3.2", "no :status", "x: y"),
                invalid("8.3.2", "a :status without bytes", ":status: "),
                invalid("8.3.2", "a :status of two digits", ":status: 20"),
                invalid("8.3.2", "a :status of four digits", ":status: 2000"),
                invalid("8.3.2", "a :status with a sign", ":status: +20"),
                invalid("8.3.2", "a :status with letters", ":status: 2xx"));
    }

    private static List<Http2ClientRule> limits() {
        String[] many = new String[102];
        many[0] = STATUS;
        for (int index = 1; index < many.length; index++) {
            many[index] = "x: y";
        }
        byte[] large = block(STATUS, "x: " + "y".repeat(61 * 1024));
        return List.of(
                rule("10.5.1", "more than 100 fields")
                        .sends(message(1, many))
                        .reset("INTERNAL_ERROR", TOO_LARGE),
                rule("10.5.1", "fields of more than 60 KiB")
                        .sends(inFrames(large))
                        .reset("INTERNAL_ERROR", TOO_LARGE));
    }

    private static byte[] inFrames(byte[] block) {
        var all = new ArrayList<byte[]>();
        for (int start = 0; start < block.length; start += 16_384) {
            int end = Math.min(block.length, start + 16_384);
            byte[] part = Arrays.copyOfRange(block, start, end);
            all.add(
                    Frame.of(
                                    start == 0 ? HEADERS : Frame.CONTINUATION,
                                    (start == 0 ? END_STREAM : 0)
                                            | (end == block.length ? END_HEADERS : 0),
                                    1,
                                    part)
                            .bytes());
        }
        return join(all.toArray(byte[][]::new));
    }

    private static Frame whole(byte[] bytes) {
        return Frame.of(HEADERS, END_HEADERS | END_STREAM, 1, bytes);
    }

    /// How a header block may be compressed.
    static List<Http2ClientRule> compression() {
        return List.of(
                compressed("6.1", "an indexed field", 0x90).served(),
                bad("6.1", "the index 0", 0x80),
                bad("2.3.3", "an index that no table has", 0xfe),
                bad("2.3.3", "a literal whose name has no index", 0x7e, 1, 'x'),
                compressed("6.2.1", "a literal with indexing", 0x40, 1, 'x', 1, 'b').served(),
                compressed("6.2.2", "a literal without indexing", 0, 1, 'x', 1, 'b').served(),
                compressed("6.2.3", "a literal that is never indexed", 0x10, 1, 'x', 1, 'b')
                        .served(),
                rule("RFC 7541, 4.2", "a change of the table's size")
                        .sends(whole(join(new byte[] {0x20}, block(STATUS))))
                        .served(),
                bad("4.2", "a change of the table's size at the end of a block", 0x20),
                rule("RFC 7541, 6.3", "a table larger than SETTINGS allows")
                        .sends(whole(join(new byte[] {0x3f, (byte) 0xe2, 0x1f}, block(STATUS))))
                        .goAway("COMPRESSION_ERROR"),
                bad("5.1", "a number that does not end", 0xff, 255, 255, 255, 255, 255, 0),
                bad("5.1", "a string longer than its block", 0, 1, 'x', 100, 'y'),
                compressed("5.2", "a Huffman-encoded value", 0, 1, 'x', 0x81, 0x3f).served(),
                bad("5.2", "padding of more than 7 bits", 0, 1, 'x', 0x82, 0xf8, 255),
                bad("5.2", "padding that is not all ones", 0, 1, 'x', 0x81, 0x38),
                bad("5.2", "the end of a string within it", 0, 1, 'x', 0x84, 255, 255, 255, 255));
    }

    private static Http2ClientRule bad(String section, String text, int... field) {
        return compressed(section, text, field).goAway("COMPRESSION_ERROR");
    }

    private static Http2ClientRule compressed(String section, String text, int... field) {
        byte[] bytes = new byte[field.length];
        for (int index = 0; index < field.length; index++) {
            bytes[index] = (byte) field[index];
        }
        return rule("RFC 7541, " + section, text).sends(whole(join(block(STATUS), bytes)));
    }
}
