package io.nuncio.kernel.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.spi.Problems;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Each operator with all its options; the cases are in `format/operators.txt`.
class OperatorsTest {
    static final FormatEnvironment ENVIRONMENT = FormatCase.environment(new FormatFacts());

    private static final Pattern OPERATOR = Pattern.compile("%([A-Z][A-Z0-9_]+)[(%:]");

    private final Formats formats = new Formats(ENVIRONMENT);

    @TestFactory
    Stream<DynamicTest> printsWhatEnvoyPrints() throws IOException {
        List<FormatCase> cases = FormatCase.read("operators.txt");
        assertThat(cases).hasSizeGreaterThan(130);
        return cases.stream()
                .map(test ->
                        DynamicTest.dynamicTest(
                                test.format() + " given " + test.facts(), test::check));
    }

    @TestFactory
    Stream<DynamicTest> refusesWhatEnvoyRefuses() throws IOException {
        List<String> lines =
                FormatCase.lines("refused.txt").stream().filter(l -> l.contains(" | ")).toList();
        assertThat(lines).hasSizeGreaterThan(50);
        return lines.stream()
                .map(line -> {
                    int bar = line.lastIndexOf(" | ");
                    String format = FormatCase.unescape(line.substring(0, bar));
                    String reason = line.substring(bar + 3);
                    return DynamicTest.dynamicTest(
                            line.substring(0, bar), () -> refused(format, reason));
                });
    }

    private void refused(String format, String reason) {
        Problems problems = new Problems();
        formats.text(format, problems);
        assertThat(problems.all())
                .singleElement()
                .satisfies(problem -> assertThat(problem.message()).contains(reason));
    }

    @Test
    void everyOperatorHasACaseWithAValueOrIsOneOfThoseThatHaveNone() throws IOException {
        Set<String> shown = new TreeSet<>(Operators.WITHOUT_VALUE.keySet());
        for (String file : List.of("operators.txt", "vectors.txt")) {
            for (FormatCase test : FormatCase.read(file)) {
                if (test.kind().equals("text") || test.kind().equals("line")) {
                    OPERATOR.matcher(test.format())
                            .results()
                            .forEach(found -> shown.add(found.group(1)));
                }
            }
        }
        assertThat(new TreeSet<>(new Operators(ENVIRONMENT).names()))
                .as("operators without a case")
                .isSubsetOf(shown);
    }

    @Test
    void everyOperatorOfEnvoysPageIsKnown() throws IOException {
        List<String> page =
                FormatCase.lines("page.txt").stream().filter(line -> !line.isEmpty()).toList();
        assertThat(page).hasSizeGreaterThan(120);
        Set<String> known = new Operators(ENVIRONMENT).names();
        assertThat(page.stream().map(line -> line.substring(0, line.indexOf('|'))))
                .allSatisfy(name ->
                        assertThat(known.contains(name) || Operators.REFUSED.containsKey(name))
                                .as(name)
                                .isTrue());
    }
}
