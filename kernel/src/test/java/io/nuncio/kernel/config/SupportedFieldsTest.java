package io.nuncio.kernel.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Message;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

class SupportedFieldsTest {
    private static Map<String, FieldTable> tables() throws IOException {
        return ModuleTables.read(Path.of("..").toRealPath());
    }

    @Test
    void everyMessageAndFieldOfTheTablesExistsInTheApi() throws IOException {
        Types types = new Types();
        tables().forEach((module, table) ->
                table.messages()
                        .forEach((name, fields) -> {
                            Message message = types.find(name);
                            assertThat(message).as("%s in %s", name, module).isNotNull();
                            var descriptor = message.getDescriptorForType();
                            assertThat(fields.keySet())
                                    .as("%s in %s", name, module)
                                    .allMatch(field -> descriptor.findFieldByName(field) != null);
                        }));
    }

    @Test
    void everyTestOfTheTablesExists() throws IOException {
        Map<String, Path> sources = testSources();
        Set<String> tests = new TreeSet<>();
        for (FieldTable table : tables().values()) {
            table.messages().values().forEach(fields -> tests.addAll(fields.values()));
        }
        for (String test : tests) {
            String[] parts = test.split("#");
            assertThat(sources).as("the test %s", test).containsKey(parts[0]);
            if (parts.length == 2) {
                assertThat(Files.readString(sources.get(parts[0])))
                        .as(test)
                        .contains(" " + parts[1] + "(");
            }
        }
    }

    /// The test classes of all modules, by simple name.
    private static Map<String, Path> testSources() throws IOException {
        Map<String, Path> found = new HashMap<>();
        try (Stream<Path> files = Files.walk(Path.of("..").toRealPath())) {
            files.filter(file ->
                            file.toString().contains("/src/test/java/")
                                    && !file.toString().contains("/target/")
                                    && file.toString().endsWith(".java"))
                    .forEach(file -> {
                        String name = file.getFileName().toString();
                        Path other = found.put(name.substring(0, name.length() - 5), file);
                        assertThat(other == null || !name.endsWith("Test.java"))
                                .as("%s and %s: which is meant by a table?", other, file)
                                .isTrue();
                    });
        }
        return found;
    }

    @Test
    void aTableHasMessagesWithFieldsAndComments() {
        FieldTable table =
                FieldTable.parse(
                        """
                        # comment
                        a.b.C
                            one  OneTest   # why
                            two  TwoTest#method
                            three ThreeTest # no effect: as in Envoy

                        a.b.D
                        """,
                        "test");
        assertThat(table.supports("a.b.C", "one")).isTrue();
        assertThat(table.supports("a.b.C", "four")).isFalse();
        assertThat(table.supports("a.b.D", "one")).isFalse();
        assertThat(table.messages().get("a.b.C")).containsEntry("two", "TwoTest#method");
        assertThat(table.note("a.b.C", "one")).isEqualTo("why");
        assertThat(table.note("a.b.C", "two")).isEmpty();
        assertThat(table.note("a.b.C", "three")).isEqualTo("no effect: as in Envoy");
        assertThat(table.names()).containsExactly("a.b.C", "a.b.D");
    }

    @Test
    void aLineThatIsNotOfTheFormatIsNamed() {
        assertThatThrownBy(() -> FieldTable.parse("a.b.C\n  one\n", "x.jar"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "x.jar:2: expected `field_name TestClass` below a message, found `  one`");
        assertThatThrownBy(() -> FieldTable.parse("a.b.C\n  * Test\n", "x.jar"))
                .hasMessageStartingWith("x.jar:2:");
        assertThatThrownBy(() -> FieldTable.parse("a.b.C\n  one A\n  one B\n", "x.jar"))
                .hasMessage("x.jar:3: `one` of a.b.C again");
        assertThatThrownBy(() -> FieldTable.parse("  one Test\n", "x.jar"))
                .hasMessageStartingWith("x.jar:1:");
    }
}
