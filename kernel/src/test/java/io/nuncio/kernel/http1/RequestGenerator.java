package io.nuncio.kernel.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;

/// Makes streams of requests from a grammar and breaks some of them: at every level of the grammar
/// now and then something that does not belong there, and a few bytes changed at the end.
final class RequestGenerator {
    private static final String[] METHODS = {
        "GET", "GET", "POST", "PUT", "HEAD", "OPTIONS", "DELETE", "BREW", "get", ""
    };
    private static final String[] TARGETS = {
        "/", "/a/b?c=d", "/%2e%2e/x", "/a#b", "*", "http://h/p", "http://h", "http://h:80?q",
        "HTTPS://u@h/", "//x", "h:1", "a", "/\u00e9", "/\"<>\\^`{|}", "http:///", "ftp://h/"
    };
    private static final String[] VERSIONS = {
        "HTTP/1.1",
        "HTTP/1.1",
        "HTTP/1.1",
        "HTTP/1.1",
        "HTTP/1.0",
        "HTTP/2.0",
        "HTTP/1.1 ",
        "HTTP/1",
        "http/1.1",
        ""
    };
    private static final String[] NAMES = {
        "host",
        "Host",
        "User-Agent",
        "x",
        "X-Y_z",
        "accept",
        "cookie",
        "content-type",
        "!#$%&'*+-.^_`|~",
        "a b",
        "",
        "\u00e9",
        "a\0",
        "te"
    };
    private static final String[] VALUES = {
        "",
        "a",
        "a b",
        " a\t",
        "a, b",
        "\u00e9\u00ff",
        "\"q\"",
        "chunked",
        "0",
        "a\0",
        "a\u007f",
        "a\u0001",
        "a\rb",
        "b\r\n c",
        "b\r\n\td",
        "\r\n e",
        "x".repeat(70)
    };
    private static final String[] LENGTHS = {
        "0",
        "1",
        "2",
        "5",
        "05",
        "+5",
        "-1",
        "5 ",
        " 5",
        "5,5",
        "0x5",
        "",
        "5\0",
        "18446744073709551617",
        "9223372036854775808"
    };
    private static final String[] CODINGS = {
        "chunked",
        "chunked",
        "Chunked",
        "chunked ",
        "gzip, chunked",
        "chunked, gzip",
        "identity",
        "chunked, chunked",
        "\"chunked\"",
        ",chunked",
        "chunke",
        "\tchunked",
        ""
    };
    private static final String[] CHUNK_LENGTHS = {
        "1",
        "5",
        "A",
        "a",
        "0a",
        "00",
        "1;e",
        "1 ; e=v",
        "1;e=\"v\"",
        "",
        "g",
        "0x1",
        "-1",
        " 1",
        "1\t",
        "ffffffffffffffffff"
    };

    private final Random random;

    RequestGenerator(long seed) {
        random = new Random(seed);
    }

    byte[] next() {
        var text = new StringBuilder();
        for (int count = 1 + random.nextInt(3); count > 0; count--) {
            request(text);
        }
        byte[] bytes = text.toString().getBytes(ISO_8859_1);
        return oneIn(3) ? mutate(bytes) : bytes;
    }

    /// Cuts somewhere, so that the pieces together are the whole.
    int[] cuts(int length) {
        int[] cuts = new int[random.nextInt(6)];
        for (int index = 0; index < cuts.length; index++) {
            cuts[index] = random.nextInt(length + 1);
        }
        Arrays.sort(cuts);
        return cuts;
    }

    private void request(StringBuilder text) {
        if (oneIn(15)) {
            text.append(pick("\r\n", "\n", "\r", " "));
        }
        String method = usual("GET", METHODS);
        text.append(method).append(space()).append(usual("/", TARGETS)).append(space());
        text.append(usual("HTTP/1.1", VERSIONS)).append(lineEnd());
        if (!oneIn(20)) {
            header(text, "Host", usual("example.com", "", "a:1", "[::1]", "a/b", "a b", "a,b"));
        }
        for (int count = random.nextInt(4); count > 0; count--) {
            header(text, usual("x", NAMES), usual("v", VALUES));
        }
        switch (random.nextInt(6)) {
            case 0 -> {
                String length = usual("5", LENGTHS);
                header(text, "Content-Length", length);
                if (oneIn(10)) {
                    header(text, "content-length", usual("5", LENGTHS));
                }
                text.append(lineEnd()).append(pick("hello", "hello", "hell", "", "hello!"));
            }
            case 1, 2 -> {
                header(text, "Transfer-Encoding", usual("chunked", CODINGS));
                if (oneIn(10)) {
                    header(text, "transfer-encoding", usual("chunked", CODINGS));
                }
                if (oneIn(10)) {
                    header(text, "content-length", usual("5", LENGTHS));
                }
                text.append(lineEnd());
                chunks(text);
            }
            default -> text.append(lineEnd());
        }
    }

    private void header(StringBuilder text, String name, String value) {
        text.append(name);
        text.append(oneIn(8) ? pick(":", " :", ":\t", ":  ", "", "::") : ": ");
        text.append(value).append(oneIn(20) ? " " : "").append(lineEnd());
    }

    private void chunks(StringBuilder text) {
        for (int count = random.nextInt(3); count > 0; count--) {
            if (oneIn(6)) {
                text.append(pick(CHUNK_LENGTHS)).append(lineEnd());
                text.append(pick("h", "hello", "0123456789")).append(lineEnd());
            } else {
                int length = 1 + random.nextInt(40);
                text.append(Integer.toHexString(length)).append(lineEnd());
                text.append("d".repeat(length)).append(lineEnd());
            }
        }
        text.append(usual("0", "00", "0;e", "0 ", "")).append(lineEnd());
        if (oneIn(8)) {
            header(text, usual("trailer", NAMES), usual("t", VALUES));
        }
        text.append(lineEnd());
    }

    private String space() {
        return oneIn(25) ? pick("  ", "\t", "", "\u000b", " \t ") : " ";
    }

    private String lineEnd() {
        return oneIn(60) ? pick("\n", "\r", "\r\r\n", "\n\r", "") : "\r\n";
    }

    private byte[] mutate(byte[] bytes) {
        byte[] result = bytes.clone();
        for (int count = 1 + random.nextInt(3); count > 0 && result.length > 0; count--) {
            int at = random.nextInt(result.length);
            switch (random.nextInt(4)) {
                case 0 -> result[at] = (byte) random.nextInt(256);
                case 1 -> result = join(result, 0, at, result, Math.min(at + 1, result.length));
                case 2 -> {
                    byte[] inserted = {(byte) "\r\n \t:;0\0,x".charAt(random.nextInt(10))};
                    result = join(join(result, 0, at, inserted, 0), 0, at + 1, result, at);
                }
                default -> result = join(result, 0, at, result, random.nextInt(at + 1));
            }
        }
        return result;
    }

    private static byte[] join(byte[] front, int from, int to, byte[] back, int backFrom) {
        var joined = new ByteArrayOutputStream();
        joined.write(front, from, to - from);
        joined.write(back, backFrom, Math.min(back.length - backFrom, 4000));
        return joined.toByteArray();
    }

    private boolean oneIn(int chances) {
        return random.nextInt(chances) == 0;
    }

    private String pick(String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    /// Mostly the usual, now and then one of the others.
    private String usual(String usual, String... others) {
        return oneIn(5) ? pick(others) : usual;
    }
}
