package io.nuncio.distribution;

import static io.nuncio.distribution.Http2Rule.rule;
import static io.nuncio.distribution.Http2ServerRules.get;
import static io.nuncio.distribution.Http2ServerRules.post;
import static io.nuncio.distribution.Http2ServerRules.request;
import static io.nuncio.testkit.http2.Frame.END_HEADERS;
import static io.nuncio.testkit.http2.Frame.END_STREAM;
import static io.nuncio.testkit.http2.Frame.HEADERS;
import static io.nuncio.testkit.http2.Frame.block;
import static io.nuncio.testkit.http2.Frame.data;
import static io.nuncio.testkit.http2.Frame.headers;
import static io.nuncio.testkit.http2.Frame.join;
import static io.nuncio.testkit.http2.Frame.lastData;
import static io.nuncio.testkit.http2.Frame.latin1;
import static io.nuncio.testkit.http2.Frame.message;

import io.nuncio.testkit.http2.Frame;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// What a client may send as a message (RFC 9113, 8), and how it may be compressed (RFC 7541).
///
/// A message that is not valid ends the connection, as in Envoy; with
/// `override_stream_error_on_invalid_http_message` it ends its stream.
final class Http2ServerMessageRules {
    private static final String PATH = ":path: " + Http2Rule.PATH;

    static final String INVALID_FIELD = "http2.invalid.header.field";
    static final String INVALID_MESSAGE = "http2.violation.of.messaging.rule";

    private static final String MESSAGING_ERRORS = "http2.rx_messaging_error";

    private Http2ServerMessageRules() {}

    static List<Http2Rule> all() {
        return Stream.of(exchanges(), lengths(), fields(), pseudoHeaders(), requests())
                .flatMap(List::stream)
                .toList();
    }

    private static Http2Rule invalid(String section, String text, String details, Frame... frames) {
        return rule(section, text)
                .sends(frames)
                .goAway("PROTOCOL_ERROR")
                .counts(MESSAGING_ERRORS)
                .says(details);
    }

    private static Http2Rule invalidField(String section, String text, String... fields) {
        return invalid(section, text, INVALID_FIELD, message(1, fields));
    }

    private static List<Http2Rule> exchanges() {
        return List.of(
                rule("8.1", "GET").sends(get(1)).served(1),
                rule("8.1", "HEAD").sends(message(1, request("HEAD"))).served(1),
                rule("8.1", "OPTIONS *")
                        .sends(
                                message(
                                        1,
                                        ":method: OPTIONS",
                                        ":scheme: http",
                                        ":authority: a",
                                        ":path: *"))
                        .refused(1, 404),
                rule("8.1", "POST with content").sends(post(1), lastData(1, "x")).served(1),
                rule("8.1", "POST with content and trailers")
                        .sends(post(1, "trailer: x"), data(1, "x"), message(1, "x: y"))
                        .served(1)
                        .counts("http2.trailers"),
                invalid(
                                "8.1",
                                "HEADERS after content, and no END_STREAM",
                                INVALID_MESSAGE,
                                post(1),
                                data(1, "x"),
                                headers(1, "x: y"))
                        .afterGood(),
                rule("8.1", "DATA after trailers")
                        .sends(post(1), data(1, "x"), message(1, "x: y"), lastData(1, "z"))
                        .goAway("STREAM_CLOSED")
                        .afterGood());
    }

    private static List<Http2Rule> lengths() {
        return List.of(
                rule("8.1.1", "content-length and as much content")
                        .sends(post(1, "content-length: 4"), data(1, "te"), lastData(1, "st"))
                        .served(1),
                invalid(
                                "8.1.1",
                                "content-length and less content",
                                INVALID_MESSAGE,
                                post(1, "content-length: 4"),
                                lastData(1, "tes"))
                        .afterGood(),
                invalid(
                                "8.1.1",
                                "content-length and more content",
                                INVALID_MESSAGE,
                                post(1, "content-length: 1"),
                                lastData(1, "test"))
                        .afterGood(),
                invalid(
                                "8.1.1",
                                "content-length and more content in several DATA",
                                INVALID_MESSAGE,
                                post(1, "content-length: 3"),
                                data(1, "te"),
                                lastData(1, "st"))
                        .afterGood(),
                invalid(
                                "8.1.1",
                                "content-length, less content, and trailers",
                                INVALID_MESSAGE,
                                post(1, "content-length: 4"),
                                data(1, "te"),
                                message(1, "x: y"))
                        .afterGood(),
                invalid(
                        "8.1.1",
                        "content-length and no content",
                        INVALID_MESSAGE,
                        message(1, request("POST", "content-length: 4"))),
                invalidField(
                        "8.1.1",
                        "content-length twice",
                        request("POST", "content-length: 4", "content-length: 4")),
                invalidField(
                        "8.1.1",
                        "content-length that is a list",
                        request("POST", "content-length: 4, 4")),
                invalidField(
                        "8.1.1",
                        "content-length with a sign",
                        request("POST", "content-length: +4")),
                invalidField(
                        "8.1.1",
                        "content-length beyond 64 bits",
                        request("POST", "content-length: 18446744073709551616")));
    }

    private static List<Http2Rule> fields() {
        var rules = new ArrayList<Http2Rule>();
        rules.add(
                invalidField(
                        "8.2.1", "a name with an upper-case letter", request("GET", "X-A: b")));
        rules.add(invalidField("8.2.1", "a name with a space", request("GET", "x a: b")));
        rules.add(invalidField("8.2.1", "a name with a colon", request("GET", "x:a: b")));
        rules.add(
                invalidField(
                        "8.2.1", "a name with a byte above 0x7f", request("GET", "x\u00e4: b")));
        rules.add(invalidField("8.2.1", "a name with a NUL", request("GET", "x\0a: b")));
        rules.add(
                invalid(
                        "8.2.1",
                        "a name without bytes",
                        INVALID_FIELD,
                        Frame.of(
                                HEADERS,
                                END_HEADERS | END_STREAM,
                                1,
                                join(block(request("GET")), new byte[] {0, 0, 1, 'x'}))));
        rules.add(invalidField("8.2.1", "a value with NUL", request("GET", "x: a\0b")));
        rules.add(invalidField("8.2.1", "a value with CR", request("GET", "x: a\rb")));
        rules.add(invalidField("8.2.1", "a value with LF", request("GET", "x: a\nb")));
        rules.add(
                invalidField(
                        "8.2.1",
                        "a value with a line of HTTP/1",
                        request("GET", "x: a\r\ntransfer-encoding: chunked")));
        rules.add(
                rule("8.2.1", "a value with tabs and bytes above 0x7f")
                        .sends(get(1, "x: a\tb\u00e4"))
                        .served(1));
        rules.add(
                rule("8.2.1", "a value between blanks, as Envoy accepts it")
                        .sends(get(1, "x:  b "))
                        .served(1));
        for (String field :
                List.of(
                        "connection: keep-alive",
                        "keep-alive: 1",
                        "proxy-connection: keep-alive",
                        "transfer-encoding: chunked",
                        "upgrade: websocket",
                        "te: gzip")) {
            rules.add(invalidField("8.2.2", field, request("GET", field)));
        }
        rules.add(rule("8.2.2", "te: trailers").sends(get(1, "te: trailers")).served(1));
        return rules;
    }

    private static List<Http2Rule> pseudoHeaders() {
        return List.of(
                invalidField("8.3", "a pseudo-header that is not defined", request("GET", ":x: y")),
                invalidField("8.3", ":status in a request", request("GET", ":status: 200")),
                invalidField(
                        "8.3",
                        "a pseudo-header after another field",
                        ":method: GET",
                        ":scheme: http",
                        ":authority: a",
                        "x: y",
                        PATH),
                invalid(
                                "8.3",
                                "a pseudo-header in trailers",
                                INVALID_FIELD,
                                post(1),
                                data(1, "x"),
                                message(1, PATH))
                        .afterGood(),
                invalidField("8.3", ":method twice", request("GET", ":method: GET")),
                invalidField("8.3", ":scheme twice", request("GET", ":scheme: http")),
                invalidField("8.3", ":path twice", request("GET", PATH)),
                invalidField("8.3", ":authority twice", request("GET", ":authority: a")));
    }

    private static List<Http2Rule> requests() {
        return List.of(
                invalid(
                        "8.3.1",
                        "no :method",
                        INVALID_MESSAGE,
                        message(1, ":scheme: http", ":authority: a", PATH)),
                invalid(
                        "8.3.1",
                        "no :scheme",
                        INVALID_MESSAGE,
                        message(1, ":method: GET", ":authority: a", PATH)),
                invalid(
                        "8.3.1",
                        "no :path",
                        INVALID_MESSAGE,
                        message(1, ":method: GET", ":scheme: http", ":authority: a")),
                invalidField(
                        "8.3.1",
                        "an empty :path",
                        ":method: GET",
                        ":scheme: http",
                        ":authority: a",
                        ":path: "),
                rule("8.3.1", "host and no :authority")
                        .sends(message(1, ":method: GET", ":scheme: http", PATH, "host: a"))
                        .served(1),
                rule("8.3.1", "neither host nor :authority")
                        .sends(message(1, ":method: GET", ":scheme: http", PATH))
                        .refused(1, 400)
                        .says("missing_host_header"),
                rule("8.5", "CONNECT without a route for it")
                        .sends(headers(1, ":method: CONNECT", ":authority: a:80"))
                        .refused(1, 404),
                invalid(
                        "8.5",
                        "CONNECT with :scheme and :path",
                        INVALID_MESSAGE,
                        headers(1, request("CONNECT"))),
                invalid(
                        "8.5",
                        "CONNECT without :authority",
                        INVALID_MESSAGE,
                        headers(1, ":method: CONNECT")),
                invalidField(
                        "RFC 8441, 4",
                        ":protocol, which was not allowed",
                        request("CONNECT", ":protocol: websocket")));
    }

    /// How a header block may be compressed.
    static List<Http2Rule> compression() {
        byte[] get = block(request("GET"));
        return List.of(
                compressed("6.1", "an indexed field", new byte[] {(byte) 0x90}).served(1),
                compressed("6.1", "the index 0", new byte[] {(byte) 0x80})
                        .goAway("COMPRESSION_ERROR"),
                compressed("2.3.3", "an index that no table has", new byte[] {(byte) 0xfe})
                        .goAway("COMPRESSION_ERROR"),
                compressed("2.3.3", "a literal whose name has no index", new byte[] {0x7e, 1, 'x'})
                        .goAway("COMPRESSION_ERROR"),
                compressed("6.2.1", "a literal, indexed name, with indexing", literal(0x53))
                        .served(1),
                compressed("6.2.1", "a literal, new name, with indexing", newLiteral(0x40))
                        .served(1),
                compressed("6.2.2", "a literal, indexed name, without indexing", literal(0x0f, 4))
                        .served(1),
                compressed("6.2.2", "a literal, new name, without indexing", newLiteral(0))
                        .served(1),
                compressed("6.2.3", "a literal, indexed name, never indexed", literal(0x1f, 4))
                        .served(1),
                compressed("6.2.3", "a literal, new name, never indexed", newLiteral(0x10))
                        .served(1),
                compressed("4.1", "a field that is larger than the table", bigField()).served(1),
                rule("RFC 7541, 4.2", "a change of the table's size, and two")
                        .sends(
                                whole(1, join(new byte[] {0x20}, get)),
                                whole(3, join(new byte[] {0x20, 0x3f, (byte) 0xe1, 0x1f}, get)))
                        .served(3),
                compressed(
                                "4.2",
                                "a change of the table's size at the end of a block",
                                new byte[] {0x20})
                        .goAway("COMPRESSION_ERROR"),
                rule("RFC 7541, 6.3", "a table larger than SETTINGS allows")
                        .sends(whole(1, join(new byte[] {0x3f, (byte) 0xe2, 0x1f}, get)))
                        .goAway("COMPRESSION_ERROR"),
                compressed(
                                "5.1",
                                "a number that does not end",
                                new byte[] {(byte) 0xff, -1, -1, -1, -1, -1, 0})
                        .goAway("COMPRESSION_ERROR"),
                compressed(
                                "5.1",
                                "a string longer than its block",
                                new byte[] {0, 1, 'x', 100, 'y'})
                        .goAway("COMPRESSION_ERROR"),
                compressed(
                                "5.2",
                                "a Huffman-encoded value",
                                new byte[] {0, 1, 'x', (byte) 0x81, 0x3f})
                        .served(1),
                compressed(
                                "5.2",
                                "padding of more than 7 bits",
                                new byte[] {0, 1, 'x', (byte) 0x82, (byte) 0xf8, -1})
                        .goAway("COMPRESSION_ERROR"),
                compressed(
                                "5.2",
                                "padding that is not all ones",
                                new byte[] {0, 1, 'x', (byte) 0x81, 0x38})
                        .goAway("COMPRESSION_ERROR"),
                compressed(
                                "5.2",
                                "the end of a string within it",
                                new byte[] {0, 1, 'x', (byte) 0x84, -1, -1, -1, -1})
                        .goAway("COMPRESSION_ERROR"));
    }

    private static Frame whole(int stream, byte[] bytes) {
        return Frame.of(HEADERS, END_HEADERS | END_STREAM, stream, bytes);
    }

    private static Http2Rule compressed(String section, String text, byte[] field) {
        return rule("RFC 7541, " + section, text)
                .sends(whole(1, join(block(request("GET")), field)));
    }

    /// The field `accept: b`.
    private static byte[] literal(int... start) {
        byte[] bytes = new byte[start.length + 2];
        for (int index = 0; index < start.length; index++) {
            bytes[index] = (byte) start[index];
        }
        bytes[start.length] = 1;
        bytes[start.length + 1] = 'b';
        return bytes;
    }

    private static byte[] newLiteral(int start) {
        return join(new byte[] {(byte) start, 3}, latin1("x-a"), new byte[] {1, 'b'});
    }

    private static byte[] bigField() {
        byte[] field = Frame.block("x: " + "y".repeat(5_000));
        field[0] = 0x40;
        return field;
    }
}
