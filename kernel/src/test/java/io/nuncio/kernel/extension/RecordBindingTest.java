package io.nuncio.kernel.extension;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;

import io.nuncio.spi.Default;
import io.nuncio.spi.Max;
import io.nuncio.spi.Min;
import io.nuncio.spi.Problems;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Map;

class RecordBindingTest {
    enum Mode {
        STRICT,
        LAX
    }

    record Inner(String name, @Default("3") int retries) {
        Inner {
            if (name.equals("forbidden")) {
                throw new IllegalArgumentException("name must not be `forbidden`");
            }
        }
    }

    record Config(
            @Default("100") @Min(1) @Max(1000) int maxCount,
            @Default("5s") Duration idleTimeout,
            @Default("LAX") Mode mode,
            @Default("true") boolean on,
            @Default("0.5") double share,
            @Default("1099511627776") long bytes,
            @Nullable String note,
            List<Inner> inners,
            Map<String, Integer> weights,
            List<List<String>> table) {}

    record Strict(String needed) {}

    private final Problems problems = new Problems();

    @Test
    void withoutAValueEachComponentTakesItsDefault() {
        Config config = bind(Config.class, "{}");

        assertThat(config)
                .isEqualTo(
                        new Config(
                                100,
                                Duration.ofSeconds(5),
                                Mode.LAX,
                                true,
                                0.5,
                                1L << 40,
                                null,
                                List.of(),
                                Map.of(),
                                List.of()));
        assertThat(problems.all()).isEmpty();
    }

    @Test
    void everyKindOfValueIsBoundUnderEitherSpelling() {
        Config config =
                bind(
                        Config.class,
                        """
                        {"max_count": 7, "idleTimeout": "0.25s", "mode": "strict", "on": false, "share": 1,
                         "bytes": "9007199254740993", "note": "hi", "inners": [{"name": "a"}, {"name": "b", "retries": 1}],
                         "weights": {"x": 1}, "table": [["p"], []]}
                        """);

        assertThat(problems.all()).isEmpty();
        assertThat(config)
                .isEqualTo(
                        new Config(
                                7,
                                Duration.ofMillis(250),
                                Mode.STRICT,
                                false,
                                1.0,
                                9007199254740993L,
                                "hi",
                                List.of(new Inner("a", 3), new Inner("b", 1)),
                                Map.of("x", 1),
                                List.of(List.of("p"), List.of())));
    }

    @Test
    void allProblemsAreReportedAtOnceEachWithItsPath() {
        Config config =
                bind(
                        Config.class,
                        """
                        {"max_cuont": 7, "maxCount": 0, "idle_timeout": "250ms", "mode": "stric", "on": 1, "share": "much",
                         "bytes": 1.5, "note": 3, "inners": [{"name": "a"}, {"retries": 1}], "weights": {"x": "y"}}
                        """);

        assertThat(config).isNull();
        assertThat(problems.all().stream().map(Object::toString))
                .containsExactlyInAnyOrder(
                        "max_cuont: unknown field; did you mean `max_count`?",
                        "max_count: was 0, expected at least 1",
                        "idle_timeout: was `250ms`, expected seconds such as 0.25s",
                        "mode: was `stric`, expected one of STRICT, LAX",
                        "on: was 1, expected true or false",
                        "share: was `much`, expected a number",
                        "bytes: was 1.5, expected a whole number",
                        "note: was 3, expected a text",
                        "inners[1].name: is required",
                        "weights[\"x\"]: was `y`, expected a whole number");
    }

    @Test
    void aNumberThatDoesNotFitIsNotCutOff() {
        bind(Config.class, "{\"max_count\": 3000000000, \"bytes\": \"9223372036854775808\"}");

        assertThat(problems.all().stream().map(Object::toString))
                .containsExactly(
                        "max_count: was 3000000000, expected a whole number between -2147483648 and"
                                + " 2147483647",
                        "bytes: was `9223372036854775808`, expected a whole number between"
                                + " -9223372036854775808 and 9223372036854775807");
    }

    @Test
    void aComponentWithNeitherDefaultNorNullableIsRequired() {
        assertThat(bind(Strict.class, "{\"needed\": null}")).isNull();
        assertThat(problems.all().stream().map(Object::toString))
                .containsExactly("needed: is required");
    }

    @Test
    void whatTheRecordItselfRefusesIsAProblemAtItsPath() {
        bind(Config.class, "{\"inners\": [{\"name\": \"forbidden\"}]}");

        assertThat(problems.all().stream().map(Object::toString))
                .containsExactly("inners[0]: name must not be `forbidden`");
    }

    @Test
    void oneFieldInTwoSpellingsIsAProblem() {
        bind(Config.class, "{\"max_count\": 1, \"maxCount\": 2}");

        assertThat(problems.all().stream().map(Object::toString))
                .containsExactly("maxCount: is given twice, in two spellings");
    }

    private <T> T bind(Class<T> type, String json) {
        try {
            Struct.Builder struct = Struct.newBuilder();
            JsonFormat.parser().merge(json, struct);
            return RecordBinding.bind(struct.build(), type, problems);
        } catch (InvalidProtocolBufferException wrong) {
            throw new IllegalArgumentException(wrong);
        }
    }
}
