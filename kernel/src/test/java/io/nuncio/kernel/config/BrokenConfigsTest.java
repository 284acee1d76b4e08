package io.nuncio.kernel.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Broken configurations and what is said about each: `golden/*.golden`, rewritten with
/// `-Dgolden.update`.
///
/// A file has several cases: `=== name`, the configuration, a line of dashes, the text of all
/// problems.
class BrokenConfigsTest {
    private static final Path FOLDER = Path.of("src/test/resources/io/nuncio/kernel/config/golden");

    private record Case(String name, String configuration, String problems) {}

    @TestFactory
    Stream<DynamicTest> everyMistakeIsNamedWithItsPlace() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        try (Stream<Path> files = Files.list(FOLDER)) {
            for (Path file : files.sorted().toList()) {
                List<Case> cases = read(file);
                if (System.getProperty("golden.update") != null) {
                    write(file, cases);
                    cases = read(file);
                }
                for (Case one : cases) {
                    tests.add(
                            DynamicTest.dynamicTest(
                                    file.getFileName() + ": " + one.name(),
                                    () ->
                                            assertThat(problems(one.configuration()))
                                                    .isEqualTo(one.problems())));
                }
            }
        }
        assertThat(tests).hasSizeGreaterThan(60);
        return tests.stream();
    }

    private static String problems(String configuration) {
        FakeExtensions index =
                FakeExtensions.plain()
                        .shipped("envoy.extensions.filters.http.cors.v3.Cors", "io.nuncio.cors")
                        .shipped("envoy.filters.http.cors", "io.nuncio.cors");
        return Loading.loader()
                .load(
                        List.of(ConfigSource.yaml("bad.yaml", configuration)),
                        index,
                        LoadOptions.DEFAULT)
                .text();
    }

    private static List<Case> read(Path file) throws IOException {
        List<Case> cases = new ArrayList<>();
        for (String text : ("\n" + Files.readString(file)).split("\n=== ")) {
            if (!text.isBlank()) {
                String part = text + "\n";
                int name = part.indexOf('\n');
                int dashes = part.indexOf("\n------\n");
                String configuration =
                        part.substring(name + 1, dashes < 0 ? part.length() : dashes + 1);
                String problems = dashes < 0 ? "" : part.substring(dashes + 8).stripTrailing();
                cases.add(
                        new Case(
                                part.substring(0, name),
                                configuration.endsWith("\n") ? configuration : configuration + "\n",
                                problems.isEmpty() || problems.endsWith("\n")
                                        ? problems
                                        : problems + "\n"));
            }
        }
        return cases;
    }

    private static void write(Path file, List<Case> cases) throws IOException {
        StringBuilder text = new StringBuilder();
        for (Case one : cases) {
            text.append("=== ")
                    .append(one.name())
                    .append('\n')
                    .append(one.configuration())
                    .append("------\n");
            text.append(problems(one.configuration()));
        }
        Files.writeString(file, text);
    }
}
