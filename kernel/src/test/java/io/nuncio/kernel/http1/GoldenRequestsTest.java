package io.nuncio.kernel.http1;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Streams of requests that are easy to get wrong, and what became of them. Each file holds the
/// bytes that came (`\r`, `\n` and `\xNN` stand for themselves, line breaks of the file for
/// nothing), a dashed line, and what the codec made of them and wrote. `-Dgolden.update` rewrites
/// them.
class GoldenRequestsTest {
    private static final Path FOLDER = Path.of("src/test/resources/http1/golden");
    private static final String DASHES = "-".repeat(40) + "\n";

    static List<Path> goldens() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void theResultIsAsWritten(Path golden) throws IOException {
        String text = Files.readString(golden, UTF_8);
        int dashes = text.indexOf(DASHES);
        String input = text.substring(0, dashes < 0 ? text.length() : dashes);
        String result = input + DASHES + run(input);
        if (System.getProperty("golden.update") != null) {
            Files.writeString(golden, result, UTF_8);
        }
        assertThat(result).isEqualTo(text);
    }

    private static String run(String input) {
        var harness =
                new ServerHarness(
                        Http1ProtocolOptions.newBuilder()
                                .setAcceptHttp10(true)
                                .setEnableTrailers(true)
                                .build());
        harness.receive(unescape(input.replace("\n", "")));
        var text = new StringBuilder();
        for (ServerHarness.Exchange exchange : harness.exchanges) {
            text.append("request")
                    .append(exchange.complete ? "" : ", incomplete")
                    .append(
                            exchange.refusal == null
                                    ? ""
                                    : ", refused: " + exchange.refusal.details())
                    .append('\n')
                    .append(escape(exchange.describe()).replace("\\n", "\n"));
        }
        String written = escape(harness.written()).replace("\\n", "\\n\n");
        return text.append("written\n").append(written).append('\n').toString();
    }

    private static byte[] unescape(String text) {
        var result = new StringBuilder();
        for (int index = 0; index < text.length(); index++) {
            char character = text.charAt(index);
            if (character != '\\') {
                result.append(character);
                continue;
            }
            switch (text.charAt(++index)) {
                case 'r' -> result.append('\r');
                case 'n' -> result.append('\n');
                default -> {
                    result.append((char) Integer.parseInt(text, index + 1, index + 3, 16));
                    index += 2;
                }
            }
        }
        return result.toString().getBytes(ISO_8859_1);
    }

    private static String escape(String text) {
        var result = new StringBuilder();
        for (char character : text.toCharArray()) {
            switch (character) {
                case '\r' -> result.append("\\r");
                case '\n' -> result.append("\\n");
                default -> {
                    if (character >= 0x20 && character < 0x7f) {
                        result.append(character);
                    } else {
                        result.append("\\x%02x".formatted((int) character));
                    }
                }
            }
        }
        return result.toString();
    }
}
