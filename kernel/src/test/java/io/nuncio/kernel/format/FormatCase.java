package io.nuncio.kernel.format;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;

import io.nuncio.spi.Problems;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// One case of the files in `format/`: what a format prints of given facts.
///
/// @param json whether it is the format of a JSON object
/// @param kind `text`, `absent`, `line`, `refused` or `accepted`
/// @param expected what comes with the kind
/// @param value the value in JSON, empty if it is the text as a string
record FormatCase(
        String name,
        String facts,
        boolean json,
        String format,
        String kind,
        String expected,
        String value) {
    static List<FormatCase> read(String resource) throws IOException {
        List<FormatCase> cases = new ArrayList<>();
        String name = "";
        String facts = "";
        String format = "";
        boolean json = false;
        List<String> lines = lines(resource);
        for (int at = 0; at < lines.size(); at++) {
            String line = lines.get(at);
            String word = word(line);
            String rest = line.substring(Math.min(line.length(), word.length() + 1));
            switch (word) {
                case "case" -> name = rest;
                case "given" -> facts = rest;
                case "format", "json_format" -> {
                    json = word.equals("json_format");
                    format = unescape(rest);
                }
                case "text", "absent", "line", "refused", "accepted" -> {
                    String next = at + 1 < lines.size() ? lines.get(at + 1) : "";
                    String value = word(next).equals("json") ? next.substring(5) : "";
                    cases.add(
                            new FormatCase(name, facts, json, format, word, unescape(rest), value));
                }
                case "", "json" -> {}
                default -> throw new IllegalArgumentException(line);
            }
        }
        return cases;
    }

    private static String word(String line) {
        int space = line.indexOf(' ');
        return space < 0 ? line : line.substring(0, space);
    }

    void check() throws InvalidProtocolBufferException {
        FormatFacts given = FormatFacts.of(facts);
        Formats formats = new Formats(environment(given));
        Problems problems = new Problems();
        if (json) {
            Struct.Builder struct = Struct.newBuilder();
            JsonFormat.parser().merge(format, struct);
            String line =
                    formats.json(struct.build(), given.omitEmptyValues, List.of(), problems)
                            .format(given.stream);
            checkProblems(problems);
            if (kind.equals("line")) {
                assertThat(line).isEqualTo(expected + "\n");
            }
            return;
        }
        var text = formats.text(format, given.omitEmptyValues, List.of(), problems);
        checkProblems(problems);
        if (!kind.equals("text") && !kind.equals("absent")) {
            return;
        }
        boolean absent = kind.equals("absent");
        assertThat(text.format(given.stream)).isEqualTo(absent ? "-" : expected);
        Struct member =
                Struct.newBuilder()
                        .putFields("v", Value.newBuilder().setStringValue(format).build())
                        .build();
        String line =
                formats.json(member, given.omitEmptyValues, List.of(), problems)
                        .format(given.stream);
        String found = line.substring("{\"v\":".length(), line.length() - "}\n".length());
        assertThat(found).isEqualTo(absent ? "null" : value.isEmpty() ? quoted(expected) : value);
    }

    private void checkProblems(Problems problems) {
        if (kind.equals("refused")) {
            assertThat(problems.all())
                    .singleElement()
                    .satisfies(problem -> assertThat(problem.message()).contains(expected));
        } else {
            assertThat(problems.all()).isEmpty();
        }
    }

    private static String quoted(String text) {
        return '"' + text.replace("\"", "\\\"").replace("\t", "\\t") + '"';
    }

    static FormatEnvironment environment(FormatFacts given) {
        return new FormatEnvironment(
                () -> 1_600_000_000_000L,
                () -> given.now,
                ZoneId.of("Europe/Berlin"),
                () -> given.hostname,
                Map.of("PLACE", "here")::get,
                () -> "00000000-0000-4000-8000-000000000000");
    }

    static String unescape(String text) {
        return text.replace("\\n", "\n")
                .replace("\\r", "\r")
                .replace("\\t", "\t")
                .replace("\\e", "\033")
                .replace("\\0", "\0");
    }

    static List<String> lines(String resource) throws IOException {
        try (InputStream stream = FormatCase.class.getResourceAsStream("/format/" + resource)) {
            String all = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            return all.lines().filter(line -> !line.startsWith("#")).toList();
        }
    }
}
