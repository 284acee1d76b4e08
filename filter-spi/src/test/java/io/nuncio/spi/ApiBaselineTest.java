package io.nuncio.spi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A package of the SPI changes with its version only: strangers' jars name the version that they
/// were compiled against.
///
/// `src/test/resources/api/PACKAGE.txt` has the version, the version of the last release, and every
/// public and protected signature. Once the version is above the released one, a change only needs
/// the file refreshed, whose diff is then reviewed like code.
class ApiBaselineTest {
    private static final String REFRESH =
            "mvn -q test -pl kernel -am -Dtest=ApiBaselineTest,SystemPackagesTest"
                    + " -Dsurefire.failIfNoSpecifiedTests=false -Dgolden.update";

    private static final Pattern VERSION = Pattern.compile("@Version\\(\"([0-9.]+)\"\\)");

    @ParameterizedTest
    @ValueSource(strings = {"io.nuncio.spi", "io.nuncio.spi.host"})
    void aPackageChangesWithItsVersion(String name) throws Exception {
        Path golden = Path.of("src/test/resources/api", name + ".txt");
        Path source = Path.of("src/main/java", name.replace('.', '/'), "package-info.java");
        Matcher version = VERSION.matcher(Files.readString(source));
        assertThat(version.find()).as("@Version in %s", source).isTrue();
        Baseline recorded = Baseline.read(golden);
        List<String> now = ApiSignatures.of(name, Path.of("target/classes"));

        String problem = recorded.problem(version.group(1), now, golden, source);
        if (problem.isEmpty() && System.getProperty("golden.update") != null) {
            Files.writeString(
                    golden, new Baseline(version.group(1), recorded.released, now).text());
            return;
        }
        assertThat(problem).as("the API of %s", name).isEmpty();
        assertThat(recorded)
                .as("the API of %s: refresh %s with `%s`", name, golden, REFRESH)
                .isEqualTo(new Baseline(version.group(1), recorded.released, now));
    }

    @Test
    void aChangeNeedsANewVersionOnceTheOldOneIsReleased() {
        var released = new Baseline("0.1.0", "0.1.0", List.of("a", "b"));
        Path golden = Path.of("api/some.txt");
        Path source = Path.of("some/package-info.java");

        assertThat(released.problem("0.1.0", List.of("a", "b"), golden, source)).isEmpty();
        assertThat(released.problem("0.1.0", List.of("b", "c"), golden, source))
                .contains("raise @Version in some/package-info.java to 0.2.0")
                .contains("refresh api/some.txt with `" + REFRESH + "`")
                .contains("\n  + c")
                .contains("\n  - a");
        assertThat(released.problem("0.2.0", List.of("b", "c"), golden, source)).isEmpty();
        assertThat(
                        new Baseline("0.2.0", "0.1.0", List.of("a"))
                                .problem("0.2.0", List.of("a", "b"), golden, source))
                .isEmpty();
    }

    /// What the file says.
    ///
    /// @param released the version of the last release
    private record Baseline(String version, String released, List<String> signatures) {
        static Baseline read(Path file) throws IOException {
            List<String> lines = Files.readAllLines(file);
            return new Baseline(
                    after("version ", lines.get(0)),
                    after("released ", lines.get(1)),
                    List.copyOf(lines.subList(2, lines.size())));
        }

        private static String after(String prefix, String line) {
            assertThat(line).startsWith(prefix);
            return line.substring(prefix.length());
        }

        /// Empty if the version allows what has changed.
        String problem(String now, List<String> present, Path golden, Path source) {
            if (present.equals(signatures) || !now.equals(released)) {
                return "";
            }
            String[] numbers = released.split("\\.");
            String next = numbers[0] + "." + (Integer.parseInt(numbers[1]) + 1) + ".0";
            var text = new StringBuilder("version " + now + " is released and has changed: raise ");
            text.append("@Version in ").append(source).append(" to ").append(next);
            text.append(", then refresh ").append(golden).append(" with `");
            text.append(REFRESH).append("`. What is taken away breaks strangers' bundles.");
            minus(present, signatures).forEach(line -> text.append("\n  + ").append(line));
            minus(signatures, present).forEach(line -> text.append("\n  - ").append(line));
            return text.toString();
        }

        private static List<String> minus(List<String> some, List<String> others) {
            List<String> rest = new ArrayList<>(some);
            rest.removeAll(others);
            return rest;
        }

        String text() {
            return "version "
                    + version
                    + "\nreleased "
                    + released
                    + "\n"
                    + String.join("\n", signatures)
                    + "\n";
        }
    }
}
