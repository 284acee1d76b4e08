package io.nuncio.kernel.http1;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.spi.host.CodecError;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is refused, with the status of the answer and Envoy's response code details. After each the
/// connection is of no more use: the next request on it is not read.
class BadRequestsTest {
    private static final String TOO_LONG = "x".repeat(60 * 1024);

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "unknown method | BREW / HTTP/1.1^host: a^^ | 400 | http1.codec_error",
                "method in lower case | get / HTTP/1.1^host: a^^ | 400 | http1.codec_error",
                "HTTP/2 preface | PRI * HTTP/2.0^^SM^^ | 400 | http1.codec_error",
                "TLS hello | \\x16\\x03\\x01\\x02\\x00 | 400 | http1.codec_error",
                "no target | GET  ^host: a^^ | 400 | http1.codec_error",
                "control in the target | GET /\\x01 HTTP/1.1^host: a^^ | 400 | http1.codec_error",
                "8-bit in the target | GET /\\xe9 HTTP/1.1^host: a^^ | 400 | http1.codec_error",
                "target that is no path | GET a HTTP/1.1^host: a^^ | 400 | http1.codec_error",
                "star without OPTIONS | GET * HTTP/1.1^host: a^^ | 400 | http1.invalid_url",
                "absolute without host | GET http:///a HTTP/1.1^host: a^^ | 400 |"
                        + " http1.invalid_url",
                "absolute, bad port | GET http://a:99999/ HTTP/1.1^^ | 400 | http1.invalid_url",
                "other scheme | GET ftp://a/ HTTP/1.1^host: a^^ | 400 | http1.invalid_scheme",
                "CONNECT without port | CONNECT a HTTP/1.1^host: a^^ | 400 | http1.invalid_url",
                "CONNECT with a path | CONNECT /a HTTP/1.1^host: a^^ | 400 | http1.invalid_url",
                "bad version | GET / HTTP/1.x^host: a^^ | 400 | http1.codec_error",
                "version and more | GET / HTTP/1.1 x^host: a^^ | 400 | http1.codec_error",
                "HTTP/1.0 | GET / HTTP/1.0^host: a^^ | 426 | low_version",
                "HTTP/0.9 | GET /^ | 426 | low_version",
                "HTTP/3.0 | GET / HTTP/3.0^host: a^^ | 426 | low_version",
                "bare CR in the first line | GET / HTTP/1.1\\rx^host: a^^ | 400 |"
                        + " http1.codec_error",
                "bare CR in a value | GET / HTTP/1.1^host: a\\rb^^ | 400 |"
                        + " http1.invalid_characters",
                "bare CR for an end | GET / HTTP/1.1^host: a^\\rx^ | 400 | http1.codec_error",
                "NUL in a value | GET / HTTP/1.1^host: a^b: \\x00^^ | 400 |"
                        + " http1.invalid_characters",
                "DEL in a value | GET / HTTP/1.1^host: a^b: \\x7f^^ | 400 |"
                        + " http1.invalid_characters",
                "NUL in a name | GET / HTTP/1.1^a\\x00: b^^ | 400 | http1.invalid_characters",
                "space in a name | GET / HTTP/1.1^host : a^^ | 400 | http1.codec_error",
                "8-bit in a name | GET / HTTP/1.1^h\\xe9: a^^ | 400 | http1.codec_error",
                "empty name | GET / HTTP/1.1^: a^^ | 400 | http1.codec_error",
                "no colon | GET / HTTP/1.1^host^^ | 400 | http1.codec_error",
                "fold before the first | GET / HTTP/1.1^ host: a^^ | 400 | http1.codec_error",
                "two hosts | GET / HTTP/1.1^host: a^host: a^^ | 400 | http.invalid_authority",
                "bad host | GET / HTTP/1.1^host: a/b^^ | 400 | http.invalid_authority",
                "two lengths | POST / HTTP/1.1^content-length: 1^content-length: 2^^ | 400 |"
                        + " http1.codec_error",
                "equal lengths | POST / HTTP/1.1^content-length: 1^content-length: 1^^ | 400 |"
                        + " http1.codec_error",
                "list of lengths | POST / HTTP/1.1^content-length: 1, 1^^ | 400 |"
                        + " http1.codec_error",
                "signed length | POST / HTTP/1.1^content-length: +1^^ | 400 | http1.codec_error",
                "empty length | POST / HTTP/1.1^content-length:^^ | 400 | http1.codec_error",
                "length in hexadecimal | POST / HTTP/1.1^content-length: 0x1^^ | 400 |"
                        + " http1.codec_error",
                "length of 20 digits | POST / HTTP/1.1^content-length: 99999999999999999999^^ |"
                        + " 400 | http1.codec_error",
                "coding and length | POST / HTTP/1.1^content-length: 1^transfer-encoding: chunked^^"
                        + " | 400 | http1.content_length_and_chunked_not_allowed",
                "coding and length 0 | POST / HTTP/1.1^transfer-encoding: chunked^content-length:"
                        + " 0^^ | 400 | http1.content_length_and_chunked_not_allowed",
                "coding and bad length | POST / HTTP/1.1^transfer-encoding: chunked^content-length:"
                        + " x^^ | 400 | http1.content_length_and_chunked_not_allowed",
                "unknown coding | POST / HTTP/1.1^transfer-encoding: foo^^ | 501 |"
                        + " http1.invalid_transfer_encoding",
                "coding before chunked | POST / HTTP/1.1^transfer-encoding: gzip, chunked^^ | 501 |"
                        + " http1.invalid_transfer_encoding",
                "two codings | POST / HTTP/1.1^transfer-encoding: chunked^transfer-encoding:"
                        + " identity^^ | 501 | http1.invalid_transfer_encoding",
                "chunked with a tail | POST / HTTP/1.1^transfer-encoding: chunked\\x0b^^ | 400 |"
                        + " http1.invalid_characters",
                "CONNECT with a body | CONNECT a:1 HTTP/1.1^content-length: 1^^ | 400 |"
                        + " http1.body_disallowed",
                "nominated header | GET / HTTP/1.1^connection: x-forwarded-for^^ | 400 |"
                        + " http1.connection_header_rejected",
                "nominated pseudo-header | GET / HTTP/1.1^connection: :path^^ | 400 |"
                        + " http1.connection_header_rejected",
                "ten nominated | GET / HTTP/1.1^connection: a,b,c,d,e,f,g,h,i,j^^ | 400 |"
                        + " http1.connection_header_rejected",
                "long request line | GET /{long} HTTP/1.1^host: a^^ | 431 |"
                        + " http1.headers_too_large",
                "long method | {long} | 431 | http1.headers_too_large",
                "long name | GET / HTTP/1.1^{long} | 431 | http1.headers_too_large",
                "long value | GET / HTTP/1.1^a: {long}^^ | 431 | http1.headers_too_large",
                "endless empty lines | {lines} | 431 | http1.headers_too_large",
                "many headers | GET / HTTP/1.1^{many}^ | 431 | http1.too_many_headers",
            })
    void badHeadsAreAnsweredAndTheConnectionIsDone(
            String name, String input, int status, String details) {
        check(input, status, details, 1);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "no length | ^ | http1.codec_error",
                "length that is no number | x^ | http1.codec_error",
                "negative length | -1^ | http1.codec_error",
                "prefixed length | 0x1^a^ | http1.codec_error",
                "signed length | +1^a^ | http1.codec_error",
                "blank before the length | \\x201^a^ | http1.codec_error",
                "length of 16 digits | 1000000000000000^ | http1.codec_error",
                "data longer than its length | 1^ab^ | http1.codec_error",
                "bare LF after the length | 1\\na^ | http1.codec_error",
                "bare CR after the length | 1\\ra^ | http1.codec_error",
                "bare LF after the data | 1^a\\n | http1.codec_error",
                "bare LF in an extension | 1;x\\ny^a^ | http1.codec_error",
                "bare CR in an extension | 1;x\\ry^a^ | http1.codec_error",
                "long extension | 1;{long} | http1.codec_error",
                "bad trailer | 0^a b: c^^ | http1.codec_error",
            })
    void badChunksAreAnsweredAndTheConnectionIsDone(String name, String body, String details) {
        String input = "POST / HTTP/1.1^host: a^transfer-encoding: chunked^^" + body;
        check(input, 400, details, 1);
    }

    private static void check(String input, int status, String details, int streams) {
        String bytes = expand(input);
        var harness = new ServerHarness().answeringLater();
        harness.receive(bytes + "GET /next HTTP/1.1\r\nhost: a\r\n\r\n");
        assertThat(harness.error()).isNotNull();
        assertThat(harness.error().kind()).isEqualTo(CodecError.Kind.PROTOCOL_ERROR);
        assertThat(harness.exchanges).hasSize(streams);
        assertThat(harness.exchange(0).refusal.status()).isEqualTo(status);
        assertThat(harness.exchange(0).refusal.details()).isEqualTo(details);
        assertThat(harness.exchange(0).complete).isFalse();
        assertThat(harness.written()).startsWith("HTTP/1.1 " + status + " ");

        var byteByByte = new ServerHarness().answeringLater();
        for (int index = 0; index < bytes.length(); index++) {
            byteByByte.receive(bytes.substring(index, index + 1));
        }
        assertThat(byteByByte.error()).isEqualTo(harness.error());
        assertThat(byteByByte.exchange(0).refusal.details()).isEqualTo(details);
    }

    private static String expand(String input) {
        var result = new StringBuilder();
        String text =
                input.replace("^", "\r\n")
                        .replace("{long}", TOO_LONG)
                        .replace("{lines}", "\r\n".repeat(31 * 1024))
                        .replace("{many}", "a: b\r\n".repeat(10_000));
        for (int index = 0; index < text.length(); index++) {
            char character = text.charAt(index);
            if (character != '\\') {
                result.append(character);
                continue;
            }
            char kind = text.charAt(++index);
            if (kind == 'x') {
                result.append((char) Integer.parseInt(text, index + 1, index + 3, 16));
                index += 2;
            } else {
                result.append(kind == 'r' ? '\r' : '\n');
            }
        }
        return result.toString();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "bare LF | GET / HTTP/1.1\\nhost: a\\nx: y\\n\\n | y",
                "fold | GET / HTTP/1.1^host: a^x: b^  c^\\x09d^^ | b  c\\x09d",
                "fold of an empty value | GET / HTTP/1.1^host: a^x:^ y^^ | y",
                "fold of nothing | GET / HTTP/1.1^host: a^x: y^ ^^ | y",
                "blanks in the first line | GET  /  HTTP/1.1 ^host: a^x: y^^ | y",
                "8-bit value | GET / HTTP/1.1^host: a^x: \\xe9^^ | \\xe9",
            })
    void whatEnvoyAcceptsIsAccepted(String name, String input, String value) {
        var harness = new ServerHarness();
        harness.receive(expand(input));
        assertThat(harness.error()).isNull();
        assertThat(harness.exchange(0).header("x")).isEqualTo(expand(value));
        assertThat(harness.exchange(0).header(":authority")).isEqualTo("a");
        assertThat(harness.exchange(0).header(":path")).isEqualTo("/");
        assertThat(harness.exchange(0).complete).isTrue();
    }
}
