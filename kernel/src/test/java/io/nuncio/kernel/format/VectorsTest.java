package io.nuncio.kernel.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The formatter's tests of Envoy 1.36, one by one; `format/vectors.txt` has them.
class VectorsTest {
    /// The cases that do not hold, each with the reason. One that begins to hold fails until it is
    /// taken off the list.
    private static final Map<String, String> NOT_YET =
            Map.of(
                    "15", "the last acknowledgement is known of QUIC alone",
                    "16", "retransmissions are known of QUIC alone",
                    "17", "retransmissions are known of QUIC alone");

    @TestFactory
    Stream<DynamicTest> holds() throws IOException {
        return FormatCase.read("vectors.txt").stream()
                .map(test ->
                        DynamicTest.dynamicTest(
                                test.name() + ": " + test.format() + " given " + test.facts(),
                                () -> check(test)));
    }

    private static void check(FormatCase test) throws IOException {
        if (NOT_YET.containsKey(test.name())) {
            assertThatThrownBy(test::check)
                    .as("case %s holds now: take it off the list", test.name())
                    .isInstanceOf(AssertionError.class);
        } else {
            test.check();
        }
    }

    @Test
    void allOfThemAreHere() throws IOException {
        List<String> names =
                FormatCase.read("vectors.txt").stream()
                        .map(test -> test.name().replaceFirst("\\..*", ""))
                        .distinct()
                        .toList();
        assertThat(names).containsAll(numbered("", 308));
        assertThat(names).containsAll(numbered("j", 18));
        assertThat(names).containsAll(numbered("f", 60));
        assertThat(names).containsAll(numbered("s", 13));
        assertThat(names).hasSize(308 + 18 + 60 + 13).containsAll(NOT_YET.keySet());
    }

    private static List<String> numbered(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(number -> prefix + number).toList();
    }
}
