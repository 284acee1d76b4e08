package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.kernel.config.ConfigProblem;
import io.nuncio.kernel.extension.ExtensionRegistry;
import io.nuncio.kernel.server.CommandLineParser;
import io.nuncio.kernel.server.Server;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Bootstraps of the shape of Envoy's documentation, one per page or feature: each is accepted, or
/// refused with the right message at the right place. `corpus/expected.txt` says which.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConfigCorpusIT {
    private static final Path FOLDER =
            Distribution.ROOT.resolve("distribution/tests/src/test/resources/corpus");

    private Path store;
    private ExtensionRegistry bundles;

    /// A file and the errors that are expected, each `line kind path`.
    record Row(String file, List<String> errors) {
        @Override
        public String toString() {
            return file;
        }
    }

    @BeforeAll
    void open(@TempDir Path folder) {
        store = folder;
        bundles = registry(Distribution.HOME.resolve("bundles"), "all");
    }

    @AfterAll
    void close() {
        bundles.close();
    }

    private ExtensionRegistry registry(Path folder, String name) {
        return new ExtensionRegistry(
                new ExtensionRegistry.Settings(
                        folder,
                        store.resolve(name),
                        Distribution.HOME.resolve("lib/shipped-bundles.txt"),
                        Map.of(),
                        Duration.ofSeconds(10)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void isAcceptedOrRefusedWithTheRightMessage(Row row) throws Exception {
        List<ConfigProblem> errors = errors(FOLDER.resolve(row.file() + ".yaml"), bundles);
        String what = String.join("\n", errors.stream().map(ConfigProblem::text).toList());

        assertThat(errors).as(what).hasSameSizeAs(row.errors());
        for (int index = 0; index < errors.size(); index++) {
            String[] expected = row.errors().get(index).split(" ", 3);
            ConfigProblem error = errors.get(index);
            assertThat(error.line() + " " + kind(error.message()))
                    .as(what)
                    .isEqualTo(expected[0] + " " + expected[1]);
            assertThat(error.path()).as(what).endsWith(expected[2]);
            assertThat(error.column()).as(what).isPositive();
        }
    }

    @Test
    void everyFileOfTheCorpusIsInTheTableAndNamesItsPage() throws IOException {
        List<String> listed = rows().map(Row::file).toList();
        try (Stream<Path> files = Files.list(FOLDER)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".yaml")).toList()) {
                String name = String.valueOf(file.getFileName()).replace(".yaml", "");
                assertThat(listed).contains(name);
                assertThat(Files.readAllLines(file).getFirst())
                        .as(name)
                        .matches("# docs/root/[a-z0-9_/-]+\\.rst");
            }
        }
        assertThat(listed).hasSizeGreaterThan(100).doesNotHaveDuplicates();
    }

    @Test
    void aBundleThatIsShippedButNotInstalledIsNamed(@TempDir Path empty) throws Exception {
        try (ExtensionRegistry none = registry(empty, "none")) {
            assertThat(errors(FOLDER.resolve("overview-static.yaml"), none))
                    .extracting(ConfigProblem::message)
                    .anySatisfy(message ->
                            assertThat(message)
                                    .endsWith(
                                            "no installed bundle provides it; it comes with"
                                                    + " Nuncio's bundle"
                                                    + " `io.nuncio.http-connection-manager`,"
                                                    + " which is not installed"))
                    .anySatisfy(message ->
                            assertThat(message)
                                    .contains("`envoy.cluster.static`")
                                    .contains("Nuncio's bundle `io.nuncio.clusters`"));
        }
    }

    private static List<ConfigProblem> errors(Path file, ExtensionRegistry registry)
            throws Exception {
        var parsed =
                (CommandLineParser.Result.Parsed)
                        new CommandLineParser().parse("--mode", "validate", "-c", file.toString());
        return Server.problems(parsed.options(), registry).stream()
                .filter(ConfigProblem::error)
                .toList();
    }

    private static String kind(String message) {
        if (message.startsWith("unknown field")) {
            return "unknown-field";
        }
        if (message.startsWith("unknown type") || message.startsWith("no extension of")) {
            return "unknown";
        }
        if (message.contains("no installed bundle provides")) {
            return "not-provided";
        }
        if (message.contains("belongs to Envoy's contrib extensions")) {
            return "contrib";
        }
        if (message.contains("is newer than Envoy 1.34")) {
            return "newer";
        }
        if (message.contains("is of Envoy's API before version 3")) {
            return "removed";
        }
        if (message.startsWith("cannot read ") && message.endsWith(": no such file")) {
            return "no-file";
        }
        return message.endsWith("not supported by Nuncio yet")
                        || message.endsWith("not supported yet")
                ? "unsupported"
                : "another: " + message;
    }

    static Stream<Row> rows() throws IOException {
        Map<String, Row> rows = new TreeMap<>();
        List<String> errors = new ArrayList<>();
        for (String line : Files.readAllLines(FOLDER.resolve("expected.txt"))) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            if (line.startsWith(" ")) {
                errors.add(line.strip());
                continue;
            }
            boolean accepted = line.endsWith(" accepted");
            String file = accepted ? line.substring(0, line.lastIndexOf(' ')) : line;
            errors = new ArrayList<>();
            assertThat(rows.put(file, new Row(file, errors))).as(file + " comes twice").isNull();
        }
        return rows.values().stream();
    }
}
