package io.nuncio.kernel.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/// Damaged configurations: the loader reports problems and never throws, and every place it names
/// is in the text.
class MutationTest {
    private static final String[] PIECES = {
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "- ",
        "\n",
        "  ",
        "\"",
        "'",
        "&a ",
        "*a",
        "!ignore ",
        "!!str ",
        "~",
        "null",
        "true",
        "5",
        "-1",
        "1e400",
        ".nan",
        "0x",
        "<<: *a\n",
        "|\n",
        ">\n",
        "#",
        "%",
        "@type",
        "---\n",
        "\t",
        "\u0000",
        "\uD83D",
        "?",
        "type.googleapis.com/",
        "envoy.config.core.v3.Node",
        "google.protobuf.Any",
        "xds.type.v3.TypedStruct",
        "value: "
    };

    @Test
    void randomDamageIsReportedNeverThrown() {
        Random random = new Random(20260101);
        String original = ConfigLoaderTest.FRONT_PROXY;
        ConfigLoader loader = Loading.loader();
        FakeExtensions index = FakeExtensions.plain();
        int refused = 0;
        for (int round = 0; round < 1500; round++) {
            String text = original;
            int edits = 1 + random.nextInt(4);
            for (int edit = 0; edit < edits; edit++) {
                text = damaged(text, random);
            }
            ConfigSource.Format format =
                    round % 10 == 9
                            ? ConfigSource.Format.TEXT
                            : round % 10 == 8 ? ConfigSource.Format.JSON : ConfigSource.Format.YAML;
            LoadResult<?> result =
                    loader.load(
                            List.of(
                                    new ConfigSource(
                                            "m", text.getBytes(StandardCharsets.UTF_8), format)),
                            index,
                            LoadOptions.DEFAULT);
            assertThat(result.ok()).as("round %d", round).isEqualTo(result.errors().isEmpty());
            int lines = text.split("\\R", -1).length + 1;
            assertThat(result.problems())
                    .as("round %d:\n%s", round, text)
                    .allMatch(problem -> problem.line() <= lines);
            refused += result.ok() ? 0 : 1;
        }
        assertThat(refused).isGreaterThan(700);
    }

    @Test
    void randomBytesAsASerializedMessageAreReportedNeverThrown() {
        Random random = new Random(7);
        byte[] original = Loading.bootstrap(ConfigLoaderTest.FRONT_PROXY).message().toByteArray();
        for (int round = 0; round < 500; round++) {
            byte[] bytes = original.clone();
            for (int edit = 0; edit <= random.nextInt(4); edit++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            LoadResult<?> result =
                    Loading.bootstrap(
                            LoadOptions.DEFAULT,
                            new ConfigSource("m", bytes, ConfigSource.Format.BINARY));
            assertThat(result.ok()).isEqualTo(result.errors().isEmpty());
        }
    }

    private static String damaged(String text, Random random) {
        int at = random.nextInt(text.length());
        int until = Math.min(text.length(), at + random.nextInt(12));
        return switch (random.nextInt(4)) {
            case 0 -> text.substring(0, at) + text.substring(until);
            case 1 ->
                    text.substring(0, at)
                            + PIECES[random.nextInt(PIECES.length)]
                            + text.substring(at);
            case 2 ->
                    text.substring(0, at)
                            + PIECES[random.nextInt(PIECES.length)]
                            + text.substring(until);
            default -> {
                int from = random.nextInt(text.length());
                int to = Math.min(text.length(), from + random.nextInt(60));
                yield text.substring(0, at) + text.substring(from, to) + text.substring(at);
            }
        };
    }
}
